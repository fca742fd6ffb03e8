//! Backtests end to end: runs that are past, decided anew by other plans.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use holdpoint_tests::{holdpoint, root, said, target};
use serde_json::Value;
use tempfile::TempDir;

fn with_plan(mut command: Command, what: &str, plan: &Path) -> Command {
    command.arg(what).arg(plan).args(["-e", "demo", "--release-version", "1.5.0", "--previous-version", "1.4.0"]);
    command.arg("--plugins").arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache"));
    command
}

/// A store with a past run, which a scenario played under the watched shop's plan.
fn past(scenario: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut command = with_plan(holdpoint(folder.path()), "rehearse", &root().join("examples/plans/watched.toml"));
    command.arg("--scenario").arg(root().join(format!("examples/scenarios/{scenario}.toml")));
    let output = command.arg("--keep").arg(folder.path().join("store")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    folder
}

/// The watched shop's plan with something else in the place of something.
fn changed(folder: &TempDir, from: &str, to: &str) -> PathBuf {
    let text = fs::read_to_string(root().join("examples/plans/watched.toml")).unwrap();
    assert!(text.contains(from), "the plan holds no {from:?}");
    let path = folder.path().join("plan.toml");
    fs::write(&path, text.replace(from, to)).unwrap();
    path
}

fn backtest(folder: &TempDir, plan: &Path, arguments: &[&str]) -> Output {
    with_plan(holdpoint(folder.path()), "backtest", plan).args(arguments).output().unwrap()
}

#[test]
fn the_plan_that_ran_decides_the_same_at_the_same_time() {
    for scenario in ["error-spike", "metrics-down", "healthy"] {
        let folder = past(scenario);

        let plan = root().join("examples/plans/watched.toml");
        let output = backtest(&folder, &plan, &["--runs", "all", "--fail-on-flip", "--format", "json"]);

        assert_eq!(output.status.code(), Some(0), "{scenario}: {}", said(&output));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&told["now"], &told["flips"]), (&told["then"], &Value::from(false)), "{scenario}: {told:#}");
        assert!(told["then"]["decided"].is_string(), "{scenario}: {told:#}");
    }
}

#[test]
fn a_rule_that_fires_earlier_is_told_with_how_much() {
    let folder = past("dependency-down");
    let plan = changed(&folder, "below = 0.9\nfor = \"1m\"", "below = 0.9\nfor = \"30s\"");

    let output = backtest(&folder, &plan, &[]);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("escalate after 12m30s60ms: the same, 30s earlier"), "{}", said(&output));
    assert!(said(&output).contains("inventory: then is below 0.9 after"), "{}", said(&output));
}

#[test]
fn a_decision_that_flips_is_told_and_can_fail() {
    let folder = past("healthy");
    let plan = changed(&folder, "above = 0.02\nfor = \"5m\"", "above = -1");

    let output = backtest(&folder, &plan, &["--fail-on-flip"]);

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("another decision"), "{}", said(&output));
}

#[test]
fn where_what_was_recorded_ends_nothing_is_decided() {
    let folder = past("error-spike");
    let plan = changed(&folder, "above = 0.05", "above = 0.5");

    let output = backtest(&folder, &plan, &["--runs", "last:3", "--fail-on-flip"]);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("undecided: what was recorded ends after 10m10s"), "{}", said(&output));
}

#[test]
fn a_signal_that_the_run_does_not_have_is_left_out_and_told() {
    let folder = past("healthy");
    let plan = changed(&folder, "name = \"orders\"", "name = \"sales\"");

    let output = backtest(&folder, &plan, &[]);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("not in the run, left out: sales"), "{}", said(&output));
    assert!(said(&output).contains("confirm after 35m60ms: the same"), "{}", said(&output));
}
