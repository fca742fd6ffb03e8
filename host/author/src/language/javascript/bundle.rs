//! The bundle: one file of the author's, the packages and the SDK, with what leads from its lines back to theirs.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use holdpoint_core::manifest::PluginKind;
use serde_json::{Value, json};

use super::Tools;
use crate::component;
use crate::language::{Bench, CompileError};
use crate::project::Project;
use crate::tool::{self, ToolError};

/// What the engine does not do by itself, or not so that a call can wait for it.
const LOWERED: [&str; 4] = [
    "--supported:async-await=false",
    "--supported:async-generator=false",
    "--supported:for-await=false",
    "--supported:top-level-await=false",
];

/// How esbuild bundles. Names stay as they are written, for whoever reads a stack.
const BUNDLE: [&str; 8] = [
    "--bundle",
    "--format=esm",
    "--platform=neutral",
    "--main-fields=module,main",
    "--external:holdpoint:plugin/*",
    "--sourcemap=external",
    "--sources-content=false",
    "--log-level=warning",
];

/// From the folder of the bundle to the project's own.
const UP: &str = "../../";

/// Bundles a project, and returns the bundle's path.
pub(super) fn make(project: &Project, tools: &Tools, bench: &Bench) -> Result<PathBuf, CompileError> {
    let source = source(project)?;
    // Both lie where they lay at the last build: the bundle names paths, and is to be the same for the same source.
    let (entry, bundle) = (bench.kept.join("entry.js"), bench.kept.join("bundle.js"));
    fs::write(&entry, entry_text(project.manifest().kind(), &source)).map_err(unusable(&entry))?;
    let mut esbuild = tools.command(&tools.esbuild);
    esbuild.current_dir(project.folder()).args(BUNDLE).args(LOWERED).arg("--conditions=import,default");
    let mut out = std::ffi::OsString::from("--outfile=");
    out.push(&bundle);
    tool::run_quietly(esbuild.arg(&entry).arg(out))?;
    append_map(&bundle)?;
    Ok(bundle)
}

/// Returns the source's path from the project's folder: what `plugin.toml` names, else a file called as the kind.
fn source(project: &Project) -> Result<String, CompileError> {
    let folder = project.folder();
    let kind = component::world(project.manifest().kind());
    let usual = || ["ts", "js", "mjs"].map(|extension| folder.join(format!("{kind}.{extension}")));
    let found = match project.source() {
        Some(source) => Some(source.to_owned()),
        None => usual().into_iter().find(|file| file.is_file()),
    };
    let Some(source) = found else {
        let wanted = format!("{kind}.ts nor a {kind}.js");
        return Err(CompileError::Project(format!(
            "{} holds neither a {wanted}; name the file as `source` below [build] in plugin.toml",
            folder.display()
        )));
    };
    let own = source.strip_prefix(folder).unwrap_or(&source);
    Ok(own.to_string_lossy().replace('\\', "/"))
}

/// The file that is bundled: what the sandbox lacks first, then the author's, then what the host calls.
fn entry_text(kind: PluginKind, source: &str) -> String {
    let exports = match kind {
        PluginKind::Check => "checker",
        PluginKind::Rollback => "restorer",
        PluginKind::Rollout => "shifter",
    };
    // A JSON text is a JavaScript text.
    let source = Value::String(format!("{UP}{source}"));
    format!(
        "import \"../sdk/js/src/sandbox/globals.js\";\n\
         import plugin from {source};\n\
         import {{ {exports} as answers }} from \"../sdk/js/src/sandbox/exports.js\";\n\
         export const {exports} = answers(plugin);\n"
    )
}

/// Puts into the bundle what leads from its lines back to the author's.
fn append_map(bundle: &Path) -> Result<(), CompileError> {
    let path = bundle.with_extension("js.map");
    let map: Value = serde_json::from_slice(&tool::made(&path)?)
        .map_err(|error| CompileError::Project(format!("esbuild wrote a source map that is none: {error}")))?;
    let short = json!({ "sources": sources(&map), "mappings": map.get("mappings") });
    let mut file = fs::OpenOptions::new().append(true).open(bundle).map_err(unusable(bundle))?;
    Ok(writeln!(file, "globalThis.__holdpointSourceMap = {short};").map_err(unusable(bundle))?)
}

/// The files' paths as the author has them: from the project's folder.
fn sources(map: &Value) -> Vec<String> {
    let listed = map.get("sources").and_then(Value::as_array).into_iter().flatten();
    let from_project = |source: &str| match source.strip_prefix(UP) {
        Some(own) => own.to_owned(),
        None => source.replacen("../", ".holdpoint/", 1),
    };
    listed.filter_map(Value::as_str).map(from_project).collect()
}

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> ToolError {
    let path = path.to_owned();
    move |source| ToolError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sandbox_lacks_comes_before_the_authors_file() {
        let text = entry_text(PluginKind::Rollback, "src/way \"back\".ts");

        let globals = text.find("globals.js").unwrap();
        let own = text.find(r#"import plugin from "../../src/way \"back\".ts";"#).unwrap();
        assert!(globals < own, "{text}");
        assert!(text.ends_with("export const restorer = answers(plugin);\n"), "{text}");
    }

    #[test]
    fn places_are_told_from_the_projects_folder() {
        let map = json!({"sources": ["../../check.ts", "../sdk/js/src/plugin.js", "../../node_modules/ajv/lib/a.js"]});

        assert_eq!(sources(&map), ["check.ts", ".holdpoint/sdk/js/src/plugin.js", "node_modules/ajv/lib/a.js"]);
    }
}
