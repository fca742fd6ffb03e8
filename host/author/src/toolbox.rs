//! The toolbox: where the programs that compile a plugin are looked for.
//!
//! In this order: what the project has of its own (`node_modules/.bin`, `.venv/bin`), what `holdpoint build --install`
//! has put into holdpoint's tools folder (`LANG/node_modules/.bin`, `LANG/bin`), the folders of `PATH`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::language::Language;

/// Where tools are looked for.
#[derive(Debug, Clone)]
pub struct Toolbox {
    shelves: PathBuf,
    path: OsString,
    project: Option<PathBuf>,
}

impl Toolbox {
    /// A toolbox with holdpoint's tools folder and a `PATH`.
    #[must_use]
    pub fn new(shelves: PathBuf, path: OsString) -> Self {
        Self { shelves, path, project: None }
    }

    /// The same, with what a project has of its own.
    #[must_use]
    pub fn beside(&self, project: &Path) -> Self {
        Self { project: Some(project.to_owned()), ..self.clone() }
    }

    /// The folder that tools of a language are installed to; it need not exist.
    #[must_use]
    pub fn shelf(&self, language: Language) -> PathBuf {
        self.shelves.join(language.folder())
    }

    /// The project's own folder, when the toolbox is one beside a project.
    #[must_use]
    pub fn project(&self) -> Option<&Path> {
        self.project.as_deref()
    }

    /// Finds a program that a language's packages bring: the project's own, the tools folder's, or one of `PATH`.
    #[must_use]
    pub fn program(&self, language: Language, name: &str) -> Option<PathBuf> {
        let project = self.project.iter().flat_map(|own| [own.join("node_modules/.bin"), own.join(".venv/bin")]);
        let installed = self.shelf(language);
        let near = project.chain([installed.join("node_modules/.bin"), installed.join("bin")]);
        near.map(|folder| folder.join(name)).find(|file| file.is_file()).or_else(|| self.on_path(name))
    }

    /// Finds a program in the folders of `PATH` alone.
    #[must_use]
    pub fn on_path(&self, name: &str) -> Option<PathBuf> {
        self.path_folders().map(|folder| folder.join(name)).find(|file| file.is_file())
    }

    /// The folders of `PATH`.
    pub fn path_folders(&self) -> impl Iterator<Item = PathBuf> {
        std::env::split_paths(&self.path).filter(|folder| folder.is_absolute())
    }

    /// Returns a command that looks for its own programs in this toolbox's `PATH`.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("PATH", &self.path);
        command
    }
}
