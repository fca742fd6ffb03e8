//! A series seen point by point: its mean and autocovariances, without keeping it.

use serde::{Deserialize, Serialize};

use crate::stat::dependence::autocovariance::{Autocovariance, LAGS};
use crate::stat::sample::count;

/// Sums over a series, measured from its first value so that a large level costs no digits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    points: usize,
    origin: f64,
    sum: f64,
    /// Σ y(t) y(t - k) for k from 0.
    products: [f64; LAGS + 1],
    /// The first values, the oldest first.
    head: [f64; LAGS],
    /// The last values, the newest first.
    tail: [f64; LAGS],
}

impl Memory {
    /// Of nothing yet.
    pub(super) const EMPTY: Self =
        Self { points: 0, origin: 0.0, sum: 0.0, products: [0.0; LAGS + 1], head: [0.0; LAGS], tail: [0.0; LAGS] };

    /// Of these values.
    pub(super) fn of(values: &[f64]) -> Self {
        let mut memory = Self::EMPTY;
        for &value in values {
            memory.push(value);
        }
        memory
    }

    /// Takes the next value, which must be finite.
    pub(super) fn push(&mut self, value: f64) {
        if self.points == 0 {
            self.origin = value;
        }
        let y = value - self.origin;
        self.sum += y;
        let lagged = core::iter::once(y).chain(self.tail);
        for (product, earlier) in self.products.iter_mut().zip(lagged) {
            *product += y * earlier;
        }
        if let Some(place) = self.head.get_mut(self.points) {
            *place = y;
        }
        self.tail.rotate_right(1);
        if let Some(newest) = self.tail.first_mut() {
            *newest = y;
        }
        self.points += 1;
    }

    /// How many points there were.
    pub(super) fn points(&self) -> usize {
        self.points
    }

    /// Their mean; zero for none.
    pub(super) fn mean(&self) -> f64 {
        if self.points == 0 { 0.0 } else { self.origin + self.sum / count(self.points) }
    }

    /// Their autocovariances around the mean.
    pub(super) fn autocovariance(&self) -> Autocovariance {
        if self.points == 0 {
            return Autocovariance::EMPTY;
        }
        let mean = self.sum / count(self.points);
        let (mut first, mut last) = (0.0, 0.0);
        let mut edges = core::iter::once((0.0, 0.0)).chain(self.head.into_iter().zip(self.tail));
        let mut sums = [0.0; LAGS + 1];
        for (lag, (found, product)) in sums.iter_mut().zip(self.products).enumerate() {
            let (head, tail) = edges.next().unwrap_or_default();
            first += head;
            last += tail;
            let pairs = count(self.points.saturating_sub(lag));
            let around = product - mean * (2.0 * self.sum - first - last) + pairs * mean * mean;
            *found = if lag < self.points { around } else { 0.0 };
        }
        Autocovariance::from_sums(self.points, sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_by_point_gives_what_all_at_once_gives() {
        let series: alloc::vec::Vec<f64> = (0..40).map(|n| 1e4 + f64::from((n * n * 7) % 23)).collect();
        for length in [1, 2, 5, 8, 9, 40] {
            let values = &series[..length];

            let (found, expected) = (Memory::of(values).autocovariance(), Autocovariance::of(values));

            assert_eq!(found.points(), expected.points());
            assert!((found.variance() - expected.variance()).abs() < 1e-9);
            for (found, expected) in found.correlations().iter().zip(expected.correlations()) {
                assert!((found - expected).abs() < 1e-9, "{length}: {found} is not {expected}");
            }
        }
    }

    #[test]
    fn a_constant_varies_by_exactly_nothing() {
        let memory = Memory::of(&[0.1; 1000]);

        assert!(!memory.autocovariance().varies());
        assert!((memory.mean() - 0.1).abs() < 1e-18);
    }
}
