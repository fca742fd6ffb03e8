//! The conformance suite in every language that has a conformance plugin: all cases, in the real sandbox.

use std::fs;

use holdpoint_tests::{built, holdpoint, projects, root, said, target};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn every_sdk_does_what_every_case_says() {
    let cases = root().join("sdk/conformance/cases");
    let count = fs::read_dir(&cases).unwrap().count() as u64;
    let projects = projects(&root().join("sdk/conformance"));

    for (language, project) in &projects {
        let folder = TempDir::new().unwrap();
        let mut test = holdpoint(folder.path());
        test.arg("test").arg(built(project).join("conformance.wasm")).arg("--fixtures").arg(&cases);
        test.arg("--cache").arg(target().join("test-cache")).args(["--format", "json"]);

        let output = test.output().unwrap();

        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        let otherwise = told["cases"].as_array().unwrap().iter().filter(|case| case["came"] != "as-expected");
        let otherwise: Vec<String> =
            otherwise.map(|case| format!("{}: {:#}", case["name"], case["differences"])).collect();
        assert_eq!(otherwise, [""; 0], "{language}");
        assert_eq!(told["as-expected"].as_u64(), Some(count), "{language}");
        println!("{language}: {count} cases as expected");
    }
    assert!(projects.len() >= 3, "{projects:?}");
}
