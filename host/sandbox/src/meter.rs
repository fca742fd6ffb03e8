//! Counts the time that a call holds the CPU. Waiting costs nothing here; that is what the wall clock is for.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::time::{ClockId, clock_gettime};

/// The CPU time of one call, in nanoseconds. Shared between the call and whoever interrupts it.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// What earlier polls took.
    spent: AtomicU64,
    /// What this thread's clock showed when the poll under way began.
    since: AtomicU64,
}

impl Meter {
    /// Runs a future and counts the CPU time of the thread it runs on, poll by poll.
    pub(crate) async fn count<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| {
            self.since.store(thread_nanos(), Ordering::Relaxed);
            let polled = future.as_mut().poll(context);
            self.spent.store(self.nanos_from_inside(), Ordering::Relaxed);
            polled
        })
        .await
    }

    /// What has been spent so far, asked from within the call.
    pub(crate) fn nanos_from_inside(&self) -> u64 {
        let running = thread_nanos().saturating_sub(self.since.load(Ordering::Relaxed));
        self.spent.load(Ordering::Relaxed).saturating_add(running)
    }

    /// What has been spent when the call is not running.
    pub(crate) fn micros(&self) -> u64 {
        self.spent.load(Ordering::Relaxed) / 1_000
    }
}

fn thread_nanos() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}
