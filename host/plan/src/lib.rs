//! Reads a plan: text in, plan and problems out.
//!
//! Nothing here touches a file or the network: what a plan refers to is handed in. Every problem is found in one pass
//! and says where, what, and what would mend it. There is one list of keys (`raw`): the reader, the check for
//! unknown keys and the JSON Schema all follow it.
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod problem;
mod source;
mod node;
mod syntax;
mod suggest;
mod reader;
mod form;
mod number;
mod word;
mod raw;
pub mod draft;
pub mod lower;
mod lint;
pub mod policy;
pub mod release;
pub mod formula;
pub mod scenario;
pub mod schema;
pub mod digest;

pub use draft::{Attachment, Draft, Reading, SettingsOf, read};
pub use lower::{BundleFacts, Context, lower};
pub use problem::{Code, Gravity, Place, Problem, any_error};
