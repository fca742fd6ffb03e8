//! Chance that can be had again: the same case gives the same values.

/// A generator (`SplitMix64`).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(case: u64) -> Self {
        Self(case.wrapping_mul(0x2545_F491_4F6C_DD1D))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one, or 0.
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.next().checked_rem(most).unwrap_or(0)
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let at = self.below(choices.len() as u64);
        choices[usize::try_from(at).expect("a choice has an index")]
    }
}

/// How many cases a generator makes: `HOLDPOINT_CASES`, or this many.
pub(crate) fn cases(otherwise: u64) -> u64 {
    std::env::var("HOLDPOINT_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(otherwise)
}
