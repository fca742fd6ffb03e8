//! The import `clock`.

use std::time::Duration;

use holdpoint_gateway::Time;

use crate::bindings::clock::Host;
use crate::state::State;
use crate::world::Question;

impl Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        let time = self.world.time();
        self.world.turn(&Question::bare("clock.now"), || u64::try_from(read(&time).as_millis()).unwrap_or(u64::MAX))
    }

    fn monotonic(&mut self) -> wasmtime::Result<u64> {
        let time = self.world.time();
        self.world.turn(&Question::bare("clock.monotonic"), || {
            look(&time);
            self.after_micros().saturating_mul(1_000)
        })
    }

    async fn sleep(&mut self, milliseconds: u32) -> wasmtime::Result<()> {
        if self.world.session().is_none() {
            // In a replay nothing is waited for: whatever has changed meanwhile is in the record.
            return Ok(());
        }
        let time = self.world.time();
        if time.is_played() {
            time.pass(Duration::from_millis(u64::from(milliseconds)));
            return self.world.go_on();
        }
        tokio::time::sleep(Duration::from_millis(u64::from(milliseconds))).await;
        Ok(())
    }
}

/// The calendar, read by a guest.
pub(super) fn read(time: &Time) -> Duration {
    look(time);
    time.since_1970()
}

/// What looking at a clock takes. A played time would stand still for a guest that waits by looking.
pub(super) fn look(time: &Time) {
    time.pass(Duration::from_micros(1));
}
