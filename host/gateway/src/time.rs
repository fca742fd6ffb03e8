//! The time that a call lives in: the machine's, or one that only goes by when somebody says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use holdpoint_core::time::Moment;

/// The time of one call, from its beginning on. Clones show the same time.
#[derive(Debug, Clone)]
pub struct Time {
    began: Began,
}

#[derive(Debug, Clone)]
enum Began {
    /// By the machine's clocks.
    Real(Instant),
    /// At this moment of a play; so many microseconds have passed since.
    Played { moment: Moment, passed: Arc<AtomicU64> },
}

impl Time {
    /// The machine's time; the call begins now.
    pub fn real() -> Self {
        Self { began: Began::Real(Instant::now()) }
    }

    /// A time that begins at this moment of the calendar and stands still until it is told to pass.
    pub fn played(moment: Moment) -> Self {
        Self { began: Began::Played { moment, passed: Arc::default() } }
    }

    /// How long ago the call began.
    pub fn since_begin(&self) -> Duration {
        match &self.began {
            Began::Real(began) => began.elapsed(),
            Began::Played { passed, .. } => Duration::from_micros(passed.load(Ordering::Relaxed)),
        }
    }

    /// The calendar, since 1970.
    pub fn since_1970(&self) -> Duration {
        match &self.began {
            Began::Real(_) => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO),
            Began::Played { moment, .. } => {
                Duration::from_millis(u64::try_from(moment.0).unwrap_or(0)).saturating_add(self.since_begin())
            }
        }
    }

    /// The calendar, in whole milliseconds.
    pub fn moment(&self) -> Moment {
        Moment(i64::try_from(self.since_1970().as_millis()).unwrap_or(i64::MAX))
    }

    /// Lets a played time pass. The machine's passes by itself.
    pub fn pass(&self, span: Duration) {
        self.reach(self.since_begin().saturating_add(span));
    }

    /// Sets a played time to so long after the beginning.
    pub(crate) fn reach(&self, since_begin: Duration) {
        match &self.began {
            Began::Real(_) => {}
            Began::Played { passed, .. } => {
                passed.store(u64::try_from(since_begin.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            }
        }
    }

    /// Whether it only passes when it is told to.
    pub fn is_played(&self) -> bool {
        match &self.began {
            Began::Real(_) => false,
            Began::Played { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_played_time_passes_when_it_is_told_to_and_for_all_its_clones() {
        let time = Time::played(Moment(1_000));
        let clone = time.clone();

        time.pass(Duration::from_millis(250));

        assert_eq!((clone.since_begin(), clone.moment()), (Duration::from_millis(250), Moment(1_250)));
    }
}
