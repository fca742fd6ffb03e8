//! Tells a run's history to people and machines.
#![forbid(unsafe_code)]
