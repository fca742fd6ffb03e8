//! Components of plugin projects, built as their authors would.

use std::path::{Path, PathBuf};

use crate::{holdpoint, languages_tools, said, target};

/// The folder of a project's component, which is built first: by the program, with the tools that `cargo xtask tools` has
/// installed. What is in Rust has been built with the guests.
///
/// # Panics
/// When it does not build; the message has what the compiler said.
#[must_use]
pub fn built(project: &Path) -> PathBuf {
    if project.join("Cargo.toml").exists() {
        return target().join("plugins/test");
    }
    let folder = tempfile::TempDir::new().expect("a folder can be made");
    let mut build = holdpoint(folder.path());
    build.arg("build").arg(project).env("HOLDPOINT_TOOLS", languages_tools());
    let output = build.output().expect("the program starts");
    assert!(output.status.success(), "{}: {}", project.display(), said(&output));
    project.join("build")
}

/// The plugin projects below a folder, by their names: one for each language.
///
/// # Panics
/// When the folder can't be read.
#[must_use]
pub fn projects(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).expect("a folder of projects");
    let mut projects: Vec<(String, PathBuf)> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("plugin.toml").is_file())
        .filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path)))
        .collect();
    projects.sort();
    projects
}
