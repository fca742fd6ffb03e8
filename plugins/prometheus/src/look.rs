//! Asking, classing, and holding against thresholds.

use holdpoint_sdk::finding::excerpt;
use holdpoint_sdk::http::Error;
use holdpoint_sdk::{Call, CheckResult, Failure, Finding, Findings, Host, Measurement, Sample};
use serde_json::Value;

use crate::answer::{Classed, classify};
use crate::settings::Settings;

/// Asks Prometheus.
pub(crate) fn run(settings: &Settings, host: &Host, _: &Call) -> CheckResult {
    let mut findings = Findings::new();
    let mut classed = asked(settings, host, &mut findings)?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
    let age = classed.taken.map(|taken| host.now() as f64 / 1_000.0 - taken);
    if age.is_some_and(|age| age > settings.max_age_s) {
        findings.note(&settings.name, "the sample is older than max-age-s and counts as none");
        classed.sample = Sample::NoData;
    }
    let mut measurement = Measurement::sampled(&settings.name, classed.sample, &settings.unit);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time since 1970, saturating")]
    if let Some(taken) = classed.taken {
        measurement = measurement.taken_at((taken * 1_000.0) as u64);
    }
    findings.add_measurement(measurement);
    let summary = match classed.sample {
        Sample::Data(number) => {
            held(settings, number, &mut findings);
            format!("{} is {number} {}", settings.name, settings.unit)
        }
        Sample::NoData
        | Sample::NotANumber
        | Sample::NotFinite
        | Sample::Ambiguous
        | Sample::WrongType
        | Sample::ProviderDown => {
            let why = why(&classed.sample);
            findings.unknown(why);
            format!("{} can't be told: {why}", settings.name)
        }
    };
    Ok(findings.verdict(summary))
}

/// Asks, and classes whatever comes back. A query that Prometheus can't read is a mistake of the settings.
fn asked(settings: &Settings, host: &Host, findings: &mut Findings) -> Result<Classed, Failure> {
    let down = Classed { sample: Sample::ProviderDown, taken: None };
    let sent = host.get(settings.prometheus.below("/api/v1/query")).query("query", &settings.query).send();
    let answer = match sent {
        Ok(answer) => answer,
        Err(error @ (Error::Denied(_) | Error::InvalidRequest(_))) => return Err(error.into()),
        Err(error) => {
            findings.note("prometheus", error.describe());
            return Ok(down);
        }
    };
    let body = answer.json::<Value>();
    if answer.status == 400 {
        let words = body.ok().and_then(|body| body.get("error").and_then(Value::as_str).map(ToOwned::to_owned));
        let words = words.unwrap_or_else(|| excerpt(&answer.text()));
        return Err(Failure::Settings(format!("Prometheus can't read the query: {words}")));
    }
    match body {
        Ok(body) if answer.status == 200 && !answer.truncated => Ok(classify(&body)),
        Ok(_) | Err(_) => {
            findings.note("prometheus", format!("answered {}: {}", answer.status, excerpt(&answer.text())));
            Ok(down)
        }
    }
}

fn held(settings: &Settings, number: f64, findings: &mut Findings) {
    let beyond = |above: Option<f64>, below: Option<f64>| {
        let high = above.filter(|limit| number > *limit).map(|limit| format!("at most {limit}"));
        high.or_else(|| below.filter(|limit| number < *limit).map(|limit| format!("at least {limit}")))
    };
    if let Some(limit) = beyond(settings.fail_above, settings.fail_below) {
        findings.add(Finding::fail(&settings.name, "is beyond its threshold").expected(limit).observed(number));
        return;
    }
    findings.met();
    if let Some(limit) = beyond(settings.warn_above, settings.warn_below) {
        findings.add(Finding::warn(&settings.name, "is close to its threshold").expected(limit).observed(number));
    }
}

fn why(sample: &Sample) -> &'static str {
    match sample {
        Sample::Data(_) => "there is a number",
        Sample::NoData => "Prometheus has no data for the query",
        Sample::NotANumber => "Prometheus answered NaN",
        Sample::NotFinite => "Prometheus answered an infinite number",
        Sample::Ambiguous => "Prometheus answered several series, and one number was asked for",
        Sample::WrongType => "Prometheus answered something that is not a number",
        Sample::ProviderDown => "Prometheus gave no usable answer",
    }
}
