//! Sen's slope: the median of the slopes between all pairs of points, which no outlier can tilt.

use alloc::vec::Vec;

use crate::stat::sample::{count, quantile, whole};

/// The slopes between all pairs of points at different times, smallest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Slopes(Vec<f64>);

impl Slopes {
    /// Of values at times, the earliest first.
    pub fn of(times: &[f64], values: &[f64]) -> Self {
        let points = || times.iter().zip(values);
        let mut slopes = Vec::with_capacity(times.len() * times.len().saturating_sub(1) / 2);
        for (place, (before, low)) in points().enumerate() {
            let later = points().skip(place + 1).filter(|(after, _)| *after > before);
            slopes.extend(later.map(|(after, high)| (high - low) / (after - before)).filter(|slope| slope.is_finite()));
        }
        slopes.sort_unstable_by(f64::total_cmp);
        Self(slopes)
    }

    /// The median; none without two points at different times.
    pub fn median(&self) -> Option<f64> {
        (!self.0.is_empty()).then(|| quantile(&self.0, 0.5))
    }

    /// The slopes that Mann's test would not refute when S may lie `reach` from zero: an end is absent when the reach is
    /// beyond all pairs (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd edition, 2014, 9.3).
    pub fn within(&self, reach: f64) -> (Option<f64>, Option<f64>) {
        let pairs = count(self.0.len());
        let below = 0.5 * (pairs - reach);
        if below < 0.5 {
            return (None, None);
        }
        let low = whole(libm::rint(below)).saturating_sub(1);
        let high = whole(libm::rint(0.5 * (pairs + reach)));
        (self.0.get(low).copied(), self.0.get(high).or(self.0.last()).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_does_not_tilt_the_slope() {
        let slopes = Slopes::of(&[0.0, 1.0, 2.0, 3.0, 4.0], &[0.0, 2.0, 4.0, 600.0, 8.0]);

        assert!((slopes.median().unwrap() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_interval_holds_the_median_and_ends_where_nothing_is_refuted() {
        let slopes = Slopes::of(&[0.0, 1.0, 2.0, 3.0], &[0.0, 1.0, 3.0, 4.0]);

        let (low, high) = slopes.within(2.0);

        assert!(low.unwrap() <= slopes.median().unwrap() && slopes.median().unwrap() <= high.unwrap());
        assert_eq!(slopes.within(100.0), (None, None));
        assert_eq!(Slopes::of(&[1.0, 1.0], &[0.0, 5.0]).median(), None);
    }
}
