//! A check that calls one function of its host, as its settings say.

use std::time::Duration;

use holdpoint_sdk::http::Error;
use holdpoint_sdk::net::Exchange;
use holdpoint_sdk::{Call, CheckResult, Endpoint, Failure, Host, Outcome, Verdict};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    function: Function,
    /// The name of an endpoint. Not written as one, so that the lint does not see that it isn't granted.
    whom: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Function {
    Send,
    SendAll,
    /// A method that the manifest does not ask for.
    SendPost,
    Resolve,
    Connect,
    InspectTls,
    Transact,
    /// The same, over TLS.
    TransactTls,
    Log,
    Clock,
}

fn check(settings: &Settings, host: &Host, _call: &Call) -> CheckResult {
    let endpoint =
        &Endpoint::parse(&format!("endpoint:{}", settings.whom)).map_err(|flaw| Failure::Settings(flaw.to_string()))?;
    let url = format!("{}/", endpoint.as_str());
    let answered = match settings.function {
        Function::Send => host.get(&url).send().map(drop),
        Function::SendAll => {
            let answers = host.get(&url).build().map(|request| host.send_all(&[request]));
            answers.and_then(|answers| answers.into_iter().try_for_each(|answer| answer.map(drop)))
        }
        Function::SendPost => host.post(&url).send().map(drop),
        Function::Resolve => host.resolve(endpoint).map(drop),
        Function::Connect => host.connect(endpoint, None).map(drop),
        Function::InspectTls => host.inspect_tls(endpoint, None).map(drop),
        Function::Transact => host.transact(&Exchange::with(endpoint).sending("x").at_most(1)).map(drop),
        Function::TransactTls => host.transact(&Exchange::with(endpoint).over_tls().sending("x").at_most(1)).map(drop),
        Function::Log => {
            host.info("asked");
            Ok(())
        }
        Function::Clock => {
            host.sleep(Duration::from_millis(1));
            std::hint::black_box((host.now(), host.monotonic()));
            Ok(())
        }
    };
    let summary = match answered {
        Ok(()) => "answered".to_owned(),
        Err(Error::Denied(why)) => format!("denied: {why}"),
        Err(other) => format!("went wrong: {other:?}"),
    };
    Ok(Verdict { outcome: Outcome::Warn, summary, findings: Vec::new(), measurements: Vec::new(), labels: Vec::new() })
}

holdpoint_sdk::check!(Settings, check);
