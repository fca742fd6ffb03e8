//! Tells a run's history to people and machines.
//!
//! [`tell`] folds the history into a [`Story`]; every format renders the story and nothing else. Nothing here reads a
//! clock, a file or the network: the same history gives the same bytes, on any machine.
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod explained;
mod story;
mod words;
mod html;
mod markdown;
mod json;
mod junit;

pub use explained::explained;
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use story::{History, Story, tell};
