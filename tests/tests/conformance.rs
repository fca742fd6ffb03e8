//! The conformance suite: every SDK's plugin does, in the real sandbox, what the cases say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use holdpoint_tests::{holdpoint, root, said, target};
use serde_json::{Value, json};
use tempfile::TempDir;

fn cases() -> PathBuf {
    root().join("sdk/conformance/cases")
}

/// Plays fixtures with a conformance plugin that has been built.
fn tried(folder: &Path, fixtures: &Path, options: &[&str]) -> Output {
    let plugin = target().join("plugins/test/conformance.wasm");
    assert!(plugin.exists(), "the plugins are not there: run `cargo xtask guests` first");
    let mut command = holdpoint(folder);
    command.arg("test").arg(plugin).arg("--fixtures").arg(fixtures).arg("--cache").arg(target().join("test-cache"));
    command.args(options).output().unwrap()
}

#[test]
fn the_rust_sdk_does_what_every_case_says() {
    let folder = TempDir::new().unwrap();

    let output = tried(folder.path(), &cases(), &["--format", "json"]);

    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let otherwise = told["cases"].as_array().unwrap().iter().filter(|case| case["came"] != "as-expected");
    let otherwise: Vec<String> = otherwise.map(|case| format!("{}: {:#}", case["name"], case["differences"])).collect();
    assert_eq!(otherwise, [""; 0]);
    let files = fs::read_dir(cases()).unwrap().count();
    assert_eq!(told["as-expected"].as_u64(), Some(files as u64));
    assert!(files >= 100, "{files} cases");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn every_case_says_what_it_shows_and_is_called_as_its_file() {
    for file in fs::read_dir(cases()).unwrap() {
        let file = file.unwrap().path();
        let case: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();

        assert_eq!(case["name"].as_str(), file.file_stem().and_then(|stem| stem.to_str()));
        assert!(case["what"].as_str().is_some_and(|what| what.ends_with('.')), "{}", file.display());
        assert!(case["expect"].as_object().is_some_and(|expect| !expect.is_empty()), "{}", file.display());
    }
}

#[test]
fn a_case_that_expects_something_else_fails_and_says_where() {
    // One wrong word in each kind of expectation.
    for (name, pointer, wrong, place) in [
        ("outcome-pass", "/expect/outcome", json!("warn"), "outcome"),
        ("outcome-fail", "/expect/summary", json!("it is well"), "summary"),
        ("finding-fields", "/expect/findings/0/labels/line", json!("8"), "findings[0].labels.line"),
        ("finding-fields", "/expect/findings/1/observed", json!(""), "findings[1].observed"),
        ("measurement-fields", "/expect/measurements/0/taken-at", json!(1), "measurements[0].taken-at"),
        ("measurement-samples", "/expect/measurements/1/sample", json!(0), "measurements[1].sample"),
        ("verdict-labels", "/expect/labels/cause", json!("code"), "labels.cause"),
        ("validate-problem", "/expect/problems/0/hint", json!("leave them"), "problems[0].hint"),
        ("log-levels", "/expect/log/2/severity", json!("info"), "log[2]"),
        ("http-body-form", "/expect/requests/0/body", json!("a%20b="), "requests[0].body"),
        ("failure-denied", "/expect/message-contains", json!("that is not said"), "message-contains"),
    ] {
        let folder = TempDir::new().unwrap();
        let case = fs::read_to_string(cases().join(format!("{name}.json"))).unwrap();
        let mut case: Value = serde_json::from_str(&case).unwrap();
        *case.pointer_mut(pointer).unwrap_or_else(|| panic!("{name} has no {pointer}")) = wrong;
        let file = folder.path().join("wrong.json");
        fs::write(&file, case.to_string()).unwrap();

        let output = tried(folder.path(), &file, &["--format", "json"]);

        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        assert_eq!(told["cases"][0]["differences"][0]["place"], place, "{name}: {told:#}");
        assert_eq!(output.status.code(), Some(2), "{name}");
    }
}
