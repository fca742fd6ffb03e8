//! Replies of a rollout plugin, sorted into what was asked for and everything else.

use alloc::format;
use alloc::string::{String, ToString as _};

use serde::Serialize;

use crate::rollback::Progress;
use crate::rollout::Reply;

/// Why a call of a rollout plugin brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Trouble {
    /// What happened, in one sentence.
    pub(super) account: String,
    /// Whether the same call may go better another time.
    pub(super) may_pass: bool,
}

/// What a look at the status showed.
pub(super) struct Seen {
    pub(super) progress: Progress,
    pub(super) percent: Option<u32>,
    pub(super) account: String,
}

/// Takes a reply as one to `ready`: yes, or no and why.
pub(super) fn readiness(reply: &Reply) -> Result<Result<(), &str>, Trouble> {
    match reply {
        Reply::Ready => Ok(Ok(())),
        Reply::Refused { why } => Ok(Err(why)),
        Reply::Shifted { .. }
        | Reply::Status { .. }
        | Reply::Error { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => Err(Trouble::of(reply)),
    }
}

/// Takes a reply as one to `shift`. However it says that it ended, the status is asked.
pub(super) fn shifted(reply: &Reply) -> Result<(), Trouble> {
    match reply {
        Reply::Shifted { .. } => Ok(()),
        Reply::Ready
        | Reply::Refused { .. }
        | Reply::Status { .. }
        | Reply::Error { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => Err(Trouble::of(reply)),
    }
}

/// Takes a reply as one to `status`. Whatever is none leaves the progress unknown.
pub(super) fn status(reply: &Reply) -> Seen {
    match reply {
        Reply::Status { progress, percent, summary } => {
            Seen { progress: *progress, percent: *percent, account: summary.clone() }
        }
        Reply::Ready
        | Reply::Refused { .. }
        | Reply::Shifted { .. }
        | Reply::Error { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => Seen { progress: Progress::Unknown, percent: None, account: Trouble::of(reply).account },
    }
}

impl Trouble {
    fn of(reply: &Reply) -> Self {
        let (account, may_pass) = match reply {
            Reply::Error { fault } => (fault.message.clone(), fault.kind.may_pass()),
            Reply::Timeout { limit } => (format!("no answer within {limit}"), true),
            Reply::Cancelled => ("the call was cancelled".to_string(), true),
            Reply::Ready | Reply::Refused { .. } | Reply::Shifted { .. } | Reply::Status { .. } => {
                ("it answered something that it was not asked".to_string(), false)
            }
        };
        Self { account, may_pass }
    }
}
