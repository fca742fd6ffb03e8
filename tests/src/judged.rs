//! Files of cases that `holdpoint judge` is given.

use std::process::Output;

use tempfile::TempDir;

use crate::holdpoint;

/// The file of cases among the examples, from the root.
pub const CASES: &str = "examples/cases/cases.json";

/// Judges a file that says this.
///
/// # Panics
/// When the file can't be written or the program can't be started.
pub fn judged(text: &str, flags: &[&str]) -> Output {
    let folder = TempDir::new().expect("a folder can be made");
    let file = folder.path().join("cases.json");
    std::fs::write(&file, text).expect("the file can be written");
    holdpoint(folder.path()).arg("judge").arg(&file).args(flags).output().expect("the program can be started")
}
