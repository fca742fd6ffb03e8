//! What a plugin said: findings, measurements and labels of an admitted verdict.

use std::collections::BTreeMap;

use holdpoint_core::verdict::{Level, Sample, Verdict};
use serde::Serialize;

/// What a plugin said.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Said {
    pub(crate) findings: Vec<Finding>,
    pub(crate) measurements: Vec<Measurement>,
    pub(crate) labels: BTreeMap<String, String>,
}

/// One observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Finding {
    /// `note`, `warn` or `fail`.
    pub(crate) level: &'static str,
    pub(crate) subject: String,
    pub(crate) message: String,
    pub(crate) expected: Option<String>,
    pub(crate) observed: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
}

/// One measured quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Measurement {
    pub(crate) name: String,
    /// The number; absent when there is none.
    pub(crate) number: Option<f64>,
    /// Why there is no number.
    pub(crate) absent: Option<&'static str>,
    pub(crate) unit: String,
    /// RFC 3339 in UTC.
    pub(crate) taken_at: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
}

impl Said {
    pub(crate) fn of(verdict: &Verdict) -> Self {
        Self {
            findings: verdict.findings().iter().map(Finding::of).collect(),
            measurements: verdict.measurements().iter().map(Measurement::of).collect(),
            labels: verdict.labels().clone(),
        }
    }
}

impl Finding {
    fn of(finding: &holdpoint_core::verdict::Finding) -> Self {
        let level = match finding.level {
            Level::Note => "note",
            Level::Warn => "warn",
            Level::Fail => "fail",
        };
        Self {
            level,
            subject: finding.subject.clone(),
            message: finding.message.clone(),
            expected: finding.expected.clone(),
            observed: finding.observed.clone(),
            labels: finding.labels.clone(),
        }
    }
}

impl Measurement {
    fn of(measured: &holdpoint_core::verdict::Measurement) -> Self {
        let (number, absent) = match measured.sample {
            Sample::Number(number) => (Some(number), None),
            Sample::NoData => (None, Some("no data")),
            Sample::NotANumber => (None, Some("not a number")),
            Sample::NotFinite => (None, Some("not finite")),
            Sample::Ambiguous => (None, Some("ambiguous")),
            Sample::WrongType => (None, Some("wrong type")),
            Sample::ProviderDown => (None, Some("provider down")),
        };
        Self {
            name: measured.name.clone(),
            number,
            absent,
            unit: measured.unit.clone(),
            taken_at: measured.taken_at.map(|moment| moment.to_string()),
            labels: measured.labels.clone(),
        }
    }

    /// The number with its unit, or why there is none.
    pub(crate) fn words(&self) -> String {
        match (self.number, self.absent) {
            // "1" is the unit of what is only counted.
            (Some(number), _) if matches!(self.unit.as_str(), "" | "1") => number.to_string(),
            (Some(number), _) => format!("{number} {}", self.unit),
            (None, why) => why.unwrap_or("no data").to_owned(),
        }
    }
}

/// Labels in one line.
pub(crate) fn labels(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}
