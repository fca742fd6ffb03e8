//! Tools from the Python Package Index, in a folder of holdpoint's own: what pip installs there is nobody else's.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::language::{InstallError, Missing};
use crate::tool::{self, ToolError};
use crate::toolbox::Toolbox;

/// Installs packages, pinned as `NAME==VERSION`, into a folder with a Python environment of its own.
///
/// # Errors
/// When there is no Python, or pip says no.
pub(super) fn install(toolbox: &Toolbox, shelf: &Path, packages: &[&str]) -> Result<(), InstallError> {
    let Some(python) = toolbox.on_path("python3") else {
        let what = "there is no python3 on the PATH, whose pip would install this".to_owned();
        return Err(Missing { what, command: python(toolbox).to_owned() }.into());
    };
    fs::create_dir_all(shelf).map_err(|source| ToolError::File { path: shelf.to_owned(), source })?;
    if !shelf.join("bin/pip").is_file() {
        tool::run(toolbox.command(python).args(["-m", "venv"]).arg(shelf))?;
    }
    Ok(tool::run(pip(shelf).args(["install", "--quiet", "--disable-pip-version-check"]).args(packages))?)
}

fn pip(shelf: &Path) -> Command {
    let mut pip = Command::new(shelf.join("bin/python3"));
    pip.args(["-m", "pip"]);
    pip
}

fn python(toolbox: &Toolbox) -> &'static str {
    match toolbox.on_path("apt-get") {
        Some(_) => "sudo apt-get install --no-install-recommends python3 python3-venv",
        None => "install Python from https://www.python.org",
    }
}
