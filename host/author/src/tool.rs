//! Tools: how a compiler is run, and what is told when it says no.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Why a tool did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// It can't be started.
    #[error("could not start {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It said no.
    #[error("{} said no ({status})", name(program))]
    Refused {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it said, to be shown as it is. Empty when it has been passed on already.
        said: String,
    },
    /// A file that it needs or makes can't be read or written.
    #[error("could not use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl ToolError {
    /// What the tool said, to be shown as it is, if it was not passed on already.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::Refused { said, .. } => Some(said).filter(|said| !said.is_empty()).map(String::as_str),
            Self::Start { .. } | Self::File { .. } => None,
        }
    }
}

/// Runs a tool whose words are passed on while it works, all of them to standard error: for those that take long.
///
/// # Errors
/// When it can't be started or says no.
pub fn run(command: &mut Command) -> Result<(), ToolError> {
    command.stdin(Stdio::null()).stdout(io::stderr());
    let status = command.status().map_err(|source| ToolError::Start { program: program(command), source })?;
    if status.success() {
        return Ok(());
    }
    Err(ToolError::Refused { program: program(command), status, said: String::new() })
}

/// Runs a tool whose words are of interest only when it says no, and returns what it printed.
///
/// # Errors
/// When it can't be started or says no; the error has all that it said.
pub fn run_quietly(command: &mut Command) -> Result<String, ToolError> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|source| ToolError::Start { program: program(command), source })?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let said = printed + &String::from_utf8_lossy(&output.stderr);
    Err(ToolError::Refused { program: program(command), status: output.status, said })
}

/// Reads a file that a tool has made.
///
/// # Errors
/// When it can't be read.
pub fn made(path: &Path) -> Result<Vec<u8>, ToolError> {
    std::fs::read(path).map_err(|source| ToolError::File { path: path.to_owned(), source })
}

fn program(command: &Command) -> PathBuf {
    command.get_program().into()
}

fn name(program: &Path) -> String {
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}
