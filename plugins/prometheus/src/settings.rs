//! What to ask, and what the answer may be.

use holdpoint_sdk::{Endpoint, Problem};
use schemars::JsonSchema;
use serde::Deserialize;

/// What to ask, and what the answer may be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The endpoint of Prometheus.
    pub(crate) prometheus: Endpoint,
    /// The query, in PromQL. It must answer with one number.
    pub(crate) query: String,
    /// What the number is called.
    #[serde(default = "usual_name")]
    pub(crate) name: String,
    /// Its unit.
    #[serde(default = "usual_unit")]
    pub(crate) unit: String,
    /// A number above this fails.
    #[serde(default)]
    pub(crate) fail_above: Option<f64>,
    /// A number below this fails.
    #[serde(default)]
    pub(crate) fail_below: Option<f64>,
    /// A number above this warns.
    #[serde(default)]
    pub(crate) warn_above: Option<f64>,
    /// A number below this warns.
    #[serde(default)]
    pub(crate) warn_below: Option<f64>,
    /// A sample older than so many seconds counts as none.
    #[serde(default = "usual_age")]
    pub(crate) max_age_s: f64,
}

fn usual_name() -> String {
    "value".to_owned()
}

fn usual_unit() -> String {
    "1".to_owned()
}

fn usual_age() -> f64 {
    120.0
}

/// What the types can't say.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    if settings.query.trim().is_empty() {
        problems.push(Problem::at("/query", "is empty"));
    }
    if settings.fail_above.is_none() && settings.fail_below.is_none() {
        let problem = Problem::at("", "has neither fail-above nor fail-below, so nothing could fail");
        problems.push(problem.hint("add fail-above = 0.02"));
    }
    problems
}
