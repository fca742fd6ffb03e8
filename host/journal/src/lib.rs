//! Keeps what happened: an append-only journal and the evidence beside it.
#![forbid(unsafe_code)]
