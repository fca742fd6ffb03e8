//! The run's clock: how long since its start, by a clock that never goes back, and the calendar for people.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use holdpoint_core::time::{Elapsed, Moment};

/// Counts from the start of one run.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// How long ago it started, in whole milliseconds.
    pub fn elapsed(&self) -> Elapsed {
        Elapsed(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Waits until so long after the start; not at all when that has passed.
    pub async fn reach(&self, at: Elapsed) {
        // One millisecond more than asked for: `elapsed` rounds down, and a wake must never come early.
        let target = self.start + Duration::from_millis(at.0.saturating_add(1));
        tokio::time::sleep_until(target.into()).await;
    }
}

/// The calendar, in milliseconds since the Unix epoch.
pub(crate) fn moment() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
