//! The one engine of the process: what it understands, what its pool holds, and the tick that interrupts guests.

use std::io;
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, WasmBacktraceDetails};

use crate::trap::in_words;

/// How often running guests are interrupted: the grain of CPU budgets, and how soon another call gets its turn.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// How many calls may hold an instance at the same time. Later ones wait for a place before their clocks start.
pub(crate) const PLACES: u32 = 1_024;

/// Core instances in the pool. A component of ours needs 3 to 20.
const CORE_INSTANCES: u32 = PLACES * 16;

/// Memories and tables in the pool. A component of ours needs one to three of each.
const MEMORIES: u32 = PLACES + PLACES / 2;
const TABLES: u32 = PLACES * 4;

/// The largest single memory and table that the pool has room for. Calls are held to their own limits, far below.
const MEMORY_ROOM: usize = 2 << 30;
const TABLE_ROOM: usize = 1_000_000;

/// The engine's own bookkeeping for one instance. A JavaScript or Python guest needs about 1 MiB.
const INSTANCE_ROOM: usize = 16 << 20;

/// What stays mapped when a slot is given back, so that the next call finds its pages there. Only pages that a guest
/// has touched count.
const KEPT: usize = 2 << 20;

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine refuses its configuration.
    #[error("could not start the component engine ({0}); is this a supported machine?")]
    Refused(String),
    /// The ticking thread could not be started.
    #[error("could not start the thread that interrupts plugins")]
    Ticker(#[source] io::Error),
}

/// Makes the engine and starts its tick. Tries the pool first; without it calls are slower, not looser.
pub(crate) fn start() -> Result<Engine, EngineError> {
    let mut config = settings();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    let engine = match Engine::new(&config) {
        Ok(engine) => engine,
        Err(error) => {
            tracing::warn!(error = in_words(&error), "no memory pool on this machine, each call maps its own");
            config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
            Engine::new(&config).map_err(|error| EngineError::Refused(in_words(&error)))?
        }
    };
    tick(&engine)?;
    Ok(engine)
}

/// Makes an engine that compiles what [`start`]'s can load, and runs nothing: it needs no pool.
pub(crate) fn for_compiling() -> Result<Engine, EngineError> {
    Engine::new(&settings()).map_err(|error| EngineError::Refused(in_words(&error)))
}

/// What guests may be made of. GC, threads and the async ABI are not even compiled in.
fn settings() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .concurrency_support(false)
        .wasm_memory64(false)
        .wasm_tail_call(true)
        .relaxed_simd_deterministic(true)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        .parallel_compilation(true);
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(PLACES)
        .total_stacks(PLACES)
        .total_core_instances(CORE_INSTANCES)
        .total_memories(MEMORIES)
        .total_tables(TABLES)
        .max_memory_size(MEMORY_ROOM)
        .table_elements(TABLE_ROOM)
        .max_core_instance_size(INSTANCE_ROOM)
        .max_component_instance_size(INSTANCE_ROOM)
        .max_memories_per_module(8)
        .max_tables_per_module(32)
        .linear_memory_keep_resident(KEPT)
        .table_keep_resident(KEPT)
        .async_stack_keep_resident(KEPT)
        .decommit_batch_size(64)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Advances the engine's epoch for as long as the engine lives.
fn tick(engine: &Engine) -> Result<(), EngineError> {
    let engine = engine.weak();
    let beat = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("plugin-tick".to_owned()).spawn(beat).map(drop).map_err(EngineError::Ticker)
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    use super::*;

    #[test]
    fn what_is_compiled_without_a_pool_is_good_for_the_pool() {
        let hash = |engine: &Engine| {
            let mut hasher = DefaultHasher::new();
            engine.precompile_compatibility_hash().hash(&mut hasher);
            hasher.finish()
        };

        assert_eq!(hash(&start().unwrap()), hash(&for_compiling().unwrap()));
    }
}
