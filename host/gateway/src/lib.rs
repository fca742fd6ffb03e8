//! The one gateway for every byte that leaves.
#![forbid(unsafe_code)]
