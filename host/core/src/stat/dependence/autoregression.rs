//! An autoregression fitted to the autocorrelations of one or more series, and what it says about their means.

use alloc::vec::Vec;

use super::autocovariance::{Autocovariance, LAGS};
use crate::stat::sample::count;

/// The fitted model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    /// The corrected autocorrelation at lag 1.
    pub(super) neighbours: f64,
    /// The spectral density at frequency zero over that of independent points of the same variance.
    pub(super) inflation: f64,
    /// Two over the relative variance of the inflation.
    pub(super) freedom: f64,
    /// How many coefficients it has.
    pub(super) order: usize,
    /// How many points it was fitted to.
    pub(super) points: usize,
    /// Akaike's criterion of it, or of independence where that is better; the series' variance being 1.
    pub(super) score: f64,
}

/// How often the correction for the mean is worked out anew. It needs the inflation, which needs the correction.
const ROUNDS: usize = 8;

/// Where a reflection coefficient is stopped, so that the model stays one of a series that has a mean.
const STRONGEST: f64 = 0.98;

impl Fit {
    /// Fits the series together, each around its own mean, weighted by their numbers of points.
    pub(super) fn of(series: &[&Autocovariance]) -> Self {
        let varying: Vec<&Autocovariance> = series.iter().filter(|series| series.varies()).copied().collect();
        let points = varying.iter().map(|series| series.points()).sum();
        let mut fit = Self::of_correlations(&pooled(&varying, 0.0), points);
        for _ in 0..ROUNDS {
            let before = fit.inflation;
            fit = Self::of_correlations(&pooled(&varying, before), points);
            if (fit.inflation - before).abs() < 1e-12 * before {
                break;
            }
        }
        fit
    }

    /// Akaike's criterion of the autoregression that suits a series best, or of independence where that is better.
    pub(super) fn criterion(series: &Autocovariance) -> f64 {
        let relative = Self::of_correlations(&series.correlations(), series.points()).score;
        count(series.points()) * libm::log(series.variance()) + relative
    }

    /// Weighs the order that Akaike's criterion likes best among 1 and more against no dependence at all.
    ///
    /// The criterion is corrected for short series (Hurvich and Tsai, "Regression and time series model selection in
    /// small samples", Biometrika 76, 1989). Its weights join the two, and their disagreement is part of the
    /// uncertainty (Buckland, Burnham and Augustin, "Model selection: an integral part of inference", Biometrics 53,
    /// 1997): choosing one would be sure of what isn't sure.
    fn of_correlations(correlations: &[f64; LAGS], points: usize) -> Self {
        let [neighbours, ..] = *correlations;
        let most = (points / 12).clamp(1, LAGS);
        let steps = levinson(correlations);
        let scored = steps.into_iter().take(most).map(|step| (akaike(step.order, step.error, points), step));
        let Some((score, step)) = scored.min_by(|one, other| one.0.total_cmp(&other.0)) else {
            return Self { neighbours, inflation: 1.0, freedom: 1.0, order: 1, points, score: 0.0 };
        };
        let independent = akaike(0, 1.0, points);
        let weight = 1.0 / (1.0 + libm::exp(0.5 * (score - independent)));
        let rest = 1.0 - step.coefficients.iter().sum::<f64>();
        let alone = step.error / (rest * rest);
        // The variance of σ² / (1 - Σφ)² by the delta method, without the part of σ².
        let variance = 4.0 * step.information * alone * alone * alone / count(points.max(1));
        let (excess, against) = (alone - 1.0, 1.0 - weight);
        let inflation = 1.0 + weight * excess;
        let error =
            weight * libm::sqrt(variance + against * against * excess * excess) + against * weight * excess.abs();
        // A gain is never taken, so what is uncertain about one costs nothing either.
        let taken = inflation.max(1.0);
        let freedom = 2.0 * taken * taken / (error * error).max(f64::MIN_POSITIVE);
        Self { neighbours, inflation, freedom, order: step.order, points, score: score.min(independent) }
    }
}

/// Akaike's criterion for a model with so many coefficients and this variance of its errors.
fn akaike(order: usize, error: f64, points: usize) -> f64 {
    let parameters = count(order) + 1.0;
    let spare = (count(points) - parameters - 1.0).max(1.0);
    count(points) * libm::log(error) + 2.0 * parameters * count(points) / spare
}

/// The autocorrelations of several series, weighted, corrected for the bias that comes from each one's own mean.
///
/// The mean of a series takes inflation / n of its variance with it, and the same amount from every autocovariance
/// (Marriott and Pope 1954, their leading term); and at lag k there are only n - k pairs.
fn pooled(series: &[&Autocovariance], inflation: f64) -> [f64; LAGS] {
    let total: usize = series.iter().map(|series| series.points()).sum();
    let mut pooled = [0.0; LAGS];
    for series in series {
        let points = count(series.points());
        let share = series.fitted_share(inflation);
        for ((lag, found), sum) in series.correlations().into_iter().enumerate().zip(&mut pooled) {
            let pairs = (points - count(lag + 1)).max(1.0);
            let corrected = (1.0 - share) * found * points / pairs + share;
            *sum += corrected.clamp(-1.0, 1.0) * points / count(total.max(1));
        }
    }
    pooled
}

/// The best predictor of one order.
#[derive(Debug, Clone, Copy)]
struct Step {
    order: usize,
    /// As many as the order; zeros follow.
    coefficients: [f64; LAGS],
    /// The variance of its errors, the series' own being 1.
    error: f64,
    /// 1ᵀΓ⁻¹1, Γ being the correlation matrix of as many neighbours as there are coefficients.
    information: f64,
}

/// The predictors of order 1 to [`LAGS`]: Durbin, "The fitting of time-series models", Review of the International
/// Statistical Institute 28 (1960). Each order adds one term to 1ᵀΓ⁻¹1, whose inverse factors into prediction errors.
/// An order that would leave next to nothing to explain is not taken: a cycle that repeats itself would pass for a
/// series that never comes back to its mean.
fn levinson(correlations: &[f64; LAGS]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(LAGS);
    let mut last = Step { order: 0, coefficients: [0.0; LAGS], error: 1.0, information: 0.0 };
    for target in correlations {
        let rest = 1.0 - last.coefficients.iter().sum::<f64>();
        let known = correlations.iter().take(last.order).rev();
        let explained: f64 = last.coefficients.iter().zip(known).map(|(phi, correlation)| phi * correlation).sum();
        let exact = (target - explained) / last.error;
        if last.order > 0 && exact.abs() >= STRONGEST {
            break;
        }
        let reflection = exact.clamp(-STRONGEST, STRONGEST);
        let information = last.information + rest * rest / last.error;
        let error = last.error * (1.0 - reflection * reflection);
        last = Step { order: last.order + 1, coefficients: last.extended(reflection), error, information };
        steps.push(last);
    }
    steps
}

impl Step {
    /// The coefficients of the next order, of which the last is its reflection coefficient.
    fn extended(&self, reflection: f64) -> [f64; LAGS] {
        let mut coefficients = self.coefficients;
        let back = self.coefficients.iter().take(self.order).rev().map(|phi| reflection * phi);
        for (ahead, change) in coefficients.iter_mut().zip(back.chain([-reflection])) {
            *ahead -= change;
        }
        coefficients
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn powers(rho: f64) -> [f64; LAGS] {
        let mut last = 1.0;
        [0.0; LAGS].map(|_| {
            last *= rho;
            last
        })
    }

    #[test]
    fn the_first_order_needs_one_coefficient_and_has_the_known_inflation() {
        let fit = Fit::of_correlations(&powers(0.5), 400);

        assert_eq!(fit.order, 1);
        assert!((fit.inflation - 3.0).abs() < 1e-12);
        // (1 + ρ) / (1 - ρ) is uncertain by 4 (1 + ρ) / (1 - ρ) / n, relatively and squared.
        assert!((fit.freedom - 400.0 / 6.0).abs() < 1e-6);
    }

    #[test]
    fn the_second_order_is_recovered_from_its_autocorrelations() {
        // φ = (0.5, 0.3): ρ₁ = φ₁ / (1 - φ₂), ρₖ = φ₁ρₖ₋₁ + φ₂ρₖ₋₂.
        let mut before = (1.0, 0.5 / 0.7);
        let correlations = [0.0; LAGS].map(|_| {
            let now = before.1;
            before = (now, 0.5 * now + 0.3 * before.0);
            now
        });

        let steps = levinson(&correlations);

        let found = &steps[1].coefficients;
        assert!((found[0] - 0.5).abs() < 1e-12 && (found[1] - 0.3).abs() < 1e-12, "{found:?}");
        assert!(steps.last().unwrap().coefficients[2..].iter().all(|phi| phi.abs() < 1e-12));
        let gamma = correlations[0];
        // The sum of the inverse of ((1, ρ), (ρ, 1)) is 2 / (1 + ρ).
        assert!((steps[1].information - 2.0 / (1.0 + gamma)).abs() < 1e-12);
    }

    #[test]
    fn impossible_autocorrelations_still_give_a_number() {
        for extreme in [[1.0; LAGS], [-1.0; LAGS], [1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0]] {
            let fit = Fit::of_correlations(&extreme, 100);

            assert!(fit.inflation.is_finite() && fit.inflation > 0.0 && fit.freedom > 0.0, "{fit:?}");
        }
    }
}
