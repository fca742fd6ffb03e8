//! From a core module to a component, and from a component to a plugin that carries its manifest.

use holdpoint_bundle::manifest::SECTION;
use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::ComponentEncoder;

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

/// Appends the manifest.
#[must_use]
pub fn with_manifest(mut component: Vec<u8>, manifest: &Manifest) -> Vec<u8> {
    CustomSection { name: SECTION.into(), data: manifest.to_bytes().into() }.append_to_component(&mut component);
    component
}
