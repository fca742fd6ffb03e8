//! JavaScript and TypeScript: which tools compile them, and how.
//!
//! esbuild makes one file of the project, its npm packages and the SDK, and takes the types out; componentize-qjs puts that
//! file and an engine (`QuickJS`) into a component, run up to where the first call would come. Both are the project's own, or
//! those that npm put into holdpoint's tools folder. Functions that are `async` become ones that use the SDK's promises,
//! which are done when the call is. The bundle carries its source map, so that an error names the author's file and line.
//!
//! The same source does not give the same bytes twice: the engine's snapshot holds a few bytes of the build's own random
//! numbers and time. The bundle in it is the same.

mod bundle;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fmt, fs};

use serde_json::Value;

use crate::component;
use crate::language::{Bench, CompileError, InstallError, Language, Missing};
use crate::project::Project;
use crate::tool::{self, ToolError};
use crate::toolbox::Toolbox;

/// The packages that compile, as npm knows them.
const PACKAGES: [&str; 2] = ["componentize-qjs@0.4.5", "esbuild@0.28.2"];

/// What installs, without questions, advice or advertisement.
const INSTALL: [&str; 4] = ["install", "--no-audit", "--no-fund", "--loglevel=error"];

/// The tools that were found.
#[derive(Debug, Clone)]
pub struct Tools {
    esbuild: PathBuf,
    componentizer: PathBuf,
    node: String,
    toolbox: Toolbox,
}

impl Tools {
    /// Looks for the tools, and for the packages that the project's `package.json` names.
    ///
    /// # Errors
    /// With what is missing.
    pub fn find(toolbox: &Toolbox) -> Result<Self, Missing> {
        let node = node(toolbox)?;
        let program = |name: &str| {
            toolbox.program(Language::JavaScript, name).ok_or_else(|| {
                missing(format!("there is no {name}: neither in the project, nor in the tools folder, nor on the PATH"))
            })
        };
        let (esbuild, componentizer) = (program("esbuild")?, program("componentize-qjs")?);
        if let Some(folder) = toolbox.project().filter(|folder| lacks_packages(folder)) {
            return Err(missing(format!(
                "{} names packages that are not installed",
                folder.join("package.json").display()
            )));
        }
        Ok(Self { esbuild, componentizer, node, toolbox: toolbox.clone() })
    }

    /// Gets the tools with npm, and the packages that the project's `package.json` names.
    ///
    /// # Errors
    /// When there is no node or no npm, or npm says no.
    pub fn install(toolbox: &Toolbox) -> Result<(), InstallError> {
        node(toolbox)?;
        let npm = toolbox.on_path("npm").ok_or_else(|| without_node(toolbox, "npm"))?;
        if let Some(folder) = toolbox.project().filter(|folder| lacks_packages(folder)) {
            tool::run_quietly(toolbox.command(&npm).args(INSTALL).current_dir(folder))?;
        }
        if Self::find(toolbox).is_ok() {
            return Ok(());
        }
        let shelf = toolbox.shelf(Language::JavaScript);
        fs::create_dir_all(&shelf).map_err(|source| ToolError::File { path: shelf.clone(), source })?;
        tool::run_quietly(toolbox.command(&npm).args(INSTALL).arg("--prefix").arg(&shelf).args(PACKAGES))?;
        Ok(())
    }

    fn command(&self, program: &Path) -> Command {
        self.toolbox.command(program)
    }
}

impl fmt::Display for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and esbuild, with node {}", self.componentizer.display(), self.node)
    }
}

/// Compiles a project to a component.
pub(crate) fn compile(project: &Project, tools: &Tools, bench: &Bench) -> Result<Vec<u8>, CompileError> {
    let bundle = bundle::make(project, tools, bench)?;
    let made = bench.scratch.join("component.wasm");
    let mut componentize = tools.command(&tools.componentizer);
    componentize
        .current_dir(project.folder())
        // The host offers no asynchronous calls, and the SDK all that the engine would ask of a system.
        .args(["--sync", "--stub-wasi", "--wit"])
        .arg(project.wit())
        .args(["--world", component::world(project.manifest().kind()), "--js"])
        .arg(bundle)
        .arg("--output")
        .arg(&made);
    tool::run_quietly(&mut componentize)?;
    Ok(tool::made(&made)?)
}

/// The version of node, without which none of the tools runs.
fn node(toolbox: &Toolbox) -> Result<String, Missing> {
    let node = toolbox.on_path("node").ok_or_else(|| without_node(toolbox, "node"))?;
    let said = tool::run_quietly(toolbox.command(node).arg("--version"));
    said.map(|version| version.trim().to_owned()).map_err(|_| without_node(toolbox, "node that runs"))
}

fn without_node(toolbox: &Toolbox, what: &str) -> Missing {
    let command = match toolbox.on_path("apt-get") {
        Some(_) => "sudo apt-get install --no-install-recommends nodejs npm",
        None => "install Node.js from https://nodejs.org",
    };
    Missing { what: format!("there is no {what} on the PATH"), command: command.to_owned() }
}

fn missing(what: String) -> Missing {
    Missing { what, command: "holdpoint build --install".to_owned() }
}

/// Whether a project needs packages to run and has none.
fn lacks_packages(folder: &Path) -> bool {
    let package = fs::read(folder.join("package.json")).ok();
    let package = package.and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let named = package.as_ref().and_then(|package| package.get("dependencies")).and_then(Value::as_object);
    named.is_some_and(|named| named.keys().any(|name| !folder.join("node_modules").join(name).is_dir()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_node_is_told_where_it_comes_from() {
        let nowhere = tempfile::tempdir().unwrap();
        let toolbox = Toolbox::new(nowhere.path().join("tools"), nowhere.path().into());

        let missing = Tools::find(&toolbox).unwrap_err();

        assert_eq!(missing.what, "there is no node on the PATH");
        assert!(missing.command.contains("nodejs.org"), "{}", missing.command);
    }

    #[test]
    fn packages_that_only_develop_a_plugin_are_not_needed_to_build_it() {
        let folder = tempfile::tempdir().unwrap();
        let package = |text: &str| fs::write(folder.path().join("package.json"), text).unwrap();

        package(r#"{"devDependencies": {"typescript": "6"}}"#);
        assert!(!lacks_packages(folder.path()));
        package(r#"{"dependencies": {"ajv": "8"}}"#);
        assert!(lacks_packages(folder.path()));
        fs::create_dir_all(folder.path().join("node_modules/ajv")).unwrap();
        assert!(!lacks_packages(folder.path()));
    }
}
