//! What one call has: its slice of the network, its log, its clock, its limits. Dropped with the call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use holdpoint_core::plan::limit::{Bytes, Limits};
use holdpoint_gateway::Time;

use crate::import::wasi::Wasi;
use crate::limit::Limiter;
use crate::log::{Log, Output};
use crate::world::World;

/// The state of one call.
pub(crate) struct State {
    /// Where its answers come from.
    pub(crate) world: World,
    /// What it has grown to.
    pub(crate) limiter: Limiter,
    /// What it wrote.
    pub(crate) log: SharedLog,
    /// What ordinary libraries see of a system; made when one looks.
    pub(crate) wasi: Option<Box<Wasi>>,
    /// What it may use.
    pub(crate) limits: Arc<Limits>,
}

impl State {
    pub(crate) fn new(world: World, limits: Arc<Limits>) -> Self {
        let log = SharedLog::new(Log::new(limits.log), world.time());
        Self { world, limiter: Limiter::new(&limits), log, wasi: None, limits }
    }

    /// How long ago the call began, in microseconds.
    pub(crate) fn after_micros(&self) -> u64 {
        self.log.after_micros()
    }
}

/// A call's log, which its standard output and error write to as well.
#[derive(Debug, Clone)]
pub(crate) struct SharedLog {
    log: Arc<Mutex<Log>>,
    time: Time,
}

impl SharedLog {
    fn new(log: Log, time: Time) -> Self {
        Self { log: Arc::new(Mutex::new(log)), time }
    }

    pub(crate) fn after_micros(&self) -> u64 {
        u64::try_from(self.time.since_begin().as_micros()).unwrap_or(u64::MAX)
    }

    pub(crate) fn write(&self, severity: &str, text: &str) {
        self.locked().write(self.after_micros(), severity, text);
    }

    pub(crate) fn pour(&self, output: Output, bytes: &[u8]) {
        self.locked().pour(self.after_micros(), output, bytes);
    }

    /// The last lines, the unfinished ones as they stand. Nothing more is expected.
    pub(crate) fn last(&self) -> Vec<String> {
        let mut log = self.locked();
        log.end(self.after_micros());
        log.last()
    }

    /// Takes the log out, leaving an empty one.
    pub(crate) fn take(&self) -> Log {
        std::mem::replace(&mut *self.locked(), Log::new(Bytes(0)))
    }

    /// A writer that panicked left whole lines behind, so the log is still good.
    fn locked(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
