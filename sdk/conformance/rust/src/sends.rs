//! Requests: what is built of the settings, and what came back, told field by field.

use std::time::Duration;

use holdpoint_sdk::http::{Answer, Error, Outgoing, Request};
use holdpoint_sdk::net::Exchange;
use holdpoint_sdk::{CheckResult, Endpoint, Finding, Findings, Host, Level, Verdict};
use serde_json::Value;

use crate::settings::{RequestSetting, Settings};

/// Sends each request, one after the other or all together, and tells what came of each.
pub(crate) fn send(settings: &Settings, host: &Host) -> Verdict {
    let answers: Vec<Result<Answer, Error>> = if settings.together {
        let built: Vec<Request> = settings.requests.iter().filter_map(|one| build(one, host).build().ok()).collect();
        host.send_all(&built)
    } else {
        settings.requests.iter().map(|one| build(one, host).send()).collect()
    };
    let mut findings = Findings::new();
    findings.met();
    let answered = answers.iter().filter(|answer| answer.is_ok()).count();
    for (request, answer) in settings.requests.iter().zip(&answers) {
        if let Ok(answer) = answer {
            findings.measure("total", answer.total_ms(), "ms");
        }
        findings.add(told(request, answer));
    }
    findings.verdict(format!("{answered} of {} answered", settings.requests.len()))
}

fn build<'h>(request: &RequestSetting, host: &'h Host) -> Outgoing<'h> {
    let mut outgoing = host.request(method(request), &request.url);
    for (name, value) in &request.query {
        outgoing = outgoing.query(name, value);
    }
    for (name, value) in &request.headers {
        outgoing = outgoing.header(name, value);
    }
    if let Some(body) = &request.body {
        outgoing = outgoing.body(body.as_bytes());
    }
    if let Some(digits) = &request.body_hex {
        outgoing = outgoing.body(bytes(digits));
    }
    if let Some(json) = &request.json {
        outgoing = outgoing.json(json);
    }
    if !request.form.is_empty() {
        outgoing = outgoing.form(&request.form);
    }
    if let Some(millis) = request.timeout_ms {
        outgoing = outgoing.timeout(Duration::from_millis(millis));
    }
    if let Some(most) = request.max_body {
        outgoing = outgoing.max_body(most);
    }
    outgoing
}

fn method(request: &RequestSetting) -> &str {
    request.method.as_deref().unwrap_or("GET")
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).filter_map(|pair| str::from_utf8(pair).ok());
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

fn told(request: &RequestSetting, answer: &Result<Answer, Error>) -> Finding {
    let subject = format!("{} {}", method(request), request.url);
    match answer {
        Ok(answer) => answered(&subject, request, answer),
        Err(error) => refused(&subject, error),
    }
}

fn answered(subject: &str, request: &RequestSetting, answer: &Answer) -> Finding {
    let mut finding = Finding::note(subject, format!("answered {}", answer.status));
    if let Ok(text) = str::from_utf8(&answer.body) {
        finding = finding.observed(text);
    }
    let sum: u64 = answer.body.iter().map(|byte| u64::from(*byte)).sum();
    let hex: Vec<String> = answer.body.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let truncated = if answer.truncated { "yes" } else { "no" };
    let mut labels = vec![
        ("bytes", answer.body.len().to_string()),
        ("sum", sum.to_string()),
        ("hex", hex.concat()),
        ("truncated", truncated.to_owned()),
        ("url", answer.url.clone()),
        ("protocol", answer.protocol.clone()),
    ];
    if let Some(name) = &request.read_header {
        labels.push(("header", answer.headers_of(name).collect::<Vec<_>>().join(" | ")));
    }
    if let Some(pointer) = &request.pointer {
        labels.push(("at", at(answer, pointer)));
    }
    finding.labels = labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    finding
}

fn at(answer: &Answer, pointer: &str) -> String {
    match answer.pointer(pointer) {
        Ok(Some(Value::String(text))) => text,
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "missing".to_owned(),
        Err(_) => "malformed".to_owned(),
    }
}

fn refused(subject: &str, error: &Error) -> Finding {
    let (word, text) = match error {
        Error::Denied(text) => ("denied", text),
        Error::InvalidRequest(text) => ("invalid-request", text),
        Error::Dns(text) => ("dns", text),
        Error::Connect(text) => ("connect", text),
        Error::Tls(text) => ("tls", text),
        Error::Timeout(text) => ("timeout", text),
        Error::Protocol(text) => ("protocol", text),
        Error::Limit(text) => ("limit", text),
    };
    let mut finding = Finding::note(subject, "was not answered").observed(text);
    finding.labels = vec![("error".to_owned(), word.to_owned())];
    finding
}

/// Needs an answer: without one the call ends.
pub(crate) fn need(url: &str, host: &Host) -> CheckResult {
    let answer = host.get(url).send()?;
    let mut findings = Findings::new();
    findings.expect_eq("status", 200, answer.status);
    Ok(findings.verdict("what was needed is there"))
}

/// Expects an answer: without one that is what was found.
pub(crate) fn answer(url: &str, host: &Host) -> CheckResult {
    let mut findings = Findings::new();
    if let Some(answer) = findings.expect_answer(&format!("GET {url}"), host.get(url).send())? {
        findings.expect_eq("status", 200, answer.status);
    }
    Ok(findings.verdict("it answers"))
}

/// Tries everything below HTTP, which no fixture answers.
pub(crate) fn net(settings: &Settings, host: &Host) -> Verdict {
    let mut findings = Findings::new();
    findings.met();
    let Ok(target) = Endpoint::parse(&settings.target) else { return findings.verdict("the target is none") };
    let exchange = Exchange::with(&target).sending("PING\r\n").at_most(64);
    let ends = [
        ("resolve", host.resolve(&target).err()),
        ("connect", host.connect(&target, None).err()),
        ("inspect-tls", host.inspect_tls(&target, None).err()),
        ("transact", host.transact(&exchange).err()),
    ];
    for (operation, error) in ends {
        let subject = format!("{operation} {}", settings.target);
        findings.add(error.as_ref().map_or_else(|| reached(&subject), |error| refused(&subject, error)));
    }
    findings.verdict("all four were tried")
}

fn reached(subject: &str) -> Finding {
    Finding { level: Level::Note, ..Finding::note(subject, "was reached") }
}
