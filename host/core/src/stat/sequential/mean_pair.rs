//! Pairs of values measured at the same moment: whether a canary's lie higher or lower than the stable cohort's.
//!
//! The differences of the pairs are judged, so that what moves both at once (a season, a burst of traffic) cancels out.

use serde::{Deserialize, Serialize};

use super::design::Design;
use super::judgement::Judgement;
use super::mean::Mean;
use super::memory::Memory;
use crate::stat::class::Class;
use crate::stat::sample::{Refused, Sample};

/// Values of a window and of a cohort at the same moments, pair after pair.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanPair {
    differences: Mean,
    cohort: Memory,
}

impl MeanPair {
    /// Starts a comparison of two cohorts.
    pub fn start(design: Design) -> Self {
        Self { differences: Mean::against_nothing(design), cohort: Memory::EMPTY }
    }

    /// Takes the differences' dependence from those of an earlier time when all was well, in order of time.
    #[must_use]
    pub fn with_history(self, differences: &Sample) -> Self {
        Self { differences: self.differences.with_history(differences), ..self }
    }

    /// Takes the values of both at one moment.
    ///
    /// # Errors
    /// When one isn't a finite number of reasonable size; nothing has changed then.
    pub fn push(&mut self, window: f64, cohort: f64) -> Result<(), Refused> {
        let position = self.cohort.points();
        for value in [window, cohort] {
            if !value.is_finite() {
                return Err(Refused::NotFinite { position, value });
            }
            if value.abs() > Sample::LARGEST / 2.0 {
                return Err(Refused::TooLarge { position, value });
            }
        }
        self.cohort.push(cohort);
        self.differences.push(window - cohort)
    }

    /// What a look at this moment comes to, without the words.
    pub fn class(&self) -> Class {
        self.differences.tolerating_at(self.cohort.mean()).class()
    }

    /// What a look at this moment comes to.
    pub fn judge(&self) -> Judgement {
        let level = self.cohort.mean();
        let judgement = self.differences.tolerating_at(level).judge();
        Judgement {
            baseline: judgement.baseline.map(|_| level),
            window: judgement.window.map(|difference| level + difference),
            ..judgement
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::promise::{Amount, Tolerance};

    /// A canary this much above a cohort, both moved by the same season.
    fn shifted(design: Design, shift: f64) -> MeanPair {
        let mut pair = MeanPair::start(design);
        for n in 0_u32..60 {
            let season = 50.0 * libm::sin(f64::from(n) / 10.0);
            let noise = |n: u32| f64::from(n.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24);
            pair.push(200.0 + season + noise(2 * n + 1) + shift, 200.0 + season + noise(2 * n + 2)).unwrap();
        }
        pair
    }

    #[test]
    fn a_season_that_both_share_hides_nothing_and_is_no_difference() {
        assert_eq!(shifted(Design::default(), 0.0).class(), Class::NoDifference);
        let found = shifted(Design::default(), 1.0).judge();

        assert_eq!(found.class, Class::Increased, "{}", found.reason());
        assert!((found.window.unwrap() - found.baseline.unwrap() - 1.0).abs() < 0.2);
    }

    #[test]
    fn a_relative_tolerance_is_a_part_of_the_cohorts_level() {
        let tolerance = Tolerance::Relative(Amount::try_new(0.01).unwrap());

        assert_eq!(shifted(Design { tolerance, ..Design::default() }, 1.0).class(), Class::NoDifference);
    }

    #[test]
    fn what_is_not_a_number_changes_nothing() {
        let mut pair = shifted(Design::default(), 0.0);
        let before = pair;

        assert!(pair.push(f64::NAN, 1.0).is_err() && pair.push(1.0, 1e200).is_err());

        assert_eq!(pair, before);
    }
}
