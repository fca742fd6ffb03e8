//! Rollbacks: what is asked of a rollback plugin, and what it may answer.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::id::IdempotencyKey;
use crate::outcome::Fault;
use crate::time::Span;

/// One thing asked of a rollback plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "kebab-case")]
pub enum Deed {
    /// Can it be done? Changes nothing.
    Ready,
    /// What would it do? Changes nothing.
    Plan,
    /// Do this step.
    Execute {
        /// The step.
        step: Step,
        /// The key of the whole rollback.
        key: IdempotencyKey,
        /// Grows with each owner of the run.
        fence: u64,
    },
    /// How far is it? Changes nothing.
    Status {
        /// The rollback that is asked about.
        plan: RollbackPlan,
        /// The key of the whole rollback.
        key: IdempotencyKey,
    },
}

/// What a rollback would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackPlan {
    /// The whole, in one sentence.
    pub summary: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// One step of a rollback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// A name, unique within the plan.
    pub id: String,
    /// What it does, in one sentence.
    pub summary: String,
    /// The plugin's own note to itself, handed back unread.
    pub payload: String,
    /// Other facts.
    pub labels: Vec<(String, String)>,
}

/// What a rollback plugin answered, or how the call ended instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Reply {
    /// To [`Deed::Ready`].
    Readiness {
        /// What it said.
        readiness: Readiness,
    },
    /// To [`Deed::Plan`].
    Planned {
        /// What it would do.
        plan: RollbackPlan,
    },
    /// To [`Deed::Execute`].
    Executed {
        /// How the step ended.
        end: StepEnd,
        /// What was done.
        summary: String,
    },
    /// To [`Deed::Status`].
    Status {
        /// How far it is.
        progress: Progress,
        /// What was seen.
        summary: String,
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
    },
    /// It was stopped before it ended.
    Cancelled,
}

/// Whether a rollback can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "readiness", rename_all = "kebab-case")]
pub enum Readiness {
    /// It can.
    Ready,
    /// The previous version runs already.
    AlreadyThere {
        /// What was seen.
        why: String,
    },
    /// It can't.
    Refused {
        /// Why.
        why: String,
    },
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepEnd {
    /// It was carried out.
    Done,
    /// It had been carried out before.
    AlreadyDone,
    /// It was started; the status tells when it has ended.
    Started,
}

/// How far a rollback is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Nothing of it has begun.
    NotBegun,
    /// It is under way.
    UnderWay,
    /// It is complete.
    Complete,
    /// Some of it is done, and the rest will not happen by itself.
    Partial,
    /// It failed.
    Failed,
    /// It could not be found out.
    Unknown,
}

impl Progress {
    /// In words, fit after "the rollback is".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotBegun => "not begun",
            Self::UnderWay => "under way",
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// A call of a rollback plugin that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replied {
    /// What it answered.
    pub reply: Reply,
    /// What the host saw.
    pub facts: Facts,
}
