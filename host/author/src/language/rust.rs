//! Rust: which compiler builds it, and how.
//!
//! A project is a package of its own or a member of a workspace, which several plugins may share. What was compiled is
//! kept in `target/holdpoint` of that workspace: never with the host's own, or each would throw away the other's work.
//! The same source and lock file give the same bytes, wherever the project lies.

pub mod package;
mod toolchain;

use std::path::{Path, PathBuf};

pub use toolchain::{DEBIAN_PACKAGES, Tools};

use crate::component;
use crate::language::{Bench, CompileError};
use crate::project::Project;
use crate::tool;

/// The target that plugins are compiled for.
const TARGET: &str = "wasm32-unknown-unknown";

/// Packages of one workspace, to be compiled together.
#[derive(Debug, Clone, Copy)]
pub struct Crates<'a> {
    /// The workspace's folder.
    pub workspace: &'a Path,
    /// Where what is compiled is kept.
    pub target: &'a Path,
    /// The packages' names.
    pub packages: &'a [&'a str],
}

impl Crates<'_> {
    /// Compiles the packages for release. The compiler's words are passed on.
    ///
    /// # Errors
    /// When it can't be started or says no.
    pub fn compile(&self, tools: &Tools) -> Result<(), CompileError> {
        let mut cargo = tools.cargo(&top(self.workspace));
        cargo.args(["--release", "--lib", "--target", TARGET, "--target-dir"]).arg(self.target);
        for package in self.packages {
            cargo.args(["--package", package]);
        }
        Ok(tool::run(cargo.current_dir(self.workspace))?)
    }

    /// Reads a compiled core module and makes a component of it.
    ///
    /// # Errors
    /// When it is not there, or was not made for the plugin interface.
    pub fn component(&self, module: &str) -> Result<Vec<u8>, CompileError> {
        let module = tool::made(&self.target.join(TARGET).join("release").join(module))?;
        Ok(component::of_module(&module)?)
    }
}

/// Compiles a project to a component.
pub(crate) fn compile(project: &Project, tools: &Tools, _bench: &Bench) -> Result<Vec<u8>, CompileError> {
    let found = package::find(project.folder())?;
    let target = found.workspace.join("target/holdpoint");
    let crates = Crates { workspace: &found.workspace, target: &target, packages: &[&found.package] };
    crates.compile(tools)?;
    crates.component(&found.module)
}

/// The top of the repository that a workspace lies in, or the workspace itself: what is below is named from there.
fn top(workspace: &Path) -> PathBuf {
    let workspace = workspace.canonicalize().unwrap_or_else(|_| workspace.to_owned());
    let found = workspace.ancestors().find(|folder| folder.join(".git").exists());
    found.map_or_else(|| workspace.clone(), Path::to_owned)
}
