//! The shift between two samples: by how much the second lies above the first, and between which bounds.
//!
//! Hodges and Lehmann, "Estimates of location based on rank tests", Annals of Mathematical Statistics 34 (1963): the
//! median of all differences between a value of the second and one of the first. The interval holds every shift that a
//! Mann–Whitney test would not reject, so test, estimate and interval never contradict each other:
//! `low <= estimate <= high`, ties or not.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::stat::mann_whitney::{Method, deviation, share, untied_ways};
use crate::stat::normal;
use crate::stat::sample::{Sample, count, whole};

/// Two bounds, the lower one never above the upper one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// The Hodges–Lehmann estimate of the shift from the first sample to the second.
pub fn estimate(first: &Sample, second: &Sample) -> f64 {
    let pairs = first.count().saturating_mul(second.count());
    let upper = difference(first, second, pairs / 2);
    if pairs % 2 == 1 { upper } else { f64::midpoint(difference(first, second, pairs / 2 - 1), upper) }
}

/// The interval for the shift that covers it with at least (exact) or about (normal) this confidence, when points are
/// independent. Its distribution is counted while [`Method::suited_to`] says so. None where so few points can't give
/// that confidence at all.
///
/// Ties only make it wider than need be: Noether, "Wilcoxon confidence intervals for location parameters in the
/// discrete case", JASA 62 (1967).
pub fn interval(first: &Sample, second: &Sample, confidence: f64) -> Option<Interval> {
    let tail = (1.0 - confidence) / 2.0;
    match Method::suited_to(first, second) {
        Method::Exact => {
            let beyond = left_out(&untied_ways(first.count(), second.count()), tail);
            Some(between(first, second, beyond.checked_sub(1)?))
        }
        Method::Normal => {
            let deviation = deviation(count(first.count()), count(second.count()), 0.0);
            reaching(first, second, normal::upper_quantile(tail) * deviation)
        }
    }
}

/// The interval of all shifts at which U would lie within `reach` of half the pairs, half a step made good. None where
/// U could not lie further out at all.
pub fn reaching(first: &Sample, second: &Sample, reach: f64) -> Option<Interval> {
    let pairs = count(first.count()) * count(second.count());
    let beyond = pairs / 2.0 + 0.5 - reach;
    if beyond >= 1.0 { Some(between(first, second, whole(beyond) - 1)) } else { None }
}

/// The `beyond`-th difference from below and from above, counted from 0.
fn between(first: &Sample, second: &Sample, beyond: usize) -> Interval {
    let last = first.count().saturating_mul(second.count()) - 1;
    let beyond = beyond.min(last / 2);
    Interval { low: difference(first, second, beyond), high: difference(first, second, last - beyond) }
}

/// How many of the lowest values of U together have at most this probability, give or take the rounding of one minus a
/// confidence.
fn left_out(ways: &[u64], tail: f64) -> usize {
    let all: u64 = ways.iter().sum();
    let mut below = 0;
    ways.iter()
        .take_while(|&&ways| {
            below += ways;
            share(below, all) <= tail * (1.0 + 1e-12)
        })
        .count()
}

/// The `place`-th smallest difference, counted from 0, without making a list of all.
///
/// The range in which it lies is halved until few differences are left in it, and these are listed. How many pairs
/// differ by at most a bound is counted along the two sorted samples. That is exact, since rounding never reverses an
/// order.
fn difference(first: &Sample, second: &Sample, place: usize) -> f64 {
    let few = 2 * (first.count() + second.count());
    let mut range = Range::of_all(first, second);
    while range.held[1] - range.held[0] > few {
        let Some(middle) = range.middle() else { return range.within + 0.0 };
        range.halve(middle, at_most(first, second, middle), place);
    }
    range.listed(first, second, place)
}

/// A range of differences: beyond `below`, up to `within`.
#[derive(Debug, Clone, Copy)]
struct Range {
    below: f64,
    within: f64,
    /// How many differences are at most `below`, and at most `within`.
    held: [usize; 2],
    halvings: u32,
}

impl Range {
    /// After how many halvings of the distance the floating-point numbers themselves are halved, which ends after 64.
    const BY_DISTANCE: u32 = 32;

    fn of_all(first: &Sample, second: &Sample) -> Self {
        let below = (second.least() - first.greatest()).next_down();
        let pairs = first.count().saturating_mul(second.count());
        Self { below, within: second.greatest() - first.least(), held: [0, pairs], halvings: 0 }
    }

    /// A number inside; none when there is only one difference left, however often.
    fn middle(&self) -> Option<f64> {
        let by_distance = f64::midpoint(self.below, self.within);
        if self.halvings < Self::BY_DISTANCE && self.below < by_distance && by_distance < self.within {
            return Some(by_distance);
        }
        let middle = midpoint(position(self.below), position(self.within));
        if middle > position(self.below) { Some(number(middle)) } else { None }
    }

    /// Keeps the half that holds the place.
    fn halve(&mut self, middle: f64, held: usize, place: usize) {
        let [below, within] = &mut self.held;
        if held > place {
            (self.within, *within) = (middle, held);
        } else {
            (self.below, *below) = (middle, held);
        }
        self.halvings += 1;
    }

    /// The place among those that are left.
    fn listed(&self, first: &Sample, second: &Sample, place: usize) -> f64 {
        let mut left = Vec::with_capacity(self.held[1] - self.held[0]);
        for low in first.ascending() {
            let start = second.ascending().partition_point(|value| value - low <= self.below);
            let rest = second.ascending().iter().skip(start).map(|value| value - low);
            left.extend(rest.take_while(|difference| *difference <= self.within));
        }
        let place = (place - self.held[0]).min(left.len().saturating_sub(1));
        if left.is_empty() { self.within } else { *left.select_nth_unstable_by(place, f64::total_cmp).1 + 0.0 }
    }
}

/// How many pairs differ by at most `bound`.
fn at_most(first: &Sample, second: &Sample, bound: f64) -> usize {
    let (first, second) = (first.ascending(), second.ascending());
    let mut within = 0;
    let mut pairs = 0;
    for low in first {
        within += second.iter().skip(within).take_while(|&&value| value - low <= bound).count();
        pairs += within;
    }
    pairs
}

/// The place of a number among all floating-point numbers.
fn position(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// The number at a place.
fn number(position: i64) -> f64 {
    let bits = if position < 0 { i64::MIN.wrapping_sub(position) } else { position };
    f64::from_bits(bits.cast_unsigned())
}

/// The place in the middle of two, the lower one when there are two, never beyond either.
fn midpoint(low: i64, high: i64) -> i64 {
    (low & high) + ((low ^ high) >> 1)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "differences of small integers are exact")]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values).unwrap()
    }

    #[test]
    fn every_difference_is_found_at_its_place() {
        let (first, second) = (sample(&[3.0, -1.5, 8.0, 3.0]), sample(&[0.0, 7.25, -4.0]));
        let mut all: Vec<f64> =
            second.values().iter().flat_map(|high| first.values().iter().map(move |low| high - low)).collect();
        all.sort_by(f64::total_cmp);

        let found: Vec<f64> = (0..12).map(|place| difference(&first, &second, place)).collect();

        assert_eq!(found, all);
    }

    #[test]
    fn numbers_are_placed_in_their_order() {
        for (low, high) in [(-1e150, -1.0), (-1.0, -5e-324), (-5e-324, 0.0), (0.0, 5e-324), (1.0, 1e150)] {
            assert!(position(low) < position(high));
            assert_eq!((number(position(low)), number(position(high))), (low, high));
        }
        assert_eq!(position(-0.0), position(0.0));
    }

    #[test]
    fn five_against_five_have_their_tabled_interval() {
        // P(U <= 2) = 4 / 252 = 0.0159 and P(U <= 3) = 7 / 252 = 0.0278: three differences are left out at either end.
        let first = sample(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let second = sample(&[11.0, 12.0, 13.0, 14.0, 15.0]);

        assert_eq!(estimate(&first, &second), 10.0);
        assert_eq!(interval(&first, &second, 0.95), Some(Interval { low: 7.0, high: 13.0 }));
    }

    #[test]
    fn too_few_points_have_no_interval_rather_than_a_wrong_one() {
        let few = sample(&[1.0, 2.0, 3.0]);

        assert_eq!(interval(&few, &few, 0.95), None);
        assert!(interval(&few, &few, 0.9).is_some());
        assert_eq!(reaching(&few, &few, 4.5), None);
    }

    #[test]
    fn hundreds_of_millions_of_pairs_are_never_listed() {
        let first: Vec<f64> = (0..20_000).map(f64::from).collect();
        let second: Vec<f64> = first.iter().map(|value| value + 7.5).collect();
        let (first, second) = (sample(&first), sample(&second));

        let bounds = interval(&first, &second, 0.98).unwrap();

        assert_eq!(estimate(&first, &second), 7.5);
        assert!(bounds.low < 7.5 && bounds.high > 7.5 && bounds.high - bounds.low < 300.0, "{bounds:?}");
    }

    #[test]
    fn heavy_ties_keep_the_bounds_in_order() {
        let zeros = [0.0; 357].iter().chain(&[1.0; 3]).copied().collect::<Vec<_>>();
        let (first, second) = (sample(&[0.0; 360]), sample(&zeros));

        let found = interval(&first, &second, 0.98).unwrap();

        assert_eq!((found.low, estimate(&first, &second), found.high), (0.0, 0.0, 0.0));
    }
}
