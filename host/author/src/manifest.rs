//! The manifest of a plugin: what it is, what it asks for, which settings it takes.
//!
//! Gathered from three files: `plugin.toml` (what it asks for), `settings.schema.json` (its settings), `README.md` (its
//! documentation). It travels inside the component as the custom section `holdpoint:manifest`, one JSON object, readable
//! without running anything.

use std::fs;
use std::path::Path;

use holdpoint_bundle::manifest::FORMAT;
use holdpoint_core::manifest::{PluginKind, Request};
use holdpoint_core::name::PluginName;
use semver::Version;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::plugin_file::PluginFile;
use crate::problem::Problem;

/// The manifest as it is written into the component.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    #[serde(rename = "manifest")]
    format: u64,
    name: PluginName,
    version: Version,
    kind: PluginKind,
    summary: String,
    requests: Vec<Request>,
    limits: Limits,
    /// Markdown.
    docs: String,
    /// A JSON Schema.
    settings: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Limits {
    /// In bytes, when the host's default is not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u64>,
}

/// What the language's own project file says, for what `plugin.toml` leaves out.
#[derive(Debug, Default, Clone)]
pub(crate) struct Package {
    pub(crate) version: Option<Version>,
    pub(crate) license: Option<String>,
}

impl Manifest {
    /// Gathers the manifest of the plugin in a folder; what is wrong with its files is added to the problems. Without a
    /// `plugin.toml` that can be read, the files beside it are looked at all the same.
    pub(crate) fn gather(
        folder: &Path,
        plugin: Option<&PluginFile>,
        package: Package,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let docs = text(&folder.join("README.md"), "the plugin's documentation", problems);
        let settings = schema(folder, problems);
        let plugin = plugin?;
        let version = version(folder, plugin, package.version, problems);
        Some(Self {
            format: FORMAT,
            name: plugin.name.clone(),
            version: version?,
            kind: plugin.kind,
            summary: plugin.summary.clone(),
            requests: plugin.requests.clone(),
            limits: Limits { memory: plugin.memory },
            docs: docs?,
            settings: settings?,
            license: plugin.license.clone().or(package.license),
        })
    }

    /// The name under which the plugin is known.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The plugin's version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> PluginKind {
        self.kind
    }

    /// Returns the manifest as the bytes of its section.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Nothing in it can't be written as JSON; if it were, the component would have an empty section and be refused.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The version: `plugin.toml`'s, else the package's; where both say one, they agree.
fn version(
    folder: &Path,
    plugin: &PluginFile,
    package: Option<Version>,
    problems: &mut Vec<Problem>,
) -> Option<Version> {
    let file = folder.join("plugin.toml");
    match (&plugin.version, package) {
        (Some(said), Some(package)) if *said != package => {
            let what = format!("the version is {said} here and {package} in Cargo.toml; drop the key \"version\" here");
            problems.push(Problem::of(&file, what));
            None
        }
        (Some(version), _) => Some(version.clone()),
        (None, Some(version)) => Some(version),
        (None, None) => {
            problems.push(Problem::of(&file, "a plugin.toml needs the key \"version\", such as \"0.1.0\""));
            None
        }
    }
}

fn schema(folder: &Path, problems: &mut Vec<Problem>) -> Option<Map<String, Value>> {
    let file = folder.join("settings.schema.json");
    let text = text(&file, "the JSON Schema of the plugin's settings", problems)?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(schema)) => usable(&file, schema, problems),
        Ok(_) => {
            problems.push(Problem::of(&file, "a JSON Schema of settings is an object, {\"type\": \"object\", …}"));
            None
        }
        Err(error) => {
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            let place = Some((error.line(), error.column().max(1)));
            problems.push(Problem { file, place, what: format!("this is not JSON: {words}") });
            None
        }
    }
}

/// Refuses what the host could not hold a plan's settings against, as the host does.
fn usable(file: &Path, schema: Map<String, Value>, problems: &mut Vec<Problem>) -> Option<Map<String, Value>> {
    let schema = Value::Object(schema);
    if let Err(error) = jsonschema::options().offline().build(&schema) {
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
        problems.push(Problem::of(file, format!("this is not a JSON Schema{place}: {error}")));
        return None;
    }
    match schema {
        Value::Object(schema) => Some(schema),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

fn text(file: &Path, what: &str, problems: &mut Vec<Problem>) -> Option<String> {
    match fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(error) => {
            problems.push(Problem::of(file, format!("could not be read ({error}); every plugin has one: {what}")));
            None
        }
    }
}
