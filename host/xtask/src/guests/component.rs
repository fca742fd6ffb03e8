//! From a core module to a component that carries its manifest.

use anyhow::{Context, Result};
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
    append_section(&mut component, SECTION, &manifest.to_bytes()?);
    Ok(component)
}

/// Appends a custom section: a zero, the length of the rest, the length of the name, the name, the content.
fn append_section(component: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut body = Vec::with_capacity(content.len() + name.len() + 5);
    append_length(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    component.push(0);
    append_length(component, body.len());
    component.extend_from_slice(&body);
}

/// Appends a length in LEB128: seven bits a byte, the lowest first, the top bit set on all but the last.
fn append_length(bytes: &mut Vec<u8>, length: usize) {
    let mut rest = length;
    while rest >= 0x80 {
        bytes.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    bytes.push(rest.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_of_300_bytes_has_a_length_of_two_bytes() {
        let mut component = Vec::new();

        append_section(&mut component, "ab", &[7; 300]);

        // 300 + 1 + 2 = 303 = 0b10_0101111
        assert_eq!(&component[..6], &[0, 0xaf, 0x02, 2, b'a', b'b']);
        assert_eq!(component.len(), 3 + 303);
    }
}
