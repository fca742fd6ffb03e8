//! Effect sizes: how large a difference is, apart from how sure it is.

use serde::{Deserialize, Serialize};

use crate::stat::mann_whitney::{Alternative, MannWhitney, Method};
use crate::stat::sample::Sample;

/// How much larger a second sample is than a first, in three ways that don't depend on the numbers of points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The probability that a value of the second is the larger of a pair, a tie counting half: 0 to 1, 0.5 for none.
    /// McGraw and Wong's common language effect size, Psychological Bulletin 111 (1992), without their normality.
    pub superiority: f64,
    /// Cliff's delta, "Dominance statistics", Psychological Bulletin 114 (1993): -1 to 1, 0 for none.
    pub delta: f64,
    /// The second mean over the first. None when either is zero, where a ratio says nothing.
    pub mean_ratio: Option<f64>,
}

impl Effect {
    /// Of these two samples.
    pub fn of(first: &Sample, second: &Sample) -> Self {
        let test = MannWhitney::by(Method::Normal, first, second, Alternative::Either);
        let superiority = test.u / test.pairs;
        Self { superiority, delta: 2.0 * superiority - 1.0, mean_ratio: mean_ratio(first, second) }
    }
}

/// The second mean over the first; none when either is zero, or one so small that the ratio isn't finite.
fn mean_ratio(first: &Sample, second: &Sample) -> Option<f64> {
    let (before, after) = (first.mean(), second.mean());
    let ratio = after / before;
    if before.abs() > 0.0 && after.abs() > 0.0 && ratio.is_finite() { Some(ratio) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_means_are_compared() {
        let (first, second) = (Sample::new(&[1.0, 2.0]).unwrap(), Sample::new(&[2.0, 4.0]).unwrap());

        let found = Effect::of(&first, &second);

        assert_eq!(found, Effect { superiority: 0.875, delta: 0.75, mean_ratio: Some(2.0) });
    }

    #[test]
    fn a_mean_of_zero_has_no_ratio() {
        let (zero, one) = (Sample::new(&[-1.0, 1.0]).unwrap(), Sample::new(&[1.0]).unwrap());

        assert_eq!(Effect::of(&zero, &one).mean_ratio, None);
        assert_eq!(Effect::of(&one, &zero).mean_ratio, None);
    }
}
