//! Autocovariances of a series: how much a point goes with the one so many points later.

use serde::{Deserialize, Serialize};

use crate::stat::sample::{count, mean, sum};

/// How many lags are looked at.
pub const LAGS: usize = 8;

/// The largest share of the variance that may be ascribed to what was fitted.
const LARGEST_SHARE: f64 = 0.5;

/// The autocovariances of one series around its own mean, at lag 0 to [`LAGS`], each divided by the number of points.
///
/// That divisor, and not the number of pairs, keeps them those of a possible series (Priestley, Spectral Analysis and
/// Time Series, 1981, 5.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Autocovariance {
    points: usize,
    /// How many parameters were fitted to the series: 1 for a mean, 2 for a mean and a slope.
    fitted: u8,
    lags: [f64; LAGS + 1],
}

impl Autocovariance {
    /// Of no points at all.
    pub const EMPTY: Self = Self { points: 0, fitted: 1, lags: [0.0; LAGS + 1] };

    /// Of these values, in order of time, which must be finite.
    pub fn of(values: &[f64]) -> Self {
        Self::around(values, 1)
    }

    /// Of what is left of values when so many parameters have been fitted to them, the mean being one of them.
    pub fn around(values: &[f64], fitted: u8) -> Self {
        let Some(first) = values.first() else { return Self::EMPTY };
        if values.iter().all(|value| value.total_cmp(first).is_eq()) {
            return Self { points: values.len(), ..Self::EMPTY };
        }
        let centre = mean(values);
        let mut lags = [0.0; LAGS + 1];
        for (lag, found) in lags.iter_mut().enumerate() {
            let later = values.iter().skip(lag);
            let products: alloc::vec::Vec<f64> =
                values.iter().zip(later).map(|(now, then)| (now - centre) * (then - centre)).collect();
            *found = sum(&products) / count(values.len());
        }
        Self { points: values.len(), fitted, lags }
    }

    /// Of so many points, from sums of products around the mean at each lag.
    pub(crate) fn from_sums(points: usize, sums: [f64; LAGS + 1]) -> Self {
        if points == 0 {
            return Self::EMPTY;
        }
        Self { points, fitted: 1, lags: sums.map(|sum| sum / count(points)) }
    }

    /// How many points there were.
    pub fn points(&self) -> usize {
        self.points
    }

    /// The share of the variance that went into what was fitted, at such an inflation: each parameter takes as much as
    /// the mean does. At most a half.
    pub(super) fn fitted_share(&self, inflation: f64) -> f64 {
        (inflation * f64::from(self.fitted) / count(self.points.max(1))).min(LARGEST_SHARE)
    }

    /// The variance around the own mean, with divisor n.
    pub fn variance(&self) -> f64 {
        let [variance, ..] = self.lags;
        variance.max(0.0)
    }

    /// Whether anything varies.
    pub fn varies(&self) -> bool {
        self.variance() > 0.0
    }

    /// The autocorrelations at lag 1 to [`LAGS`], between -1 and 1; zeros where nothing varies.
    pub fn correlations(&self) -> [f64; LAGS] {
        let [variance, rest @ ..] = self.lags;
        if variance > 0.0 { rest.map(|lag| (lag / variance).clamp(-1.0, 1.0)) } else { [0.0; LAGS] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_goes_with_the_next_but_one_when_points_take_turns() {
        let found = Autocovariance::of(&[1.0, -1.0, 1.0, -1.0]);

        assert!((found.variance() - 1.0).abs() < 1e-15);
        let [one, two, three, four, ..] = found.correlations();
        for (found, expected) in [(one, -0.75), (two, 0.5), (three, -0.25), (four, 0.0)] {
            assert!((found - expected).abs() < 1e-15, "{found} is not {expected}");
        }
    }

    #[test]
    fn one_value_again_and_again_varies_by_nothing() {
        // The mean of ten 0.1 is not 0.1 in floating point.
        assert!(!Autocovariance::of(&[0.1; 10]).varies());
        assert!(!Autocovariance::of(&[]).varies());
    }
}
