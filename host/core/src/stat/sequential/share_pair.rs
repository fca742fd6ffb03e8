//! Pairs of shares at the same moment: whether events are more or fewer in a canary than in the stable cohort.
//!
//! Of the events of both cohorts in one sample, the canary's part is binomial, whatever the level was at that moment and
//! however it moved: a season, a burst or a broken dependency that both cohorts share is no evidence. Bets are on that
//! part, so the promise holds exactly with independent requests (Turner, Ly and Grünwald, "Generic e-variables for exact
//! sequential k-sample tests that allow for optional stopping", Journal of Statistical Planning and Inference 230, 2024,
//! treat the same problem without the condition); see [`Share`](super::share::Share) for what is paid for dependence.

use serde::{Deserialize, Serialize};

use super::design::Design;
use super::judgement::{Evidence, Interval, Judgement, Quantity};
use super::normal_mixture::Time;
use super::ratio_mixture::Bets;
use super::tally::{Counting, Dispersion, NotATally, Tallies, Tally};
use super::two_shares::{Rare, TwoShares};
use crate::stat::class::Class;
use crate::stat::dependence::autocovariance::Autocovariance;
use crate::stat::promise::Tolerance;
use crate::stat::sample::count;

/// Events of a window and of a cohort at the same moments, pair after pair.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SharePair {
    design: Design,
    counting: Counting,
    window: Tally,
    cohort: Tally,
    pairs: usize,
    /// What is counted, settled by the first pair, which is not bet on.
    rare: Option<Rare>,
    /// The residuals of earlier parts; may be empty.
    past: Autocovariance,
    /// The window's part of all events, pair by pair.
    parts: Tallies,
    up: Bets,
    down: Bets,
}

impl SharePair {
    /// Starts a comparison of two cohorts.
    pub fn start(design: Design, counting: Counting) -> Self {
        let none = Tally { events: 0, of: 0 };
        Self {
            design,
            counting,
            window: none,
            cohort: none,
            pairs: 0,
            rare: None,
            past: Autocovariance::EMPTY,
            parts: Tallies::none(Counting::Requests),
            up: Bets::NONE,
            down: Bets::NONE,
        }
    }

    /// Takes the dispersion from earlier pairs of both cohorts, such as those of the stage before, in order of time.
    ///
    /// # Errors
    /// When one of them can't be.
    pub fn with_history(self, history: &[(Tally, Tally)]) -> Result<Self, NotATally> {
        let mut earlier = Self::start(self.design, self.counting);
        for &(window, cohort) in history {
            earlier.push(window, cohort)?;
        }
        Ok(Self { past: earlier.parts.residuals(), ..self })
    }

    /// Takes what both cohorts saw at one moment. Where one had no requests there is nothing to compare.
    ///
    /// # Errors
    /// When one of them can't be; nothing has changed then.
    pub fn push(&mut self, window: Tally, cohort: Tally) -> Result<(), NotATally> {
        window.check(self.counting)?;
        cohort.check(self.counting)?;
        if window.of == 0 || cohort.of == 0 {
            return Ok(());
        }
        match self.rare {
            None => self.rare = Some(Rare::among(self.counting, window.and(cohort))),
            Some(rare) => self.bet(rare, window, cohort)?,
        }
        self.window = self.window.and(window);
        self.cohort = self.cohort.and(cohort);
        self.pairs += 1;
        Ok(())
    }

    /// What a look at this moment comes to, without the words.
    pub fn class(&self) -> Class {
        if self.pairs == 0 { Class::NoData } else { self.evidence().class(&self.design) }
    }

    /// What a look at this moment comes to. The interval is from the sums of both cohorts, by the normal mixture.
    pub fn judge(&self) -> Judgement {
        if self.pairs == 0 {
            return Judgement::of_nothing(&self.design);
        }
        let dispersion = self.dispersion();
        Judgement {
            class: self.class(),
            points: self.pairs,
            effective: count(self.pairs) / dispersion.factor,
            baseline: self.cohort.level(),
            window: self.window.level(),
            interval: Some(self.interval(dispersion.factor)),
            log_e: self.evidence().strongest(&self.design),
            dependence: dispersion.dependence,
            ..Judgement::of_nothing(&self.design)
        }
    }

    fn bet(&mut self, rare: Rare, window: Tally, cohort: Tally) -> Result<(), NotATally> {
        let dispersion = self.dispersion().factor;
        let tolerated = self.tolerated(rare);
        let (ours, theirs) = (rare.of(window), rare.of(cohort));
        self.up.add(dispersion, |ratio| win(ours, theirs, 1.0 + tolerated, ratio));
        self.down.add(dispersion, |ratio| win(ours, theirs, 1.0 - tolerated, 1.0 / ratio));
        self.parts.push(Tally { events: ours.events, of: ours.events.saturating_add(theirs.events) })
    }

    /// What is tolerated, in parts of the cohort's level of what is counted, as known before the next pair.
    fn tolerated(&self, rare: Rare) -> f64 {
        let counted = rare.of(self.cohort);
        match (self.design.tolerance, rare) {
            (Tolerance::Relative(share), Rare::Events) => share.as_f64(),
            (Tolerance::Relative(_) | Tolerance::Absolute(_), Rare::Events | Rare::Rest) => {
                let tolerated = self.design.tolerance.at(self.cohort.level().unwrap_or_default());
                tolerated * counted.of().max(1.0) / counted.events().max(0.5)
            }
        }
    }

    fn dispersion(&self) -> Dispersion {
        Dispersion::estimate(&self.past, &self.parts.residuals())
    }

    fn evidence(&self) -> Evidence {
        let (up, down) = (self.up.log_e(), self.down.log_e());
        let (up, down) = self.rare.unwrap_or(Rare::Events).as_events(up, down);
        Evidence { up, down, needed: -libm::log(self.design.alpha_per_side()) }
    }

    fn interval(&self, dispersion: f64) -> Interval {
        let alpha = self.design.alpha_per_side();
        let boundary = Time::of(count(self.pairs), f64::from(self.design.horizon.max(1)), alpha).boundary(alpha);
        let (low, high) = TwoShares::new(self.counting, self.window, self.cohort, dispersion).ratios(boundary);
        Interval {
            of: Quantity::Ratio,
            low: low.filter(|_| self.design.direction.looks_up()),
            high: high.filter(|_| self.design.direction.looks_down()),
        }
    }
}

/// The logarithm of the likelihood ratio of the window's part of a pair's events: its level being `ratio` times, against
/// once, `tolerated` times the cohort's. Nothing can be won below nothing.
fn win(window: Tally, cohort: Tally, tolerated: f64, ratio: f64) -> f64 {
    let due = window.of() * tolerated;
    if due <= 0.0 || !due.is_finite() {
        return 0.0;
    }
    let (ours, theirs) = (window.events(), cohort.events());
    ours * libm::log(ratio) - (ours + theirs) * libm::log((due * ratio + cohort.of()) / (due + cohort.of()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(samples: &[(u64, u64)], times: usize) -> SharePair {
        let mut judge = SharePair::start(Design::default(), Counting::Requests);
        for _ in 0..times {
            for &(window, cohort) in samples {
                judge.push(Tally { events: window, of: 100 }, Tally { events: cohort, of: 1000 }).unwrap();
            }
        }
        judge
    }

    #[test]
    fn a_burst_that_both_share_is_no_evidence() {
        assert_eq!(pairs(&[(1, 10), (30, 300), (0, 8), (2, 14)], 20).class(), Class::NoDifference);
    }

    #[test]
    fn a_canary_with_more_errors_is_found() {
        let found = pairs(&[(3, 10), (4, 8), (2, 14)], 12).judge();

        assert_eq!(found.class, Class::Increased, "{}", found.reason());
        assert!(found.interval.unwrap().low.unwrap() > 1.0);
    }

    #[test]
    fn where_one_side_had_no_requests_there_is_nothing_to_compare() {
        let mut judge = pairs(&[], 0);
        judge.push(Tally { events: 0, of: 0 }, Tally { events: 5, of: 10 }).unwrap();

        assert_eq!(judge.judge().class, Class::NoData);
    }

    #[test]
    fn success_is_judged_by_its_failures() {
        assert_eq!(pairs(&[(97, 990), (96, 992), (98, 986)], 12).class(), Class::Decreased);
    }
}
