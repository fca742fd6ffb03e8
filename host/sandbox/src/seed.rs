//! What all random bytes of one call come from, so that a recorded call can be given the same ones again.

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

use crate::world::{Question, World};

/// 256 bits from the system, drawn for one call.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seed([u8; 32]);

/// The sources of WASI, each with a stream of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// `wasi:random/random`.
    Secure,
    /// `wasi:random/insecure`.
    Insecure,
    /// `wasi:random/insecure-seed`.
    Number,
}

impl Seed {
    /// The seed of a call in this world: one that nobody can guess, in a rehearsal the play's, or in a replay the recorded
    /// one. Where the record has
    /// none, the replay is told to be none.
    pub(crate) fn of(world: &World) -> Self {
        Self(world.turn(&Question::bare("wasi:random.seed"), || world.seed().unwrap_or_else(fresh)).unwrap_or_default())
    }

    /// The bytes of a source.
    pub(crate) fn stream(&self, source: Source) -> ChaCha12Rng {
        let mut stream = ChaCha12Rng::from_seed(self.0);
        stream.set_stream(match source {
            Source::Secure => 0,
            Source::Insecure => 1,
            Source::Number => 2,
        });
        stream
    }

    /// What `wasi:random/insecure-seed` gives.
    pub(crate) fn number(&self) -> u128 {
        let mut bytes = [0; 16];
        self.stream(Source::Number).fill_bytes(&mut bytes);
        u128::from_le_bytes(bytes)
    }
}

fn fresh() -> [u8; 32] {
    let mut bytes = [0; 32];
    // The system's source fails only where there is none; then nothing here may run.
    #[expect(clippy::expect_used, reason = "a guest must never get bytes that can be guessed")]
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_each_source_its_own() {
        let (one, again) = (Seed([7; 32]), Seed([7; 32]));
        assert_eq!(one.stream(Source::Secure).next_u64(), again.stream(Source::Secure).next_u64());
        assert_eq!(one.number(), again.number());
        assert_ne!(one.stream(Source::Secure).next_u64(), one.stream(Source::Insecure).next_u64());
    }

    #[test]
    fn two_calls_have_two_seeds() {
        assert_ne!(fresh(), fresh());
    }
}
