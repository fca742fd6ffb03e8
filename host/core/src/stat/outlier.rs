//! Outliers and gaps: what is done, when a plan asks for it, with values far from all others and with values that are
//! missing.
//!
//! Nothing is removed unless asked for, and never from counts or ratios: three errors in 360 quiet minutes are the
//! signal, not the noise. What was removed is said.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::stat::sample::Sample;

/// What is done with values that lie far out.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outliers {
    /// They stay.
    #[default]
    Keep,
    /// Those beyond the fences are left out: so many interquartile ranges outside the quartiles, but never inside the
    /// 1st and the 99th percentile. Tukey, Exploratory Data Analysis (1977), calls those beyond 3 far out.
    Fence {
        /// How many interquartile ranges; negative and not-a-number count as zero.
        factor: f64,
    },
}

impl Outliers {
    /// Tukey's outer fences.
    pub const FAR_OUT: Self = Self::Fence { factor: 3.0 };
}

/// What the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// A level such as a latency or a load, which an unlucky measurement may put far out.
    #[default]
    Level,
    /// A count of events, or a rate of them.
    Count,
    /// A share of one count in another, such as errors in requests.
    Ratio,
}

/// A sample after its outliers were dealt with.
#[derive(Debug, Clone, PartialEq)]
pub struct Filtered {
    /// What is left, in order of time.
    pub kept: Sample,
    /// What was left out, in order of time.
    pub removed: Vec<f64>,
}

impl Outliers {
    /// Deals with the outliers of a sample. Something is always left, since the median is never an outlier.
    pub fn settle(self, sample: Sample, quantity: Quantity) -> Filtered {
        match (self, quantity) {
            (Self::Fence { factor }, Quantity::Level) => fence(sample, factor.max(0.0)),
            (Self::Keep, Quantity::Level | Quantity::Count | Quantity::Ratio)
            | (Self::Fence { .. }, Quantity::Count | Quantity::Ratio) => Filtered { kept: sample, removed: Vec::new() },
        }
    }
}

fn fence(sample: Sample, factor: f64) -> Filtered {
    let (first, third) = (sample.quantile(0.25), sample.quantile(0.75));
    let reach = factor * (third - first);
    let low = (first - reach).min(sample.quantile(0.01));
    let high = (third + reach).max(sample.quantile(0.99));
    let (inside, removed): (Vec<f64>, Vec<f64>) =
        sample.values().iter().partition(|value| (low..=high).contains(*value));
    match Sample::new(&inside) {
        Ok(kept) => Filtered { kept, removed },
        Err(_) => Filtered { kept: sample, removed: Vec::new() },
    }
}

/// What is done with points at which nothing was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// They are left out.
    #[default]
    Remove,
    /// They count as zero: for counts whose provider says nothing when nothing happened.
    Zero,
}

impl Missing {
    /// The values, with the missing ones dealt with.
    pub fn settle(self, values: impl IntoIterator<Item = Option<f64>>) -> Vec<f64> {
        let values = values.into_iter();
        match self {
            Self::Remove => values.flatten().collect(),
            Self::Zero => values.map(Option::unwrap_or_default).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn with_a_giant() -> Sample {
        let mut values: Vec<f64> = (0..200).map(|n| f64::from(n % 10)).collect();
        values.extend([1e6, -1e6]);
        Sample::new(&values).unwrap()
    }

    #[test]
    fn only_what_is_far_out_of_a_level_is_removed() {
        let found = Outliers::FAR_OUT.settle(with_a_giant(), Quantity::Level);

        assert_eq!(found.removed, [1e6, -1e6]);
        assert_eq!(found.kept.count(), 200);
        assert!(Outliers::Keep.settle(with_a_giant(), Quantity::Level).removed.is_empty());
    }

    #[test]
    fn rare_errors_are_never_outliers() {
        let mut values = vec![0.0; 357];
        values.extend([1.0; 3]);
        let sample = Sample::new(&values).unwrap();

        for quantity in [Quantity::Count, Quantity::Ratio] {
            let found = Outliers::FAR_OUT.settle(sample.clone(), quantity);
            assert!(found.removed.is_empty() && found.kept == sample);
        }
    }

    #[test]
    fn the_first_and_the_last_percent_stay_inside_the_fences() {
        let mut values = vec![5.0; 49];
        values.push(6.0);

        let found = Outliers::FAR_OUT.settle(Sample::new(&values).unwrap(), Quantity::Level);

        // No spread at all, but the 99th percentile of fifty lies half-way to the largest.
        assert_eq!(found.removed, [6.0]);
        values.truncate(3);
        assert!(
            Outliers::Fence { factor: f64::NAN }
                .settle(Sample::new(&values).unwrap(), Quantity::Level)
                .removed
                .is_empty()
        );
    }

    #[test]
    fn a_gap_is_left_out_or_counts_as_zero() {
        let values = [Some(1.0), None, Some(2.0)];

        assert_eq!(Missing::Remove.settle(values), [1.0, 2.0]);
        assert_eq!(Missing::Zero.settle(values), [1.0, 0.0, 2.0]);
    }
}
