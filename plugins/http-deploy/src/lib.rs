//! A deploy tool's HTTP API, as plans state it: calls with holes for facts of the release, and a word that tells how far
//! an operation is. What `http-rollback` and `http-rollout` have in common.

pub mod facts;
pub mod filled;
pub mod found;
pub mod status;
pub mod usual;
