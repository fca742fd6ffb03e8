//! What the settings of deploy tools have in common: what must answer first, and what holds where a plan is silent.

use holdpoint_sdk::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;

/// What must answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ready {
    /// The address.
    pub url: Template,
}

/// The header that carries the idempotency key.
pub fn header() -> String {
    "Idempotency-Key".to_owned()
}

/// The method of a call that changes something.
pub fn method() -> String {
    "POST".to_owned()
}

/// The statuses that mean done.
pub fn done() -> Vec<u16> {
    vec![200, 201, 204]
}

/// The statuses that mean begun.
pub fn started() -> Vec<u16> {
    vec![202]
}
