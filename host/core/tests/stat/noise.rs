//! Noise from a seed, for tests only: judges draw no random numbers.

/// A stream of random numbers.
pub(crate) struct Noise {
    state: u64,
    spare: Option<f64>,
}

impl Noise {
    /// The stream of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed, spare: None }
    }

    /// Between 0 and 1, both excluded. Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
    /// 2014.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let top = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap();
        (f64::from(top) + 0.5) / 4_294_967_296.0
    }

    /// Standard normal. Box and Muller, Annals of Mathematical Statistics 29 (1958).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let angle = std::f64::consts::TAU * self.uniform();
        self.spare = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// A stationary first-order autoregression with standard normal values.
    pub(crate) fn remembering(&mut self, rho: f64, points: usize) -> Vec<f64> {
        let mut last = self.normal();
        let fresh = (1.0 - rho * rho).sqrt();
        (0..points)
            .map(|point| {
                if point > 0 {
                    last = rho * last + fresh * self.normal();
                }
                last
            })
            .collect()
    }

    /// Student's t with three degrees of freedom: heavy tails.
    pub(crate) fn heavy(&mut self, points: usize) -> Vec<f64> {
        (0..points)
            .map(|_| {
                let squares: f64 = (0..3).map(|_| self.normal().powi(2)).sum();
                self.normal() / (squares / 3.0).sqrt()
            })
            .collect()
    }
}
