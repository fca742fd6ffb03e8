//! The simulator: runs that follow from seeds, in worlds where everything goes wrong, held against laws.
//!
//! Answers are lost, late, doubled and out of their order; clocks jump; the host dies between any two commands; the
//! target loses, delays and half does what it is asked. `HOLDPOINT_SEEDS` says how many seeds are tried, 100,000 without
//! it; `HOLDPOINT_SEED` tries just the one, and tells its journal.

#![expect(clippy::wildcard_enum_match_arm, reason = "a law picks the events and commands that it looks at")]

#[path = "../run/scene.rs"]
#[expect(dead_code, reason = "the cases of the runs need more of it")]
mod scene;
#[path = "../run/watching.rs"]
#[expect(dead_code, reason = "the cases of the windows need more of it")]
mod watching;

mod chance;
mod plans;
mod outside;
mod target;
mod traffic;
mod watch;
mod world;
mod truth;
mod host;
mod mischief;
mod oracle;
mod reasons;
mod laws;
mod seeds;
