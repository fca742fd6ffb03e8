//! Asking, classing, and holding against thresholds.

use holdpoint_sdk::{Call, CheckResult, Failure, Finding, Findings, Host, Measurement, Sample};
use serde_json::Value;

use crate::answer::{Reading, only, part};
use crate::indicator::Indicator;
use crate::provider::{Asked, ask};
use crate::question::{NEWEST, Parts, Question, TRAFFIC, VALUE};
use crate::release::filled;
use crate::settings::Settings;

/// How far ahead of this machine's clock Prometheus's may be, in seconds.
const CLOCK_SKEW_S: f64 = 30.0;

/// What was read: the number, and how many requests it is of, where there are requests.
struct Seen {
    value: Reading,
    traffic: Option<Reading>,
    counts: Vec<(&'static str, Reading)>,
}

/// Asks Prometheus.
pub(crate) fn run(settings: &Settings, host: &Host, call: &Call) -> CheckResult {
    let mut findings = Findings::new();
    let seen = look(settings, host, call, &mut findings)?;
    let (name, unit) = called(settings);
    measure(&mut findings, name, &seen.value, unit);
    if let Some(traffic) = &seen.traffic {
        measure(&mut findings, TRAFFIC, &Reading { taken: seen.value.taken, ..traffic.clone() }, "requests");
    }
    for (name, count) in &seen.counts {
        measure(&mut findings, name, &Reading { taken: seen.value.taken, ..count.clone() }, name);
    }
    let summary = match seen.value.sample {
        Sample::Data(number) => {
            judge(settings, call, number, &mut findings);
            format!("{name} is {}", told(number, unit))
        }
        Sample::NoData
        | Sample::NotANumber
        | Sample::NotFinite
        | Sample::Ambiguous
        | Sample::WrongType
        | Sample::ProviderDown => {
            let summary = format!("{name} can't be told: {}", why(&seen.value));
            findings.unknown(summary.clone());
            summary
        }
    };
    Ok(findings.verdict(summary))
}

/// Asks, and returns what the answer is worth at this moment.
fn look(settings: &Settings, host: &Host, call: &Call, findings: &mut Findings) -> Result<Seen, Failure> {
    let incomplete = || Failure::Settings("there is neither a query nor an indicator with a metric".to_owned());
    let labels = filled(&settings.labels, &call.release)?;
    let question = Question::of(&Settings { labels, ..settings.clone() }).ok_or_else(incomplete)?;
    let seen = match ask(settings, host, call, &question.query())? {
        Asked::Answered(body, warnings) => {
            for warning in warnings {
                findings.note("prometheus", warning);
            }
            weighed(&question, &body)
        }
        Asked::Down(why) => silent(&question, why),
    };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
    let then = host.now().saturating_sub(settings.ago_s() * 1_000) as f64 / 1_000.0;
    let mut value = current(settings, seen.value, then);
    if settings.ago.is_some() {
        // As fresh as it was then; when it was taken is not when it is used.
        value.taken = None;
    }
    Ok(Seen { value, ..seen })
}

/// Returns what the number is called, and its unit.
fn called(settings: &Settings) -> (&str, &str) {
    let name = settings.indicator.map_or("value", Indicator::name);
    let unit = settings.indicator.map_or("1", Indicator::unit);
    (settings.name.as_deref().unwrap_or(name), settings.unit.as_deref().unwrap_or(unit))
}

/// Returns a number with its unit; `1` is the unit of what is only counted.
fn told(number: f64, unit: &str) -> String {
    if unit == "1" { number.to_string() } else { format!("{number} {unit}") }
}

fn measure(findings: &mut Findings, name: &str, reading: &Reading, unit: &str) {
    let mut measurement = Measurement::sampled(name, reading.sample, unit);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time since 1970, saturating")]
    if let Some(taken) = reading.taken {
        measurement = measurement.taken_at((taken * 1_000.0).round() as u64);
    }
    findings.add_measurement(measurement);
}

/// Nothing usable came back.
fn silent(question: &Question, why: String) -> Seen {
    let down = Reading { why: Some(why), ..Reading::none(Sample::ProviderDown) };
    let (has_traffic, counts) = match question {
        Question::Own(_) => (false, Vec::new()),
        Question::Parts(parts) => (parts.traffic.is_some(), parts.counts.iter().map(|(name, _)| *name).collect()),
    };
    let counts = counts.into_iter().map(|name| (name, down.clone())).collect();
    Seen { traffic: has_traffic.then(|| down.clone()), value: down, counts }
}

/// Reads a body, and takes the number away that too little stands behind.
fn weighed(question: &Question, body: &Value) -> Seen {
    let parts = match question {
        Question::Own(_) => return Seen { value: only(body), traffic: None, counts: Vec::new() },
        Question::Parts(parts) => parts,
    };
    let traffic = parts.traffic.as_ref().map(|_| part(body, TRAFFIC));
    let counts = parts.counts.iter().map(|(name, _)| (*name, part(body, name))).collect();
    let mut value = enough(parts, part(body, VALUE), traffic.as_ref());
    let newest = part(body, NEWEST);
    match newest.sample {
        Sample::Data(taken) => value.taken = Some(taken),
        Sample::NoData
        | Sample::NotANumber
        | Sample::NotFinite
        | Sample::Ambiguous
        | Sample::WrongType
        | Sample::ProviderDown => {
            value.taken = None;
            // A range goes on answering from the past after its series has ended.
            if value.is_number() {
                value = value.worthless("the series has ended, and what it said before is no news".to_owned());
            }
        }
    }
    Seen { value, traffic, counts }
}

/// Takes a number away that is of too few requests. That nothing came out of no requests has the same reason.
fn enough(parts: &Parts, value: Reading, traffic: Option<&Reading>) -> Reading {
    let (Some(wanted), Some(traffic)) = (parts.min_traffic, traffic) else {
        return value;
    };
    match (value.sample, traffic.sample) {
        (Sample::Ambiguous | Sample::WrongType | Sample::ProviderDown, _) => value,
        (_, Sample::Data(count)) if count >= wanted => value,
        (_, Sample::Data(count)) => {
            value.worthless(format!("there were {count:.0} requests, fewer than min-traffic = {wanted}"))
        }
        (Sample::Data(_), _) => value.worthless("nobody knows how many requests it is of".to_owned()),
        (Sample::NoData | Sample::NotANumber | Sample::NotFinite, _) => value,
    }
}

/// Takes a number away that is not of this time.
fn current(settings: &Settings, value: Reading, now: f64) -> Reading {
    let Some(age) = value.taken.filter(|_| value.is_number()).map(|taken| now - taken) else {
        return value;
    };
    if age > settings.max_age_s {
        return value.worthless(format!("its newest sample is {age:.0} s old, more than max-age-s"));
    }
    if age < -CLOCK_SKEW_S {
        return value.worthless(format!("it is from {:.0} s in the future: one of the clocks is wrong", -age));
    }
    value
}

fn judge(settings: &Settings, call: &Call, number: f64, findings: &mut Findings) {
    match (settings.judges(), call.is_signal()) {
        (true, _) => held(settings, number, findings),
        (false, true) => findings.met(),
        (false, false) => {
            findings.unknown("there is neither fail-above nor fail-below, so nothing was expected of the number");
        }
    }
}

fn held(settings: &Settings, number: f64, findings: &mut Findings) {
    let (name, _) = called(settings);
    let beyond = |above: Option<f64>, below: Option<f64>| {
        let high = above.filter(|limit| number > *limit).map(|limit| format!("at most {limit}"));
        high.or_else(|| below.filter(|limit| number < *limit).map(|limit| format!("at least {limit}")))
    };
    if let Some(limit) = beyond(settings.fail_above, settings.fail_below) {
        findings.add(Finding::fail(name, "is beyond its threshold").expected(limit).observed(number));
        return;
    }
    findings.met();
    if let Some(limit) = beyond(settings.warn_above, settings.warn_below) {
        findings.add(Finding::warn(name, "is close to its threshold").expected(limit).observed(number));
    }
}

/// Returns why there is no number.
fn why(reading: &Reading) -> String {
    let class = match reading.sample {
        Sample::Data(_) => "there is a number",
        Sample::NoData => "Prometheus has no data for it",
        Sample::NotANumber => "Prometheus answered NaN",
        Sample::NotFinite => "Prometheus answered an infinite number",
        Sample::Ambiguous => "Prometheus answered several series, and one number was asked for",
        Sample::WrongType => "Prometheus answered something that is not a number",
        Sample::ProviderDown => "Prometheus gave no usable answer",
    };
    match (&reading.why, reading.sample) {
        (Some(why), Sample::ProviderDown) => format!("{class}: {why}"),
        (Some(why), _) => why.clone(),
        (None, _) => class.to_owned(),
    }
}
