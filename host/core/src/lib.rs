//! The pure core of Holdpoint: what a plan, a verdict, a run and a decision are, and what follows from what.
//!
//! No I/O, no clock, no async, no randomness: time and identities arrive as data. The same history gives the same
//! decision, on any machine, for ever. Modules stand in reading order.
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

extern crate alloc;

pub mod name;
pub mod id;
pub mod time;
pub mod text;
pub mod release;
pub mod manifest;
pub mod policy;
pub mod plan;
pub mod address;
pub mod verdict;
pub mod facts;
pub mod outcome;
pub mod attempt;
pub mod response;
pub mod gate;
pub mod decision;
pub mod reason;
pub mod rollback;
pub mod rollout;
pub mod stat;
pub mod assess;
pub mod run;
