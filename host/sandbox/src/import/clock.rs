//! The import `clock`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::bindings::clock::Host;
use crate::state::State;
use crate::world::digest;

const NOW: &str = "clock.now";
const MONOTONIC: &str = "clock.monotonic";

impl Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        let asked = digest(&());
        if let Some(noted) = self.world.recalled(NOW, asked)? {
            return Ok(noted);
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        self.world.note(NOW, asked, &now);
        Ok(now)
    }

    fn monotonic(&mut self) -> wasmtime::Result<u64> {
        let asked = digest(&());
        if let Some(noted) = self.world.recalled(MONOTONIC, asked)? {
            return Ok(noted);
        }
        let nanos = self.after_micros().saturating_mul(1_000);
        self.world.note(MONOTONIC, asked, &nanos);
        Ok(nanos)
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
