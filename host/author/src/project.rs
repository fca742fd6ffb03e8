//! A plugin project: the folder that an author works in.
//!
//! | path | what it is |
//! |---|---|
//! | `plugin.toml` | name, version, kind, summary, what it asks for and why; `[build]` with `language` and `source` |
//! | `settings.schema.json` | the JSON Schema of its settings |
//! | `README.md` | its documentation, which travels inside the component |
//! | the source | where the language wants it |
//! | `fixtures/*.json` | recorded or hand-written calls, for `holdpoint test` |
//! | `.holdpoint/wit`, `.holdpoint/sdk/LANG` | the interface and the SDK, written by the program, never committed |
//! | `build/NAME.wasm` | the component |

use std::fs;
use std::path::{Path, PathBuf};

use crate::language::Language;
use crate::language::rust::package;
use crate::manifest::{Manifest, Package};
use crate::plugin_file::{self, PluginFile};
use crate::problem::{Problem, Problems};

/// A project whose files have been read and found whole.
#[derive(Debug, Clone)]
pub struct Project {
    folder: PathBuf,
    language: Language,
    source: Option<PathBuf>,
    manifest: Manifest,
}

impl Project {
    /// Reads the project in a folder. Needs no tools of its language.
    ///
    /// # Errors
    /// With everything that is wrong with its files, each with its place.
    pub fn read(folder: &Path) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        match Self::gather(folder, &mut problems) {
            Some(project) if problems.is_empty() => Ok(project),
            Some(_) | None => Err(Problems(problems)),
        }
    }

    fn gather(folder: &Path, problems: &mut Vec<Problem>) -> Option<Self> {
        let file = folder.join("plugin.toml");
        let text = fs::read_to_string(&file)
            .map_err(|error| {
                let cure = "a plugin project has one; `holdpoint new` makes a project";
                problems.push(Problem::of(&file, format!("could not be read ({error}); {cure}")));
            })
            .ok()?;
        let plugin = plugin_file::read(&file, &text, problems);
        let language = plugin.as_ref().and_then(|plugin| language(folder, plugin, problems));
        let package = match language {
            Some(Language::Rust) => package::read(folder, problems),
            Some(Language::TypeScript | Language::JavaScript | Language::Python | Language::Go | Language::C)
            | None => Package::default(),
        };
        let manifest = Manifest::gather(folder, plugin.as_ref(), package, problems);
        let plugin = plugin?;
        // Tools are started in other folders: from here on the path leads there from anywhere.
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let source = plugin.source.as_ref().map(|source| folder.join(source));
        if let Some(missing) = source.as_ref().filter(|source| !source.is_file()) {
            problems
                .push(Problem::of(&file, format!("[build] names the source {}, which is no file", missing.display())));
        }
        Some(Self { folder, language: language?, source, manifest: manifest? })
    }

    /// The project's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The language that it is written in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The file to compile, if `plugin.toml` names one: `source` below `[build]`. It is there.
    #[must_use]
    pub fn source(&self) -> Option<&Path> {
        self.source.as_deref()
    }

    /// What the component will say of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where the component is written: `build/NAME.wasm`.
    #[must_use]
    pub fn component(&self) -> PathBuf {
        self.folder.join("build").join(format!("{}.wasm", self.manifest.name()))
    }

    /// Where the plugin interface is written: the folder of WIT files to give to a generator of bindings.
    #[must_use]
    pub fn wit(&self) -> PathBuf {
        self.folder.join(".holdpoint/wit/holdpoint")
    }

    /// Where the SDK of its language is written.
    #[must_use]
    pub fn sdk(&self) -> PathBuf {
        self.folder.join(".holdpoint/sdk").join(self.language.folder())
    }
}

/// The language: what `[build]` says, or Rust where there is a `Cargo.toml`.
fn language(folder: &Path, plugin: &PluginFile, problems: &mut Vec<Problem>) -> Option<Language> {
    let rust = || folder.join("Cargo.toml").is_file().then_some(Language::Rust);
    let language = plugin.language.or_else(rust);
    if language.is_none() {
        let what = "a plugin.toml needs [build] with the key \"language\", such as \"python\"";
        problems.push(Problem::of(&folder.join("plugin.toml"), what));
    }
    language
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const WHOLE: &str = r#"
        name = "web"
        version = "1.2.3"
        kind = "check"
        summary = "Looks."
        license = "Apache-2.0"
        requests = [
            { import = "http", methods = ["GET"], why = "to look" },
            { import = "net", operations = ["inspect-tls"], why = "to see" },
        ]
        limits = { memory = 1024 }
        [build]
        language = "python"
    "#;

    fn read(plugin: &str) -> Result<Project, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plugin.toml"), plugin).unwrap();
        fs::write(folder.path().join("settings.schema.json"), r#"{"type":"object"}"#).unwrap();
        fs::write(folder.path().join("README.md"), "# Web").unwrap();
        let prefix = format!("{}/", folder.path().display());
        Project::read(folder.path()).map_err(|problems| problems.to_string().replace(&prefix, ""))
    }

    /// The problems of a file in which one text stands for another.
    fn refused(from: &str, to: &str) -> String {
        assert!(WHOLE.contains(from));
        read(&WHOLE.replace(from, to)).unwrap_err()
    }

    #[test]
    fn a_manifest_has_exactly_the_documented_shape() {
        let project = read(WHOLE).unwrap();

        let seen: Value = serde_json::from_slice(&project.manifest().to_bytes()).unwrap();
        let wanted = json!({
            "manifest": 1, "name": "web", "version": "1.2.3", "kind": "check", "summary": "Looks.", "docs": "# Web",
            "requests": [
                {"import": "http", "methods": ["GET"], "why": "to look"},
                {"import": "net", "operations": ["inspect-tls"], "why": "to see"},
            ],
            "limits": {"memory": 1024}, "settings": {"type": "object"}, "license": "Apache-2.0",
        });
        assert_eq!(seen, wanted);
        assert_eq!(project.language(), Language::Python);
    }

    #[test]
    fn a_misspelt_key_is_refused_with_its_place_and_what_was_meant() {
        assert_eq!(
            refused("summary", "sumary"),
            "plugin.toml:1:1: a plugin.toml needs the key \"summary\"\n\
             plugin.toml:5:9: unknown key \"sumary\" in a plugin.toml; did you mean \"summary\"?"
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let plugin = WHOLE.replace("\"check\"", "\"chek\"").replace("1.2.3", "one").replace("GET", "get");

        let problems = read(&plugin.replace("python", "pyton")).unwrap_err();

        let places: Vec<&str> = problems.lines().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(places, ["plugin.toml:3:19", "plugin.toml:4:16", "plugin.toml:8:43", "plugin.toml:13:20"]);
    }

    #[test]
    fn a_request_for_nothing_is_refused() {
        assert!(refused("[\"GET\"]", "[]").contains("\"methods\" is empty"));
    }

    #[test]
    fn a_name_with_a_path_in_it_is_refused() {
        assert!(refused("\"web\"", "\"../web\"").contains("kebab-case"));
    }

    #[test]
    fn a_source_outside_of_the_project_is_refused() {
        let problems = refused("\"python\"", "\"python\"\nsource = \"../secret.py\"");
        assert!(problems.starts_with("plugin.toml:14:10: \"../secret.py\" is not the path"), "{problems}");
    }

    #[test]
    fn what_is_not_toml_is_told_once_and_not_as_missing_keys() {
        let problems = refused("name = \"web\"", "name = ");
        assert_eq!(problems.lines().count(), 1, "{problems}");
        assert!(problems.starts_with("plugin.toml:2:"), "{problems}");
    }

    /// The problems of a project with this schema.
    fn problems_of_schema(schema: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plugin.toml"), WHOLE).unwrap();
        fs::write(folder.path().join("README.md"), "").unwrap();
        fs::write(folder.path().join("settings.schema.json"), schema).unwrap();
        Project::read(folder.path()).unwrap_err().to_string()
    }

    #[test]
    fn a_schema_that_is_not_json_is_told_with_its_place() {
        let problems = problems_of_schema("{\n  \"type\": object\n}");
        assert!(problems.contains("settings.schema.json:2:11: this is not JSON"), "{problems}");
    }

    #[test]
    fn a_schema_that_no_settings_could_be_held_against_is_told_with_its_pointer() {
        let problems = problems_of_schema(r#"{"type": "object", "properties": {"url": {"type": "txt"}}}"#);
        assert!(
            problems.contains("settings.schema.json: this is not a JSON Schema at /properties/url/type"),
            "{problems}"
        );
    }

    #[test]
    fn a_rust_project_takes_its_version_from_its_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let plugin = folder.path().join("plugins/web");
        fs::create_dir_all(&plugin).unwrap();
        fs::write(folder.path().join("plugins/Cargo.toml"), "[workspace.package]\nversion = \"3.1.0\"").unwrap();
        fs::write(plugin.join("Cargo.toml"), "[package]\nname = \"web\"\nversion.workspace = true").unwrap();
        fs::write(plugin.join("plugin.toml"), "name = \"web\"\nkind = \"check\"\nsummary = \"Looks.\"").unwrap();
        fs::write(plugin.join("settings.schema.json"), "{}").unwrap();
        fs::write(plugin.join("README.md"), "").unwrap();

        let project = Project::read(&plugin).unwrap();

        assert_eq!((project.language(), project.manifest().version().to_string()), (Language::Rust, "3.1.0".into()));
    }
}
