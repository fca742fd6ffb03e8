//! Shares against an earlier baseline: whether events in requests are more or fewer than they were.
//!
//! How far the window's part of all events lies from its due is put on the normal scale, and the normal mixture turns
//! it into an e-value. The part is judged by its exact distribution; that looks fit together as those at Brownian motion
//! do is asymptotic, and cautious while events are few.

use serde::{Deserialize, Serialize};

use super::design::Design;
use super::judgement::{Evidence, Interval, Judgement, Quantity};
use super::normal_mixture::Time;
use super::tally::{Counting, Dispersion, NotATally, Tallies, Tally};
use super::two_shares::TwoShares;
use crate::stat::class::Class;
use crate::stat::dependence::autocovariance::Autocovariance;
use crate::stat::dependence::student;
use crate::stat::sample::count;

/// Events of a window against those of a baseline, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShareAfter {
    design: Design,
    baseline: Tally,
    baseline_points: usize,
    /// The residuals of the baseline.
    past: Autocovariance,
    /// The largest dispersion that the past leaves possible, once it is long enough to tell.
    ceiling: Option<f64>,
    window: Tallies,
}

/// How many points a baseline must have to limit what a window's steps may pass for.
const FEWEST: usize = 30;

impl ShareAfter {
    /// Starts a comparison with a baseline, in order of time, which is taken for what it is: an estimate.
    ///
    /// # Errors
    /// When one of its tallies can't be.
    pub fn against_baseline(design: Design, counting: Counting, baseline: &[Tally]) -> Result<Self, NotATally> {
        let all = Tallies::of(counting, baseline)?;
        let past = all.residuals();
        let alone = Dispersion::estimate(&past, &Autocovariance::EMPTY);
        Ok(Self {
            design,
            baseline: all.sum(),
            baseline_points: all.points(),
            past,
            ceiling: (all.points() >= FEWEST).then(|| alone.upper_factor()),
            window: Tallies::none(counting),
        })
    }

    /// Takes the next sample of the window. One of no requests says nothing.
    ///
    /// # Errors
    /// When it can't be; nothing has changed then.
    pub fn push(&mut self, sample: Tally) -> Result<(), NotATally> {
        self.window.push(sample)
    }

    /// What a look at this moment comes to, without the words.
    pub fn class(&self) -> Class {
        if self.has_nothing() { Class::NoData } else { self.evidence(&self.dispersion()).class(&self.design) }
    }

    /// What a look at this moment comes to.
    pub fn judge(&self) -> Judgement {
        if self.has_nothing() {
            return Judgement::of_nothing(&self.design);
        }
        let (dispersion, points) = (self.dispersion(), self.window.points());
        let evidence = self.evidence(&dispersion);
        let boundary = self.time().boundary(self.design.alpha_per_side());
        let (low, high) = self.two(&dispersion).ratios(student::from_normal(boundary, dispersion.freedom()));
        Judgement {
            class: evidence.class(&self.design),
            points,
            effective: count(points) / dispersion.factor,
            baseline: self.baseline.level(),
            window: self.window.sum().level(),
            interval: Some(Interval {
                of: Quantity::Ratio,
                low: low.filter(|_| self.design.direction.looks_up()),
                high: high.filter(|_| self.design.direction.looks_down()),
            }),
            log_e: evidence.strongest(&self.design),
            dependence: dispersion.dependence,
            ..Judgement::of_nothing(&self.design)
        }
    }

    fn has_nothing(&self) -> bool {
        self.window.points() == 0 || self.baseline_points == 0
    }

    fn dispersion(&self) -> Dispersion {
        let found = Dispersion::estimate(&self.past, &self.window.residuals());
        Dispersion { factor: found.factor.min(self.ceiling.unwrap_or(f64::MAX)), ..found }
    }

    fn two(&self, dispersion: &Dispersion) -> TwoShares {
        TwoShares::new(self.window.counting(), self.window.sum(), self.baseline, dispersion.factor)
    }

    fn evidence(&self, dispersion: &Dispersion) -> Evidence {
        let tolerated = self.design.tolerance.at(self.baseline.level().unwrap_or_default());
        let (up, down) = self.two(dispersion).distances(tolerated);
        let (time, freedom) = (self.time(), dispersion.freedom());
        Evidence {
            up: time.log_e(student::to_normal(up, freedom)),
            down: time.log_e(student::to_normal(down, freedom)),
            needed: -libm::log(self.design.alpha_per_side()),
        }
    }

    /// The information at this look, the horizon being as busy as the baseline was.
    fn time(&self) -> Time {
        let known = self.baseline.of().max(1.0);
        let information = |of: f64| 1.0 / (1.0 / of.max(1.0) + 1.0 / known);
        let horizon = known / count(self.baseline_points.max(1)) * f64::from(self.design.horizon.max(1));
        Time::of(information(self.window.sum().of()), information(horizon), self.design.alpha_per_side())
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn tallies(events: &[u64], times: usize) -> Vec<Tally> {
        events.iter().cycle().take(events.len() * times).map(|&events| Tally { events, of: 100 }).collect()
    }

    fn after(baseline: &[u64], window: &[Tally]) -> ShareAfter {
        let mut judge =
            ShareAfter::against_baseline(Design::default(), Counting::Requests, &tallies(baseline, 12)).unwrap();
        for &sample in window {
            judge.push(sample).unwrap();
        }
        judge
    }

    #[test]
    fn three_times_the_errors_are_found_with_their_ratio() {
        let found = after(&[1, 0, 2, 1, 1], &tallies(&[3, 1, 5, 3, 3], 6)).judge();

        assert_eq!(found.class, Class::Increased, "{}", found.reason());
        let interval = found.interval.unwrap();
        assert!(interval.low.unwrap() > 1.0 && interval.low.unwrap() < 3.0 && interval.high.unwrap() > 3.0);
    }

    #[test]
    fn a_baseline_without_a_single_error_is_no_proof_against_one() {
        assert_eq!(after(&[0], &tallies(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 1)).class(), Class::NoDifference);
        assert_eq!(after(&[0], &tallies(&[30], 3)).class(), Class::Increased);
    }

    #[test]
    fn success_is_judged_by_its_failures() {
        assert_eq!(after(&[99, 100, 98, 99, 99], &tallies(&[97, 99, 95, 97, 97], 6)).class(), Class::Decreased);
        assert_eq!(after(&[99, 100, 98, 99, 99], &tallies(&[99, 98, 100, 99, 99], 6)).class(), Class::NoDifference);
    }

    #[test]
    fn without_a_baseline_or_a_window_there_is_no_data() {
        assert_eq!(after(&[], &tallies(&[5], 20)).judge().class, Class::NoData);
        assert_eq!(after(&[1], &[]).judge().class, Class::NoData);
    }
}
