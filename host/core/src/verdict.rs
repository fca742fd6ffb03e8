//! Verdicts: what a plugin says, once it has been admitted.

pub mod admit;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// What a check found. (D-1)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finds {
    /// What was asked for is so.
    Pass,
    /// It is so, but a person should look.
    Warn,
    /// It is not so.
    Fail,
    /// It could not be found out.
    Inconclusive,
}

/// How a single finding bears on the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Something worth knowing.
    Note,
    /// Something a person should look at.
    Warn,
    /// Something that is wrong.
    Fail,
}

/// One observation that explains a verdict. The same shape before and after admission: only
/// [`admit::admit`] makes a [`Verdict`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How it bears on the verdict.
    pub level: Level,
    /// What was looked at.
    pub subject: String,
    /// What was found, in one sentence.
    pub message: String,
    /// What should have been there, if that can be said.
    pub expected: Option<String>,
    /// What was there, if that can be said.
    pub observed: Option<String>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// A number, or why there is none. Classed before anything is compared; only `Number` can breach or pass. (S-1)
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sample {
    /// A finite number.
    Number(f64),
    /// The provider answered, and had nothing.
    NoData,
    /// The provider's answer was not a number.
    NotANumber,
    /// The provider's answer was infinite.
    NotFinite,
    /// The provider gave several values where one was asked for.
    Ambiguous,
    /// The provider gave something else than a number.
    WrongType,
    /// The provider did not answer.
    ProviderDown,
}

impl Sample {
    /// The number, if it is one.
    pub const fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::NoData
            | Self::NotANumber
            | Self::NotFinite
            | Self::Ambiguous
            | Self::WrongType
            | Self::ProviderDown => None,
        }
    }
}

/// One measured quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// What was measured.
    pub name: String,
    /// The number, or why there is none.
    pub sample: Sample,
    /// The unit.
    pub unit: String,
    /// When the provider took it, if it says so.
    pub taken_at: Option<Moment>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// What a plugin returned, before it is trusted in anything: any text, any number, any count.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it says it found.
    pub finds: Finds,
    /// The reason.
    pub summary: String,
    /// What explains it.
    pub findings: Vec<Finding>,
    /// What was measured.
    pub measurements: Vec<Measurement>,
    /// Other facts; a key that comes twice keeps its last value.
    pub labels: Vec<(String, String)>,
}

/// What a plugin says, inside its limits, with finite numbers and visible text. Made by [`admit::admit`] alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub(crate) finds: Finds,
    pub(crate) summary: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) measurements: Vec<Measurement>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<String, String>,
}

impl Verdict {
    /// Moves the times at which its measurements were taken by so many milliseconds, for a verdict that is looked at as if
    /// it came at another time.
    pub fn shift(&mut self, millis: i64) {
        for measurement in &mut self.measurements {
            measurement.taken_at = measurement.taken_at.map(|taken| Moment(taken.0.saturating_add(millis)));
        }
    }

    /// Lets a word that would let the release through count for nothing, since too few requests were seen for it.
    pub(crate) fn doubt(&mut self, sent: u32, least: u32) {
        let word = match self.finds {
            Finds::Pass => "pass",
            Finds::Warn => "warn",
            Finds::Fail | Finds::Inconclusive => return,
        };
        self.finds = Finds::Inconclusive;
        let said = core::mem::take(&mut self.summary);
        self.summary = format!("it said {word} on {sent} of at least {least} requests, without having looked: {said}");
    }

    /// What it found.
    pub fn finds(&self) -> Finds {
        self.finds
    }

    /// The reason, in one sentence.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// What explains it, the most important first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What was measured on the way.
    pub fn measurements(&self) -> &[Measurement] {
        &self.measurements
    }

    /// Other facts.
    pub fn labels(&self) -> &BTreeMap<String, String> {
        &self.labels
    }
}
