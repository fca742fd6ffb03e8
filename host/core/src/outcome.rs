//! Outcomes: how a call ended. What a plugin says is one of the ways.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::time::Span;
use crate::verdict::{Finds, Verdict};

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "kebab-case")]
pub enum Outcome {
    /// The plugin said something.
    Said {
        /// What it said.
        verdict: Verdict,
    },
    /// The plugin, the host or what lies between went wrong.
    Error {
        /// What went wrong.
        fault: Fault,
    },
    /// It took longer than it may.
    Timeout {
        /// How long it may take.
        limit: Span,
        /// What ran out, and what was last heard of it.
        message: String,
    },
    /// It was not called, because that had no sense any more.
    Skipped {
        /// Why.
        why: String,
    },
    /// It was stopped before it ended.
    Cancelled {
        /// Why.
        why: String,
    },
    /// A person took responsibility for what it did not pass.
    Waived {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// Whether a run may go forward on this: `pass`, `warn` and `waived` alone. (D-1)
    pub const fn lets_through(&self) -> bool {
        match self {
            Self::Said { verdict } => match verdict.finds {
                Finds::Pass | Finds::Warn => true,
                Finds::Fail | Finds::Inconclusive => false,
            },
            Self::Waived { .. } => true,
            Self::Error { .. } | Self::Timeout { .. } | Self::Skipped { .. } | Self::Cancelled { .. } => false,
        }
    }

    /// The glossary's word: `pass`, `warn`, `fail`, `inconclusive`, `error`, `timeout`, `skipped`, `cancelled`,
    /// `waived`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Said { verdict } => match verdict.finds {
                Finds::Pass => "pass",
                Finds::Warn => "warn",
                Finds::Fail => "fail",
                Finds::Inconclusive => "inconclusive",
            },
            Self::Error { .. } => "error",
            Self::Timeout { .. } => "timeout",
            Self::Skipped { .. } => "skipped",
            Self::Cancelled { .. } => "cancelled",
            Self::Waived { .. } => "waived",
        }
    }
}

/// What went wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Which kind of thing.
    pub kind: FaultKind,
    /// What, in words.
    pub message: String,
    /// Where in the plugin, innermost first, demangled. Empty when it was not the plugin.
    pub frames: Vec<String>,
    /// The last lines of its log.
    pub last_log: Vec<String>,
}

/// Which kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The settings make no sense to the plugin.
    Settings,
    /// Something the plugin depends on did not answer.
    Unavailable,
    /// The gateway denied something the plugin needs.
    Denied,
    /// The plugin says that it went wrong.
    Internal,
    /// The plugin crashed.
    Trap,
    /// The plugin went over a limit other than time.
    Limit,
    /// The plugin's verdict could not be admitted.
    Inadmissible,
    /// The host itself went wrong.
    Host,
}

/// A call that has ended: what it said and what was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Called {
    /// How it ended.
    pub outcome: Outcome,
    /// What the host saw.
    pub facts: Facts,
}
