//! Seeded noise for simulations: the judges draw no random numbers, their trials do.

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
pub(crate) struct Noise {
    state: u64,
    spare: Option<f64>,
}

impl Noise {
    /// The same seed gives the same numbers, for ever.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0xD134_2543_DE82_EF95), spare: None }
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1, both excluded.
    #[expect(clippy::cast_precision_loss, reason = "52 bits fit")]
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Standard normal: Box and Muller, "A note on the generation of random normal deviates", 1958.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// How many of `trials` succeed, each with this chance: by the waiting times between successes.
    pub(crate) fn binomial(&mut self, trials: u64, chance: f64) -> u64 {
        if chance <= 0.0 {
            return 0;
        }
        if chance > 0.5 {
            return trials - self.binomial(trials, 1.0 - chance);
        }
        let rate = (-chance).ln_1p();
        let (mut tried, mut found) = (0.0, 0);
        #[expect(clippy::cast_precision_loss, reason = "the trials of a simulation are few")]
        let all = trials as f64;
        loop {
            tried += (self.uniform().ln() / rate).floor() + 1.0;
            if tried > all {
                return found;
            }
            found += 1;
        }
    }

    /// A Poisson number: Knuth, The Art of Computer Programming 2, 3.4.1, for small means.
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        let floor = (-mean).exp();
        let (mut product, mut found) = (self.uniform(), 0);
        while product > floor {
            product *= self.uniform();
            found += 1;
        }
        found
    }
}

/// Values that remember the one before: z(0) standard normal, z(t+1) = ρ z(t) + √(1 - ρ²) g, each 100 + 10 z.
pub(crate) struct Remembering<'a> {
    noise: &'a mut Noise,
    rho: f64,
    last: f64,
}

impl<'a> Remembering<'a> {
    /// Starts anew with this autocorrelation.
    pub(crate) fn start(noise: &'a mut Noise, rho: f64) -> Self {
        let last = noise.normal();
        Self { noise, rho, last }
    }

    /// The next standard value.
    pub(crate) fn next(&mut self) -> f64 {
        let now = self.last;
        self.last = self.rho * now + (1.0 - self.rho * self.rho).sqrt() * self.noise.normal();
        now
    }
}
