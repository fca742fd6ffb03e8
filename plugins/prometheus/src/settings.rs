//! What to ask, and what the answer may be.

mod label;
mod range;

use std::collections::BTreeMap;

use holdpoint_sdk::Endpoint;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::indicator::{Convention, Indicator};

#[cfg(test)]
pub(crate) use label::Regex;
pub(crate) use label::{Code, LabelMatch, Not};
pub(crate) use range::Range;

/// What to ask (an `indicator`, or a `query` of one's own), and what the answer may be.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The endpoint of Prometheus, or of what speaks its query API.
    pub(crate) prometheus: Endpoint,
    /// The query, in PromQL. It must answer with one number. Instead of `indicator`.
    #[serde(default)]
    pub(crate) query: Option<String>,
    /// What to measure: the query is written by the plugin. Instead of `query`.
    #[serde(default)]
    pub(crate) indicator: Option<Indicator>,
    /// Whose names the indicator's metric and code label have, unless stated. `prometheus` when absent.
    #[serde(default)]
    pub(crate) convention: Option<Convention>,
    /// The indicator's metric. When absent, the usual one of the convention.
    #[serde(default)]
    pub(crate) metric: Option<String>,
    /// What the labels of the metric's series must be. A value can hold `{{release.version}}` and other facts of the
    /// release.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, LabelMatch>,
    /// How far back the indicator looks, such as `5m`, which it is when absent. At least four scrape intervals.
    #[serde(default)]
    pub(crate) range: Option<Range>,
    /// Which quantile of the latency, between 0 and 1; 0.95 when absent.
    #[serde(default)]
    pub(crate) quantile: Option<f64>,
    /// Which codes count as errors; `["5xx"]` when absent.
    #[serde(default)]
    pub(crate) errors: Option<Vec<Code>>,
    /// The label that holds a request's code. When absent, the usual one of the convention.
    #[serde(default)]
    pub(crate) code_label: Option<String>,
    /// What is full when the saturation is 1: a metric with the same labels, or a number.
    #[serde(default)]
    pub(crate) capacity: Option<Capacity>,
    /// Looks at the same so long ago: `24h` is this hour of yesterday, for a signal that others have as their baseline.
    #[serde(default)]
    pub(crate) ago: Option<Range>,
    /// Also measures the whole numbers behind the indicator, over so long: `requests`, and `errors` where it has any. For
    /// rules that judge `events`: say the signal's interval here, and every request is counted once.
    #[serde(default)]
    pub(crate) counts_over: Option<Range>,
    /// Fewer requests in the range than these are no evidence, and count as no data; 1 when absent.
    #[serde(default)]
    pub(crate) min_traffic: Option<f64>,
    /// What the number is called; the indicator's own name, or `value`, when absent.
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// Its unit: of a latency `s` or `ms`; of a query anything, `1` when absent. The other indicators have their own.
    #[serde(default)]
    pub(crate) unit: Option<String>,
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
    /// What an answer is worth that Prometheus itself doubts.
    #[serde(default)]
    pub(crate) warnings: Warnings,
}

/// What is full when the saturation is 1.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a capacity is a metric's name or a number")]
pub(crate) enum Capacity {
    /// So much.
    Number(f64),
    /// What this metric says, for the same labels.
    Metric(String),
}

/// What an answer is worth that carries warnings: a store that did not answer, a histogram that is broken.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Warnings {
    /// Nothing: part of the truth is not known to be the truth.
    #[default]
    Refuse,
    /// As much as any other; the warnings are noted.
    Note,
}

impl Settings {
    /// How long ago it looks, in seconds.
    pub(crate) fn ago_s(&self) -> u64 {
        self.ago.as_ref().map_or(0, Range::seconds)
    }

    /// Whether a number can fail here, and not only be measured for the plan's rules.
    pub(crate) fn judges(&self) -> bool {
        self.fail_above.is_some() || self.fail_below.is_some()
    }
}

fn usual_age() -> f64 {
    120.0
}
