//! The program's other commands, and its answers to bad input.

use holdpoint_tests::{holdpoint, root, said, target};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn a_plan_with_several_mistakes_is_told_all_of_them_with_their_lines() {
    let folder = TempDir::new().unwrap();
    let plan = folder.path().join("plan.toml");
    let text = std::fs::read_to_string(root().join("examples/plans/shop.toml")).unwrap();
    let text = text
        .replace("severity = \"critical\"", "severty = \"critical\"")
        .replace("plugin = \"identity\"", "plugin = \"identty\"");
    std::fs::write(&plan, &text).unwrap();
    let output = holdpoint(folder.path())
        .arg("lint")
        .arg(&plan)
        .arg("--plugins")
        .arg(target().join("plugins"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let err = String::from_utf8_lossy(&output.stderr);
    for (wrong, meant) in [("severty", "severity"), ("identty", "identity")] {
        let line = text.lines().position(|line| line.contains(wrong)).unwrap() + 1;
        let told =
            err.lines().find(|told| told.contains(wrong)).unwrap_or_else(|| panic!("{wrong} is not told: {err}"));
        assert!(told.contains(&format!("plan.toml:{line}:")), "{told}");
        assert!(err.contains(meant), "{err}");
    }
}

#[test]
fn the_example_plans_lint_clean() {
    let folder = TempDir::new().unwrap();
    for (plan, environment) in [("shop.toml", "demo"), ("team.toml", "staging"), ("team.toml", "production")] {
        let output = holdpoint(folder.path())
            .arg("lint")
            .arg(root().join("examples/plans").join(plan))
            .args(["--strict", "-e", environment, "--plugins"])
            .arg(target().join("plugins"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{plan}: {}", said(&output));
    }
}

#[test]
fn a_plugin_is_inspected_without_being_run() {
    let folder = TempDir::new().unwrap();
    let output = holdpoint(folder.path())
        .args(["inspect", "--format", "json"])
        .arg(target().join("plugins/http.wasm"))
        .output()
        .unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!((&shown["name"], &shown["kind"]), (&Value::from("http"), &Value::from("check")));
    assert!(shown["settings"]["properties"]["url"].is_object(), "{shown:#}");
}

#[test]
fn a_file_that_is_no_plugin_is_refused_with_what_was_found() {
    let folder = TempDir::new().unwrap();
    let cases: [(&str, &[u8]); 3] = [("empty", b""), ("text", b"(component)"), ("module", b"\0asm\x01\0\0\0")];
    for (name, bytes) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let output = holdpoint(folder.path()).arg("inspect").arg(&path).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert!(output.stderr.len() > 40, "{name}: {}", said(&output));
    }
}

#[test]
fn a_report_of_a_run_that_is_not_there_is_a_clear_error() {
    let folder = TempDir::new().unwrap();
    let output = holdpoint(folder.path()).args(["report", "latest"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("there are no runs"), "{}", said(&output));
}

#[test]
fn completions_know_every_command() {
    let folder = TempDir::new().unwrap();
    let output = holdpoint(folder.path()).args(["completions", "bash"]).output().unwrap();
    let script = String::from_utf8_lossy(&output.stdout);
    for command in ["run", "lint", "schema", "inspect", "runs", "show", "report"] {
        assert!(script.contains(command), "{command}");
    }
}
