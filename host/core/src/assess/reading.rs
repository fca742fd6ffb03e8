//! Readings: what a measurement came to, and how it is graded.

use alloc::format;
use alloc::string::{String, ToString as _};

use serde::{Deserialize, Serialize};

use super::assessment::{Assessment, Conditions};
use super::condition::Plain;
use crate::outcome::Outcome;
use crate::verdict::Sample;

/// What a measurement came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// A number, or why the provider gave none.
    Sample(Sample),
    /// The measurement itself went wrong: what happened, in words.
    Error(String),
}

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
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
    /// The measurement itself went wrong.
    Error,
}

/// What one measurement counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// A number that is as it should be.
    Successful,
    /// A number that is not.
    Failed,
    /// A number that meets neither of two conditions.
    Inconclusive,
    /// No number. It is no measurement in the sense of the count, and is made again.
    Error,
}

/// A measurement with its grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Graded {
    /// What it counts as.
    pub grade: Grade,
    /// Why there is no number; present exactly when it is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// What was measured and held against what, in words.
    pub words: String,
}

impl Reading {
    /// A number as it came, whatever it is: classed before anything is compared. (S-1)
    pub const fn number(value: f64) -> Self {
        Self::Sample(classed(Sample::Number(value)))
    }

    /// What a check's outcome says of one of its measurements, by name. (S-1)
    ///
    /// A verdict without it has no data, one with several of that name is ambiguous; whatever isn't a verdict is an
    /// error. What the check itself found is not asked: a number is judged by the conditions alone.
    pub fn of(outcome: &Outcome, metric: &str) -> Self {
        match outcome {
            Outcome::Said { verdict } => {
                let mut named = verdict.measurements().iter().filter(|measurement| measurement.name == metric);
                match (named.next(), named.next()) {
                    (Some(only), None) => Self::Sample(only.sample),
                    (None, _) => Self::Sample(Sample::NoData),
                    (Some(_), Some(_)) => Self::Sample(Sample::Ambiguous),
                }
            }
            Outcome::Error { .. }
            | Outcome::Timeout { .. }
            | Outcome::Skipped { .. }
            | Outcome::Cancelled { .. }
            | Outcome::Waived { .. } => Self::went_wrong(outcome),
        }
    }

    /// An error, told by the outcome that is no verdict.
    pub fn went_wrong(outcome: &Outcome) -> Self {
        Self::Error(format!("{}: {}", outcome.word(), outcome.account()))
    }
}

impl Missing {
    /// As it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoData => "no-data",
            Self::NotANumber => "not-a-number",
            Self::NotFinite => "not-finite",
            Self::Ambiguous => "ambiguous",
            Self::WrongType => "wrong-type",
            Self::ProviderDown => "provider-down",
            Self::Error => "error",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::NoData => "the provider had no data",
            Self::NotANumber => "the provider's answer was not a number (NaN)",
            Self::NotFinite => "the provider's answer was infinite",
            Self::Ambiguous => "the provider gave several values where one was asked for",
            Self::WrongType => "the provider gave something else than a number",
            Self::ProviderDown => "the provider did not answer",
            Self::Error => "the measurement went wrong",
        }
    }
}

impl Graded {
    fn missing(missing: Missing, words: &str) -> Self {
        Self { grade: Grade::Error, missing: Some(missing), words: words.to_string() }
    }
}

impl Assessment {
    /// Says what a measurement counts as. Total: whatever arrives has a grade. (S-1)
    pub fn grade(&self, reading: &Reading) -> Graded {
        let sample = match reading {
            Reading::Error(words) if words.is_empty() => {
                return Graded::missing(Missing::Error, Missing::Error.words());
            }
            Reading::Error(words) => return Graded::missing(Missing::Error, words),
            Reading::Sample(sample) => classed(*sample),
        };
        let missing = match sample {
            Sample::Number(value) => return self.conditions.grade(value),
            Sample::NoData => Missing::NoData,
            Sample::NotANumber => Missing::NotANumber,
            Sample::NotFinite => Missing::NotFinite,
            Sample::Ambiguous => Missing::Ambiguous,
            Sample::WrongType => Missing::WrongType,
            Sample::ProviderDown => Missing::ProviderDown,
        };
        Graded::missing(missing, missing.words())
    }
}

impl Conditions {
    fn grade(self, value: f64) -> Graded {
        let (grade, against) = match self {
            Self::Failure(failure) | Self::Both { failure, .. } if failure.holds(value) => {
                (Grade::Failed, format!("is {failure}"))
            }
            Self::Success(success) if success.holds(value) => (Grade::Successful, format!("is {success}")),
            Self::Success(success) => (Grade::Failed, format!("is not {success}")),
            Self::Failure(failure) => (Grade::Successful, format!("is not {failure}")),
            Self::Both { success, failure } if success.holds(value) => {
                (Grade::Successful, format!("is {success}, and not {failure}"))
            }
            Self::Both { success, failure } => {
                (Grade::Inconclusive, format!("is neither {success} (a success) nor {failure} (a failure)"))
            }
        };
        Graded { grade, missing: None, words: format!("{} {against}", Plain(value)) }
    }
}

/// A number that isn't finite has a class of its own.
const fn classed(sample: Sample) -> Sample {
    match sample {
        Sample::Number(value) if value.is_nan() => Sample::NotANumber,
        Sample::Number(value) if value.is_infinite() => Sample::NotFinite,
        Sample::Number(_)
        | Sample::NoData
        | Sample::NotANumber
        | Sample::NotFinite
        | Sample::Ambiguous
        | Sample::WrongType
        | Sample::ProviderDown => sample,
    }
}
