//! Commands: what a run wants done. The core says it, the conductor does it.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::id::CallId;
use crate::name::{CheckName, PhaseName, PluginName};
use crate::plan::people::Way;
use crate::rollback::Deed;
use crate::rollout;
use crate::run::ending::Ending;
use crate::time::Span;

/// Something that a run wants done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Command {
    /// Call a check's plugin; answered by `CallEnded`.
    Call {
        /// The call's identity.
        call: CallId,
        /// Which check.
        check: CheckName,
        /// For what.
        purpose: Purpose,
        /// Which attempt, from 1.
        attempt: u32,
        /// How long it may take.
        timeout: Span,
    },
    /// Stop a call. It ends as cancelled, or as it would have if it was faster.
    Cancel {
        /// Which call.
        call: CallId,
        /// Why.
        why: String,
    },
    /// Call the rollback plugin; answered by `RollbackReplied`.
    RollBack {
        /// The call's identity.
        call: CallId,
        /// The plugin.
        plugin: PluginName,
        /// What is asked of it.
        deed: Deed,
        /// How long it may take.
        timeout: Span,
    },
    /// Call the rollout plugin; answered by `ShiftReplied`.
    Shift {
        /// The call's identity.
        call: CallId,
        /// The plugin.
        plugin: PluginName,
        /// What is asked of it.
        deed: rollout::Deed,
        /// How long it may take.
        timeout: Span,
    },
    /// Ask the commander; answered by `Answered`, `NobodyToAsk` or silence.
    Ask {
        /// The question's number in the run, from 1. It stays the same when the question is asked again.
        #[serde(default)]
        number: u32,
        /// Who.
        commander: String,
        /// What, in words.
        question: String,
        /// How long an answer is waited for; absent: until one comes.
        within: Option<Span>,
        /// How people are to be told; empty: as the host does it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ways: Vec<Way>,
    },
    /// An entry made no sense and changed nothing. For the log.
    Complain {
        /// What was wrong with it.
        why: String,
    },
    /// The run has ended: nothing more is to be done.
    Finish {
        /// How.
        ending: Ending,
    },
}

impl Purpose {
    /// What the plugin is told of it, as labels of its call.
    pub fn labels(&self) -> Vec<(String, String)> {
        match self {
            Self::Sample { .. } => alloc::vec![("purpose".to_string(), "signal".to_string())],
            Self::Judge { .. } | Self::Recover => Vec::new(),
        }
    }
}

/// What a check is called for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "kebab-case")]
pub enum Purpose {
    /// To judge the release, in this phase.
    Judge {
        /// The phase.
        phase: PhaseName,
    },
    /// To take a sample of a signal, in this phase.
    Sample {
        /// The phase.
        phase: PhaseName,
    },
    /// To verify the recovery after a rollback.
    Recover,
}
