//! Two shares at one look: how surprising the window's part of all events is.
//!
//! Given how many events there were in all, the window's part of them is binomial, whatever the level was: Przyborowski
//! and Wilenski, "Homogeneity of results in testing samples from Poisson series", Biometrika 31 (1940). For requests
//! that is cautious (Hoeffding, "Probability inequalities for sums of bounded random variables", JASA 58, 1963, section
//! 6), and hardly so when events are rare; when they aren't, the requests without an event are counted instead.

use super::tally::{Counting, Tally};
use crate::stat::normal;

/// Sums over a window and over what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TwoShares {
    window: Tally,
    baseline: Tally,
    /// By what the counts are divided: how much more they vary than chance explains, at least 1.
    dispersion: f64,
    /// Whether events, or what isn't one, are counted.
    rare: Rare,
}

/// Which of the two is the rarer, and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Rare {
    /// The events.
    Events,
    /// The requests that are none.
    Rest,
}

impl Rare {
    /// What is rarer in this tally.
    pub(super) fn among(counting: Counting, tally: Tally) -> Self {
        match counting {
            Counting::Requests if tally.events() > 0.5 * tally.of() => Self::Rest,
            Counting::Requests | Counting::Exposure => Self::Events,
        }
    }

    /// The tally of the rarer.
    pub(super) fn of(self, tally: Tally) -> Tally {
        match self {
            Self::Events => tally,
            Self::Rest => tally.rest(),
        }
    }

    /// Something about the rarer that is said upwards and downwards, as about events.
    pub(super) fn as_events<T>(self, up: T, down: T) -> (T, T) {
        match self {
            Self::Events => (up, down),
            Self::Rest => (down, up),
        }
    }
}

/// The largest distance that a probability which is too small to be a number stands for.
const FARTHEST: f64 = 37.0;

impl TwoShares {
    /// Of these sums.
    pub(super) fn new(counting: Counting, window: Tally, baseline: Tally, dispersion: f64) -> Self {
        let rare = Rare::among(counting, window.and(baseline));
        Self { window: rare.of(window), baseline: rare.of(baseline), dispersion: dispersion.max(1.0), rare }
    }

    /// How far above and below the baseline's level, beyond what is tolerated of it, the window lies: as standard
    /// normal values, of which a tail is at most as likely as what was seen.
    pub(super) fn distances(&self, tolerated: f64) -> (f64, f64) {
        let relative = tolerated / self.reference_level();
        self.rare.as_events(self.above(1.0 + relative), self.below(1.0 - relative))
    }

    /// The ratios of the window's level to the baseline's that are not further than `limit` away, of what is counted.
    ///
    /// An end is absent when no ratio is too far, and both are when it isn't events that are counted.
    pub(super) fn ratios(&self, limit: f64) -> (Option<f64>, Option<f64>) {
        match self.rare {
            Rare::Events => (
                search(-1.0, |log| self.above(libm::exp(log)) > limit).map(libm::exp),
                search(1.0, |log| self.below(libm::exp(log)) > limit).map(libm::exp),
            ),
            Rare::Rest => (None, None),
        }
    }

    /// The baseline's level, never zero: half an event is added where there is none.
    fn reference_level(&self) -> f64 {
        (self.baseline.events().max(0.5)) / self.baseline.of().max(1.0)
    }

    /// How far the window lies above `ratio` times the baseline's level.
    fn above(&self, ratio: f64) -> f64 {
        let part = self.part(ratio);
        let (ours, theirs) = (self.window.events() / self.dispersion, self.baseline.events() / self.dispersion);
        distance(super::beta::upper_tail(ours, theirs, part))
    }

    /// How far the window lies below `ratio` times the baseline's level.
    fn below(&self, ratio: f64) -> f64 {
        let part = 1.0 - self.part(ratio);
        let (ours, theirs) = (self.window.events() / self.dispersion, self.baseline.events() / self.dispersion);
        distance(super::beta::upper_tail(theirs, ours, part))
    }

    /// The window's expected part of all events when its level is `ratio` times the baseline's.
    fn part(&self, ratio: f64) -> f64 {
        let weighted = self.window.of() * ratio.max(0.0);
        if weighted > 0.0 { weighted / (weighted + self.baseline.of()) } else { 0.0 }
    }
}

fn distance(tail: f64) -> f64 {
    normal::upper_quantile(tail).clamp(-FARTHEST, FARTHEST)
}

/// The logarithm nearest to zero, in the direction of `sign`, beyond which everything is too far; none within a factor
/// of e³⁰.
fn search(sign: f64, is_too_far: impl Fn(f64) -> bool) -> Option<f64> {
    let (mut near, mut far) = (-30.0 * sign, 30.0 * sign);
    if !is_too_far(far) {
        return None;
    }
    for _ in 0..60 {
        let middle = 0.5 * (near + far);
        if is_too_far(middle) { far = middle } else { near = middle }
    }
    Some(far)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(events: u64, of: u64) -> Tally {
        Tally { events, of }
    }

    #[test]
    fn twice_the_events_are_as_far_as_their_binomial_tail_says() {
        // scipy: norm.isf(binom.sf(39, 60, 0.5))
        let two = TwoShares::new(Counting::Requests, tally(40, 4000), tally(20, 4000), 1.0);

        let (up, down) = two.distances(0.0);

        assert!((up - 2.470_583_197_472_9).abs() < 1e-9, "{up}");
        assert!(down < -2.3);
    }

    #[test]
    fn failures_are_counted_where_successes_are_many() {
        let errors = TwoShares::new(Counting::Requests, tally(40, 4000), tally(20, 4000), 1.0);
        let successes = TwoShares::new(Counting::Requests, tally(3960, 4000), tally(3980, 4000), 1.0);

        let ((up, down), (fewer, more)) = (errors.distances(0.01), successes.distances(0.01));

        assert!((up - more).abs() < 1e-12 && (down - fewer).abs() < 1e-12);
    }

    #[test]
    fn the_ratios_are_those_that_are_not_too_far() {
        let two = TwoShares::new(Counting::Requests, tally(40, 4000), tally(20, 4000), 1.0);

        let (Some(low), Some(high)) = two.ratios(2.0) else { panic!("both ends") };

        assert!(low > 1.0 && low < 2.0 && high > 2.0);
        assert!((two.above(low) - 2.0).abs() < 1e-6 && (two.below(high) - 2.0).abs() < 1e-6);
    }

    #[test]
    fn no_events_at_all_are_no_surprise() {
        let two = TwoShares::new(Counting::Requests, tally(0, 100), tally(0, 100), 1.0);

        let (up, down) = two.distances(0.0);

        assert!(up < 0.0 && down < 0.0);
        assert_eq!(two.ratios(2.0), (None, None));
    }
}
