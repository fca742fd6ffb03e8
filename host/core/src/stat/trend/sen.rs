//! Sen's slope: the median of the slopes between all pairs of points, which no outlier can tilt.

use alloc::vec::Vec;

use crate::stat::sample::{count, quantile, whole};

/// The slopes between all pairs of points at different times. There are many, and few are asked for by their rank: they are
/// never sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Slopes {
    slopes: Vec<f64>,
    median: Option<f64>,
}

impl Slopes {
    /// Of values at times, the earliest first.
    pub fn of(times: &[f64], values: &[f64]) -> Self {
        let points = || times.iter().zip(values);
        let mut slopes = Vec::with_capacity(times.len() * times.len().saturating_sub(1) / 2);
        for (place, (before, low)) in points().enumerate() {
            let later = points().skip(place + 1).filter(|(after, _)| *after > before);
            slopes.extend(later.map(|(after, high)| (high - low) / (after - before)).filter(|slope| slope.is_finite()));
        }
        let median = middle(&mut slopes);
        Self { slopes, median }
    }

    /// The median; none without two points at different times.
    pub const fn median(&self) -> Option<f64> {
        self.median
    }

    /// The slopes that Mann's test would not refute when S may lie `reach` from zero: an end is absent when the reach is
    /// beyond all pairs (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd edition, 2014, 9.3).
    pub fn within(&self, reach: f64) -> (Option<f64>, Option<f64>) {
        let pairs = count(self.slopes.len());
        let below = 0.5 * (pairs - reach);
        if below < 0.5 {
            return (None, None);
        }
        let low = whole(libm::rint(below)).saturating_sub(1);
        let high = whole(libm::rint(0.5 * (pairs + reach)));
        (self.ranked(low), self.ranked(high.min(self.slopes.len().saturating_sub(1))))
    }

    /// The slope of this rank, the smallest is 0.
    fn ranked(&self, rank: usize) -> Option<f64> {
        let mut slopes = self.slopes.clone();
        (rank < slopes.len()).then(|| *slopes.select_nth_unstable_by(rank, f64::total_cmp).1)
    }
}

/// The median, as [`quantile`] has it of values in their order.
fn middle(values: &mut [f64]) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let (_, low, above) = values.select_nth_unstable_by(last / 2, f64::total_cmp);
    let high = if last % 2 == 1 { above.iter().copied().min_by(f64::total_cmp) } else { None };
    Some(quantile(&[*low, high.unwrap_or(*low)], 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_the_slopes_in_their_order() {
        for points in 2..40_u32 {
            let times: Vec<f64> = (0..points).map(f64::from).collect();
            let values: Vec<f64> = (0..points).map(|at| f64::from(at.wrapping_mul(2_654_435_761) >> 20)).collect();
            let slopes = Slopes::of(&times, &values);

            let mut ordered = slopes.slopes.clone();
            ordered.sort_unstable_by(f64::total_cmp);

            assert_eq!(slopes.median().map(f64::to_bits), Some(quantile(&ordered, 0.5).to_bits()), "{points}");
            assert_eq!(slopes.ranked(points as usize / 3), ordered.get(points as usize / 3).copied());
        }
    }

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
