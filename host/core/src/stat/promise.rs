//! What a judge promises, and what it is asked.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::stat::sample::count;

/// The promised chance of a false alarm, over all looks together: above 0, at most 0.5. By default 1 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Alpha(f64);

/// What counts as no difference, beyond what noise explains. By default none at all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tolerance {
    /// So many units of the metric; for events in requests, so much of a share (0.01 is one percentage point).
    Absolute(Amount),
    /// So much of the baseline's level: 0.1 is a tenth of it.
    Relative(Amount),
}

/// A finite number, at least 0 and at most [`Amount::LARGEST`].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Amount(f64);

/// Which difference is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Only an increase.
    Rise,
    /// Only a decrease.
    Drop,
    /// Both; each gets half of the error rate.
    Either,
}

/// Why a number is no amount that a judge can take.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum NotAnAmount {
    /// Not a chance of a false alarm.
    #[error("{0} is not an error rate: above 0, at most 0.5")]
    Alpha(f64),
    /// Not a tolerance.
    #[error("{0} is not a tolerance: a finite number from 0 to {largest:e}", largest = Amount::LARGEST)]
    Amount(f64),
}

impl Alpha {
    /// One in a hundred.
    pub const DEFAULT: Self = Self(0.01);

    /// Takes a number as an error rate.
    ///
    /// # Errors
    /// When it isn't above 0 and at most 0.5.
    pub fn try_new(alpha: f64) -> Result<Self, NotAnAmount> {
        if (f64::MIN_POSITIVE..=0.5).contains(&alpha) { Ok(Self(alpha)) } else { Err(NotAnAmount::Alpha(alpha)) }
    }

    /// As a number.
    pub const fn as_f64(self) -> f64 {
        self.0
    }

    /// What each of so many rules may use, so that all of them together keep this promise (Bonferroni's inequality).
    #[must_use]
    pub fn shared_by(self, rules: usize) -> Self {
        Self((self.0 / count(rules.max(1))).max(f64::MIN_POSITIVE))
    }
}

impl Amount {
    /// The largest that is accepted.
    pub const LARGEST: f64 = 1e150;
    /// Nothing.
    pub const ZERO: Self = Self(0.0);

    /// Takes a number as an amount.
    ///
    /// # Errors
    /// When it isn't from 0 to [`Amount::LARGEST`].
    pub fn try_new(amount: f64) -> Result<Self, NotAnAmount> {
        if (0.0..=Self::LARGEST).contains(&amount) { Ok(Self(amount)) } else { Err(NotAnAmount::Amount(amount)) }
    }

    /// As a number.
    pub const fn as_f64(self) -> f64 {
        self.0
    }
}

impl Tolerance {
    /// Any difference counts.
    pub const NONE: Self = Self::Absolute(Amount::ZERO);

    /// In units of the metric, for a baseline at this level.
    pub fn at(self, level: f64) -> f64 {
        match self {
            Self::Absolute(amount) => amount.as_f64(),
            Self::Relative(share) => (share.as_f64() * level.abs()).min(f64::MAX),
        }
    }
}

impl Direction {
    /// Whether an increase is looked for.
    pub const fn looks_up(self) -> bool {
        match self {
            Self::Rise | Self::Either => true,
            Self::Drop => false,
        }
    }

    /// Whether a decrease is looked for.
    pub const fn looks_down(self) -> bool {
        match self {
            Self::Drop | Self::Either => true,
            Self::Rise => false,
        }
    }
}

impl TryFrom<f64> for Alpha {
    type Error = NotAnAmount;

    fn try_from(alpha: f64) -> Result<Self, NotAnAmount> {
        Self::try_new(alpha)
    }
}

impl From<Alpha> for f64 {
    fn from(alpha: Alpha) -> Self {
        alpha.0
    }
}

impl TryFrom<f64> for Amount {
    type Error = NotAnAmount;

    fn try_from(amount: f64) -> Result<Self, NotAnAmount> {
        Self::try_new(amount)
    }
}

impl From<Amount> for f64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_chance_below_one_half_is_an_error_rate() {
        for wrong in [0.0, -0.01, 0.51, f64::NAN, f64::INFINITY] {
            assert!(Alpha::try_new(wrong).is_err(), "{wrong}");
        }
        assert!(Alpha::try_new(0.05).is_ok());
    }

    #[test]
    fn a_tolerance_is_finite_and_not_negative() {
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(Amount::try_new(wrong).is_err(), "{wrong}");
        }
        let tenth = Tolerance::Relative(Amount::try_new(0.1).unwrap());
        assert!((tenth.at(-50.0) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_read_back_is_checked_again() {
        assert!(serde_json::from_str::<Alpha>("0.01").is_ok());
        assert!(serde_json::from_str::<Alpha>("0.9").is_err());
        assert!(serde_json::from_str::<Tolerance>(r#"{"relative":-1}"#).is_err());
    }

    #[test]
    fn an_error_rate_is_shared_evenly() {
        assert!((Alpha::DEFAULT.shared_by(10).as_f64() - 0.001).abs() < 1e-12);
        assert!((Alpha::DEFAULT.shared_by(0).as_f64() - 0.01).abs() < 1e-12);
    }
}
