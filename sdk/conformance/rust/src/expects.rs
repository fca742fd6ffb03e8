//! Expectations, step by step, and the verdict that follows from them.

use std::fmt::{self, Display, Formatter};

use holdpoint_sdk::{Findings, Verdict};
use serde_json::Value;

use crate::says::sample;
use crate::settings::{Settings, Step};

/// A value of the settings as the plugin's own language has it.
#[derive(PartialEq)]
enum Own {
    Text(String),
    Number(f64),
    Other(Value),
}

impl Own {
    fn of(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Self::Other(value.clone()),
        }
    }
}

impl Display for Own {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => Display::fmt(text, out),
            Self::Number(number) => Display::fmt(number, out),
            Self::Other(value) => Display::fmt(value, out),
        }
    }
}

/// Takes each step, and closes the list.
pub(crate) fn expect(settings: &Settings) -> Verdict {
    let mut findings = Findings::new();
    for step in &settings.steps {
        take(&mut findings, step);
    }
    findings.verdict(&settings.summary)
}

fn take(findings: &mut Findings, step: &Step) {
    match step {
        Step::Equal { subject, expected, observed } => {
            findings.expect_eq(subject, Own::of(expected), Own::of(observed));
        }
        Step::OneOf { subject, allowed, observed } => {
            let allowed: Vec<Own> = allowed.iter().map(Own::of).collect();
            findings.expect_one_of(subject, &allowed, Own::of(observed));
        }
        Step::AtMost { subject, limit, observed, unit } => {
            findings.expect_at_most(subject, *limit, observed.value(), unit);
        }
        Step::AtLeast { subject, limit, observed, unit } => {
            findings.expect_at_least(subject, *limit, observed.value(), unit);
        }
        Step::Contains { subject, wanted, observed } => findings.expect_contains(subject, wanted, observed),
        Step::Some { subject, observed } => drop(findings.expect_some(subject, observed.as_ref())),
        Step::Met => findings.met(),
        Step::Fail { subject, message } => findings.fail(subject, message),
        Step::Warn { subject, message } => findings.warn(subject, message),
        Step::Note { subject, message } => findings.note(subject, message),
        Step::Unknown { reason } => findings.unknown(reason),
        Step::Measure { name, value, unit } => findings.measure(name, value.value(), unit),
        Step::MeasureSample { name, sample: word, unit } => findings.measure_sample(name, sample(*word), unit),
        Step::Label { name, value } => findings.label(name, value),
    }
}
