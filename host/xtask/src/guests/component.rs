//! From a core module to a component that carries its manifest.

use anyhow::{Context, Result};
use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::ComponentEncoder;

use super::manifest::Manifest;

/// The custom section that holds the manifest.
const SECTION: &str = "holdpoint:manifest";

/// Turns a core module that was compiled against the plugin interface into a component and appends the manifest.
///
/// # Errors
/// When the module was not made for the plugin interface.
pub(super) fn encode(module: &[u8], manifest: &Manifest) -> Result<Vec<u8>> {
    let mut component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .context("could not make a component of the core module")?;
    let manifest = CustomSection { name: SECTION.into(), data: manifest.to_bytes()?.into() };
    manifest.append_to_component(&mut component);
    Ok(component)
}
