//! The JSON Schema of a file of cases, for editors.

use serde_json::Value as Json;

/// The schema as it is written.
const SCHEMA: &str = include_str!("schema.json");

/// The JSON Schema of a file of cases.
pub(crate) fn cases() -> Json {
    serde_json::from_str(SCHEMA).unwrap_or_default()
}
