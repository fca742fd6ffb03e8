//! A check that tells everything it is answered, wherever it can.

use holdpoint_sdk::http::{Error, Request};
use holdpoint_sdk::{Call, CheckResult, Failure, Finding, Host, Measurement, Outcome, Verdict};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
    /// Leaves out every blank, to put together what was sent in pieces.
    #[serde(default)]
    joined: bool,
    #[serde(default)]
    end: End,
}

/// How it ends.
#[derive(serde::Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum End {
    #[default]
    Verdict,
    Failure,
    Panic,
}

#[expect(clippy::print_stderr, reason = "standard error is one of the ways out")]
fn check(settings: &Settings, host: &Host, _call: &Call) -> CheckResult {
    let told = told(settings, host);
    let told = if settings.joined { told.replace(' ', "") } else { told };
    host.info(&told);
    eprintln!("{told}");
    match settings.end {
        End::Verdict => {}
        End::Failure => return Err(Failure::Internal(told)),
        End::Panic => panic!("{told}"),
    }
    let finding = Finding::fail(&told, told.clone()).expected(&told).observed(&told);
    let mut measurement = Measurement::of("told", 1.0, "count");
    measurement = measurement.label("told", told.clone());
    Ok(Verdict {
        outcome: Outcome::Warn,
        summary: told.clone(),
        findings: vec![finding],
        measurements: vec![measurement],
        labels: vec![("told".to_owned(), told.clone()), (told.clone(), told)],
    })
}

fn told(settings: &Settings, host: &Host) -> String {
    let request = Request {
        method: if settings.body.is_some() { "POST" } else { "GET" }.to_owned(),
        url: settings.url.clone(),
        headers: settings.headers.clone(),
        body: settings.body.clone().map(String::into_bytes),
        timeout_ms: None,
        max_body: None,
        labels: Vec::new(),
    };
    match host.send(&request) {
        Ok(answer) => {
            let headers: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            format!("answered {} {} {}", answer.status, headers.join(" "), String::from_utf8_lossy(&answer.body))
        }
        Err(Error::Denied(why)) => format!("denied: {why}"),
        Err(Error::InvalidRequest(why)) => format!("invalid: {why}"),
        Err(other) => format!("went wrong: {}", other.describe()),
    }
}

holdpoint_sdk::check!(Settings, check);
