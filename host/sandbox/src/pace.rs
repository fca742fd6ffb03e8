//! The pace of a call: it has the CPU in slices, its CPU time is metered, and it is over at its deadline.
//!
//! A guest that has used a whole tick is taken for one that burns, and so are all calls of its plugin until one ends
//! without: they need one of few places to go on, in turns with the others of their kind. So guests that look and answer
//! never wait behind guests that compute, however many of those there are.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use holdpoint_core::plan::limit::Limits;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use wasmtime::UpdateDeadline;

use crate::meter::Meter;

/// The places for guests that burn: a processor is left for all others, where there is more than one.
pub(crate) fn burners() -> Semaphore {
    let processors = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Semaphore::new(processors.saturating_sub(1).max(1))
}

/// A call's CPU time, how much there may be of it, and what kind of guest it is.
pub(crate) struct Pace {
    meter: Meter,
    nanos: u64,
    /// Whether this call has burnt.
    burnt: AtomicBool,
    /// Whether calls of the plugin do.
    burns: Arc<AtomicBool>,
    ran_out: AtomicBool,
}

/// The deadline is there.
pub(crate) struct Late;

impl Pace {
    pub(crate) fn of(limits: &Limits, plugin: Arc<AtomicBool>) -> Self {
        let nanos = limits.cpu.as_millis().saturating_mul(1_000_000);
        let (meter, burnt, ran_out) = (Meter::default(), AtomicBool::new(false), AtomicBool::new(false));
        Self { meter, nanos, burnt, burns: plugin, ran_out }
    }

    /// Works until the end or the deadline.
    pub(crate) async fn run<F: Future>(
        &self,
        work: F,
        deadline: Instant,
        burners: &Semaphore,
    ) -> Result<F::Output, Late> {
        let mut work = pin!(work);
        let paced = async {
            // Asked before each slice: a guest that always has something to do would never let the timer speak.
            while Instant::now() < deadline {
                let burns = self.burnt.load(Ordering::Relaxed) || self.burns.load(Ordering::Relaxed);
                let place = if burns { burners.acquire().await.ok() } else { None };
                let slice = poll_fn(|context| Poll::Ready(self.meter.poll(work.as_mut(), context))).await;
                drop(place);
                match slice {
                    Poll::Ready(output) => {
                        self.burns.store(self.burnt.load(Ordering::Relaxed), Ordering::Relaxed);
                        return Ok(output);
                    }
                    Poll::Pending => woken().await,
                }
            }
            Err(Late)
        };
        timeout_at(deadline, paced).await.unwrap_or(Err(Late))
    }

    /// What becomes of a guest that runs at a tick: others get their turn, or it has had its time.
    pub(crate) fn ticked(&self, tick: Duration) -> UpdateDeadline {
        let spent = self.meter.nanos_from_inside();
        if spent >= self.nanos {
            self.ran_out.store(true, Ordering::Relaxed);
            return UpdateDeadline::Interrupt;
        }
        if u128::from(spent) >= tick.as_nanos() {
            self.burnt.store(true, Ordering::Relaxed);
            self.burns.store(true, Ordering::Relaxed);
        }
        UpdateDeadline::Yield(1)
    }

    /// Whether the CPU time is used up.
    pub(crate) fn ran_out(&self) -> bool {
        self.ran_out.load(Ordering::Relaxed)
    }

    /// The CPU time that was used, when the call is not running.
    pub(crate) fn cpu_micros(&self) -> u64 {
        self.meter.micros()
    }
}

/// Waits for the next wake of this task, whoever causes it: what was polled last has asked for one.
async fn woken() {
    let mut asked = false;
    poll_fn(|_| if std::mem::replace(&mut asked, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
