//! Checks as a plan states them.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::name::{CheckName, PluginName};
use crate::plan::cause::RootCause;
use crate::response::Response;
use crate::time::Span;

/// One check: which plugin is called, how often, and what its outcome asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name, unique within the plan, but for a phase that runs in several stages: there it stands again, the same.
    pub name: CheckName,
    /// The plugin that is called.
    pub plugin: PluginName,
    /// The plugin's settings: one JSON object, as text.
    pub settings: String,
    /// How bad it is when it fails.
    pub severity: Severity,
    /// What a `fail` asks for.
    pub on_fail: Response,
    /// When a `fail` is answered.
    pub urgency: Urgency,
    /// What is asked for when it could not be found out, after all attempts.
    pub on_inconclusive: Response,
    /// How often it is tried.
    pub attempts: Attempts,
    /// How long one attempt may take.
    pub timeout: Span,
    /// How many requests must have left for its word to let the release through.
    #[serde(default)]
    pub min_evidence: u32,
    /// What a `fail` is put down to.
    #[serde(default, skip_serializing_if = "RootCause::is_unknown")]
    pub cause: RootCause,
}

/// How bad it is when a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It can wait for the next release.
    Minor,
    /// The release is not good.
    Major,
    /// The release does harm.
    Critical,
}

impl Severity {
    /// Every severity, as it is written in a plan.
    pub const ALL: [(&'static str, Self); 3] =
        [("critical", Self::Critical), ("major", Self::Major), ("minor", Self::Minor)];

    /// As it is written in a plan.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    /// What a `fail` of this severity asks for, and when, unless the plan says otherwise. (D-2)
    pub const fn default_on_fail(self) -> (Response, Urgency) {
        match self {
            Self::Critical => (Response::RollBack, Urgency::AtOnce),
            Self::Major => (Response::RollBack, Urgency::AtTheGate),
            Self::Minor => (Response::Hotfix, Urgency::AtTheGate),
        }
    }
}

/// When a response is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// When the phase's gate closes.
    AtTheGate,
    /// Now; what still runs is cancelled.
    AtOnce,
}

impl Urgency {
    /// When a check of this severity that asks for this is answered. A response that lets the run go on has nothing to
    /// hurry for. (D-2)
    pub const fn of_check(severity: Severity, response: Response) -> Self {
        if response.stops() { severity.default_on_fail().1 } else { Self::AtTheGate }
    }

    /// When a rule that has fired is answered: what is known to be bad is not watched to the window's end.
    pub const fn of_rule(response: Response) -> Self {
        if response.stops() { Self::AtOnce } else { Self::AtTheGate }
    }
}

/// How often something that is not an answer (error, timeout, inconclusive) is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// At most so many calls; at least 1.
    pub most: u32,
    /// The pause before the second attempt; each further pause is twice as long.
    pub backoff: Span,
    /// The longest pause.
    pub longest_backoff: Span,
}
