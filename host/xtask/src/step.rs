//! Steps: commands that a task runs one after the other, each announced, each timed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;

/// The repository and its target folder.
pub(crate) struct Places {
    /// The repository.
    pub(crate) root: PathBuf,
    /// The host's target folder.
    pub(crate) target: PathBuf,
}

impl Places {
    /// Finds them. Asked when running, not when compiled: one target folder may serve several checkouts.
    ///
    /// # Errors
    /// When the workspace can't be read.
    pub(crate) fn find() -> Result<Self> {
        let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&here).join("../..").canonicalize()?;
        let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
        Ok(Self { root, target: metadata.target_directory.into_std_path_buf() })
    }

    /// A program of the workspace, as the development profile builds it.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    /// The guests' own build folder: never the host's, or each would throw away the other's work.
    pub(crate) fn guests(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(_) => self.target.join("guests"),
            None => self.root.join("plugins/target"),
        }
    }

    /// Where the tools are that compile plugins in every language.
    pub(crate) fn languages_tools(&self) -> PathBuf {
        self.target.join("tools/languages")
    }

    /// Where the built plugins are.
    pub(crate) fn plugins(&self) -> PathBuf {
        self.target.join("plugins")
    }
}

/// The cargo that runs this task.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    cargo
}

/// Runs a step to its end, its output passed on.
///
/// # Errors
/// When it can't be started or says no.
pub(crate) fn run(title: &str, command: &mut Command) -> Result<()> {
    say(&format!("\n── {title}"));
    let began = Instant::now();
    let status = command.status().with_context(|| format!("could not start {}", command.get_program().display()))?;
    if !status.success() {
        bail!("{title}: {status}");
    }
    say(&format!("── {title}: ok in {:.1} s", began.elapsed().as_secs_f64()));
    Ok(())
}

/// Prints a line.
#[expect(clippy::print_stdout, reason = "what a task prints is what it is for")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
