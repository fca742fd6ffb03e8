//! Who is asked when a run can't decide, and what silence means.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::time::Span;

/// What happens on `escalate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// The one named person or role who owns the call.
    pub commander: String,
    /// Whether and how long the run holds for an answer.
    pub patience: Patience,
    /// What silence means.
    pub on_silence: Silence,
}

/// How long a run holds for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Patience {
    /// Not at all: the run ends as escalated, and a person decides outside it.
    None,
    /// So long, then [`Silence`] speaks.
    AnswerWithin(Span),
}

/// What silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Roll back when something bad was seen; keep holding when it merely could not be found out. (D-6)
    ByCause,
    /// Roll back.
    RollsBack,
    /// Keep holding and asking.
    Holds,
}
