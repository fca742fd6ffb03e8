//! Standings: where an assessment is, or how it ended, and on which grounds.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::response::Sight;

/// Where an assessment is. In the one order of severity, from the best to the worst, which holds within a metric and
/// over several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It ended well.
    Successful,
    /// It goes on.
    Running,
    /// Nothing has been measured.
    Pending,
    /// It ended, and could not be decided.
    Inconclusive,
    /// It ended, and could not be measured.
    Error,
    /// It ended badly.
    Failed,
}

/// Why an assessment stands where it does, with the numbers that made it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// Nothing has been measured yet.
    NotBegun,
    /// There is more to be measured.
    UnderWay {
        /// Measurements so far, errors not counted.
        count: u32,
        /// How many there will be; none for no end.
        of: Option<u32>,
    },
    /// More failures than accepted.
    TooManyFailures {
        /// How many.
        failed: u32,
        /// How many are accepted.
        limit: u32,
    },
    /// More errors in a row than accepted.
    TooManyErrorsInARow {
        /// How many.
        errors: u32,
        /// How many are accepted.
        limit: u32,
    },
    /// More errors in all than accepted.
    ErrorBudgetSpent {
        /// How many.
        errors: u32,
        /// How many are accepted.
        budget: u32,
    },
    /// More inconclusive measurements than accepted.
    TooManyInconclusive {
        /// How many.
        inconclusive: u32,
        /// How many are accepted.
        limit: u32,
    },
    /// As many successes in a row as are enough.
    EnoughSuccessesInARow {
        /// How many.
        successes: u32,
    },
    /// All measurements are made, with failures within their limit, and not enough successes in a row: it ended in
    /// between.
    BetweenLimits {
        /// Successes in a row at the end.
        successes: u32,
        /// How many would be enough.
        limit: u32,
    },
    /// All measurements are made, failures have no limit, and there are not enough successes in a row.
    TooFewSuccessesInARow {
        /// Successes in a row at the end.
        successes: u32,
        /// How many would be enough.
        limit: u32,
    },
    /// All measurements are made, within all limits.
    CountReached {
        /// How many measurements.
        count: u32,
        /// How many of them failed.
        failed: u32,
    },
    /// All measurements are made, within all limits, and none of them says whether it is good.
    CountReachedUnanswered {
        /// How many measurements.
        count: u32,
    },
    /// It was stopped before anything was measured.
    StoppedUnmeasured,
    /// It was stopped within all limits, before anything was measured that says whether it is good.
    StoppedUnanswered {
        /// Inconclusive measurements.
        inconclusive: u32,
        /// Errors.
        errors: u32,
    },
    /// It was stopped within all limits.
    Stopped {
        /// Measurements, errors not counted.
        count: u32,
        /// How many of them failed.
        failed: u32,
    },
}

/// Where an assessment stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[must_use]
pub struct Judgement {
    /// Where it stands.
    pub standing: Standing,
    /// Why, as data.
    pub ground: Ground,
    /// Why, in words with the numbers, without a full stop.
    pub reason: String,
}

impl Standing {
    /// As it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::Running => "running",
            Self::Pending => "pending",
            Self::Inconclusive => "inconclusive",
            Self::Error => "error",
            Self::Failed => "failed",
        }
    }

    /// Whether it is an end. An assessment that has ended never stands anywhere else again.
    pub const fn has_ended(self) -> bool {
        match self {
            Self::Running | Self::Pending => false,
            Self::Successful | Self::Inconclusive | Self::Error | Self::Failed => true,
        }
    }

    /// What it shows of the release; nothing before the end. An error is never bad: it could not be found out. (D-9)
    pub const fn sight(self) -> Option<Sight> {
        match self {
            Self::Running | Self::Pending => None,
            Self::Successful => Some(Sight::Good),
            Self::Inconclusive | Self::Error => Some(Sight::Unclear),
            Self::Failed => Some(Sight::Bad),
        }
    }
}

impl Ground {
    /// Where an assessment stands on this ground.
    pub const fn standing(&self) -> Standing {
        match self {
            Self::NotBegun => Standing::Pending,
            Self::UnderWay { .. } => Standing::Running,
            Self::TooManyFailures { .. } | Self::TooFewSuccessesInARow { .. } => Standing::Failed,
            Self::TooManyErrorsInARow { .. } | Self::ErrorBudgetSpent { .. } => Standing::Error,
            Self::TooManyInconclusive { .. }
            | Self::BetweenLimits { .. }
            | Self::CountReachedUnanswered { .. }
            | Self::StoppedUnmeasured
            | Self::StoppedUnanswered { .. } => Standing::Inconclusive,
            Self::EnoughSuccessesInARow { .. } | Self::CountReached { .. } | Self::Stopped { .. } => {
                Standing::Successful
            }
        }
    }

    /// Whether it came to an end only because it was stopped.
    pub const fn is_a_stop(&self) -> bool {
        match self {
            Self::StoppedUnmeasured | Self::StoppedUnanswered { .. } | Self::Stopped { .. } => true,
            Self::NotBegun
            | Self::UnderWay { .. }
            | Self::TooManyFailures { .. }
            | Self::TooManyErrorsInARow { .. }
            | Self::ErrorBudgetSpent { .. }
            | Self::TooManyInconclusive { .. }
            | Self::EnoughSuccessesInARow { .. }
            | Self::BetweenLimits { .. }
            | Self::TooFewSuccessesInARow { .. }
            | Self::CountReached { .. }
            | Self::CountReachedUnanswered { .. } => false,
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotBegun => write!(f, "nothing has been measured yet"),
            Self::UnderWay { count, of: Some(of) } => write!(f, "{count} of {of} measurements"),
            Self::UnderWay { count, of: None } => write!(f, "{count} measurements, to be continued without end"),
            Self::TooManyFailures { failed, limit } => write!(f, "{failed} failed, {limit} accepted"),
            Self::TooManyErrorsInARow { errors, limit } => write!(f, "{errors} errors in a row, {limit} accepted"),
            Self::ErrorBudgetSpent { errors, budget } => write!(f, "{errors} errors in all, {budget} accepted"),
            Self::TooManyInconclusive { inconclusive, limit } => {
                write!(f, "{inconclusive} inconclusive, {limit} accepted")
            }
            Self::EnoughSuccessesInARow { successes } => write!(f, "{successes} successes in a row are enough"),
            Self::BetweenLimits { successes, limit } => write!(
                f,
                "all measurements are made, with failures within their limit, but {successes} successes in a row \
                 where {limit} are enough"
            ),
            Self::TooFewSuccessesInARow { successes, limit } => {
                write!(f, "all measurements are made, but {successes} successes in a row where {limit} are needed")
            }
            Self::CountReached { count, failed } => {
                write!(f, "all {count} measurements are made, {failed} failed, which is accepted")
            }
            Self::CountReachedUnanswered { count } => {
                write!(f, "all {count} measurements are made and accepted, but each was inconclusive")
            }
            Self::StoppedUnmeasured => write!(f, "stopped before anything was measured"),
            Self::StoppedUnanswered { inconclusive, errors } => write!(
                f,
                "stopped before any success or failure was measured: {inconclusive} inconclusive, {errors} errors"
            ),
            Self::Stopped { count, failed } => {
                write!(f, "stopped after {count} measurements, {failed} failed, which is accepted")
            }
        }
    }
}
