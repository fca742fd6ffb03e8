//! What the holes of a flow's texts are filled with: values that earlier steps captured, and facts of the release.

use std::collections::BTreeMap;

use holdpoint_sdk::template;
use holdpoint_sdk::{Failure, Release};
use serde_json::Value;

/// The facts of a release that a text can name.
pub(crate) const FACTS: [&str; 5] =
    ["release.service", "release.environment", "release.version", "release.previous-version", "release.revision"];

/// What holes are filled with.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    release: &'a Release,
    captured: BTreeMap<String, Value>,
}

impl<'a> Values<'a> {
    pub(crate) fn new(release: &'a Release) -> Self {
        Self { release, captured: BTreeMap::new() }
    }

    /// Keeps a captured value.
    pub(crate) fn keep(&mut self, name: &str, value: Value) {
        self.captured.insert(name.to_owned(), value);
    }
}

impl template::Values for Values<'_> {
    fn value(&self, name: &str) -> Result<Value, Failure> {
        let unknown = || Failure::Settings(format!("nothing is known by the name `{name}` at this step"));
        let fact = match name {
            "release.service" => Some(&self.release.service),
            "release.environment" => Some(&self.release.environment),
            "release.version" => Some(&self.release.version),
            "release.previous-version" => self.release.previous_version.as_ref(),
            "release.revision" => self.release.revision.as_ref(),
            _ => return self.captured.get(name).cloned().ok_or_else(unknown),
        };
        fact.cloned().map(Value::String).ok_or_else(unknown)
    }
}
