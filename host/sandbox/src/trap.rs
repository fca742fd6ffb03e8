//! Traps: what the engine says when a guest ends badly, as a fault that people can read.

use holdpoint_core::outcome::{Fault, FaultKind};
use wasmtime::{Trap, WasmBacktrace};

/// The most frames that are kept: the innermost ones tell where, the rest only how it got there.
const FRAMES: usize = 32;

/// An error of the engine and its causes, on one line.
pub(crate) fn in_words(error: &wasmtime::Error) -> String {
    format!("{error:#}").replace('\n', " ")
}

/// Makes a fault of an error that ended a call.
pub(crate) fn fault(error: &wasmtime::Error, limit: Option<String>, last_log: Vec<String>) -> Fault {
    let frames = frames(error);
    if let Some(limit) = limit {
        return Fault { kind: FaultKind::Limit, message: limit, frames, last_log };
    }
    let message = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    };
    Fault { kind: FaultKind::Trap, message: format!("the plugin crashed: {message}"), frames, last_log }
}

fn frames(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let frames = backtrace.frames().iter().take(FRAMES).map(|frame| {
        let symbol = frame.symbols().first();
        let name = symbol.and_then(|symbol| symbol.name()).map(demangled).or_else(|| frame.func_name().map(demangled));
        let name = name.unwrap_or_else(|| format!("function {}", frame.func_index()));
        match symbol.and_then(|symbol| Some((symbol.file()?, symbol.line()?))) {
            Some((file, line)) => format!("{name} ({file}:{line})"),
            None => name,
        }
    });
    frames.collect()
}

fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}
