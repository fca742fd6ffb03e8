//! Mann's test: how many pairs of values rise with time, and how many fall.

use alloc::vec::Vec;

use super::inversions;
use crate::stat::normal;
use crate::stat::sample::count;

/// Mann's statistic of a series, and its variance when the order is chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannKendall {
    /// Pairs that rise minus pairs that fall.
    pub s: f64,
    /// The variance of s when all orders are as likely, ties taken into account.
    pub variance: f64,
    points: usize,
    /// How many pairs fall, and how many are level.
    pub(super) not_rising: [usize; 2],
}

impl MannKendall {
    /// Of values in order of time. Equal values are neither a rise nor a fall.
    ///
    /// The variance is that of Kendall, Rank Correlation Methods (4th edition, 1970).
    pub fn of(values: &[f64]) -> Self {
        let mut ascending: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
        let mut spare = ascending.clone();
        let falling = inversions::sort(&mut ascending, &mut spare, &|earlier, later| earlier <= later);
        let tied = || ascending.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(<[f64]>::len).filter(|size| *size > 1);
        let level: usize = tied().map(pairs).sum();
        let s = count(pairs(values.len()) - level - falling) - count(falling);
        let tied: f64 = tied().map(triple).sum();
        Self { s, variance: (triple(values.len()) - tied) / 18.0, points: values.len(), not_rising: [falling, level] }
    }

    /// Kendall's rank correlation with time, pairs of equal values counted: -1 to 1, zero for fewer than two points.
    pub fn tau(&self) -> f64 {
        let pairs = 0.5 * count(self.points) * (count(self.points) - 1.0);
        if pairs > 0.0 { self.s / pairs } else { 0.0 }
    }

    /// S in standard deviations, corrected for being a whole number; zero when nothing varies.
    pub fn z(&self) -> f64 {
        if self.variance <= 0.0 || self.s.abs() < 1.0 {
            return 0.0;
        }
        (self.s - libm::copysign(1.0, self.s)) / libm::sqrt(self.variance)
    }

    /// The probability of an S so far from zero, either way, when points are independent and looked at once.
    pub fn p(&self) -> f64 {
        (2.0 * normal::survival(self.z().abs())).min(1.0)
    }
}

/// t (t - 1) (2t + 5).
fn triple(size: usize) -> f64 {
    count(size) * (count(size) - 1.0) * (2.0 * count(size) + 5.0)
}

/// How many pairs so many points make.
const fn pairs(size: usize) -> usize {
    size * size.saturating_sub(1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_a_ramp_rises() {
        let ramp = MannKendall::of(&[1.0, 2.0, 3.0, 4.0]);

        assert!((ramp.s - 6.0).abs() < 1e-12 && (ramp.tau() - 1.0).abs() < 1e-12);
        assert!((ramp.variance - 4.0 * 3.0 * 13.0 / 18.0).abs() < 1e-12);
    }

    #[test]
    fn s_is_what_comparing_all_pairs_gives() {
        for points in [0, 1, 2, 17, 60, 333] {
            let values: Vec<f64> = (0..points)
                .map(|at: u32| f64::from(at.wrapping_mul(2_654_435_761) >> 27) - 9.0 + f64::from(at / 50))
                .collect();
            let later = |place: usize| values.iter().skip(place + 1);
            let sign = |from: &f64, to: &f64| i32::from(to > from) - i32::from(to < from);
            let direct: i32 =
                values.iter().enumerate().map(|(place, from)| later(place).map(|to| sign(from, to)).sum::<i32>()).sum();

            assert!((MannKendall::of(&values).s - f64::from(direct)).abs() < 1e-12, "{points}");
        }
    }

    #[test]
    fn what_never_changes_has_no_trend() {
        let still = MannKendall::of(&[0.0, -0.0, 0.0]);

        assert!(still.variance.abs() < 1e-12 && still.z().abs() < 1e-12 && (still.p() - 1.0).abs() < 1e-12);
        assert!(MannKendall::of(&[]).tau().abs() < 1e-12);
    }
}
