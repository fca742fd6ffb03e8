//! Holds a call to its limits on memories, tables and instances, and remembers which one it ran into.

use holdpoint_core::plan::limit::{Bytes, Limits};
use wasmtime::ResourceLimiter;

/// Counts what a guest has and refuses what goes beyond.
pub(crate) struct Limiter {
    memory: Counted,
    elements: Counted,
    instances: usize,
    memories: usize,
}

/// A sum with a limit.
struct Counted {
    most: usize,
    now: usize,
    peak: usize,
    /// What was added last, in case the engine could not do it.
    last: usize,
    refused: bool,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory: Counted::up_to(usize::try_from(limits.memory.0).unwrap_or(usize::MAX)),
            elements: Counted::up_to(limits.table_elements as usize),
            instances: limits.instances as usize,
            memories: limits.memories as usize,
        }
    }

    /// The most linear memory that there was at any time.
    pub(crate) fn peak_memory(&self) -> Bytes {
        Bytes(self.memory.peak as u64)
    }

    /// The limit that the guest ran into, in words. `None` if it stayed inside.
    pub(crate) fn reached(&self) -> Option<String> {
        if self.memory.refused {
            return Some(format!("the memory limit of {} was reached", Bytes(self.memory.most as u64)));
        }
        self.elements.refused.then(|| format!("the limit of {} table elements was reached", self.elements.most))
    }
}

impl Counted {
    fn up_to(most: usize) -> Self {
        Self { most, now: 0, peak: 0, last: 0, refused: false }
    }

    /// Whether something may grow from `current` to `desired`. If so it counts as done.
    fn grow(&mut self, current: usize, desired: usize) -> bool {
        let more = desired.saturating_sub(current);
        let then = self.now.saturating_add(more);
        if then > self.most {
            self.refused = true;
            return false;
        }
        self.now = then;
        self.peak = self.peak.max(then);
        self.last = more;
        true
    }

    fn undo(&mut self) {
        self.now = self.now.saturating_sub(self.last);
        self.last = 0;
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.memory.grow(current, desired))
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory.undo();
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.elements.grow(current, desired))
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.elements.undo();
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instances
    }

    /// Tables are limited by their elements; their number by the instances that can hold them.
    fn tables(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(memory: u64) -> Limiter {
        Limiter::new(&Limits { memory: Bytes(memory), ..Limits::default() })
    }

    #[test]
    fn memory_is_summed_over_all_memories() {
        let mut limiter = limiter(100);

        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(!limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(60, 100, None).unwrap());
        assert_eq!(limiter.peak_memory(), Bytes(100));
        assert_eq!(limiter.reached().unwrap(), "the memory limit of 100B was reached");
    }

    #[test]
    fn growth_that_the_engine_could_not_do_is_given_back() {
        let mut limiter = limiter(100);

        assert!(limiter.memory_growing(0, 100, None).unwrap());
        limiter.memory_grow_failed(wasmtime::Error::msg("no")).unwrap();
        assert!(limiter.memory_growing(0, 100, None).unwrap());
        assert_eq!(limiter.reached(), None);
    }
}
