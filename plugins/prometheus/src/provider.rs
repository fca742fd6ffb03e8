//! Asking Prometheus, and what it is worth that something came back.

use std::time::Duration;

use holdpoint_sdk::finding::excerpt;
use holdpoint_sdk::http::{Answer, Error};
use holdpoint_sdk::{Call, Failure, Host};
use serde_json::Value;

use crate::settings::{Settings, Warnings};

/// What came of asking.
pub(crate) enum Asked {
    /// A body of JSON, with what Prometheus itself doubts about it.
    Answered(Value, Vec<String>),
    /// Nothing that could be used, and why.
    Down(String),
}

/// Asks one instant query.
///
/// # Errors
/// When Prometheus can't read the query, or the host does not let it be asked: both are mended in the plan.
pub(crate) fn ask(settings: &Settings, host: &Host, call: &Call, query: &str) -> Result<Asked, Failure> {
    host.debug(format!("asked: {query}"));
    let mut request = host.get(settings.prometheus.below("/api/v1/query")).query("query", query);
    if let Some(time) = moment(settings, host.now() / 1_000) {
        request = request.query("time", &time.to_string());
    }
    // Sooner than the host ends the call: a Prometheus that is too slow is down, and the check is not.
    match request.timeout(Duration::from_millis(call.deadline_ms) * 4 / 5).send() {
        Ok(answer) => read(settings, &answer),
        Err(error @ (Error::Denied(_) | Error::InvalidRequest(_))) => Err(error.into()),
        Err(error) => Ok(Asked::Down(error.describe())),
    }
}

/// Of which moment it is asked, in seconds since the Unix epoch; nothing where it is now.
fn moment(settings: &Settings, now: u64) -> Option<u64> {
    let then = now.saturating_sub(settings.ago_s());
    // Whole steps of the calendar, so that what one sample counts ends where the next begins; short ones, so that what is
    // asked is of now.
    let step = settings.counts_over.as_ref().map(|over| {
        let whole = |step: &u64| over.seconds() % step == 0;
        (1..=30).rev().find(whole).unwrap_or(1)
    });
    match (step, &settings.ago) {
        (Some(step), _) => Some(then / step * step),
        (None, Some(_)) => Some(then),
        (None, None) => None,
    }
}

fn read(settings: &Settings, answer: &Answer) -> Result<Asked, Failure> {
    let body = answer.json::<Value>().ok();
    let text = |key: &str| body.as_ref().and_then(|body| body.get(key)).and_then(Value::as_str);
    match (answer.status, text("status"), text("error")) {
        (200, Some("success"), _) => Ok(doubted(settings, body.unwrap_or_default())),
        (400, Some("error"), Some(words)) => {
            Err(Failure::Settings(format!("Prometheus can't read the query: {}", excerpt(words))))
        }
        (401 | 403, _, _) => {
            let cure = "bind a secret to the endpoint, as its `authorization` header";
            Ok(Asked::Down(format!("it wants to know who asks (status {}): {cure}", answer.status)))
        }
        (status @ 300..=399, _, _) => {
            let to = answer.header("location").unwrap_or("nowhere");
            Ok(Asked::Down(format!("it redirects to {} (status {status}): make that the endpoint", excerpt(to))))
        }
        (status, _, Some(words)) => Ok(Asked::Down(format!("it answered {status}: {}", excerpt(words)))),
        (status, _, None) if answer.body.is_empty() => {
            Ok(Asked::Down(format!("it answered {status} and nothing else")))
        }
        (status, _, None) => Ok(Asked::Down(format!("it answered {status}: {}", excerpt(&answer.text())))),
    }
}

/// Looks at what Prometheus itself doubts about a body.
fn doubted(settings: &Settings, body: Value) -> Asked {
    let list = body.get("warnings").and_then(Value::as_array).into_iter().flatten();
    let warnings: Vec<String> =
        list.map(|warning| warning.as_str().map_or_else(|| warning.to_string(), str::to_owned)).collect();
    match (settings.warnings, warnings.first()) {
        (Warnings::Refuse, Some(first)) => Asked::Down(format!("it doubts its answer itself: {}", excerpt(first))),
        (Warnings::Note, Some(_)) | (_, None) => Asked::Answered(body, warnings),
    }
}
