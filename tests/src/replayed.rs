//! Replays of what a test has run: every call from its record, where there is no network.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{holdpoint, said, target};

/// Replays all runs of a folder's store with the network switched off, and expects every call to end as it did. Calls that
/// ran out of time or were stopped from outside can't come again from any record, and are not counted.
///
/// # Panics
/// When a call ends otherwise, asks for what is not in the record, or can't be replayed.
pub fn replayed(folder: &Path) {
    let output = alone(replay(folder)).output().expect("the program can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    let runs: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(!runs.is_empty(), "nothing was replayed: {}", said(&output));
    let calls = || runs.iter().filter_map(|run| run["calls"].as_array()).flatten();
    for call in calls() {
        let why = call["why"].as_str().unwrap_or_default();
        let beyond = why.contains("ran out of time") || why.contains("stopped from outside");
        assert!(call["came"] == "same" || beyond, "{call:#}");
    }
    let same = calls().filter(|call| call["came"] == "same").count();
    assert!(same > 0, "no call could be replayed: {}", said(&output));
}

fn replay(folder: &Path) -> Command {
    let mut command = holdpoint(folder);
    command.args(["replay", "all", "--format", "json", "--cache"]).arg(target().join("test-cache"));
    command
}

/// The same command in a namespace that has no network at all; as it is, where namespaces are not permitted.
fn alone(command: Command) -> Command {
    if !permitted() {
        return command;
    }
    let mut alone = Command::new("unshare");
    alone.arg("--net").arg(command.get_program()).args(command.get_args());
    alone
}

fn permitted() -> bool {
    Command::new("unshare").args(["--net", "true"]).status().is_ok_and(|status| status.success())
}
