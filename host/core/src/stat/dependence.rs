//! Dependence: how much less a series of neighbouring points says than as many independent ones would.
//!
//! Per-minute metrics remember the minute before. The mean of n points of such a series varies as the mean of n / K
//! independent ones would, where K, the [inflation](Dependence::inflation), is the sum of all autocorrelations
//! (Bartlett, "On the theoretical specification and sampling properties of autocorrelated time-series", Supplement to
//! the JRSS 8, 1946). A judge that takes the points for independent promises an error rate that it doesn't hold.
//!
//! The spectral density at frequency zero is read off an autoregression fitted to the pooled autocorrelations (Berk,
//! "Consistent autoregressive spectral estimates", Annals of Statistics 2, 1974; den Haan and Levin, "A practitioner's
//! guide to robust covariance matrix estimation", 1997). Three roundings go towards caution: the bias of short series
//! is made good (Marriott and Pope, "Bias in the estimation of autocorrelations", Biometrika 41, 1954), a negative
//! dependence is never taken as a gain, and the estimate's own uncertainty is handed on as
//! [degrees of freedom](Dependence::freedom), so that a judge can pay for it.
//!
//! A window whose level changed in its midst looks as if it depended strongly on its past, and would hide the change.
//! [`Dependence::around_a_step`] tells the two apart.

use core::fmt;

use serde::{Deserialize, Serialize};

pub mod autocovariance;
mod autoregression;
mod step;
pub mod student;

use self::autocovariance::Autocovariance;
use self::autoregression::Fit;
use self::step::Step;
use crate::stat::sample::count;

/// What was estimated about the dependence between neighbouring points, and from what.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// The autocorrelation of neighbours, -1 to 1, corrected for the bias of short series.
    pub rho: f64,
    /// How many points of the series say as much about its mean as one independent point would; at least 1.
    pub inflation: f64,
    /// How many degrees of freedom the inflation is worth: its relative variance is two divided by this.
    pub freedom: f64,
    /// How many points it was estimated from.
    pub points: usize,
    /// How it was estimated.
    pub method: Method,
    /// Which series it was estimated from.
    pub source: Source,
    /// Where the level of the window changed, if that is more likely than a dependence that looks like it: the first
    /// point of the new level, the window's first being 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// What a reader should know before trusting it.
    pub warning: Option<Warning>,
}

/// How a dependence was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// An autoregression of this order, weighed against independence by Akaike's criterion.
    Autoregression(usize),
    /// Nothing varies, so nothing depends on anything.
    Constant,
    /// It wasn't: there are too few points, and a strong dependence was taken for granted.
    Assumed,
}

/// Which series a dependence was estimated from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The baseline, or its history.
    Baseline,
    /// The window that is being judged.
    Window,
    /// Both, each around its own mean.
    Both,
}

/// What a reader should know about an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// Fewer than [`Dependence::FEWEST`] points can't show a dependence: a strong one was assumed.
    TooShort,
    /// The dependence is so strong that the points count as fewer than [`Dependence::FEWEST_EFFECTIVE`]: it may well be
    /// stronger still, and the promised error rate isn't sure.
    TooStrong,
}

impl Dependence {
    /// The fewest points that are taken to show a dependence.
    pub const FEWEST: usize = 12;
    /// The fewest independent points' worth that an estimate is trusted with.
    pub const FEWEST_EFFECTIVE: f64 = 10.0;
    /// What is assumed where nothing can be estimated: as much as an autocorrelation of 0.8 makes.
    pub const ASSUMED: Self = Self {
        rho: 0.8,
        inflation: 9.0,
        freedom: 6.0,
        points: 0,
        method: Method::Assumed,
        source: Source::Window,
        step: None,
        warning: Some(Warning::TooShort),
    };
    /// Independent points, for what is independent by construction.
    pub const NONE: Self = Self {
        rho: 0.0,
        inflation: 1.0,
        freedom: f64::MAX,
        points: 0,
        method: Method::Constant,
        source: Source::Window,
        step: None,
        warning: None,
    };

    /// Estimates the dependence within a baseline and a window, each in order of time; either may be empty.
    ///
    /// The baseline may be longer than what the window is compared with: history of the same metric says how it
    /// depends on its past. Values must be finite.
    pub fn estimate(baseline: &[f64], window: &[f64]) -> Self {
        Self::from_autocovariances(&Autocovariance::of(baseline), &Autocovariance::of(window))
    }

    /// The same from autocovariances that were gathered elsewhere.
    pub fn from_autocovariances(baseline: &Autocovariance, window: &Autocovariance) -> Self {
        let source = match (baseline.varies(), window.varies()) {
            (true, true) => Source::Both,
            (true, false) => Source::Baseline,
            (false, true | false) => Source::Window,
        };
        let points = baseline.points() + window.points();
        if points < Self::FEWEST {
            return Self { points, source, ..Self::ASSUMED };
        }
        if !baseline.varies() && !window.varies() {
            return Self { points, source, freedom: count(points), ..Self::NONE };
        }
        Self::fitted(&Fit::of(&[baseline, window]), source)
    }

    /// Estimates the dependence within a baseline and a window whose level may have changed once.
    ///
    /// The window with a step and the window without one are both fitted, and joined as far as either is believed.
    pub fn around_a_step(baseline: &Autocovariance, window: &[f64]) -> Self {
        let whole = Autocovariance::of(window);
        let without = Self::from_autocovariances(baseline, &whole);
        let Some(step) = Step::within(window, &whole) else { return without };
        let with = Self { step: Some(step.at), ..Self::from_autocovariances(baseline, &step.around) };
        with.weighed(step.weight, &without)
    }

    /// Joins two estimates, one of which is true; the first with this weight. Their disagreement is part of the
    /// uncertainty (Buckland, Burnham and Augustin, "Model selection: an integral part of inference", Biometrics 53,
    /// 1997).
    fn weighed(self, weight: f64, other: &Self) -> Self {
        let join = |one: f64, two: f64| weight * one + (1.0 - weight) * two;
        let inflation = join(self.inflation, other.inflation);
        let error = |it: &Self| {
            let off = it.inflation - inflation;
            libm::sqrt(2.0 * it.inflation * it.inflation / it.freedom + off * off)
        };
        let error = join(error(&self), error(other));
        let freedom = 2.0 * inflation * inflation / (error * error).max(f64::MIN_POSITIVE);
        let likelier = if weight > 0.5 { self } else { *other };
        Self { rho: join(self.rho, other.rho), inflation, freedom, ..likelier }
    }

    fn fitted(fit: &Fit, source: Source) -> Self {
        let inflation = fit.inflation.clamp(1.0, count(fit.points).max(1.0));
        let weak = count(fit.points) / inflation >= Self::FEWEST_EFFECTIVE;
        Self {
            rho: fit.neighbours,
            inflation,
            freedom: fit.freedom,
            points: fit.points,
            method: Method::Autoregression(fit.order),
            source,
            step: None,
            warning: if weak { None } else { Some(Warning::TooStrong) },
        }
    }

    /// How many independent points so many points of this series count as.
    pub fn effective(&self, points: usize) -> f64 {
        count(points) / self.inflation
    }

    /// The inflation that the true one exceeds with a chance of about 1 in 1,000: the logarithm of the estimate is nearly
    /// normal.
    pub fn upper_inflation(&self) -> f64 {
        (self.inflation * libm::exp(3.09 * libm::sqrt(2.0 / self.freedom))).min(f64::MAX)
    }

    /// The same, but no stronger than a reference leaves possible. A window with a step in it looks as if it depended
    /// strongly on its past, and would hide the step; what its past has shown can't be exceeded that far.
    #[must_use]
    pub fn at_most(self, reference: &Self) -> Self {
        let ceiling = reference.upper_inflation();
        if self.inflation <= ceiling {
            return self;
        }
        let warning = reference.warning;
        Self { inflation: ceiling, freedom: reference.freedom, source: reference.source, warning, ..self }
    }

    /// The degrees of freedom of a mean's variance over so many points: what the inflation's uncertainty and that of the
    /// points' own variance leave. See [`student`] for what to do with them.
    pub fn freedom_over(&self, points: f64) -> f64 {
        1.0 / (1.0 / self.freedom + 1.0 / points.max(1.0))
    }

    /// The variance of one independent point that this many points of the series stand for: its long-run variance.
    ///
    /// The variance around the series' own mean is too small, the more so the stronger the dependence; this is made
    /// good, at most twofold.
    pub fn long_run_variance(&self, series: &Autocovariance) -> f64 {
        series.variance() * self.inflation / (1.0 - series.fitted_share(self.inflation))
    }
}

impl fmt::Display for Dependence {
    /// Such as `autocorrelation 0.52, 3.2 points count as one (AR(1), baseline and window, 120 points)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Source::Baseline => "baseline",
            Source::Window => "window",
            Source::Both => "baseline and window",
        };
        match self.method {
            Method::Autoregression(order) => {
                write!(f, "autocorrelation {:.2}, {:.1} points count as one", self.rho, self.inflation)?;
                write!(f, " (AR({order}), {source}")?;
                if let Some(step) = self.step {
                    write!(f, " around a step at its point {}", step + 1)?;
                }
                write!(f, ", {} points)", self.points)?;
            }
            Method::Constant => f.write_str("points that don't depend on each other")?,
            Method::Assumed => {
                write!(f, "{} points can't show an autocorrelation, {:.1} is assumed", self.points, self.rho)?;
            }
        }
        match self.warning {
            Some(Warning::TooStrong) => f.write_str("; too few points to be sure of so strong a dependence"),
            Some(Warning::TooShort) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    /// Independent points between 0 and 1: Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
    /// OOPSLA 2014.
    fn scattered(points: u32) -> Vec<f64> {
        (1..=u64::from(points))
            .map(|n| {
                let mut mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                f64::from(u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap()) / f64::from(u32::MAX)
            })
            .collect()
    }

    fn remembering(points: u32, rho: f64) -> Vec<f64> {
        let mut last = 0.0;
        scattered(points)
            .into_iter()
            .map(|x| {
                last = rho * last + (x - 0.5);
                last
            })
            .collect()
    }

    #[test]
    fn independent_points_count_almost_in_full() {
        let found = Dependence::estimate(&scattered(500), &scattered(500));

        assert!(found.rho.abs() < 0.08, "{found}");
        assert!(found.inflation < 1.2, "{found}");
        assert_eq!((found.source, found.warning), (Source::Both, None));
    }

    #[test]
    fn points_that_remember_count_for_less() {
        let found = Dependence::estimate(&[], &remembering(2_000, 0.8));

        assert!((found.rho - 0.8).abs() < 0.05, "{found}");
        assert!((found.inflation - 9.0).abs() < 2.5, "{found}");
        assert!((found.effective(900) - 900.0 / found.inflation).abs() < 1e-9);
    }

    #[test]
    fn points_that_take_turns_are_no_gain() {
        let turns: Vec<f64> = (0..100).map(|n| f64::from(n % 2)).collect();

        let found = Dependence::estimate(&turns, &[]);

        assert!(found.rho < -0.9 && found.inflation <= 1.0, "{found}");
        assert_eq!(found.source, Source::Baseline);
    }

    #[test]
    fn a_few_points_show_nothing_and_a_strong_dependence_is_assumed() {
        let found = Dependence::estimate(&[1.0, 2.0, 4.0], &scattered(8));

        assert_eq!((found.method, found.warning), (Method::Assumed, Some(Warning::TooShort)));
        assert!(found.inflation > 8.0);
        assert_eq!(found.to_string(), "11 points can't show an autocorrelation, 0.8 is assumed");
    }

    #[test]
    fn a_dependence_as_long_as_the_window_is_warned_of() {
        let creeping: Vec<f64> = (0..60).map(f64::from).collect();

        let found = Dependence::estimate(&[], &creeping);

        assert_eq!(found.warning, Some(Warning::TooStrong));
        assert!(found.effective(60) < 10.0, "{found}");
    }

    #[test]
    fn what_never_varies_depends_on_nothing() {
        let found = Dependence::estimate(&vec![3.0; 40], &vec![4.0; 40]);

        assert_eq!((found.method, found.warning), (Method::Constant, None));
        assert!(found.inflation <= 1.0);
    }

    #[test]
    fn a_cycle_is_no_dependence_of_the_mean() {
        for (length, noise) in [(5, 0.0), (5, 0.3), (5, 1.0), (4, 0.1), (3, 0.3)] {
            let cycle: Vec<f64> =
                scattered(120).iter().zip(0..).map(|(x, n)| f64::from(n % length) + noise * (x - 0.5)).collect();

            let found = Dependence::estimate(&cycle[..60], &cycle[60..]);

            assert!(found.inflation < 1.5, "{length} {noise}: {found}");
        }
    }
}
