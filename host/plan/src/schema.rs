//! The JSON Schemas of plans and policies, for editors. Made from the same list of keys that the reader goes by.

use serde_json::{Value as Json, json};

use crate::form::{Definitions, Section, object_schema};
use crate::raw::document::{Document, FORMAT};
use crate::raw::policy::Policy;
use crate::raw::release::Release;

/// The JSON Schema of a plan.
pub fn plan() -> Json {
    of::<Document>("A Holdpoint plan")
}

/// The JSON Schema of a host's policy.
pub fn policy() -> Json {
    of::<Policy>("The policy of a Holdpoint host")
}

/// The JSON Schema of a release file.
pub fn release() -> Json {
    of::<Release>("The facts of a release")
}

fn of<S: Section>(title: &str) -> Json {
    let mut definitions = Definitions::new();
    let mut schema = object_schema::<S>(&mut definitions);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("title".to_owned(), json!(title));
        if !definitions.is_empty() {
            object.insert("$defs".to_owned(), Json::Object(definitions));
        }
        if let Some(version) = object.get_mut("properties").and_then(|properties| properties.get_mut("holdpoint")) {
            let description = version.get("description").cloned();
            *version = json!({"const": FORMAT, "description": description});
        }
    }
    schema
}
