//! What looking again and again costs: how far out a standardised mean must lie when it is looked at after every point.
//!
//! Siegmund, Sequential Analysis (1985), chapter IV: while independent points grow from a first to a last look, the
//! standardised mean is beyond z at one look or another with a probability of about
//! `survival(z) + z · density(z) · ∫ ν(x) / x dx`, x from z / √last to z / √first, on one side; ν(x) is about
//! exp(-0.583 x) and stands for the points being discrete.

use crate::stat::normal::{density, survival, upper_quantile};
use crate::stat::sample::count;

/// What discreteness costs, from -ζ(1/2) / √(2π).
const DISCRETENESS: f64 = 0.583;

/// The formula is for the tail. Nearer to the middle the probability is at least what it says here.
const NEAREST: f64 = 1.0;

/// No boundary lies further out: the smallest number is a larger probability than that of what is beyond.
const FURTHEST: f64 = 40.0;

/// How often the range of a boundary is halved: to about 1e-12.
const HALVINGS: u32 = 40;

/// The looks at a growing number of points: after every one from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looks {
    /// How many points there are at the first look.
    pub(super) first: usize,
    /// How many there are at the last.
    pub(super) last: usize,
}

impl Looks {
    /// The probability that the standardised mean lies beyond `z`, upwards, at any of these looks, when nothing has
    /// changed. With one look, that of a single test.
    pub(super) fn crossing(self, z: f64) -> f64 {
        if self.last <= self.first {
            return survival(z);
        }
        let tail = z.max(NEAREST);
        let again = tail * density(tail) * self.overshoot(tail);
        (survival(tail) + again).max(survival(z)).min(1.0)
    }

    /// The `z` that is crossed with probability `alpha`, which must lie above 0 and below 1. At least that of one look,
    /// since every further look adds to the probability.
    pub(super) fn critical(self, alpha: f64) -> f64 {
        let mut low = upper_quantile(alpha);
        let mut high = low + 1.0;
        while self.crossing(high) > alpha && high < FURTHEST {
            high += 1.0;
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if self.crossing(middle) > alpha { low = middle } else { high = middle }
        }
        high
    }

    /// The integral of ν(x) / x, by Simpson's rule over the logarithm of x.
    fn overshoot(self, z: f64) -> f64 {
        const PANELS: u32 = 8;
        let from = libm::log(z / libm::sqrt(count(self.last)));
        let to = libm::log(z / libm::sqrt(count(self.first.max(1))));
        let step = (to - from) / f64::from(PANELS);
        let sum: f64 = (0..=PANELS)
            .map(|panel| {
                let weight = if panel == 0 || panel == PANELS { 1.0 } else { f64::from(2 + 2 * (panel % 2)) };
                weight * libm::exp(-DISCRETENESS * libm::exp(from + step * f64::from(panel)))
            })
            .sum();
        sum * step / 3.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_is_a_single_test() {
        let once = Looks { first: 30, last: 30 };

        assert!((once.critical(0.025) - 1.959_963_984_540_054).abs() < 1e-12);
    }

    #[test]
    fn every_further_look_is_paid_for() {
        // The formula with scipy.integrate.quad and brentq, half a percent a side.
        for (last, expected) in
            [(60, 2.990_853_992_390_837), (180, 3.268_087_083_644_5), (1_000, 3.483_815_827_621_553)]
        {
            let found = Looks { first: 30, last }.critical(0.005);
            assert!((found - expected).abs() < 1e-6, "{last}: {found}");
        }
    }

    #[test]
    fn the_probability_never_rises_with_the_distance() {
        let looks = Looks { first: 30, last: 180 };
        let found: alloc::vec::Vec<f64> = (-80..=80).map(|step| looks.crossing(f64::from(step) / 10.0)).collect();

        assert!(found.is_sorted_by(|near, far| near >= far));
        assert!(found.iter().all(|p| (0.0..=1.0).contains(p)));
    }
}
