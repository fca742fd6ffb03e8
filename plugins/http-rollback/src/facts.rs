//! What the holes of the settings' texts are filled with: facts of the release, and the idempotency key.

use holdpoint_sdk::template::Values;
use holdpoint_sdk::{Call, Failure};
use serde_json::Value;

/// The names that a text may hold beside secrets.
pub(crate) const NAMES: [&str; 7] =
    ["service", "environment", "version", "previous-version", "revision", "artifact", "key"];

/// The facts of one call.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) call: &'a Call,
    pub(crate) key: &'a str,
}

impl Values for Facts<'_> {
    /// A fact that the release does not state is an error: a hole is never sent.
    fn value(&self, name: &str) -> Result<Value, Failure> {
        let release = &self.call.release;
        let found = match name {
            "service" => Some(release.service.as_str()),
            "environment" => Some(release.environment.as_str()),
            "version" => Some(release.version.as_str()),
            "previous-version" => release.previous_version.as_deref(),
            "revision" => release.revision.as_deref(),
            "artifact" => release.artifact.as_deref(),
            "key" => Some(self.key),
            _ => return Err(Failure::Settings(unknown(name))),
        };
        let stated = found.filter(|fact| !fact.is_empty());
        stated.map(Value::from).ok_or_else(|| Failure::Settings(format!("the release does not state its {name}")))
    }
}

/// Says that there is no fact of a name, and which there are.
pub(crate) fn unknown(name: &str) -> String {
    format!("there is no {{{{{name}}}}}; there is {}", NAMES.join(", "))
}
