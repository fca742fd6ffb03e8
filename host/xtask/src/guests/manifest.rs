//! The manifest of a guest: what it is, what it asks for, which settings it takes.
//!
//! Gathered from the files beside a guest's `Cargo.toml`: `plugin.toml` (what it asks for),
//! `settings.schema.json` (its settings), `README.md` (its documentation). It travels inside the component as
//! the custom section `holdpoint:manifest`, one JSON object, readable without running anything.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The manifest as it is written into the component.
#[derive(Serialize)]
pub(super) struct Manifest {
    /// The version of this format.
    #[serde(rename = "manifest")]
    format: u32,
    version: String,
    #[serde(flatten)]
    plugin: PluginFile,
    /// Markdown.
    docs: String,
    /// A JSON Schema.
    settings: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
}

/// `plugin.toml`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PluginFile {
    name: String,
    kind: Kind,
    summary: String,
    #[serde(default)]
    requests: Vec<Request>,
    #[serde(default)]
    limits: Limits,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Check,
    Rollback,
    Rollout,
}

/// One host import that the plugin can't do without, and the reason, for whoever grants it.
#[derive(Deserialize, Serialize)]
#[serde(tag = "import", rename_all = "kebab-case", deny_unknown_fields)]
enum Request {
    Http { methods: Vec<String>, why: String },
    Net { operations: Vec<Operation>, why: String },
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Operation {
    Resolve,
    Connect,
    InspectTls,
    Transact,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    /// In bytes, when the host's default is not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u64>,
}

impl Request {
    fn names_something(&self) -> bool {
        match self {
            Self::Http { methods, .. } => !methods.is_empty(),
            Self::Net { operations, .. } => !operations.is_empty(),
        }
    }
}

impl Manifest {
    /// Reads the manifest of the guest in a folder.
    ///
    /// # Errors
    /// When one of the three files is missing or is not what it should be.
    pub(super) fn read(folder: &Path, version: &str, license: Option<&str>) -> Result<Self> {
        let plugin: PluginFile = toml::from_str(&text(folder, "plugin.toml")?)
            .with_context(|| format!("{} can't be understood", folder.join("plugin.toml").display()))?;
        ensure!(
            is_kebab_case(&plugin.name),
            "{}: the name `{}` is not in kebab-case",
            folder.join("plugin.toml").display(),
            plugin.name
        );
        ensure!(
            plugin.requests.iter().all(Request::names_something),
            "{}: a request has an empty list; name what is needed, or drop the request",
            folder.join("plugin.toml").display()
        );
        let settings: Map<String, Value> = serde_json::from_str(&text(folder, "settings.schema.json")?)
            .with_context(|| format!("{} is not a JSON object", folder.join("settings.schema.json").display()))?;
        Ok(Self {
            format: 1,
            version: version.to_owned(),
            plugin,
            docs: text(folder, "README.md")?,
            settings,
            license: license.map(str::to_owned),
        })
    }

    /// Returns the name under which the guest is known.
    pub(super) fn name(&self) -> &str {
        &self.plugin.name
    }

    /// Returns the manifest as the bytes of its section.
    ///
    /// # Errors
    /// Never in practice: nothing in it can't be written as JSON.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }
}

fn text(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).with_context(|| format!("could not read {}; every guest has one", path.display()))
}

fn is_kebab_case(name: &str) -> bool {
    name.split('-').all(|word| {
        !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(plugin: &str) -> Result<Manifest> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("plugin.toml"), plugin)?;
        fs::write(folder.path().join("settings.schema.json"), r#"{"type":"object"}"#)?;
        fs::write(folder.path().join("README.md"), "# Web")?;
        Manifest::read(folder.path(), "1.2.3", Some("Apache-2.0"))
    }

    #[test]
    fn a_manifest_has_exactly_the_documented_shape() {
        let plugin = r#"
            name = "web"
            kind = "check"
            summary = "Looks."
            requests = [
                { import = "http", methods = ["GET"], why = "to look" },
                { import = "net", operations = ["inspect-tls"], why = "to see" },
            ]
            limits = { memory = 1024 }
        "#;

        let bytes = read(plugin).and_then(|manifest| manifest.to_bytes()).expect("a good plugin.toml");

        let seen: Value = serde_json::from_slice(&bytes).expect("JSON");
        let wanted = serde_json::json!({
            "manifest": 1, "name": "web", "version": "1.2.3", "kind": "check", "summary": "Looks.", "docs": "# Web",
            "requests": [
                {"import": "http", "methods": ["GET"], "why": "to look"},
                {"import": "net", "operations": ["inspect-tls"], "why": "to see"},
            ],
            "limits": {"memory": 1024}, "settings": {"type": "object"}, "license": "Apache-2.0",
        });
        assert_eq!(seen, wanted);
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let read = read("name = \"web\"\nkind = \"check\"\nsummary = \"Looks.\"\nrequest = []");

        assert!(read.is_err_and(|error| format!("{error:#}").contains("unknown field `request`")));
    }

    #[test]
    fn a_request_for_nothing_is_refused() {
        let nothing = r#"requests = [{ import = "http", methods = [], why = "to look" }]"#;

        let read = read(&format!("name = \"web\"\nkind = \"check\"\nsummary = \"Looks.\"\n{nothing}"));

        assert!(read.is_err_and(|error| error.to_string().contains("empty list")));
    }

    #[test]
    fn a_name_with_a_path_in_it_is_refused() {
        let read = read("name = \"../web\"\nkind = \"check\"\nsummary = \"Looks.\"");

        assert!(read.is_err_and(|error| error.to_string().contains("not in kebab-case")));
    }
}
