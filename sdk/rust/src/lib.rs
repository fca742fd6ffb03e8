//! Write Holdpoint checks and rollbacks in Rust.

pub mod bindings;
