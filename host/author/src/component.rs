//! From a core module to a component, and from a component to a plugin that carries its manifest.

use std::path::Path;

use holdpoint_bundle::manifest::SECTION;
use holdpoint_core::manifest::PluginKind;
use wasm_encoder::{ComponentSection as _, CustomSection, Module, RawSection};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::manifest::Manifest;

/// Why a core module can't become a component.
#[derive(Debug, thiserror::Error)]
#[error("the compiled module does not fit the plugin interface: {why}")]
pub struct EncodeError {
    /// All that the encoder says, from the outermost to the cause.
    why: String,
}

/// Turns a core module that carries its part of the plugin interface, as bindings put it there, into a component.
///
/// # Errors
/// When the module was not made for the plugin interface.
pub fn of_module(module: &[u8]) -> Result<Vec<u8>, EncodeError> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| EncodeError { why: format!("{error:#}") })
}

/// What a core module needs around it that does not carry its part of the plugin interface.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The folder of the plugin interface's WIT files.
    pub wit: &'a Path,
    /// Which of its worlds the module is made for: that of this kind of plugin.
    pub world: PluginKind,
    /// What stands between the module and WASI's first preview, where its language's runtime is made for that.
    pub adapter: Option<&'a [u8]>,
}

/// Turns a core module whose bindings were written by hand into a component.
///
/// # Errors
/// When what the module imports and exports is not what the plugin interface says.
pub fn of_plain_module(module: &[u8], surroundings: &Surroundings<'_>) -> Result<Vec<u8>, EncodeError> {
    let encoded = || {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(surroundings.wit)?;
        let wanted = resolve.select_world(&[package], Some(world(surroundings.world)))?;
        let mut module = module.to_vec();
        embed_component_metadata(&mut module, &resolve, wanted, StringEncoding::UTF8)?;
        let mut encoder = ComponentEncoder::default().validate(true).module(&module)?;
        if let Some(adapter) = surroundings.adapter {
            encoder = encoder.adapter("wasi_snapshot_preview1", adapter)?;
        }
        encoder.encode()
    };
    encoded().map_err(|error| EncodeError { why: format!("{error:#}") })
}

/// Takes what only a debugger reads out of a core module. Names of functions stay: a trap in a report shall say where.
///
/// # Errors
/// When the module is none.
pub(crate) fn without_debugging(module: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let mut kept = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| EncodeError { why: error.to_string() })?;
        let debugging = matches!(&payload, Payload::CustomSection(section) if section.name().starts_with(".debug_"));
        if let Some((id, bytes)) = payload.as_section().and_then(|(id, range)| Some((id, module.get(range)?)))
            && !debugging
        {
            kept.section(&RawSection { id, data: bytes });
        }
    }
    Ok(kept.finish())
}

/// The world that this kind of plugin is made for.
pub(crate) fn world(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Check => "check",
        PluginKind::Rollback => "rollback",
        PluginKind::Rollout => "rollout",
    }
}

/// Appends the manifest.
#[must_use]
pub fn with_manifest(mut component: Vec<u8>, manifest: &Manifest) -> Vec<u8> {
    CustomSection { name: SECTION.into(), data: manifest.to_bytes().into() }.append_to_component(&mut component);
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A core module with nothing in it.
    const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn what_only_a_debugger_reads_goes_and_names_stay() {
        let section = |name: &'static str| CustomSection { name: name.into(), data: b"x".as_slice().into() };
        let mut module = Module::new();
        module.section(&section(".debug_info")).section(&section("name"));
        let mut wanted = Module::new();
        wanted.section(&section("name"));

        assert_eq!(without_debugging(&module.finish()).unwrap(), wanted.finish());
        assert!(without_debugging(b"no module").is_err());
    }

    #[test]
    fn a_module_that_does_not_export_what_its_kind_must_is_refused_with_its_name() {
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/holdpoint");
        for (kind, missing) in
            [(PluginKind::Check, "checker"), (PluginKind::Rollback, "restorer"), (PluginKind::Rollout, "shifter")]
        {
            let refused = of_plain_module(EMPTY, &Surroundings { wit: &wit, world: kind, adapter: None });

            assert!(refused.is_err_and(|error| error.to_string().contains(missing)));
        }
    }
}
