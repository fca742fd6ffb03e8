//! Carries a run out: write, think, write, do.
#![forbid(unsafe_code)]
