//! The conformance suite in every language that has a conformance plugin: all cases, in the real sandbox.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use holdpoint_tests::{built, holdpoint, projects, root, said, target};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How each language's mistakes name the file that they came from, and the line behind it.
const PLACES: [(&str, &str); 5] =
    [("c", "ends.c:"), ("go", "ends.go:"), ("js", "ends.js:"), ("python", "ends.py\", line "), ("rust", "ends.rs:")];

/// The plugins' folders by their languages, built once for all tests here.
static PLUGINS: LazyLock<Vec<(String, PathBuf)>> = LazyLock::new(|| {
    let projects = projects(&root().join("sdk/conformance"));
    projects.into_iter().map(|(language, project)| (language, built(&project))).collect()
});

/// What `holdpoint test` tells of fixtures with a plugin.
fn tested(plugin: &Path, fixtures: &Path) -> Value {
    let folder = TempDir::new().unwrap();
    let mut test = holdpoint(folder.path());
    test.arg("test").arg(plugin.join("conformance.wasm")).arg("--fixtures").arg(fixtures);
    test.arg("--cache").arg(target().join("test-cache")).args(["--format", "json"]);
    let output = test.output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

/// The cases that ended otherwise, in words.
fn otherwise(told: &Value) -> Vec<String> {
    let cases = told["cases"].as_array().unwrap().iter().filter(|case| case["came"] != "as-expected");
    cases.map(|case| format!("{}: {:#}", case["name"], case["differences"])).collect()
}

#[test]
fn every_sdk_does_what_every_case_says() {
    let cases = root().join("sdk/conformance/cases");
    let count = fs::read_dir(&cases).unwrap().count() as u64;

    for (language, plugin) in PLUGINS.iter() {
        let told = tested(plugin, &cases);

        assert_eq!(otherwise(&told), [""; 0], "{language}");
        assert_eq!(told["as-expected"].as_u64(), Some(count), "{language}");
        println!("{language}: {count} cases as expected");
    }
    assert!(PLUGINS.len() >= 3, "{PLUGINS:?}");
}

#[test]
fn a_mistake_of_the_authors_is_told_with_its_function_file_and_line_in_every_language() {
    let folder = TempDir::new().unwrap();

    for (language, plugin) in PLUGINS.iter() {
        let place = PLACES.iter().find(|(known, _)| known == language).map(|(_, place)| *place);
        let place = place.unwrap_or_else(|| panic!("how does {language} name a file?"));
        let fixture = json!({
            "fixture": 1, "settings": {"do": "throw", "message": "the sky fell"},
            "expect": {"outcome": "error", "message-contains": ["the sky fell", "stumble", place]},
        });
        fs::write(folder.path().join("mistake.json"), fixture.to_string()).unwrap();

        let told = tested(plugin, folder.path());

        assert_eq!((otherwise(&told), told["as-expected"].as_u64()), (Vec::new(), Some(1)), "{language}");
    }
}

#[test]
fn thirty_answers_of_a_mebibyte_fit_into_the_memory_of_a_plugin() {
    // In the languages that manage memory by themselves or hardly at all; an engine has its own share.
    let folder = TempDir::new().unwrap();
    let answer = json!({
        "method": "GET", "url": "endpoint:shop/x", "answer": {"status": 200, "body": "0123456789abcdef"},
    });
    let repeat: Value = (0..30).map(|index| (format!("/exchanges/{index}/answer/body"), json!(65_536))).collect();
    let fixture = json!({
        "fixture": 1, "settings": {"do": "send", "requests": vec![json!({"url": "endpoint:shop/x"}); 30]},
        "exchanges": vec![answer; 30], "repeat": repeat, "expect": {"outcome": "pass", "summary": "30 of 30 answered"},
    });
    fs::write(folder.path().join("large.json"), fixture.to_string()).unwrap();

    for (language, plugin) in PLUGINS.iter().filter(|(language, _)| ["c", "go", "rust"].contains(&language.as_str())) {
        let told = tested(plugin, folder.path());

        assert_eq!((otherwise(&told), told["as-expected"].as_u64()), (Vec::new(), Some(1)), "{language}");
    }
}
