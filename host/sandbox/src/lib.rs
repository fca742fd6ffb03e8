//! Runs plugins: the only crate that knows the component engine.
//!
//! A plugin is compiled once and gets a fresh instance for each call, which ends with the call and leaves nothing
//! behind. The sandbox enforces limits and reports what happened; it knows neither severity nor phase, and never
//! decides. No type of the engine leaves this crate.
#![deny(unsafe_code)]

mod bindings;
mod engine;
mod precompiled;
mod cache;
pub mod compile;
mod limit;
mod meter;
mod pace;
mod log;
pub mod world;
mod redact;
mod state;
mod import;
mod trap;
mod reply;
mod load;
mod guard;
mod call;
mod rollback;
mod rollout;
mod validate;
mod sandbox;
mod seed;

pub use call::{CallContext, CheckCall, CheckResult};
pub use compile::Compiler;
pub use engine::EngineError;
pub use load::{LoadError, Loaded, Raw};
pub use rollback::{RollbackCall, RollbackResult};
pub use rollout::{RolloutCall, RolloutResult};
pub use sandbox::{Sandbox, Settings, StartError};
pub use validate::{SettingsProblem, ValidateError};
pub use world::{Asked, NoRecord, Record, Script, Source};
