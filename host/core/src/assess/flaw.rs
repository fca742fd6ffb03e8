//! Flaws: why terms can't be assessed by, all of them at once.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use super::condition::{Condition, Plain};
use crate::time::Span;

/// One thing that is wrong with terms.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Flaw {
    /// There is neither a success nor a failure condition.
    #[error("there is no condition, so that every number would be a success")]
    NoCondition,
    /// A condition compares with something that is no finite number.
    #[error("{key} compares with {}, not a finite number", Plain(*.value))]
    NotFinite {
        /// Which condition.
        key: &'static str,
        /// What it compares with.
        value: f64,
    },
    /// A range whose low end is above its high end.
    #[error("{key} is {condition}, which no number can be")]
    EmptyRange {
        /// Which condition.
        key: &'static str,
        /// The range.
        condition: Condition,
    },
    /// A number that is below what it may be, or beyond what is counted.
    #[error("{key} is {value}, not a whole number from {least} to {}", u32::MAX)]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// Its value.
        value: i64,
        /// The smallest that it may be.
        least: i64,
    },
    /// Neither failures nor successes could ever end it badly or well.
    #[error("the failure limit is off (-1) and so is the consecutive success limit (0), so that nothing could fail it")]
    BothLimitsOff,
    /// There are fewer measurements than limits need.
    #[error("count is {count}, less than {needed}, which is {limits}")]
    CountTooSmall {
        /// How many measurements there are.
        count: u32,
        /// How many there must be.
        needed: u64,
        /// The limits that need so many.
        limits: &'static str,
    },
    /// Several measurements, and nothing says when.
    #[error("count is {count} and there is no interval, so that only the first would be made")]
    NoInterval {
        /// How many measurements there should be.
        count: u32,
    },
    /// A length of time that must not be zero.
    #[error("{key} is zero, which is no length of time")]
    NoTime {
        /// The key.
        key: &'static str,
    },
    /// The longest pause is shorter than the first.
    #[error("the longest pause between retries is {longest}, shorter than the first, {after}")]
    ShrinkingPause {
        /// The first pause.
        after: Span,
        /// The longest pause.
        longest: Span,
    },
    /// A failure window, and no failure limit that it could be for.
    #[error("there is a failure window, and the failure limit is off (-1)")]
    WindowWithoutLimit,
}

/// Terms that can't be assessed by.
#[derive(Debug, Clone, PartialEq, Error)]
pub struct Refused {
    flaws: Vec<Flaw>,
}

impl Flaw {
    /// The key that it is about, as written in the terms.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NoCondition => "success-condition",
            Self::NotFinite { key, .. }
            | Self::EmptyRange { key, .. }
            | Self::OutOfRange { key, .. }
            | Self::NoTime { key } => key,
            Self::BothLimitsOff => "failure-limit",
            Self::CountTooSmall { .. } => "count",
            Self::NoInterval { .. } => "interval",
            Self::ShrinkingPause { .. } => "error-retry.longest",
            Self::WindowWithoutLimit => "failure-window",
        }
    }

    /// What would mend it, as an instruction.
    pub fn cure(&self) -> String {
        match self {
            Self::NoCondition => "give a success-condition, a failure-condition, or both".to_string(),
            Self::NotFinite { .. } => "compare with a finite number".to_string(),
            Self::EmptyRange { .. } => "give the smaller number as low and the greater as high".to_string(),
            Self::OutOfRange { least, .. } => format!("give a whole number that is at least {least}"),
            Self::BothLimitsOff => {
                "set failure-limit to 0 or more, or consecutive-success-limit to 1 or more".to_string()
            }
            Self::CountTooSmall { needed, .. } => {
                format!("raise count to {needed}, set it to 0 for no end, or lower the limits")
            }
            Self::NoInterval { .. } => "give an interval, or set count to 1".to_string(),
            Self::NoTime { .. } => "give a length of time, such as 10s".to_string(),
            Self::ShrinkingPause { after, .. } => format!("give at least {after}, or leave it out for steady pauses"),
            Self::WindowWithoutLimit => "set failure-limit to 0 or more, or leave the window out".to_string(),
        }
    }
}

impl Refused {
    /// Refuses for these reasons.
    pub(super) const fn of(flaws: Vec<Flaw>) -> Self {
        Self { flaws }
    }

    /// Everything that is wrong, in the order of the keys.
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }
}

impl fmt::Display for Refused {
    /// Writes all flaws in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, flaw) in self.flaws.iter().enumerate() {
            let between = if number == 0 { "" } else { "; " };
            write!(f, "{between}{flaw}")?;
        }
        Ok(())
    }
}
