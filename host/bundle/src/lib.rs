//! Plugins as shipped: read, look inside, refuse what does not fit. Nothing is compiled or run here.
//!
//! A bundle is one component with its manifest inside. [`Bundle::open`] reads a file and answers with what it is, or
//! with what was found instead and what would mend it.
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod bundle;
pub mod manifest;
pub mod shape;
mod walk;

pub use bundle::{Bundle, BundleError, OpenError};
pub use shape::{Import, Shape};
