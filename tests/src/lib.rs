//! What the whole-program tests share: where the built program and plugins are, and how a run is started.

mod built;
mod judged;
mod replayed;
pub mod wat;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use holdpoint_core::release::{ChangeKind, Release, Strategy};

pub use built::{built, projects};
pub use judged::{CASES, judged};
pub use replayed::replayed;

/// The repository.
///
/// # Panics
/// Never: the tests lie in the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_path_buf()
}

/// The target folder that this test was built into.
///
/// # Panics
/// When the test was not started from a target folder.
#[must_use]
pub fn target() -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its own file");
    own.ancestors().nth(3).expect("a test lies in TARGET/debug/deps").to_path_buf()
}

/// The built program.
///
/// # Panics
/// When it has not been built: `cargo xtask build` does.
#[must_use]
pub fn program() -> PathBuf {
    let program = target().join("debug/holdpoint");
    assert!(program.exists(), "{} is not there: run `cargo xtask build` first", program.display());
    program
}

/// Where the tools are that compile plugins in every language, as `cargo xtask tools` installs them.
#[must_use]
pub fn languages_tools() -> PathBuf {
    target().join("tools/languages")
}

/// A run of the shop's plan against a shop at these URLs, its store and cache in this folder.
///
/// # Panics
/// When the plugins have not been built: `cargo xtask guests` does.
#[must_use]
pub fn shop_run(folder: &Path, shop: &str, switch: &str) -> Command {
    let plugins = target().join("plugins");
    assert!(plugins.join("http.wasm").exists(), "the plugins are not there: run `cargo xtask guests` first");
    let mut command = holdpoint(folder);
    command
        .arg("run")
        .arg(root().join("examples/plans/shop.toml"))
        .args(["--environment", "demo", "--release-version", "1.5.0", "--previous-version", "1.4.0"])
        .args(["--revision", "a81e07b"])
        .arg("--plugins")
        .arg(plugins)
        .arg("--cache")
        .arg(target().join("test-cache"))
        .args(["--bind", &format!("shop={shop}"), "--bind", &format!("switch={switch}")])
        .env("SHOP_PASSWORD", holdpoint_shop::TEST_PASSWORD);
    command
}

/// The program with its store in this folder, and nothing of this machine's environment that it listens to.
#[must_use]
pub fn holdpoint(folder: &Path) -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HOLDPOINT_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).arg("--store").arg(folder.join("store"));
    command
}

/// A release for calls that need one.
#[must_use]
pub fn release() -> Release {
    Release {
        service: "shop".to_owned(),
        environment: "test".to_owned(),
        version: "1".to_owned(),
        previous_version: None,
        artifact: None,
        revision: None,
        change: ChangeKind::Feature,
        strategy: Strategy::Rolling,
        labels: std::collections::BTreeMap::new(),
    }
}

/// What a command printed, for messages.
#[must_use]
pub fn said(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\n{out}\n{err}", output.status)
}

/// Edits one piece of evidence in the store's journal, by hand: `edit` is an `UPDATE` or `DELETE` without its condition.
/// Returns how many rows it changed.
///
/// # Panics
/// When there is no such store.
#[must_use]
pub fn edit_evidence(folder: &Path, edit: &str) -> usize {
    let journal = rusqlite::Connection::open(folder.join("store/journal.db")).expect("there is a store");
    let one = "SELECT rowid FROM blob WHERE CAST(body AS TEXT) LIKE '{\"exchanges\"%' LIMIT 1";
    journal.execute(&format!("{edit} WHERE rowid = ({one})"), []).expect("a statement")
}
