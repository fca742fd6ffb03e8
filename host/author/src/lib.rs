//! What authors of plugins need: from a name to a project, from a project to a component.
//!
//! A project is a folder with a `plugin.toml` ([`project`]). Each language has a file that finds its tools and compiles
//! ([`language`]); what is around that is the same for all of them ([`build`]): nothing is left half-written, and what
//! comes out is what the host itself would load.
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod language;
pub mod project;
pub mod manifest;
pub mod template;
pub mod build;
pub mod component;
pub mod toolbox;
pub mod tool;
pub mod carried;
pub mod problem;
mod plugin_file;
mod reader;
mod suggest;

pub use build::{BuildError, Built};
pub use holdpoint_bundle::Bundle;
pub use language::Language;
pub use project::Project;
pub use toolbox::Toolbox;
