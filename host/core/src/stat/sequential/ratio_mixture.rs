//! Bets on how many times more (or less) often something happens, from a little to a lot.
//!
//! Each bet is a likelihood ratio of one alternative, which is a fair bet whatever the counts (Wald 1945); their mean
//! is one too (Robbins 1970), and loses at most the logarithm of its weight against the best of them. No limit theorem
//! is needed: with rare events the promise holds as well as with many.

use serde::{Deserialize, Serialize};

use crate::stat::sample::count;

/// How many bets there are in each direction.
const BETS: usize = 16;

/// The ratios that are bet on, least first: 1 + 2^(k/2 - 3), 1.125 to 24.
fn ratios() -> [f64; BETS] {
    let mut ratios = [0.0; BETS];
    for (step, ratio) in ratios.iter_mut().enumerate() {
        *ratio = 1.0 + libm::exp2(0.5 * count(step) - 3.0);
    }
    ratios
}

/// What part of the stake goes on a bet. Most is on ratios of 1.5 to 4, where a sample more or less matters; large ones
/// win soon with whatever they have, and a smaller one takes its time anyhow.
fn stake(step: usize) -> f64 {
    match step {
        0..4 => 0.06,
        4..10 => 0.11,
        _ => 0.1 / 6.0,
    }
}

/// The wins of all the bets in one direction, as logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Bets([f64; BETS]);

impl Bets {
    /// Nothing won or lost yet.
    pub(super) const NONE: Self = Self([0.0; BETS]);

    /// Adds what one sample brings each bet, given its ratio, divided by `dispersion`, at least 1.
    ///
    /// Counts that vary more than chance explains say less by that factor (Wedderburn, "Quasi-likelihood functions,
    /// generalized linear models, and the Gauss–Newton method", Biometrika 61, 1974). It must have been estimated before
    /// the sample was seen: then a tempered bet is still a fair one or worse, by Jensen's inequality, however badly the
    /// dispersion was estimated.
    pub(super) fn add(&mut self, dispersion: f64, win: impl Fn(f64) -> f64) {
        for (sum, ratio) in self.0.iter_mut().zip(ratios()) {
            *sum = (*sum + win(ratio) / dispersion.max(1.0)).clamp(-LARGEST, LARGEST);
        }
    }

    /// The logarithm of the e-value of all the bets together.
    pub(super) fn log_e(&self) -> f64 {
        let most = self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.0.iter().enumerate().map(|(step, win)| stake(step) * libm::exp(win - most)).sum();
        most + libm::log(sum)
    }
}

/// Where the logarithm of an e-value is cut off: it has long said all that it can say.
const LARGEST: f64 = 1e6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bets_range_from_a_little_to_a_lot() {
        let ratios = ratios();

        assert!((ratios[0] - 1.125).abs() < 1e-12 && (ratios[6] - 2.0).abs() < 1e-12 && ratios[15] > 23.0);
    }

    #[test]
    fn an_e_value_is_the_mean_of_the_bets() {
        let mut bets = Bets::NONE;
        bets.add(2.0, |ratio| if ratio > 23.0 { 2.0 * 17.0_f64.ln() } else { 0.0 });

        // The largest ratio has a sixtieth of the stake, which has become seventeen times as much.
        assert!((bets.log_e() - (1.0_f64 + 16.0 / 60.0).ln()).abs() < 1e-12);
        let stakes: f64 = (0..BETS).map(stake).sum();
        assert!((stakes - 1.0).abs() < 1e-12);
    }

    #[test]
    fn endless_losses_and_wins_stay_numbers() {
        let mut bets = Bets::NONE;
        for _ in 0..10 {
            bets.add(1.0, |_| -1e300);
        }
        assert!(bets.log_e() <= -LARGEST);
        bets.add(1.0, |_| f64::MAX);
        assert!(bets.log_e() >= LARGEST);
    }
}
