//! A Rust project's `Cargo.toml`, as far as a build needs it: read as cargo reads it, without starting cargo.

use std::fs;
use std::path::{Path, PathBuf};

use semver::Version;
use toml::{Table, Value};

use crate::language::CompileError;
use crate::manifest::Package;
use crate::problem::Problem;

/// Names that a package can't have: words of the language, its own crates, and what a plugin depends on.
pub(crate) const TAKEN: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
    "holdpoint-sdk",
    "schemars",
    "serde",
    "serde-json",
];

/// A package that becomes a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    /// The package's name.
    pub package: String,
    /// The file name of its core module.
    pub module: String,
    /// The folder of the workspace that it belongs to, or its own.
    pub workspace: PathBuf,
}

/// Reads what the manifest takes from `Cargo.toml`; what is wrong with it is added to the problems.
pub(crate) fn read(folder: &Path, problems: &mut Vec<Problem>) -> Package {
    let file = folder.join("Cargo.toml");
    let manifest = match table(&file) {
        Ok(manifest) => manifest,
        Err(problem) => {
            problems.push(problem);
            return Package::default();
        }
    };
    let workspace = workspace(folder, &manifest);
    let text = |key: &str| {
        let own = manifest.get("package")?.get(key)?;
        let inherited = || workspace.as_ref()?.1.get("workspace")?.get("package")?.get(key)?.as_str();
        own.as_str().or_else(inherited).map(str::to_owned)
    };
    // A version that cargo would refuse is told by cargo, with its place.
    Package { version: text("version").and_then(|text| Version::parse(&text).ok()), license: text("license") }
}

/// Finds the package in a folder, and the workspace that it is built in.
///
/// # Errors
/// When its `Cargo.toml` can't be read, or makes no core module.
pub fn find(folder: &Path) -> Result<Crate, CompileError> {
    let file = folder.join("Cargo.toml");
    let refused = |what: &str| CompileError::Project(format!("{}: {what}", file.display()));
    let manifest = table(&file).map_err(|problem| CompileError::Project(problem.to_string()))?;
    let name = |table: &str| manifest.get(table)?.get("name")?.as_str();
    let package = name("package").ok_or_else(|| refused("has no package with a name"))?;
    let library = name("lib").unwrap_or(package);
    let kinds = manifest.get("lib").and_then(|lib| lib.get("crate-type")).and_then(Value::as_array);
    if !kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind.as_str() == Some("cdylib"))) {
        return Err(refused("a plugin needs `crate-type = [\"cdylib\"]` below [lib]"));
    }
    Ok(Crate {
        package: package.to_owned(),
        module: format!("{}.wasm", library.replace('-', "_")),
        workspace: workspace(folder, &manifest).map_or_else(|| folder.to_owned(), |(root, _)| root),
    })
}

fn table(file: &Path) -> Result<Table, Problem> {
    let text = fs::read_to_string(file)
        .map_err(|error| Problem::of(file, format!("could not be read ({error}); every Rust plugin has one")))?;
    text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        Problem::at(file, &text, at, format!("this is not TOML: {}", error.message()))
    })
}

/// Finds the workspace of a package: its own, the one that it names, or the nearest above it.
fn workspace(folder: &Path, manifest: &Table) -> Option<(PathBuf, Table)> {
    if manifest.contains_key("workspace") {
        return Some((folder.to_owned(), manifest.clone()));
    }
    let folder = folder.canonicalize().ok()?;
    let root = |folder: PathBuf| {
        let table = table(&folder.join("Cargo.toml")).ok().filter(|table| table.contains_key("workspace"))?;
        Some((folder, table))
    };
    match manifest.get("package").and_then(|package| package.get("workspace")).and_then(Value::as_str) {
        Some(named) => root(folder.join(named).canonicalize().ok()?),
        None => folder.ancestors().skip(1).find_map(|above| root(above.to_owned())),
    }
}
