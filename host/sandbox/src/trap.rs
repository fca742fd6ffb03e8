//! Traps: what the engine says when a guest ends badly, as a fault that people can read.
//!
//! Names of functions and files come from the plugin, so they are made visible and cut like everything else it says.

use std::fmt;

use holdpoint_core::outcome::{Fault, FaultKind};
use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::text;
use wasmtime::component::ResourceTableError;
use wasmtime::{FrameInfo, PoolConcurrencyLimitError, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

/// The most frames that are kept: the innermost ones tell where, the rest only how it got there.
const FRAMES: usize = 32;

/// The most of one frame, and of the engine's own words.
const FRAME: Bytes = Bytes(300);
pub(crate) const MESSAGE: Bytes = Bytes::kib(1);

/// Marks an error that came before the guest's own function was called.
#[derive(Debug)]
pub(crate) struct Starting;

impl Starting {
    /// Marks this error.
    pub(crate) fn failed(error: wasmtime::Error) -> wasmtime::Error {
        error.context(Self)
    }
}

impl fmt::Display for Starting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the plugin could not be started")
    }
}

/// An error of the engine and its causes, on one line.
pub(crate) fn in_words(error: &wasmtime::Error) -> String {
    text::fit(&format!("{error:#}"), MESSAGE)
}

/// Makes a fault of an error that ended a call. `reached` is the limit that the guest ran into before, if any.
pub(crate) fn fault(error: &wasmtime::Error, reached: Option<String>, last_log: Vec<String>) -> Fault {
    let (kind, message) = told(error, reached);
    Fault { kind, message: text::fit(&message, MESSAGE), frames: frames(error), last_log }
}

fn told(error: &wasmtime::Error, reached: Option<String>) -> (FaultKind, String) {
    if error.is::<PoolConcurrencyLimitError>() {
        return (FaultKind::Host, format!("there is no room for one more instance: {}", error.root_cause()));
    }
    if let Some(limit) = reached {
        return (FaultKind::Limit, format!("{limit}; then: {}", error.root_cause()));
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return (FaultKind::Trap, format!("the plugin ended itself with exit code {}", exit.0));
    }
    if error.is::<ResourceTableError>() {
        return (FaultKind::Limit, format!("the plugin holds too many handles: {}", error.root_cause()));
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => (FaultKind::Trap, format!("the plugin crashed: {trap}")),
        // The engine names no kind of its own for what an instance may not have.
        None if error.is::<Starting>() => (FaultKind::Limit, in_words(error)),
        None => (FaultKind::Trap, format!("the plugin crashed: {}", error.root_cause())),
    }
}

fn frames(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    backtrace.frames().iter().take(FRAMES).map(|frame| text::fit(&in_place(frame), FRAME)).collect()
}

/// A frame's function, with its file and line where the plugin was built with them.
fn in_place(frame: &FrameInfo) -> String {
    let symbol = frame.symbols().first();
    let name = symbol.and_then(|symbol| symbol.name()).or_else(|| frame.func_name());
    let name = name.map_or_else(|| format!("function {}", frame.func_index()), demangled);
    match symbol.and_then(|symbol| Some((symbol.file()?, symbol.line()?))) {
        Some((file, line)) => format!("{name} ({file}:{line})"),
        None => name,
    }
}

fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}
