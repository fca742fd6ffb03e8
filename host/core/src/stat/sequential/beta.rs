//! The tail of the binomial distribution, also for counts that have been divided by a dispersion.

/// The probability of at least `hits` of `hits + misses`, each with this chance: the regularised incomplete beta
/// function I(hits, misses + 1) at `chance`. One for no hits.
///
/// The continued fraction of Didonato and Morris, "Algorithm 708: Significant digit computation of the incomplete beta
/// function ratios", ACM TOMS 18 (1992), by the method of Lentz, on the side of the mean where it converges.
pub(super) fn upper_tail(hits: f64, misses: f64, chance: f64) -> f64 {
    if hits <= 0.0 || chance >= 1.0 {
        return 1.0;
    }
    if chance <= 0.0 {
        return 0.0;
    }
    let (a, b) = (hits, misses + 1.0);
    let found = if chance * (a + b) > a { 1.0 - side(b, a, 1.0 - chance) } else { side(a, b, chance) };
    found.clamp(0.0, 1.0)
}

/// I(a, b) at x, for x up to the mean.
fn side(a: f64, b: f64, x: f64) -> f64 {
    let scale = a * libm::log(x) + b * libm::log1p(-x) + libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b);
    libm::exp(scale) / a * fraction(a, b, x)
}

/// The continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let off_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / off_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut found = below;
    let mut step = 1.0;
    while step < MOST_STEPS {
        let twice = a + 2.0 * step;
        let even = step * (b - step) * x / ((twice - 1.0) * twice);
        let odd = -(a + step) * (a + b + step) * x / (twice * (twice + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            below = 1.0 / off_zero(1.0 + term * below);
            above = off_zero(1.0 + term / above);
            change = above * below;
            found *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
        step += 1.0;
    }
    found
}

/// More than the square root of any count that can be met, which is how long the fraction takes.
const MOST_STEPS: f64 = 20_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_binomial_distribution() {
        // scipy.stats.binom.sf(k - 1, n, p)
        for (hits, misses, chance, expected) in [
            (3.0, 0.0, 0.5, 0.125),
            (8.0, 2.0, 0.5, 0.054_687_5),
            (1.0, 99.0, 0.01, 0.633_967_658_726_771),
            (0.0, 5.0, 0.3, 1.0),
        ] {
            let found = upper_tail(hits, misses, chance);
            assert!((found / expected - 1.0).abs() < 1e-12, "{hits} of {}: {found}", hits + misses);
        }
    }

    #[test]
    fn both_tails_of_any_counts_make_one() {
        for (hits, misses) in [(0.5, 0.1), (7.0, 400.0), (5e5, 5e5), (1e7, 3.0)] {
            for chance in [1e-9, 0.2, 0.5, 0.999] {
                // P(X ≥ h) + P(n - X ≥ m + 1) = 1
                let both = upper_tail(hits, misses, chance) + upper_tail(misses + 1.0, hits - 1.0, 1.0 - chance);
                assert!((both - 1.0).abs() < 1e-7, "{hits} {misses} {chance}: {both}");
            }
        }
    }
}
