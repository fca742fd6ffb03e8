//! Rollouts: what is asked of a rollout plugin, and what it may answer.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::id::IdempotencyKey;
use crate::outcome::Fault;
use crate::rollback::{Progress, StepEnd};
use crate::time::Span;

/// How much of the traffic the released version has, in percent: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Share(u8);

/// Why a number can't be a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a share of the traffic is 1 to 100 %, not {0} %")]
pub struct NotAShare(pub u8);

impl Share {
    /// All of the traffic.
    pub const ALL: Self = Self(100);

    /// Takes a number of percent as a share.
    ///
    /// # Errors
    /// When it is 0 or more than 100.
    pub const fn try_new(percent: u8) -> Result<Self, NotAShare> {
        if 1 <= percent && percent <= 100 { Ok(Self(percent)) } else { Err(NotAShare(percent)) }
    }

    /// In percent.
    pub const fn percent(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Share {
    type Error = NotAShare;

    fn try_from(percent: u8) -> Result<Self, NotAShare> {
        Self::try_new(percent)
    }
}

impl From<Share> for u8 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// One thing asked of a rollout plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "kebab-case")]
pub enum Deed {
    /// Can traffic be shifted to this share? Changes nothing.
    Ready {
        /// The share.
        share: Share,
    },
    /// Give the released version this share.
    Shift {
        /// The share.
        share: Share,
        /// The key of this shift.
        key: IdempotencyKey,
        /// Grows with each owner of the run.
        fence: u64,
    },
    /// How far is the shift? Changes nothing.
    Status {
        /// The share.
        share: Share,
        /// The key of the shift.
        key: IdempotencyKey,
    },
}

/// What a rollout plugin answered, or how the call ended instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Reply {
    /// To [`Deed::Ready`]: it can be done.
    Ready,
    /// To [`Deed::Ready`]: it can't be done.
    Refused {
        /// Why.
        why: String,
    },
    /// To [`Deed::Shift`].
    Shifted {
        /// How it ended.
        end: StepEnd,
        /// What was done.
        summary: String,
    },
    /// To [`Deed::Status`].
    Status {
        /// How far it is.
        progress: Progress,
        /// The share that there is, in percent, if the target tells.
        percent: Option<u32>,
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

/// A call of a rollout plugin that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replied {
    /// What it answered.
    pub reply: Reply,
    /// What the host saw.
    pub facts: Facts,
}
