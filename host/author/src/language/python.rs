//! Python: which tools compile it, and how.
//!
//! componentize-py puts the interpreter, the author's module and all that it imports into a component, run up to where the
//! first call would come. It is the project's own (`.venv`), the one that pip put into holdpoint's tools folder, or the one
//! of the `PATH`. Packages that a plugin uses are those of the project's `.venv`; they must be pure Python.
//!
//! The same source does not give the same bytes twice: the interpreter's snapshot holds addresses and hashes that are drawn
//! anew at each build.

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use holdpoint_core::manifest::PluginKind;

use super::pip;
use crate::component;
use crate::language::{Bench, CompileError, InstallError, Language, Missing};
use crate::project::Project;
use crate::tool::{self, ToolError};
use crate::toolbox::Toolbox;

/// The package that compiles, as pip knows it.
const PACKAGE: &str = "componentize-py==0.25.0";

/// The module that stands between the bindings and the author's.
const ENTRY: &str = "holdpoint_entry";

/// Where a trace of the compiler's own begins, below the author's; it is of no use to an author.
const OWN_TRACE: [&str; 2] = ["\n\nCaused by:\n", "\nStack backtrace:\n"];

/// The tools that were found.
#[derive(Debug, Clone)]
pub struct Tools {
    compiler: PathBuf,
    version: String,
    toolbox: Toolbox,
}

impl Tools {
    /// Looks for the compiler, and for the packages that the project's `requirements.txt` names.
    ///
    /// # Errors
    /// With what is missing.
    pub fn find(toolbox: &Toolbox) -> Result<Self, Missing> {
        let found = toolbox.program(Language::Python, "componentize-py").and_then(|compiler| {
            let version = tool::run_quietly(toolbox.command(&compiler).arg("--version")).ok()?.trim().to_owned();
            Some(Self { compiler, version, toolbox: toolbox.clone() })
        });
        let command = "holdpoint build --install".to_owned();
        let Some(tools) = found else {
            let what = "there is no componentize-py that runs: neither in the project's .venv, nor in the tools folder, nor on \
                        the PATH";
            return Err(Missing { what: what.to_owned(), command });
        };
        if let Some(folder) = toolbox.project().filter(|folder| lacks_packages(folder)) {
            let file = folder.join("requirements.txt");
            return Err(Missing { what: format!("{} names packages, and there is no .venv", file.display()), command });
        }
        Ok(tools)
    }

    /// Gets the compiler from the Python Package Index, and the packages that the project's `requirements.txt` names.
    ///
    /// # Errors
    /// When there is no Python, or pip says no.
    pub fn install(toolbox: &Toolbox) -> Result<(), InstallError> {
        if let Some(folder) = toolbox.project().filter(|folder| lacks_packages(folder)) {
            let requirements = format!("--requirement={}", folder.join("requirements.txt").display());
            pip::install(toolbox, &folder.join(".venv"), &[&requirements])?;
        }
        match Self::find(toolbox) {
            Ok(_) => Ok(()),
            Err(_) => pip::install(toolbox, &toolbox.shelf(Language::Python), &[PACKAGE]),
        }
    }
}

impl fmt::Display for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.version, self.compiler.display())
    }
}

/// Compiles a project to a component.
pub(crate) fn compile(project: &Project, tools: &Tools, bench: &Bench) -> Result<Vec<u8>, CompileError> {
    let kind = project.manifest().kind();
    let source = source(project)?;
    let entry = bench.scratch.join("entry");
    fs::create_dir_all(&entry).map_err(unusable(&entry))?;
    let file = entry.join(ENTRY).with_extension("py");
    fs::write(&file, entry_text(kind, &module(&source)?)).map_err(unusable(&file))?;
    let made = bench.scratch.join("component.wasm");
    let mut compiler = tools.toolbox.command(&tools.compiler);
    compiler.current_dir(project.folder()).arg("--wit-path").arg(project.wit());
    compiler.args(["--quiet", "--world", component::world(kind), "componentize", ENTRY, "--output"]).arg(&made);
    for folder in [Some(entry), source.parent().map(Path::to_owned), Some(project.sdk())].into_iter().flatten() {
        compiler.arg("--python-path").arg(folder);
    }
    for folder in packages(project.folder()) {
        compiler.arg("--python-path").arg(folder);
    }
    tool::run_quietly(&mut compiler).map_err(authors_words)?;
    Ok(tool::made(&made)?)
}

/// Returns the author's file: what `plugin.toml` names, else one called as the kind.
fn source(project: &Project) -> Result<PathBuf, CompileError> {
    let kind = component::world(project.manifest().kind());
    let usual = project.folder().join(format!("{kind}.py"));
    match project.source() {
        Some(source) => Ok(source.to_owned()),
        None if usual.is_file() => Ok(usual),
        None => Err(CompileError::Project(format!(
            "{} holds no {kind}.py; name the file as `source` below [build] in plugin.toml",
            project.folder().display()
        ))),
    }
}

/// Returns what Python calls the author's file.
fn module(source: &Path) -> Result<String, CompileError> {
    let stem = source.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if stem.is_empty() || !stem.chars().all(fits) || stem.starts_with(|first: char| first.is_ascii_digit()) {
        let cure = "letters, digits and underscores";
        return Err(CompileError::Project(format!(
            "{} can't be the name of a Python module: {cure}",
            source.display()
        )));
    }
    Ok(stem)
}

/// The module that is compiled: the author's first, then what the host calls.
fn entry_text(kind: PluginKind, module: &str) -> String {
    let (world, function, class) = match kind {
        PluginKind::Check => ("check", "checker", "Checker"),
        PluginKind::Rollback => ("rollback", "restorer", "Restorer"),
        PluginKind::Rollout => ("rollout", "shifter", "Shifter"),
    };
    format!(
        "import {module} as plugin\n\
         from holdpoint.sandbox.{world} import {function}\n\
         {class} = {function}(plugin)\n"
    )
}

/// The folders of the project's own packages.
fn packages(folder: &Path) -> Vec<PathBuf> {
    let versions = fs::read_dir(folder.join(".venv/lib")).into_iter().flatten();
    let mut found: Vec<PathBuf> = versions
        .filter_map(|entry| Some(entry.ok()?.path().join("site-packages")))
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// Whether a project names packages and has no folder for them.
fn lacks_packages(folder: &Path) -> bool {
    let named = fs::read_to_string(folder.join("requirements.txt")).unwrap_or_default();
    let is_package = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    named.lines().any(is_package) && packages(folder).is_empty()
}

/// Cuts what the compiler tells of itself below the author's traceback.
fn authors_words(error: ToolError) -> ToolError {
    match error {
        ToolError::Refused { program, status, said } => {
            let end = OWN_TRACE.iter().filter_map(|mark| said.find(mark)).min().unwrap_or(said.len());
            let own = said.get(..end).unwrap_or_default();
            let begin = own.find("AssertionError: ").map_or(0, |at| at + "AssertionError: ".len());
            let said = in_project(own.get(begin..).unwrap_or_default().trim_end());
            ToolError::Refused { program, status, said }
        }
        ToolError::Start { .. } | ToolError::File { .. } => error,
    }
}

/// A traceback as the author would see it: without the frame of the entry module, and with paths from the project, which the
/// compiler mounts as `/0/`, `/1/` and so on.
fn in_project(traceback: &str) -> String {
    let mut told = Vec::new();
    let mut lines = traceback.lines();
    while let Some(line) = lines.next() {
        if line.contains(ENTRY) && line.trim_start().starts_with("File ") {
            // What stands in that line.
            lines.next();
            continue;
        }
        let own = line.split_once("File \"/").and_then(|(before, path)| {
            let (mount, rest) = path.split_once('/')?;
            let is_mount = !mount.is_empty() && mount.bytes().all(|digit| digit.is_ascii_digit());
            is_mount.then(|| format!("{before}File \"{rest}"))
        });
        told.push(own.unwrap_or_else(|| line.to_owned()));
    }
    told.join("\n")
}

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> ToolError {
    let path = path.to_owned();
    move |source| ToolError::File { path, source }
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use super::*;

    #[test]
    fn the_authors_module_is_imported_before_the_sdk_looks_what_it_needs() {
        let text = entry_text(PluginKind::Rollout, "shift_traffic");

        assert_eq!(
            text,
            "import shift_traffic as plugin\nfrom holdpoint.sandbox.rollout import shifter\nShifter = shifter(plugin)\n"
        );
    }

    #[test]
    fn a_file_that_can_not_be_imported_is_told() {
        assert_eq!(module(Path::new("a/check_2.py")).unwrap(), "check_2");
        for name in ["my-check.py", "2check.py", ".py"] {
            assert!(module(Path::new(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn the_author_sees_the_traceback_and_not_the_compilers() {
        let said = "Traceback (most recent call last):\n  File \"/x/componentize-py\", line 8\nAssertionError: Traceback (most recent \
                    call last):\n  File \"/0/holdpoint_entry.py\", line 1, in <module>\n    import check as plugin\n  File \
                    \"/1/check.py\", line 3\nNameError: name 'x'\n\n\nCaused by:\n    NameError\n\nStack \
                    backtrace:\n   0: anyhow";
        let refused = ToolError::Refused {
            program: "componentize-py".into(),
            status: ExitStatus::default(),
            said: said.to_owned(),
        };

        let told = authors_words(refused);

        let wanted = "Traceback (most recent call last):\n  File \"check.py\", line 3\nNameError: name 'x'";
        assert_eq!(told.said(), Some(wanted));
    }

    #[test]
    fn requirements_that_are_only_remarks_need_no_folder() {
        let folder = tempfile::tempdir().unwrap();
        let requirements = |text: &str| fs::write(folder.path().join("requirements.txt"), text).unwrap();

        requirements("# none yet\n\n");
        assert!(!lacks_packages(folder.path()));
        requirements("python-dateutil==2.9.0\n");
        assert!(lacks_packages(folder.path()));
        fs::create_dir_all(folder.path().join(".venv/lib/python3.12/site-packages")).unwrap();
        assert!(!lacks_packages(folder.path()));
    }
}
