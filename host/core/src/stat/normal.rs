//! The standard normal distribution: probabilities of both tails, and their inverses.
//!
//! Tails are computed as tails, never as one minus the other side, so that small p-values keep their digits. Relative
//! errors are about 1e-15 throughout (`host/core/tests/stat` holds them against 40-digit values).

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// What [`FRAC_1_SQRT_2`] lacks of 1/√2.
const FRAC_1_SQRT_2_REST: f64 = -4.833_646_656_726_457e-17;

/// 1/√(2π).
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

/// The probability of a value up to `x`. NaN gives NaN.
pub fn cdf(x: f64) -> f64 {
    survival(-x)
}

/// The probability of a value beyond `x`. NaN gives NaN.
///
/// Half the complementary error function at x/√2, with the rounding of that argument made good to first order: far out
/// in the tail it would otherwise cost three digits.
pub fn survival(x: f64) -> f64 {
    let scaled = x * FRAC_1_SQRT_2;
    if scaled.abs() > 27.5 {
        return 0.5 * libm::erfc(scaled);
    }
    let rest = libm::fma(x, FRAC_1_SQRT_2, -scaled) + x * FRAC_1_SQRT_2_REST;
    0.5 * (libm::erfc(scaled) - FRAC_2_SQRT_PI * libm::exp(-scaled * scaled) * rest)
}

/// The density at `x`.
pub fn density(x: f64) -> f64 {
    DENSITY_AT_ZERO * libm::exp(-0.5 * x * x)
}

/// The value that is not exceeded with probability `p`. Minus and plus infinity at (and beyond) 0 and 1; NaN gives NaN.
pub fn quantile(p: f64) -> f64 {
    if p <= 0.5 { -upper_quantile(p) } else { upper_quantile(1.0 - p) }
}

/// The value that is exceeded with probability `p`. Plus and minus infinity at (and beyond) 0 and 1; NaN gives NaN.
///
/// The rational start 26.2.23 of Abramowitz and Stegun, Handbook of Mathematical Functions (1964), which is good to
/// 4.5e-4, and two steps of Halley's method, each of which triples the digits.
pub fn upper_quantile(p: f64) -> f64 {
    if p.is_nan() {
        return p;
    }
    if p <= 0.0 {
        return f64::INFINITY;
    }
    if p > 0.5 {
        return if p < 1.0 { -upper_quantile(1.0 - p) } else { f64::NEG_INFINITY };
    }
    let mut x = start(p);
    for _ in 0..2 {
        let error = excess(x, p) / density(x);
        x += error / (1.0 - 0.5 * x * error);
    }
    x
}

/// A first value for `p` up to 0.5.
fn start(p: f64) -> f64 {
    let t = libm::sqrt(-2.0 * libm::log(p));
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}

/// By how much the probability beyond `x` exceeds `p`. Near the middle from the error function, where the difference
/// of the two would cancel.
fn excess(x: f64, p: f64) -> f64 {
    if p > 0.25 { (0.5 - p) - 0.5 * libm::erf(x * FRAC_1_SQRT_2) } else { survival(x) - p }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 4e-15, "{found:e} is not {expected:e}");
    }

    #[test]
    fn both_tails_keep_their_digits() {
        // mpmath.ncdf with 40 digits
        close(survival(1.959_963_984_540_054), 0.025_000_000_000_000_013);
        close(survival(8.0), 6.220_960_574_271_784e-16);
        close(cdf(-37.0), 5.725_571_222_524_577e-300);
        close(cdf(1.0), 0.841_344_746_068_542_9);
    }

    #[test]
    fn a_quantile_is_the_inverse_of_its_tail() {
        close(upper_quantile(0.025), 1.959_963_984_540_054_2);
        close(quantile(1e-300), -37.047_096_299_361_2);
        close(quantile(0.5 + 1e-10), 2.506_628_482_030_354e-10);
        for exponent in 1..300 {
            let p = libm::exp10(-f64::from(exponent));
            let back = survival(upper_quantile(p));
            assert!((back / p - 1.0).abs() < 1e-12, "1e-{exponent}: {back:e}");
        }
    }

    #[test]
    fn impossible_probabilities_have_infinite_quantiles() {
        assert!(quantile(0.0) < -f64::MAX && quantile(-1.0) < -f64::MAX);
        assert!(quantile(1.0) > f64::MAX && quantile(2.0) > f64::MAX);
        assert!(quantile(f64::NAN).is_nan());
        assert!(survival(f64::INFINITY) <= 0.0 && cdf(f64::INFINITY) >= 1.0);
    }
}
