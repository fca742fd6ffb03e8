//! The house rules that no lint knows: headers, file names, rule tags, and that the project speaks of itself only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const BANNED_STEMS: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "misc", "manager", "imp", "data", "info", "tmp", "mod"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_path_buf()
}

/// Every file of ours with this ending, below these folders.
fn files(folders: &[&str], ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a folder can be listed").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !matches!(name.as_str(), "target" | ".git" | "node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

const RUST: &[&str] = &["host", "tests", "examples", "plugins", "sdk"];

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_rust_file_says_its_subject_in_its_first_line() {
    let silent: Vec<_> = files(RUST, "rs").into_iter().filter(|path| !text(path).starts_with("//! ")).collect();
    assert!(silent.is_empty(), "these files don't open with //! and their subject: {silent:#?}");
}

#[test]
fn no_file_is_a_drawer_without_a_label() {
    let drawers: Vec<_> = files(RUST, "rs")
        .into_iter()
        .filter(|path| path.file_stem().is_some_and(|stem| BANNED_STEMS.contains(&&*stem.to_string_lossy())))
        .collect();
    assert!(drawers.is_empty(), "name the subject, or give it to its one user: {drawers:#?}");
}

#[test]
fn suppressions_expire() {
    let mut lasting = Vec::new();
    for path in files(RUST, "rs") {
        let code = text(&path);
        let allowed = code
            .lines()
            .any(|line| line.trim_start().starts_with("#[allow(") || line.trim_start().starts_with("#![allow("));
        if allowed && !path.ends_with("tests/tests/tidy.rs") {
            lasting.push(path);
        }
    }
    assert!(
        lasting.is_empty(),
        "use #[expect(lint, reason = \"…\")], which tells when it is no longer needed: {lasting:#?}"
    );
}

#[test]
fn nothing_is_left_as_a_note_to_ourselves() {
    let marks = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "XX".to_owned() + "X:"];
    for path in files(RUST, "rs") {
        let code = text(&path);
        for mark in &marks {
            assert!(!code.contains(mark.as_str()), "{} holds {mark}: do it, or drop it", path.display());
        }
    }
}

/// Where each decision rule's tag stands: in code, and in tests.
fn tags() -> BTreeMap<String, (usize, usize)> {
    let mut tags: BTreeMap<String, (usize, usize)> =
        (1..=11).map(|number| (format!("D-{number}"), (0, 0))).chain([("S-1".to_owned(), (0, 0))]).collect();
    for path in files(&["host/core"], "rs") {
        let code = text(&path);
        let tests_only = path.components().any(|part| part.as_os_str() == "tests");
        let (code, tests) =
            if tests_only { ("", code.as_str()) } else { code.split_once("#[cfg(test)]").unwrap_or((&code, "")) };
        for (tag, (in_code, in_tests)) in &mut tags {
            *in_code += mentions(code, tag);
            *in_tests += mentions(tests, tag);
        }
    }
    tags
}

/// How often a tag is mentioned, `D-1` in `D-11` not counted.
fn mentions(text: &str, tag: &str) -> usize {
    text.match_indices(tag)
        .filter(|(at, _)| !text[at + tag.len()..].starts_with(|next: char| next.is_ascii_digit()))
        .count()
}

#[test]
fn every_decision_rule_is_tagged_where_it_is_kept_and_where_it_is_tested() {
    for (tag, (in_code, in_tests)) in tags() {
        assert!(in_code > 0, "{tag} stands nowhere in the core's code");
        assert!(in_tests > 0, "{tag} is tested nowhere in the core");
    }
}

#[test]
fn the_wit_files_document_everything() {
    for path in files(&["wit/holdpoint"], "wit") {
        let text = text(&path);
        let mut documented = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.starts_with("///") {
                documented = true;
                continue;
            }
            let plain =
                line.is_empty() || line.starts_with('}') || line.starts_with("package") || line.starts_with("use ");
            let world_item = line.starts_with("import ") || line.starts_with("export ");
            assert!(
                plain || world_item || documented,
                "{}:{}: {line:?} has no doc comment",
                path.display(),
                number + 1
            );
            documented = false;
        }
    }
}
