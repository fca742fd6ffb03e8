//! Rules for headers, text and JSON: one rule, one word.

use holdpoint_sdk::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Pattern;

/// What a header must be: `"present"`, `"absent"`, or `{ equals = "…" }` and the like. When a header comes more than
/// once, one of its values must satisfy the rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HeaderRule {
    /// It is there.
    Present,
    /// It is not there.
    Absent,
    /// Its value is this.
    Equals(Template),
    /// Its value contains this.
    Contains(Template),
    /// Its value matches this regular expression.
    Regex(Pattern),
}

/// What the body's text must be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BodyRule {
    /// It is this.
    Equals(Template),
    /// It contains this.
    Contains(Template),
    /// It does not contain this.
    Lacks(Template),
    /// It matches this regular expression.
    Regex(Pattern),
}

/// What stands at a JSON pointer: `"exists"`, `"absent"`, or `{ equals = … }` and the like.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum JsonRule {
    /// Something, even null.
    Exists,
    /// Nothing, not even null.
    Absent,
    /// This value. Numbers are compared as numbers: 1 equals 1.0.
    Equals(Value),
    /// A text that matches this regular expression.
    Regex(Pattern),
    /// A number that is not smaller.
    AtLeast(f64),
    /// A number that is not larger.
    AtMost(f64),
    /// A number from the first to the second, both included.
    Between([f64; 2]),
}
