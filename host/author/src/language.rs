//! The languages that plugins are written in, and the one seam that each of them fills.
//!
//! A language is a file below `language/` that has
//!
//! - `struct Tools`: the programs that were found, with whatever of their paths and versions compiling needs;
//! - `Tools::find(&Toolbox) -> Result<Tools, Missing>`: looks for them (the project's own, holdpoint's tools folder,
//!   `PATH`; [`Toolbox::program`] does that in this order), starts nothing that takes long, installs nothing;
//! - `Tools::install(&Toolbox) -> Result<(), InstallError>`: gets what is missing, pinned by name and version, into
//!   [`Toolbox::shelf`], with the language's ordinary client (npm, pip); answers with the [`Missing`] part that it can't
//!   get, such as node itself;
//! - `compile(&Project, &Tools, &Bench) -> Result<Vec<u8>, CompileError>`: from sources to the bytes of a *component*
//!   without manifest. A language whose compiler makes a core module calls [`crate::component::of_module`].
//!
//! Before `compile` is called, the project has been read and found whole, [`Project::wit`] and [`Project::sdk`] have
//! been refreshed, and both folders of the [`Bench`] are there. After it, the manifest is appended, the whole is looked
//! at as the host would, and only then written to [`Project::component`]. So `compile` writes nowhere but into the bench.
//!
//! Tools are run by [`crate::tool`]: [`crate::tool::run`] where the tool's words shall be seen while it works (cargo),
//! [`crate::tool::run_quietly`] where only an error is of interest. Either way the author sees the tool's own message,
//! with file and line. The same source gives the same bytes where the tools allow it: no paths, no times; a language
//! where they don't says so in its file's header and its SDK's README.
//!
//! Templates of a language lie in `sdk/FOLDER/template`, see [`Language::templates`].

pub mod c;
pub mod go;
pub mod javascript;
mod pip;
pub mod python;
pub mod rust;

use std::fmt;
use std::path::PathBuf;

use crate::component::EncodeError;
use crate::project::Project;
use crate::tool::ToolError;
use crate::toolbox::Toolbox;

/// A language that plugins are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Rust.
    Rust,
    /// TypeScript, which becomes JavaScript on the way.
    TypeScript,
    /// JavaScript.
    JavaScript,
    /// Python.
    Python,
    /// Go.
    Go,
    /// C.
    C,
}

/// What is missing to compile a language here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Missing {
    /// What, and where it was looked for.
    pub what: String,
    /// The one command that gets it.
    pub command: String,
}

/// Why the tools of a language could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Something that holdpoint does not install.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The client that installs did not do its work.
    #[error(transparent)]
    Tool(#[from] ToolError),
}

impl InstallError {
    /// What the client said, to be shown as it is, if it was not passed on already.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::Tool(error) => error.said(),
            Self::Missing(_) => None,
        }
    }

    /// The command that gets what holdpoint does not install.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        match self {
            Self::Missing(missing) => Some(&missing.command),
            Self::Tool(_) => None,
        }
    }
}

/// Why a project did not become a component.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A tool did not do its work.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// The compiled module is not for the plugin interface.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Something about the project that only its language knows.
    #[error("{0}")]
    Project(String),
}

/// Where a compiler may write.
#[derive(Debug, Clone)]
pub struct Bench {
    /// A fresh folder, gone after the build. What is needed must be read before.
    pub scratch: PathBuf,
    /// A folder of the project's that is kept from build to build, for what makes the next one quick.
    pub kept: PathBuf,
}

/// The tools of a language, found.
#[derive(Debug)]
pub enum Tools {
    /// Those of Rust.
    Rust(rust::Tools),
    /// Those of JavaScript and TypeScript.
    JavaScript(javascript::Tools),
    /// Those of Python.
    Python(python::Tools),
    /// Those of Go.
    Go(go::Tools),
    /// Those of C.
    C(c::Tools),
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Rust, Self::TypeScript, Self::JavaScript, Self::Python, Self::Go, Self::C];

    /// The language as it is written in `plugin.toml` and after `--lang`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::TypeScript => "typescript",
            Self::JavaScript => "javascript",
            Self::Python => "python",
            Self::Go => "go",
            Self::C => "c",
        }
    }

    /// Takes a word as a language.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.word() == word)
    }

    /// The folder of its SDK below `sdk/`, and of its tools. TypeScript shares JavaScript's.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::TypeScript | Self::JavaScript => "js",
            Self::Python => "python",
            Self::Go => "go",
            Self::C => "c",
        }
    }

    /// The folder of its templates in the repository: below it is one for each kind, `check`, `rollback`, `rollout`.
    #[must_use]
    pub fn templates(self) -> &'static str {
        match self {
            Self::Rust => "sdk/rust/template",
            Self::TypeScript => "sdk/js/template/typescript",
            Self::JavaScript => "sdk/js/template/javascript",
            Self::Python => "sdk/python/template",
            Self::Go => "sdk/go/template",
            Self::C => "sdk/c/template",
        }
    }

    /// Finds the tools that compile it.
    ///
    /// # Errors
    /// With what is missing, and the one command that gets it.
    pub fn tools(self, toolbox: &Toolbox) -> Result<Tools, Missing> {
        match self {
            Self::Rust => rust::Tools::find(toolbox).map(Tools::Rust),
            Self::TypeScript | Self::JavaScript => javascript::Tools::find(toolbox).map(Tools::JavaScript),
            Self::Python => python::Tools::find(toolbox).map(Tools::Python),
            Self::Go => go::Tools::find(toolbox).map(Tools::Go),
            Self::C => c::Tools::find(toolbox).map(Tools::C),
        }
    }

    /// Gets the tools that compile it, pinned, into holdpoint's tools folder.
    ///
    /// # Errors
    /// When something is missing that holdpoint does not install, or the client that installs says no.
    pub fn install(self, toolbox: &Toolbox) -> Result<(), InstallError> {
        match self {
            Self::Rust => rust::Tools::install(toolbox),
            Self::TypeScript | Self::JavaScript => javascript::Tools::install(toolbox),
            Self::Python => python::Tools::install(toolbox),
            Self::Go => go::Tools::install(toolbox),
            Self::C => c::Tools::install(toolbox),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::TypeScript => "TypeScript",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::C => "C",
        })
    }
}

impl Tools {
    /// Compiles a project that is written in their language to a component without manifest.
    pub(crate) fn compile(&self, project: &Project, bench: &Bench) -> Result<Vec<u8>, CompileError> {
        match self {
            Self::Rust(tools) => rust::compile(project, tools, bench),
            Self::JavaScript(tools) => javascript::compile(project, tools, bench),
            Self::Python(tools) => python::compile(project, tools, bench),
            Self::Go(tools) => go::compile(project, tools, bench),
            Self::C(tools) => c::compile(project, tools, bench),
        }
    }
}

impl fmt::Display for Tools {
    /// Writes what compiles, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rust(tools) => tools.fmt(f),
            Self::JavaScript(tools) => tools.fmt(f),
            Self::Python(tools) => tools.fmt(f),
            Self::Go(tools) => tools.fmt(f),
            Self::C(tools) => tools.fmt(f),
        }
    }
}
