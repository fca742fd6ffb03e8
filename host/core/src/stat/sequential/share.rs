//! Shares against a constant: whether events in requests (or in exposure) are more or fewer than a known level.
//!
//! The bets are likelihood ratios of the binomial (Poisson) distribution, so the promise holds exactly, with a single
//! event as with a million, as long as requests are independent. Where they aren't, each sample's win is tempered by
//! the dispersion that the samples before it have shown; before they can show any, a strong one is assumed.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::design::Design;
use super::judgement::{Evidence, Interval, Judgement, Quantity};
use super::ratio_mixture::Bets;
use super::tally::{Counting, Dispersion, NotATally, Tallies, Tally};
use crate::stat::class::Class;
use crate::stat::dependence::autocovariance::Autocovariance;

/// Events of a window against a constant level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    design: Design,
    /// Events per request or unit of exposure.
    level: f64,
    /// The residuals of earlier tallies; may be empty.
    past: Autocovariance,
    window: Tallies,
    up: Bets,
    down: Bets,
}

/// A number that can't be a level.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{0} is not a level: a share of requests is from 0 to 1, a rate a finite number from 0 to 1e150")]
pub struct NotALevel(pub f64);

/// The logarithm of what is won by an event that could not be.
const PROOF: f64 = 1e5;

impl Share {
    /// Starts a comparison with a known level.
    ///
    /// # Errors
    /// When it isn't a level of what is counted.
    pub fn against_constant(design: Design, counting: Counting, level: f64) -> Result<Self, NotALevel> {
        let highest = match counting {
            Counting::Requests => 1.0,
            Counting::Exposure => 1e150,
        };
        if !(0.0..=highest).contains(&level) {
            return Err(NotALevel(level));
        }
        let (past, window) = (Autocovariance::EMPTY, Tallies::none(counting));
        Ok(Self { design, level, past, window, up: Bets::NONE, down: Bets::NONE })
    }

    /// Takes the dispersion from earlier tallies, in order of time, from the first sample on.
    ///
    /// # Errors
    /// When one of them can't be.
    pub fn with_history(self, history: &[Tally]) -> Result<Self, NotATally> {
        Ok(Self { past: Tallies::of(self.window.counting(), history)?.residuals(), ..self })
    }

    /// Takes the next sample of the window. One of no requests says nothing.
    ///
    /// # Errors
    /// When it can't be; nothing has changed then.
    pub fn push(&mut self, sample: Tally) -> Result<(), NotATally> {
        sample.check(self.window.counting())?;
        let dispersion = self.dispersion().factor;
        let (high, low) = self.tolerated();
        let counting = self.window.counting();
        self.up.add(dispersion, |ratio| win(counting, sample, high, ratio));
        self.down.add(dispersion, |ratio| win(counting, sample, low, 1.0 / ratio));
        self.window.push(sample)
    }

    /// What a look at this moment comes to, without the words.
    pub fn class(&self) -> Class {
        if self.window.points() == 0 { Class::NoData } else { self.evidence().class(&self.design) }
    }

    /// What a look at this moment comes to.
    pub fn judge(&self) -> Judgement {
        let (class, points) = (self.class(), self.window.points());
        if points == 0 {
            return Judgement::of_nothing(&self.design);
        }
        let dispersion = self.dispersion();
        Judgement {
            class,
            points,
            effective: crate::stat::sample::count(points) / dispersion.factor,
            baseline: Some(self.level),
            window: self.window.sum().level(),
            interval: Some(self.interval(dispersion.factor)),
            log_e: self.evidence().strongest(&self.design),
            dependence: dispersion.dependence,
            ..Judgement::of_nothing(&self.design)
        }
    }

    fn dispersion(&self) -> Dispersion {
        Dispersion::estimate(&self.past, &self.window.residuals())
    }

    fn evidence(&self) -> Evidence {
        Evidence { up: self.up.log_e(), down: self.down.log_e(), needed: -libm::log(self.design.alpha_per_side()) }
    }

    /// The highest and the lowest level that count as no difference.
    fn tolerated(&self) -> (f64, f64) {
        let tolerance = self.design.tolerance.at(self.level);
        (self.level + tolerance, self.level - tolerance)
    }

    /// The levels that the sums of the window don't speak against, with the dispersion as it is now.
    fn interval(&self, dispersion: f64) -> Interval {
        let (counting, sum) = (self.window.counting(), self.window.sum());
        let found = sum.level().unwrap_or_default();
        let needed = -libm::log(self.design.alpha_per_side());
        let against = |level: f64, direction: fn(f64) -> f64| {
            let mut bets = Bets::NONE;
            bets.add(dispersion, |ratio| win(counting, sum, level, direction(ratio)));
            bets.log_e() >= needed
        };
        let highest = match counting {
            Counting::Requests => 1.0,
            Counting::Exposure => 64.0 * (found + 1.0 / sum.of()) * (1.0 + dispersion * needed),
        };
        Interval {
            of: Quantity::Level,
            low: self.design.direction.looks_up().then(|| bisect(found, 0.0, |level| against(level, |ratio| ratio))),
            high: self
                .design
                .direction
                .looks_down()
                .then(|| bisect(found, highest, |level| against(level, |ratio| 1.0 / ratio))),
        }
    }
}

/// The end of the levels, from `inside` towards `outside`, that are not spoken against.
fn bisect(inside: f64, outside: f64, is_refuted: impl Fn(f64) -> bool) -> f64 {
    let (mut good, mut bad) = (inside, outside);
    if !is_refuted(bad) {
        return bad;
    }
    for _ in 0..60 {
        let middle = 0.5 * (good + bad);
        if is_refuted(middle) { bad = middle } else { good = middle }
    }
    bad
}

/// The logarithm of a sample's likelihood ratio: odds (or a rate) `ratio` times those of `level`, against `level`.
///
/// Where a level is at an end of its scale, nothing can lie beyond it, and whatever lies on this side is proof.
fn win(counting: Counting, sample: Tally, level: f64, ratio: f64) -> f64 {
    let (events, of) = (sample.events(), sample.of());
    let proof = |is_there: bool| if is_there { PROOF } else { 0.0 };
    if level <= 0.0 {
        return proof(ratio > 1.0 && events > 0.0);
    }
    match counting {
        Counting::Exposure => events * libm::log(ratio) - of * level * (ratio - 1.0),
        Counting::Requests if level >= 1.0 => proof(ratio < 1.0 && events < of),
        Counting::Requests => events * libm::log(ratio) - of * libm::log1p(level * (ratio - 1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::promise::{Amount, Direction, Tolerance};

    fn one_percent(design: Design) -> Share {
        Share::against_constant(design, Counting::Requests, 0.01).unwrap()
    }

    fn fed(mut share: Share, samples: &[(u64, u64)], times: usize) -> Share {
        for _ in 0..times {
            for &(events, of) in samples {
                share.push(Tally { events, of }).unwrap();
            }
        }
        share
    }

    #[test]
    fn three_times_the_errors_are_found_and_the_usual_ones_are_not() {
        let usual = [(1, 100), (0, 100), (2, 100), (1, 100), (1, 100)];
        let more = [(3, 100), (1, 100), (5, 100), (3, 100), (3, 100)];

        assert_eq!(fed(one_percent(Design::default()), &usual, 40).class(), Class::NoDifference);
        let found = fed(one_percent(Design::default()), &more, 8).judge();

        assert_eq!(found.class, Class::Increased, "{}", found.reason());
        assert!(found.interval.unwrap().low.unwrap() > 0.01);
    }

    #[test]
    fn an_outage_is_found_at_its_first_sample() {
        let calm = fed(one_percent(Design::default()), &[(1, 100), (0, 100), (2, 100)], 10);

        assert_eq!(fed(calm, &[(100, 100)], 1).class(), Class::Increased);
        assert_eq!(fed(one_percent(Design::default()), &[(100, 100)], 1).class(), Class::Increased);
    }

    #[test]
    fn fewer_are_found_where_fewer_are_looked_for() {
        let none = [(0, 100)];
        let design = Design { direction: Direction::Rise, ..Design::default() };

        assert_eq!(fed(one_percent(Design::default()), &none, 60).class(), Class::Decreased);
        assert_eq!(fed(one_percent(design), &none, 60).class(), Class::NoDifference);
    }

    #[test]
    fn what_is_tolerated_is_no_difference() {
        let tolerance = Tolerance::Absolute(Amount::try_new(0.03).unwrap());
        let tolerant = one_percent(Design { tolerance, ..Design::default() });

        assert_eq!(fed(tolerant, &[(3, 100), (2, 100), (4, 100)], 60).class(), Class::NoDifference);
        assert_eq!(fed(tolerant, &[(9, 100), (7, 100), (8, 100)], 60).class(), Class::Increased);
    }

    #[test]
    fn the_ends_of_the_scale_are_levels_too() {
        let exactly = Design { tolerance: Tolerance::NONE, ..Design::default() };
        let at = |level| Share::against_constant(exactly, Counting::Requests, level).unwrap();

        assert_eq!(fed(at(0.0), &[(0, 100)], 100).class(), Class::NoDifference);
        assert_eq!(fed(at(0.0), &[(1, 100)], 8).class(), Class::Increased);
        assert_eq!(fed(at(1.0), &[(100, 100)], 100).class(), Class::NoDifference);
        assert_eq!(fed(at(1.0), &[(99, 100)], 8).class(), Class::Decreased);
        for wrong in [-0.1, 1.1, f64::NAN] {
            assert!(Share::against_constant(Design::default(), Counting::Requests, wrong).is_err());
        }
    }

    #[test]
    fn no_requests_are_no_data_and_impossible_ones_change_nothing() {
        let mut share = fed(one_percent(Design::default()), &[(0, 0)], 5);

        assert_eq!(share.judge().class, Class::NoData);
        assert!(share.push(Tally { events: 2, of: 1 }).is_err());
        assert_eq!(share, one_percent(Design::default()));
    }

    #[test]
    fn orders_per_minute_may_be_more_than_minutes() {
        let orders = Share::against_constant(Design::default(), Counting::Exposure, 0.5).unwrap();

        assert_eq!(fed(orders, &[(30, 60), (25, 60), (35, 60)], 20).class(), Class::NoDifference);
        let judgement = fed(orders, &[(15, 60), (12, 60), (18, 60)], 20).judge();

        assert_eq!(judgement.class, Class::Decreased);
        assert!(judgement.interval.unwrap().high.unwrap() < 0.5);
    }
}
