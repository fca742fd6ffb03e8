//! A run: one verification of one release under one plan, as a fold over its journal.

pub mod command;
pub mod ending;
pub mod entry;
pub mod event;
