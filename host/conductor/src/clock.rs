//! The run's clock: how long since its start, by a clock that never goes back, and the calendar for people. In a rehearsal
//! it is a hand that is set.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use holdpoint_core::time::{Elapsed, Moment};

/// Counts from the start of one run.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's.
    Real {
        /// When the run started.
        start: Instant,
    },
    /// A hand that stands where it was set last.
    Played {
        /// When the run starts, by the calendar of the play.
        start: Moment,
        /// Where the hand stands.
        hand: Elapsed,
    },
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self::Real { start: Instant::now() }
    }

    /// A hand that stands at the start, which is at this moment of the calendar.
    pub const fn played(start: Moment) -> Self {
        Self::Played { start, hand: Elapsed(0) }
    }

    /// How long ago it started, in whole milliseconds.
    pub fn elapsed(&self) -> Elapsed {
        match self {
            Self::Real { start } => Elapsed(u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)),
            Self::Played { hand, .. } => *hand,
        }
    }

    /// The calendar.
    pub fn moment(&self) -> Moment {
        match self {
            Self::Real { .. } => moment(),
            Self::Played { start, hand } => Moment(start.0.saturating_add_unsigned(hand.0)),
        }
    }

    /// Waits until so long after the start; not at all when that has passed, and never where the hand is set by others.
    pub async fn reach(&self, at: Elapsed) {
        match self {
            Self::Real { start } => {
                // One millisecond more than asked for: `elapsed` rounds down, and a wake must never come early.
                let target = *start + Duration::from_millis(at.0.saturating_add(1));
                tokio::time::sleep_until(target.into()).await;
            }
            Self::Played { .. } => {}
        }
    }

    /// Sets a hand to so long after the start, and never back. The machine's clock goes by itself.
    pub(crate) fn set(&mut self, at: Elapsed) {
        match self {
            Self::Real { .. } => {}
            Self::Played { hand, .. } => *hand = (*hand).max(at),
        }
    }
}

/// The calendar, in milliseconds since the Unix epoch.
fn moment() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
