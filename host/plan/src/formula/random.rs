//! Noise as a pure function: of a seed, a place and a moment. No state, so no order.

/// Where a number is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    pub(super) seed: u64,
    /// Where in the formula.
    pub(super) place: u32,
    pub(super) millis: u64,
}

/// Beyond this mean a count is as good as normal.
const MANY: f64 = 30.0;

impl Draw {
    /// Evenly spread from 0 to 1, 1 itself never.
    pub(super) fn unit(&self) -> f64 {
        unit(self.bits(self.millis, 0))
    }

    /// Normal, with mean 0 and spread 1.
    pub(super) fn normal(&self) -> f64 {
        self.normal_at(self.millis)
    }

    /// The same, between two lattice points that lie so many seconds apart.
    pub(super) fn slow(&self, t: f64, span: f64) -> f64 {
        let place = t / span.max(0.001);
        let (left, between) = (libm::floor(place), place - libm::floor(place));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of spans, saturating")]
        let number = left as u64;
        let (one, other) = (self.normal_at(number), self.normal_at(number.saturating_add(1)));
        // So weighed that the spread is the same everywhere between the points.
        let weight = libm::sqrt(between * between + (1.0 - between) * (1.0 - between));
        (one * (1.0 - between) + other * between) / weight
    }

    /// How many of things there are that happen by chance, so many on average. Nothing for what is no average.
    pub(super) fn counted(&self, mean: f64) -> f64 {
        if mean.is_nan() || mean <= 0.0 {
            return 0.0;
        }
        if mean > MANY {
            return libm::round(mean + libm::sqrt(mean) * self.normal()).max(0.0);
        }
        // By inversion: <https://en.wikipedia.org/wiki/Poisson_distribution#Random_variate_generation>.
        let drawn = self.unit();
        let mut chance = libm::exp(-mean);
        let (mut below, mut count) = (chance, 0.0);
        while below < drawn && count < 200.0 {
            count += 1.0;
            chance *= mean / count;
            below += chance;
        }
        count
    }

    /// Box and Muller, 1958.
    fn normal_at(&self, number: u64) -> f64 {
        let (radius, angle) = (1.0 - unit(self.bits(number, 1)), unit(self.bits(number, 2)));
        libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(core::f64::consts::TAU * angle)
    }

    fn bits(&self, number: u64, nth: u64) -> u64 {
        let start = mixed(self.seed ^ mixed(u64::from(self.place)));
        mixed(mixed(start.wrapping_add(number)).wrapping_add(nth))
    }
}

fn unit(bits: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in a double, and so is 2^53")]
    let top = (bits >> 11) as f64;
    top / 9_007_199_254_740_992.0
}

/// The finaliser of `SplitMix64`: <https://prng.di.unimi.it/splitmix64.c>.
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
