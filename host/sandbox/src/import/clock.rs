//! The import `clock`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::bindings::clock::Host;
use crate::state::State;

impl Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Ok(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn monotonic(&mut self) -> wasmtime::Result<u64> {
        Ok(self.after_micros().saturating_mul(1_000))
    }

    async fn sleep(&mut self, milliseconds: u32) -> wasmtime::Result<()> {
        tokio::time::sleep(Duration::from_millis(u64::from(milliseconds))).await;
        Ok(())
    }
}
