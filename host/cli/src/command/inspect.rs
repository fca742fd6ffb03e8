//! `holdpoint inspect`: what a plugin is and what it asks for, without running it.

use std::fmt::Write as _;

use holdpoint_bundle::Bundle;
use holdpoint_core::manifest::{PluginKind, Request};
use holdpoint_core::plan::grant::Method;
use serde_json::{Value, json};

use crate::arguments::{Format, Inspect};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::{LARGEST_BUNDLE, chain};
use crate::output;

/// Opens the bundle and shows it.
pub(crate) fn inspect(asked: &Inspect) -> Result<Exit, Failure> {
    let bundle = Bundle::open(&asked.plugin, LARGEST_BUNDLE).map_err(|error| Failure::usage(chain(&error)))?;
    match asked.format {
        Format::Text => output::print(&text(&bundle)),
        Format::Json => output::line(&format!("{:#}", as_json(&bundle))),
    }
    Ok(Exit::Done)
}

fn text(bundle: &Bundle) -> String {
    let manifest = &bundle.manifest;
    let mut out = String::new();
    // Writing to a text can't fail.
    let _ = writeln!(out, "{} {} ({})", manifest.name, manifest.version, kind(manifest.kind));
    let _ = writeln!(out, "{}\n", manifest.summary);
    let _ = writeln!(out, "digest   {}", bundle.digest);
    let _ = writeln!(out, "size     {} bytes", bundle.bytes.len());
    if let Some(memory) = manifest.memory {
        let _ = writeln!(out, "memory   {memory}");
    }
    let _ = writeln!(out, "\nasks for");
    for request in &manifest.requests {
        let (what, why) = asked_for(request);
        let _ = writeln!(out, "  {what}: {why}");
    }
    if manifest.requests.is_empty() {
        let _ = writeln!(out, "  nothing");
    }
    let _ = writeln!(out, "\nimports");
    for import in &bundle.shape.imports {
        let _ = writeln!(out, "  {import}");
    }
    let _ = writeln!(out, "\nsettings (JSON Schema)\n{:#}", schema(&manifest.settings));
    out
}

fn asked_for(request: &Request) -> (String, &str) {
    match request {
        Request::Http { methods, why } => {
            let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
            (format!("http {}", methods.join(" ")), why)
        }
        Request::Net { operations, why } => {
            let operations: Vec<String> = operations.iter().map(|operation| json!(operation).to_string()).collect();
            (format!("net {}", operations.join(" ").replace('"', "")), why)
        }
    }
}

/// The word for a kind.
pub(crate) fn kind(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Check => "check",
        PluginKind::Rollback => "rollback",
        PluginKind::Rollout => "rollout",
    }
}

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn as_json(bundle: &Bundle) -> Value {
    let manifest = &bundle.manifest;
    let imports: Vec<String> = bundle.shape.imports.iter().map(ToString::to_string).collect();
    json!({
        "format": 1,
        "name": manifest.name,
        "version": manifest.version,
        "kind": kind(manifest.kind),
        "summary": manifest.summary,
        "docs": manifest.docs,
        "digest": bundle.digest,
        "size": bundle.bytes.len(),
        "memory": manifest.memory,
        "requests": manifest.requests,
        "imports": imports,
        "settings": schema(&manifest.settings),
    })
}
