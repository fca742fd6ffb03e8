//! Counts the time that a call holds the CPU. Waiting costs nothing here; that is what the wall clock is for.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

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
    /// Polls a future once and counts the CPU time of the thread it runs on.
    pub(crate) fn poll<F: Future>(&self, future: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.since.store(thread_nanos(), Ordering::Relaxed);
        let polled = future.poll(context);
        self.spent.store(self.nanos_from_inside(), Ordering::Relaxed);
        polled
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
