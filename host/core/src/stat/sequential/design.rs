//! What a sequential judge promises, and what it is asked.

use serde::{Deserialize, Serialize};
use thiserror::Error;

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

/// What a judge promises, and what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// The promised chance of a false alarm.
    pub alpha: Alpha,
    /// Which difference is looked for.
    pub direction: Direction,
    /// What counts as no difference.
    pub tolerance: Tolerance,
    /// After about how many points an answer is hoped for. A judge is sharpest there; its promise holds anywhere.
    pub horizon: u32,
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

impl Default for Design {
    /// One in a hundred, either direction, no tolerance, sharpest at 60 points.
    fn default() -> Self {
        Self { alpha: Alpha::DEFAULT, direction: Direction::Either, tolerance: Tolerance::NONE, horizon: 60 }
    }
}

impl Design {
    /// The error rate that one direction may use up.
    pub(super) fn alpha_per_side(&self) -> f64 {
        match self.direction {
            Direction::Rise | Direction::Drop => self.alpha.as_f64(),
            Direction::Either => self.alpha.as_f64() / 2.0,
        }
    }

    /// Whether an increase is looked for.
    pub(super) fn looks_up(&self) -> bool {
        match self.direction {
            Direction::Rise | Direction::Either => true,
            Direction::Drop => false,
        }
    }

    /// Whether a decrease is looked for.
    pub(super) fn looks_down(&self) -> bool {
        match self.direction {
            Direction::Drop | Direction::Either => true,
            Direction::Rise => false,
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
    fn a_design_read_back_is_checked_again() {
        let text = serde_json::to_string(&Design::default()).unwrap();

        assert_eq!(serde_json::from_str::<Design>(&text).unwrap(), Design::default());
        assert!(serde_json::from_str::<Design>(&text.replace("0.01", "0.9")).is_err());
    }
}
