//! The settings: a word, and whatever that word needs.

use std::collections::BTreeMap;

use holdpoint_sdk::Problem;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// What is to be done. Each word reads the fields that the suite's description names.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The word.
    #[serde(rename = "do")]
    pub(crate) word: Option<Word>,
    /// For `say`.
    pub(crate) outcome: Option<OutcomeWord>,
    /// For `say` and `expect`.
    pub(crate) summary: String,
    /// For `say`.
    pub(crate) findings: Vec<FindingSetting>,
    /// For `say`.
    pub(crate) measurements: Vec<MeasurementSetting>,
    /// For `say`: pairs, so that a name can come twice.
    pub(crate) labels: Vec<(String, String)>,
    /// For `weigh`.
    pub(crate) text: String,
    /// For `flood`.
    pub(crate) count: u32,
    /// For `fail`.
    pub(crate) kind: Option<FailureWord>,
    /// For `fail` and `throw`.
    pub(crate) message: String,
    /// For `allocate`.
    pub(crate) mib: usize,
    /// For `order`.
    pub(crate) low: u32,
    /// For `order`.
    pub(crate) high: u32,
    /// For `log`: severity and text.
    pub(crate) lines: Vec<(SeverityWord, String)>,
    /// For `clock`.
    pub(crate) sleep_ms: u32,
    /// For `expect`.
    pub(crate) steps: Vec<Step>,
    /// For `send`.
    pub(crate) requests: Vec<RequestSetting>,
    /// For `send`: whether all go out in one batch.
    pub(crate) together: bool,
    /// For `need` and `answer`.
    pub(crate) url: String,
    /// For `net`.
    pub(crate) target: String,
}

/// The words.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Word {
    Say,
    Flood,
    Echo,
    Weigh,
    Count,
    Order,
    Log,
    Clock,
    Expect,
    Send,
    Need,
    Answer,
    Net,
    Fail,
    Throw,
    Allocate,
    Spin,
    Recurse,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OutcomeWord {
    Pass,
    Warn,
    Fail,
    Inconclusive,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LevelWord {
    Note,
    Warn,
    Fail,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SeverityWord {
    Debug,
    Info,
    Warn,
    Error,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailureWord {
    Settings,
    Unavailable,
    Denied,
    Internal,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct FindingSetting {
    pub(crate) level: LevelWord,
    pub(crate) subject: String,
    pub(crate) message: String,
    pub(crate) expected: Option<String>,
    pub(crate) observed: Option<String>,
    #[serde(default)]
    pub(crate) labels: Vec<(String, String)>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct MeasurementSetting {
    pub(crate) name: String,
    pub(crate) sample: SampleSetting,
    pub(crate) unit: String,
    pub(crate) taken_at: Option<u64>,
    #[serde(default)]
    pub(crate) labels: Vec<(String, String)>,
}

/// A number, or why there is none.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum SampleSetting {
    Number(f64),
    Word(SampleWord),
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SampleWord {
    NoData,
    NotANumber,
    NotFinite,
    Ambiguous,
    WrongType,
    ProviderDown,
}

/// A number as JSON can't always write it.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Number {
    Finite(f64),
    Odd(OddNumber),
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) enum OddNumber {
    #[serde(rename = "NaN")]
    NotANumber,
    Infinity,
    #[serde(rename = "-Infinity")]
    NegativeInfinity,
}

impl Number {
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Finite(number) => number,
            Self::Odd(OddNumber::NotANumber) => f64::NAN,
            Self::Odd(OddNumber::Infinity) => f64::INFINITY,
            Self::Odd(OddNumber::NegativeInfinity) => f64::NEG_INFINITY,
        }
    }
}

/// One call on the findings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "step", deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) enum Step {
    Equal { subject: String, expected: Value, observed: Value },
    OneOf { subject: String, allowed: Vec<Value>, observed: Value },
    AtMost { subject: String, limit: f64, observed: Number, unit: String },
    AtLeast { subject: String, limit: f64, observed: Number, unit: String },
    Contains { subject: String, wanted: String, observed: String },
    Some { subject: String, observed: Option<Value> },
    Met,
    Fail { subject: String, message: String },
    Warn { subject: String, message: String },
    Note { subject: String, message: String },
    Unknown { reason: String },
    Measure { name: String, value: Number, unit: String },
    MeasureSample { name: String, sample: SampleWord, unit: String },
    Label { name: String, value: String },
}

/// One request, and what is to be read of its answer.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RequestSetting {
    pub(crate) method: Option<String>,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    /// The body: as text, in hexadecimal digits, as JSON, or as a form.
    pub(crate) body: Option<String>,
    pub(crate) body_hex: Option<String>,
    pub(crate) json: Option<Value>,
    pub(crate) form: BTreeMap<String, String>,
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) max_body: Option<u64>,
    /// A header of the answer to tell.
    pub(crate) read_header: Option<String>,
    /// A place in the answer's JSON to tell.
    pub(crate) pointer: Option<String>,
}

/// The one rule that types don't say.
pub(crate) fn examine(settings: &Settings) -> Vec<Problem> {
    if settings.low <= settings.high {
        return Vec::new();
    }
    vec![Problem::at("/low", "is above `high`").hint("swap them")]
}
