//! C: which compiler builds it, and how.
//!
//! Zig's, which brings clang, a linker and a C library for wasm in one package: the project's own, the one that pip put into
//! holdpoint's tools folder, or the one of the `PATH`. The SDK's structures are laid out in memory as the component model
//! wants them, so no generator runs. A plugin that uses no files and no streams imports nothing of a system. The same source
//! and the same Zig give the same bytes, wherever the project lies.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fmt, fs};

use super::pip;
use crate::component::{self, Surroundings};
use crate::language::{Bench, CompileError, InstallError, Language, Missing};
use crate::project::Project;
use crate::tool::{self, ToolError};
use crate::toolbox::Toolbox;

/// The package that has the compiler, as pip knows it.
const PACKAGE: &str = "ziglang==0.17.1";

/// What the compiler is called: in that package, and by itself.
const NAMES: [&str; 2] = ["python-zig", "zig"];

/// How everything is compiled: as C11, small, with all warnings, and with the names of functions for whoever reads a trap.
const FLAGS: [&str; 9] =
    ["cc", "-target", "wasm32-wasi", "-mexec-model=reactor", "-std=c11", "-Os", "-Wall", "-Wextra", "-g1"];

/// The compiler that was found.
#[derive(Debug, Clone)]
pub struct Tools {
    zig: PathBuf,
    version: String,
}

impl Tools {
    /// Looks for a compiler.
    ///
    /// # Errors
    /// When there is none that runs.
    pub fn find(toolbox: &Toolbox) -> Result<Self, Missing> {
        let found = NAMES.iter().find_map(|name| toolbox.program(Language::C, name));
        let zig = found.and_then(|zig| {
            let version = tool::run_quietly(toolbox.command(&zig).arg("version")).ok()?.trim().to_owned();
            Some(Self { zig, version })
        });
        zig.ok_or_else(|| Missing {
            what: "there is no Zig that runs, whose C compiler can make wasm: neither beside the project, nor in the tools \
                   folder, nor on the PATH"
                .to_owned(),
            command: "holdpoint build --install".to_owned(),
        })
    }

    /// Gets the compiler from the Python Package Index.
    ///
    /// # Errors
    /// When there is no Python, or pip says no.
    pub fn install(toolbox: &Toolbox) -> Result<(), InstallError> {
        match Self::find(toolbox) {
            Ok(_) => Ok(()),
            Err(_) => pip::install(toolbox, &toolbox.shelf(Language::C), &[PACKAGE]),
        }
    }
}

impl fmt::Display for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zig {} ({})", self.version, self.zig.display())
    }
}

/// Compiles a project to a component.
pub(crate) fn compile(project: &Project, tools: &Tools, bench: &Bench) -> Result<Vec<u8>, CompileError> {
    let module = bench.scratch.join("core.wasm");
    // The compiler looks at both folders; named from inside the project, they are the same everywhere.
    let mut zig = Command::new(&tools.zig);
    zig.current_dir(project.folder())
        .args(FLAGS)
        .args(["-I", ".holdpoint/sdk/c", "-Wl,-z,stack-size=1048576", "-o"])
        .arg(&module)
        .args(sources(project)?)
        .arg(".holdpoint/sdk/c/holdpoint.c");
    tool::run_quietly(&mut zig)?;
    let surroundings = Surroundings { wit: &project.wit(), world: project.manifest().kind(), adapter: None };
    let module = component::without_debugging(&tool::made(&module)?)?;
    Ok(component::of_plain_module(&module, &surroundings)?)
}

/// Returns what is compiled: the source that `plugin.toml` names, else every C file in the project's folder but tests.
fn sources(project: &Project) -> Result<Vec<OsString>, CompileError> {
    if let Some(source) = project.source() {
        return Ok(vec![source.strip_prefix(project.folder()).unwrap_or(source).as_os_str().to_owned()]);
    }
    let folder = project.folder();
    let entries = fs::read_dir(folder).map_err(|source| ToolError::File { path: folder.to_owned(), source })?;
    let mut sources: Vec<OsString> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name())).filter(is_source).collect();
    if sources.is_empty() {
        return Err(CompileError::Project(format!("{} holds no C file to compile", folder.display())));
    }
    sources.sort();
    Ok(sources)
}

fn is_source(name: &OsString) -> bool {
    let path = Path::new(name);
    let test = path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("_test"));
    path.extension().is_some_and(|extension| extension == "c") && !test
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_not_compiled_into_a_plugin() {
        assert!(is_source(&"check.c".into()));
        assert!(!is_source(&"check_test.c".into()));
        assert!(!is_source(&"check.h".into()));
    }

    #[test]
    fn a_machine_without_zig_is_told_how_to_get_it() {
        let nowhere = tempfile::tempdir().unwrap();
        let toolbox = Toolbox::new(nowhere.path().join("tools"), nowhere.path().into());

        assert_eq!(Tools::find(&toolbox).unwrap_err().command, "holdpoint build --install");
    }
}
