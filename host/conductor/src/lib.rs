//! Carries a run out: write, think, write, do.
//!
//! The core decides and the conductor acts, and neither does the other's work. Each turn takes one event, asks the core
//! what follows, writes both down in one transaction, and only then performs what was asked for.
#![forbid(unsafe_code)]

pub mod clock;
pub mod conductor;
mod turns;
pub mod people;
pub mod rehearsal;
mod shelf;
mod call;
mod perform;
mod rollback;
mod rollout;

pub use conductor::{ConductError, Conducted, Conductor, Observer, Start};
pub use people::{People, Reached};
pub use rehearsal::{Cast, Rehearsal, Rehearsed};
