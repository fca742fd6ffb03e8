//! The normal mixture: an e-value and a boundary for a sum that behaves like Brownian motion.
//!
//! Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical Statistics 41
//! (1970): bets on all drifts at once, weighted by a normal distribution, here by its half above zero, since each
//! direction is judged by itself (Howard and others, "Time-uniform, nonparametric, nonasymptotic
//! confidence sequences", Annals of Statistics 49, 2021, proposition 6). Half of the stake goes on one drift: the one
//! that would just be found at the horizon (Wald, "Sequential tests of statistical hypotheses", Annals of Mathematical
//! Statistics 16, 1945). A mixture of fair bets is a fair bet; this one is sharper where an answer is hoped for, and
//! hardly blunter elsewhere.
//!
//! Time is information: one over the variance of the estimated difference. In this time an estimate that improves from
//! look to look moves as Brownian motion does, whatever it is an estimate of (Scharfstein, Tsiatis and Robins,
//! "Semiparametric efficiency and its implication on the design and analysis of group-sequential studies", JASA 92,
//! 1997; for means of any distribution: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit
//! theory and asymptotic confidence sequences", Annals of Statistics 52, 2024).

use core::f64::consts::LN_2;

use crate::stat::normal;

/// A look: how much information there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::stat) struct Time {
    /// In units of the precision of the mixture.
    spread: f64,
    /// How many standard errors the one drift would have come to.
    drift: f64,
}

impl Time {
    /// At so much `information`, where the boundary for `alpha` is to be lowest at `sharpest`.
    ///
    /// The best variance of the mixture is from Waudby-Smith et al. (2024).
    pub(in crate::stat) fn of(information: f64, sharpest: f64, alpha: f64) -> Self {
        let twice = -2.0 * libm::log((2.0 * alpha).min(0.9));
        let time = (information / sharpest).clamp(1e-9, 1e9);
        Self {
            spread: time * (twice + libm::log(twice) + 1.0).max(1.0),
            drift: libm::sqrt(-2.0 * libm::log(alpha) * time),
        }
    }

    /// The logarithm of the e-value of a difference that is `z` standard errors above what is tolerated.
    pub(in crate::stat) fn log_e(self, z: f64) -> f64 {
        let share = self.spread / (1.0 + self.spread);
        let all = 0.5 * (share * z * z - libm::log1p(self.spread)) + LN_2 + log_cdf(z * libm::sqrt(share));
        let one = self.drift * (z - 0.5 * self.drift);
        all.max(one) + libm::log1p(libm::exp(-(all - one).abs())) - LN_2
    }

    /// How many standard errors the difference must be above what is tolerated, for an e-value of 1 / `alpha`.
    pub(in crate::stat) fn boundary(self, alpha: f64) -> f64 {
        let needed = -libm::log(alpha);
        let (mut low, mut high) = (-10.0, 10.0);
        while self.log_e(high) < needed && high < 1e9 {
            high *= 2.0;
        }
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if self.log_e(middle) < needed { low = middle } else { high = middle }
        }
        high
    }
}

/// The logarithm of the normal distribution function, also far down, by the leading terms of Mills' ratio.
fn log_cdf(x: f64) -> f64 {
    if x > -30.0 {
        libm::log(normal::cdf(x))
    } else {
        -0.5 * x * x - libm::log(-x) - 0.918_938_533_204_672_7 - 1.0 / (x * x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_where_the_e_value_is_one_over_alpha() {
        for information in [0.01, 1.0, 60.0, 1e6] {
            let time = Time::of(information, 60.0, 0.005);
            let boundary = time.boundary(0.005);
            assert!((time.log_e(boundary) - 200.0_f64.ln()).abs() < 1e-9, "{information}: {boundary}");
        }
    }

    #[test]
    fn the_boundary_is_lowest_where_it_was_asked_to_be() {
        let at = |information: f64| Time::of(information, 60.0, 0.005).boundary(0.005);

        assert!(at(60.0) < at(20.0) && at(60.0) < at(200.0) && at(60.0) < 3.4);
        assert!(at(40.0) < 3.5 && at(90.0) < 3.5);
    }

    #[test]
    fn the_e_value_grows_with_the_difference_and_is_a_number_everywhere() {
        let time = Time::of(30.0, 60.0, 0.01);
        let found: alloc::vec::Vec<f64> =
            [-1e9, -100.0, -30.1, -29.9, -1.0, 0.0, 1.0, 1e9].iter().map(|&z| time.log_e(z)).collect();

        assert!(found.is_sorted() && found.iter().all(|log_e| log_e.is_finite()), "{found:?}");
    }
}
