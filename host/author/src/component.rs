//! From a core module to a component, and from a component to a plugin that carries its manifest.

use std::path::Path;

use holdpoint_bundle::manifest::SECTION;
use holdpoint_core::manifest::PluginKind;
use wasm_encoder::{ComponentSection as _, CustomSection};
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
