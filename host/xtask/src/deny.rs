//! What the project is built from, held against `deny.toml`: licences, bans and sources in every test run; advisories
//! where their database can be reached.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::step::{Places, cargo, run, say};

/// The version of cargo-deny.
const VERSION: &str = "0.20.2";

/// The workspaces, each with a lock file of its own.
const WORKSPACES: [&str; 3] = ["Cargo.toml", "plugins/Cargo.toml", "tests/fuzz/Cargo.toml"];

/// Checks licences, bans and sources.
///
/// # Errors
/// When something is not allowed, or the tool can't be had.
pub(crate) fn check(places: &Places) -> Result<()> {
    let tool = provide(places)?;
    for workspace in WORKSPACES {
        run(
            &format!("supply chain of {workspace}"),
            &mut asked(&tool, places, workspace, &["bans", "licenses", "sources"]),
        )?;
    }
    Ok(())
}

/// Checks advisories.
///
/// # Errors
/// When one applies, or their database can't be reached: then nothing is known, and that is said.
pub(crate) fn audit(places: &Places) -> Result<()> {
    let tool = provide(places)?;
    for workspace in WORKSPACES {
        let fetched = Command::new(&tool)
            .current_dir(&places.root)
            .args(["--manifest-path", workspace, "fetch", "db"])
            .stdin(Stdio::null())
            .status()
            .context("could not start cargo-deny")?;
        ensure!(
            fetched.success(),
            "NOT AUDITED: the database of advisories can't be reached from here, so nothing is known about {workspace}; \
             run `cargo xtask audit` where it can be"
        );
        run(&format!("advisories of {workspace}"), &mut asked(&tool, places, workspace, &["advisories"]))?;
    }
    Ok(())
}

fn asked(tool: &Path, places: &Places, workspace: &str, checks: &[&str]) -> Command {
    let mut command = Command::new(tool);
    let config = places.root.join("deny.toml");
    command.current_dir(&places.root).args(["--log-level", "error", "--manifest-path", workspace, "--config"]);
    command.arg(config).arg("check").args(["--hide-inclusion-graph"]).args(checks);
    command
}

/// Sees to it that the tool is there, in the version that is known.
fn provide(places: &Places) -> Result<PathBuf> {
    let folder = places.target.join("tools");
    let tool = folder.join("bin/cargo-deny");
    let found = Command::new(&tool).arg("--version").stderr(Stdio::null()).output();
    if found.is_ok_and(|found| String::from_utf8_lossy(&found.stdout).trim().ends_with(VERSION)) {
        return Ok(tool);
    }
    say(&format!("installing cargo-deny {VERSION}; this takes a few minutes, once"));
    let building = folder.join("cargo-deny-build");
    let install = ["install", "cargo-deny", "--locked", "--quiet", "--version", VERSION, "--root"];
    let mut command = cargo(&places.root);
    run("install cargo-deny", command.args(install).arg(&folder).arg("--target-dir").arg(&building))?;
    // The built program is all that is needed; what it was built of is large.
    let _ = std::fs::remove_dir_all(&building);
    Ok(tool)
}
