//! Events: what happens to a run. Everything that it ever learns comes through here.

use alloc::boxed::Box;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::id::{CallId, Digest, RunId};
use crate::outcome::Called;
use crate::plan::Plan;
use crate::release::Release;
use crate::rollback::Replied;
use crate::rollout;
use crate::run::past::Past;
use crate::time::Span;

/// Something that happened to a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run began. Always the first, and only the first.
    Started {
        /// Which run.
        run: RunId,
        /// Under which plan.
        plan: Box<Plan>,
        /// The digest of the plan's frozen form.
        plan_digest: Digest,
        /// Of which release.
        release: Box<Release>,
        /// Whether it may change anything.
        mode: Mode,
        /// The version of the host that runs it.
        host: String,
        /// What its rules compare with of past runs; absent where none does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        past: Option<Box<Past>>,
    },
    /// A check's call ended.
    CallEnded {
        /// Which call.
        call: CallId,
        /// How.
        called: Called,
    },
    /// A call of the rollback plugin ended.
    RollbackReplied {
        /// Which call.
        call: CallId,
        /// How.
        replied: Replied,
    },
    /// A call of the rollout plugin ended.
    ShiftReplied {
        /// Which call.
        call: CallId,
        /// How.
        replied: rollout::Replied,
    },
    /// The time that the run wanted to be woken at has come.
    Woke,
    /// The commander answered.
    Answered {
        /// Who.
        by: String,
        /// What.
        answer: Answer,
        /// To which question, by its number; absent: to the one that is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<u32>,
    },
    /// There is nobody who could be asked.
    NobodyToAsk,
    /// Somebody stopped the run by hand.
    Interrupted {
        /// How: a signal's name.
        by: String,
    },
}

/// Whether a run may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It may.
    Real,
    /// It says what it would do: a rollback is planned and never executed, and no traffic is shifted. What would have
    /// been judged at a share is not judged, so the run ends before its first stage.
    DryRun,
    /// It does everything that a real one does, in a play: nothing that it meets is real.
    Rehearsal,
}

/// What a commander may answer. (D-6)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// Go on: what stood in the way is waived.
    Confirm {
        /// Why; never empty.
        reason: String,
    },
    /// Go on, and end as hotfix.
    Hotfix {
        /// Why.
        reason: String,
    },
    /// Bring the previous version back.
    RollBack {
        /// Why.
        reason: String,
    },
    /// Hold for longer.
    Extend {
        /// How much longer.
        by: Span,
    },
}
