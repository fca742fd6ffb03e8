//! Samples in the statistician's sense: finite numbers that were measured under one condition, in their order of time.
//!
//! A single measured value, or why there is none, is [`verdict::Sample`](crate::verdict::Sample); a comparison starts
//! once the numbers among those have been collected into one of these.

use alloc::vec::Vec;

use thiserror::Error;

/// At least one finite number of reasonable size, in order of time. The empty sample has no value of this type: that
/// there is nothing to judge is said before a judge is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    values: Vec<f64>,
    ascending: Vec<f64>,
}

/// Why numbers don't make a sample.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum Refused {
    /// There are no numbers.
    #[error("there are no values")]
    Empty,
    /// One of them isn't finite.
    #[error("value {position} is {value}, not a finite number")]
    NotFinite {
        /// Which one, the first is 0.
        position: usize,
        /// What it is.
        value: f64,
    },
    /// One of them could not be squared and summed.
    #[error("value {position} is {value:e}, beyond ±{largest:e}", largest = Sample::LARGEST)]
    TooLarge {
        /// Which one, the first is 0.
        position: usize,
        /// What it is.
        value: f64,
    },
}

impl Sample {
    /// The largest magnitude that is accepted: squares of differences and their sums stay finite.
    pub const LARGEST: f64 = 1e150;

    /// Checks and keeps numbers, in the order given. A negative zero becomes zero, so that equal values are identical.
    ///
    /// # Errors
    /// When there are none, or the first that is not finite or larger than [`Sample::LARGEST`].
    pub fn new(values: &[f64]) -> Result<Self, Refused> {
        for (position, &value) in values.iter().enumerate() {
            if !value.is_finite() {
                return Err(Refused::NotFinite { position, value });
            }
            if value.abs() > Self::LARGEST {
                return Err(Refused::TooLarge { position, value });
            }
        }
        if values.is_empty() {
            return Err(Refused::Empty);
        }
        let values: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
        let mut ascending = values.clone();
        ascending.sort_unstable_by(f64::total_cmp);
        Ok(Self { values, ascending })
    }

    /// The same sample, each value raised by `shift`.
    ///
    /// # Errors
    /// When that makes a value larger than [`Sample::LARGEST`], or not a number.
    pub fn shifted(&self, shift: f64) -> Result<Self, Refused> {
        let values: Vec<f64> = self.values.iter().map(|value| value + shift).collect();
        Self::new(&values)
    }

    /// The values in order of time.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values, smallest first.
    pub fn ascending(&self) -> &[f64] {
        &self.ascending
    }

    /// How many values there are; never zero.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// The smallest value.
    pub fn least(&self) -> f64 {
        self.ascending.first().copied().unwrap_or_default()
    }

    /// The largest value.
    pub fn greatest(&self) -> f64 {
        self.ascending.last().copied().unwrap_or_default()
    }

    /// Whether all values are the same one.
    pub fn is_constant(&self) -> bool {
        self.least().total_cmp(&self.greatest()).is_eq()
    }

    /// The arithmetic mean, between the least and the greatest value.
    pub fn mean(&self) -> f64 {
        mean(&self.values).clamp(self.least(), self.greatest())
    }

    /// The variance with divisor n - 1, by two passes; none for a single value.
    pub fn variance(&self) -> Option<f64> {
        if self.count() < 2 {
            return None;
        }
        let centre = self.mean();
        let squares: Vec<f64> = self.values.iter().map(|value| (value - centre) * (value - centre)).collect();
        Some(sum(&squares) / count(self.count() - 1))
    }

    /// The median.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The quantile at `share` (clamped to 0 to 1): linear between the order statistics around (n - 1) · share.
    ///
    /// Type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996).
    pub fn quantile(&self, share: f64) -> f64 {
        quantile(&self.ascending, share)
    }
}

/// The sum, with the rounding error of each addition carried along.
///
/// Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974).
pub fn sum(values: &[f64]) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for &value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    total + lost
}

/// The arithmetic mean; zero for no values.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { sum(values) / count(values.len()) }
}

/// The type-7 quantile of ascending values at `share` (clamped to 0 to 1); zero for no values.
pub fn quantile(ascending: &[f64], share: f64) -> f64 {
    let Some(last) = ascending.len().checked_sub(1) else { return 0.0 };
    let place = count(last) * share.clamp(0.0, 1.0);
    let below = whole(place).min(last);
    let part = place - count(below);
    let low = ascending.get(below).copied().unwrap_or_default();
    let high = ascending.get(below + 1).copied().unwrap_or(low);
    (low + part * (high - low)).clamp(low, high)
}

/// A count as a number. Exact up to 2⁵³, which no list in memory reaches.
#[expect(clippy::cast_precision_loss, reason = "no list in memory holds 2⁵³ values")]
pub fn count(count: usize) -> f64 {
    count as f64
}

/// The whole part of a number; zero below zero and for what is not a number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, as documented")]
pub fn whole(value: f64) -> usize {
    value as usize
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the expected values are exact")]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_finite_number_of_reasonable_size_makes_no_sample() {
        assert_eq!(Sample::new(&[]), Err(Refused::Empty));
        assert!(matches!(Sample::new(&[1.0, f64::NAN]), Err(Refused::NotFinite { position: 1, .. })));
        assert!(matches!(Sample::new(&[f64::NEG_INFINITY]), Err(Refused::NotFinite { position: 0, .. })));
        assert!(matches!(Sample::new(&[1e151]), Err(Refused::TooLarge { position: 0, .. })));
    }

    #[test]
    fn the_order_of_time_is_kept_beside_the_order_of_size() {
        let sample = Sample::new(&[3.0, -0.0, 2.0]).unwrap();

        assert_eq!(sample.values(), [3.0, 0.0, 2.0]);
        assert_eq!(sample.ascending(), [0.0, 2.0, 3.0]);
        assert!(sample.least().is_sign_positive());
    }

    #[test]
    fn a_sum_keeps_what_plain_addition_loses() {
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]), 2.0);
    }

    #[test]
    fn quantiles_are_linear_between_neighbours() {
        // R: quantile(c(1, 2, 4, 8), c(0, 0.1, 0.5, 0.9, 1))
        let sample = Sample::new(&[8.0, 1.0, 4.0, 2.0]).unwrap();

        let found: Vec<f64> = [0.0, 0.1, 0.5, 0.9, 1.0].iter().map(|&share| sample.quantile(share)).collect();

        for (found, expected) in found.iter().zip([1.0, 1.3, 3.0, 6.8, 8.0]) {
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
    }

    #[test]
    fn the_largest_values_overflow_nothing() {
        let sample = Sample::new(&[Sample::LARGEST, -Sample::LARGEST, Sample::LARGEST]).unwrap();

        assert!(sample.variance().unwrap().is_finite());
        assert!(sample.mean().is_finite());
        assert_eq!(Sample::new(&[7.0]).unwrap().variance(), None);
    }
}
