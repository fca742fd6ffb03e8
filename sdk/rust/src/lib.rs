//! Write Holdpoint checks, rollbacks and rollouts in Rust.
//!
#![doc = include_str!("../README.md")]

pub mod bindings;
pub mod check;
pub mod failure;
pub mod finding;
pub mod findings;
pub mod host;
pub mod http;
pub mod net;
pub mod rollback;
pub mod rollout;
pub mod settings;
pub mod target;
pub mod template;

#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod panic;
#[cfg(target_arch = "wasm32")]
mod sandbox;

pub use bindings::check::holdpoint::plugin::log::Severity;
pub use bindings::check::holdpoint::plugin::types::{
    Call, Failure, Finding, Level, Measurement, Outcome, Problem, Release, Sample, Verdict,
};
pub use check::CheckResult;
pub use findings::Findings;
pub use host::Host;
pub use rollback::Rollback;
pub use rollout::Rollout;
pub use target::{Endpoint, Target};
