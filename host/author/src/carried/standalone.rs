//! The Rust SDK outside of the guests' workspace: what its `Cargo.toml` inherits there is written out, and the lock file
//! has only what comes from a registry.

use toml::{Table, Value};

/// Returns the manifest with everything that it inherits from the guests' workspace in its place.
pub(super) fn manifest(written: &[u8]) -> Vec<u8> {
    let workspace = super::file("plugins/Cargo.toml").map(table).unwrap_or_default();
    let workspace = workspace.get("workspace").and_then(Value::as_table).cloned().unwrap_or_default();
    filled(table(written), &workspace).to_string().into_bytes()
}

/// Returns a lock file without the packages of the workspace that it was made for; cargo adds the new project's own.
pub(super) fn lock(written: &[u8]) -> Vec<u8> {
    let mut lock = table(written);
    if let Some(Value::Array(packages)) = lock.get_mut("package") {
        packages.retain(|package| package.get("source").is_some());
    }
    lock.to_string().into_bytes()
}

fn table(text: &[u8]) -> Table {
    // Both files are carried; a test holds that what comes of them has everything.
    String::from_utf8_lossy(text).parse().unwrap_or_default()
}

fn filled(mut manifest: Table, workspace: &Table) -> Table {
    if let Some(Value::Table(package)) = manifest.get_mut("package") {
        package.remove("workspace");
        fill_each(package, workspace.get("package"));
    }
    for kind in ["dependencies", "dev-dependencies"] {
        if let Some(Value::Table(dependencies)) = manifest.get_mut(kind) {
            fill_each(dependencies, workspace.get("dependencies"));
        }
    }
    // How the SDK itself is linted is not its users' concern.
    manifest.remove("lints");
    manifest
}

/// Fills in each `KEY.workspace = true` from the workspace's own table.
fn fill_each(entries: &mut Table, inherited: Option<&Value>) {
    for (key, value) in entries.iter_mut() {
        let inherits = value.get("workspace").and_then(Value::as_bool) == Some(true);
        if let Some(found) = inherited.and_then(|table| table.get(key)).filter(|_| inherits) {
            *value = found.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_inherited_any_more_and_every_dependency_is_there() {
        let written = super::super::file("sdk/rust/Cargo.toml").unwrap();

        let manifest = table(&manifest(written));

        assert!(!manifest.to_string().contains("workspace"), "{manifest}");
        let names = |table: &Table| table["dependencies"].as_table().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&manifest), names(&table(written)));
        assert_eq!(manifest["package"]["edition"].as_str(), Some("2024"));
    }

    #[test]
    fn a_lock_file_keeps_what_comes_from_a_registry_alone() {
        let lock = table(&lock(super::super::file("plugins/Cargo.lock").unwrap()));

        let names: Vec<&str> = lock["package"].as_array().unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
        assert!(names.contains(&"serde") && names.contains(&"wit-bindgen"));
        assert!(!names.iter().any(|name| name.starts_with("holdpoint")), "{names:?}");
    }
}
