//! Tallies: events among requests, or per unit of exposure, and how much more they vary than chance explains.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::stat::dependence::Dependence;
use crate::stat::dependence::autocovariance::{Autocovariance, LAGS};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counting {
    /// Requests, each of which is an event or not: failed ones, slow ones.
    Requests,
    /// Events that happen any number of times in a stretch of exposure (seconds, gigabytes): restarts, orders.
    Exposure,
}

/// Events in one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many there were.
    pub events: u64,
    /// Among how many requests, or in how many units of exposure.
    pub of: u64,
}

/// Why a tally can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotATally {
    /// More events than requests.
    #[error("{events} of {of} requests: there are more events than requests")]
    TooMany {
        /// The events.
        events: u64,
        /// The requests.
        of: u64,
    },
    /// Events in no exposure at all.
    #[error("{0} events in no time at all")]
    FromNothing(u64),
}

impl Tally {
    /// Whether such a tally can be, counted in this way.
    ///
    /// # Errors
    /// When there are more events than requests, or events without exposure.
    pub fn check(self, counting: Counting) -> Result<(), NotATally> {
        match counting {
            Counting::Requests if self.events > self.of => Err(NotATally::TooMany { events: self.events, of: self.of }),
            Counting::Exposure if self.of == 0 && self.events > 0 => Err(NotATally::FromNothing(self.events)),
            Counting::Requests | Counting::Exposure => Ok(()),
        }
    }

    /// Both together, as large as can be counted.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { events: self.events.saturating_add(other.events), of: self.of.saturating_add(other.of) }
    }

    /// The requests that were no events.
    pub(super) fn rest(self) -> Self {
        Self { events: self.of.saturating_sub(self.events), of: self.of }
    }

    /// The events as a number.
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 events a few don't matter")]
    pub(super) fn events(self) -> f64 {
        self.events as f64
    }

    /// The requests or the exposure as a number.
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 requests a few don't matter")]
    pub(super) fn of(self) -> f64 {
        self.of as f64
    }

    /// Events per request or unit of exposure, where there are any.
    pub(super) fn level(self) -> Option<f64> {
        (self.of > 0).then(|| self.events() / self.of())
    }
}

/// Tallies seen one by one: their sum, and sums from which their residuals' autocovariances follow for any level.
///
/// A residual is (k - np) / √(n v(p)), Pearson's, with v(p) = p (1 - p) for requests and p for exposure: by chance
/// alone it has a variance of 1 and nothing to do with its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Tallies {
    counting: Counting,
    sum: Tally,
    points: usize,
    /// Σ of products of k/√n with k/√n, of k/√n with √n both ways, and of √n with √n, for each lag.
    squares: [[f64; 3]; LAGS + 1],
    /// The last k/√n and √n, the newest first.
    tail: [[f64; 2]; LAGS],
}

impl Tallies {
    /// Of nothing yet.
    pub(super) const fn none(counting: Counting) -> Self {
        Self {
            counting,
            sum: Tally { events: 0, of: 0 },
            points: 0,
            squares: [[0.0; 3]; LAGS + 1],
            tail: [[0.0; 2]; LAGS],
        }
    }

    /// Of these, in order of time.
    ///
    /// # Errors
    /// When one of them can't be.
    pub(super) fn of(counting: Counting, tallies: &[Tally]) -> Result<Self, NotATally> {
        let mut all = Self::none(counting);
        for &tally in tallies {
            all.push(tally)?;
        }
        Ok(all)
    }

    /// Takes the next one. One of no requests says nothing and is not a point.
    pub(super) fn push(&mut self, tally: Tally) -> Result<(), NotATally> {
        tally.check(self.counting)?;
        if tally.of == 0 {
            return Ok(());
        }
        self.sum = self.sum.and(tally);
        self.points += 1;
        let size = libm::sqrt(tally.of());
        let (a, b) = (tally.events() / size, size);
        let lagged = core::iter::once([a, b]).chain(self.tail);
        for (products, [before, size_before]) in self.squares.iter_mut().zip(lagged) {
            let [both, mixed, sizes] = products;
            *both += a * before;
            *mixed += a * size_before + b * before;
            *sizes += b * size_before;
        }
        self.tail.rotate_right(1);
        if let Some(newest) = self.tail.first_mut() {
            *newest = [a, b];
        }
        Ok(())
    }

    /// All together.
    pub(super) fn sum(&self) -> Tally {
        self.sum
    }

    /// How many there were.
    pub(super) fn points(&self) -> usize {
        self.points
    }

    /// How they are counted.
    pub(super) fn counting(&self) -> Counting {
        self.counting
    }

    /// The autocovariances of the residuals around the own level.
    pub(super) fn residuals(&self) -> Autocovariance {
        let level = self.sum.level().unwrap_or_default();
        let variance = match self.counting {
            Counting::Requests => level * (1.0 - level),
            Counting::Exposure => level,
        };
        let sums = self.squares.map(|[both, mixed, sizes]| (both - level * mixed + level * level * sizes) / variance);
        if variance > 0.0 && sums.iter().all(|sum| sum.is_finite()) {
            Autocovariance::from_sums(self.points, sums)
        } else {
            Autocovariance::from_sums(self.points, [0.0; LAGS + 1])
        }
    }
}

/// By how many of its standard errors an excess over chance is rounded up.
const CAUTION: f64 = 2.326;

/// How much more tallies vary than chance explains: the long-run variance of their residuals, at least 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dispersion {
    pub(super) factor: f64,
    pub(super) dependence: Dependence,
}

impl Dispersion {
    /// Estimated from an earlier time and a window; either may be empty.
    pub(super) fn estimate(past: &Autocovariance, window: &Autocovariance) -> Self {
        let dependence = Dependence::from_autocovariances(past, window);
        if past.points() + window.points() < Dependence::FEWEST {
            return Self { factor: dependence.inflation, dependence };
        }
        let weighted = |series: &Autocovariance| {
            crate::stat::sample::count(series.points()) * dependence.long_run_variance(series)
        };
        let points = crate::stat::sample::count(past.points() + window.points());
        let excess = ((weighted(past) + weighted(window)) / points - 1.0).max(0.0);
        Self { factor: 1.0 + excess * libm::exp(CAUTION * relative_error(&dependence)), dependence }
    }

    /// The degrees of freedom that it leaves: only what exceeds 1 was estimated, so only that much of it is uncertain.
    pub(super) fn freedom(&self) -> f64 {
        let estimated = (self.factor - 1.0) / self.factor;
        let error = relative_error(&self.dependence);
        2.0 / (estimated * estimated * error * error).max(f64::MIN_POSITIVE)
    }

    /// The factor that the true one exceeds with a chance of about 1 in 1,000.
    pub(super) fn upper_factor(&self) -> f64 {
        (self.factor * libm::exp(3.09 * relative_error(&self.dependence))).min(f64::MAX)
    }
}

/// The standard error of the logarithm of a long-run variance.
fn relative_error(dependence: &Dependence) -> f64 {
    libm::sqrt(2.0 / dependence.freedom_over(crate::stat::sample::count(dependence.points)))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn tallies(events: impl Iterator<Item = u64>) -> Tallies {
        let all: Vec<Tally> = events.map(|events| Tally { events, of: 100 }).collect();
        Tallies::of(Counting::Requests, &all).unwrap()
    }

    #[test]
    fn residuals_are_those_computed_one_by_one() {
        let events = [0_u32, 3, 1, 0, 2, 5, 1, 1, 0, 2];
        let level = 0.015;
        let residuals: Vec<f64> =
            events.iter().map(|&k| (f64::from(k) - 100.0 * level) / (100.0 * level * (1.0 - level)).sqrt()).collect();
        let expected = Autocovariance::of(&residuals);

        let found = tallies(events.iter().map(|&k| u64::from(k))).residuals();

        assert!((found.variance() - expected.variance()).abs() < 1e-12);
        for (found, expected) in found.correlations().iter().zip(expected.correlations()) {
            assert!((found - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn bursts_are_more_than_chance() {
        let bursts = tallies((0..60).map(|n: u64| if n % 20 < 5 { 12 } else { 0 })).residuals();
        let steady = tallies((0..60).map(|n| [1, 0, 2, 1, 0, 1, 3, 0, 1, 1, 2, 0, 0][n * n % 13])).residuals();

        assert!(Dispersion::estimate(&bursts, &Autocovariance::EMPTY).factor > 10.0);
        assert!(Dispersion::estimate(&steady, &Autocovariance::EMPTY).factor <= 1.0);
    }

    #[test]
    fn a_tally_that_can_not_be_is_refused() {
        assert!(Tally { events: 3, of: 2 }.check(Counting::Requests).is_err());
        assert!(Tally { events: 3, of: 2 }.check(Counting::Exposure).is_ok());
        assert!(Tally { events: 3, of: 0 }.check(Counting::Exposure).is_err());
    }

    #[test]
    fn no_requests_are_no_point() {
        let mut all = Tallies::none(Counting::Requests);
        all.push(Tally { events: 0, of: 0 }).unwrap();

        assert_eq!(all.points(), 0);
        assert!(!all.residuals().varies());
    }
}
