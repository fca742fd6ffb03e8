//! The import `clock`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::bindings::clock::Host;
use crate::state::State;
use crate::world::Question;

impl Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.world.turn(Question::bare("clock.now"), || u64::try_from(since_1970().as_millis()).unwrap_or(u64::MAX))
    }

    fn monotonic(&mut self) -> wasmtime::Result<u64> {
        self.world.turn(Question::bare("clock.monotonic"), || self.after_micros().saturating_mul(1_000))
    }

    async fn sleep(&mut self, milliseconds: u32) -> wasmtime::Result<()> {
        if self.world.session().is_none() {
            // In a replay nothing is waited for: whatever has changed meanwhile is in the record.
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(u64::from(milliseconds))).await;
        Ok(())
    }
}

/// The system's time.
pub(super) fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
}
