//! Replies of a rollback plugin, sorted into what was asked for and everything else.

use alloc::format;
use alloc::string::{String, ToString as _};

use serde::Serialize;

use crate::rollback::{Progress, Readiness, Reply, RollbackPlan, StepEnd};

/// Why a call of a rollback plugin brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Trouble {
    /// What happened, in one sentence.
    pub(crate) account: String,
    /// Whether the same call may go better another time.
    pub(crate) may_pass: bool,
}

/// Takes a reply as one to `ready`.
pub(crate) fn readiness(reply: &Reply) -> Result<&Readiness, Trouble> {
    match reply {
        Reply::Readiness { readiness } => Ok(readiness),
        Reply::Planned { .. }
        | Reply::Executed { .. }
        | Reply::Status { .. }
        | Reply::Error { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => Err(Trouble::of(reply)),
    }
}

/// Takes a reply as one to `plan`.
pub(crate) fn planned(reply: &Reply) -> Result<&RollbackPlan, Trouble> {
    match reply {
        Reply::Planned { plan } => Ok(plan),
        Reply::Readiness { .. }
        | Reply::Executed { .. }
        | Reply::Status { .. }
        | Reply::Error { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => Err(Trouble::of(reply)),
    }
}

/// Takes a reply as one to `execute`.
pub(crate) fn executed(reply: &Reply) -> Result<StepEnd, Trouble> {
    match reply {
        Reply::Executed { end, .. } => Ok(*end),
        Reply::Readiness { .. }
        | Reply::Planned { .. }
        | Reply::Status { .. }
        | Reply::Error { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => Err(Trouble::of(reply)),
    }
}

/// Takes a reply as one to `status`. Whatever is none leaves the progress unknown.
pub(crate) fn status(reply: &Reply) -> (Progress, String) {
    match reply {
        Reply::Status { progress, summary } => (*progress, summary.clone()),
        Reply::Readiness { .. }
        | Reply::Planned { .. }
        | Reply::Executed { .. }
        | Reply::Error { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => (Progress::Unknown, Trouble::of(reply).account),
    }
}

impl Trouble {
    fn of(reply: &Reply) -> Self {
        let (account, may_pass) = match reply {
            Reply::Error { fault } => (fault.message.clone(), fault.kind.may_pass()),
            Reply::Timeout { limit } => (format!("no answer within {limit}"), true),
            Reply::Cancelled => ("the call was cancelled".to_string(), true),
            Reply::Readiness { .. } | Reply::Planned { .. } | Reply::Executed { .. } | Reply::Status { .. } => {
                ("it answered something that it was not asked".to_string(), false)
            }
        };
        Self { account, may_pass }
    }
}
