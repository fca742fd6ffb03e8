//! Stages as a plan states them: which share of the traffic the released version gets, and what is judged at it.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::name::{PhaseName, PluginName};
use crate::rollout::Share;
use crate::time::Span;

/// The plan's `[rollout]` and its stages: how traffic is given to the released version, share by share.
///
/// All of it comes back through the plan's rollback, and through nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// The rollout plugin.
    pub plugin: PluginName,
    /// Its settings: one JSON object, as text.
    pub settings: String,
    /// How long one shift may take, from the question whether it can be done until the target says that it is complete.
    pub timeout: Span,
    /// How long one call of the plugin may take.
    pub call_timeout: Span,
    /// The pause between two looks at the status.
    pub poll: Span,
    /// What a shift that failed leads to. What could not be found out always asks a person.
    pub on_fail: OnFail,
    /// The stages, each with a larger share than the one before. At least one.
    pub stages: Vec<Stage>,
}

/// What a shift that failed leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFail {
    /// A person is asked.
    Escalate,
    /// The previous version comes back.
    RollBack,
}

impl OnFail {
    /// Both, as they are written in a plan.
    pub const ALL: [(&'static str, Self); 2] = [("escalate", Self::Escalate), ("roll-back", Self::RollBack)];
}

/// One stage: traffic is shifted, and then its phases are judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The share that the released version gets.
    pub share: Share,
    /// Its phases, which stand in the plan in this order and without others between them. At least one.
    pub phases: Vec<PhaseName>,
}

impl Rollout {
    /// The stage that a phase belongs to, with its place from 0; none for a phase before the first stage or after the
    /// last one.
    pub fn stage_of(&self, phase: &PhaseName) -> Option<(usize, &Stage)> {
        self.stages.iter().enumerate().find(|(_, stage)| stage.phases.contains(phase))
    }

    /// The stage that a phase begins, with its place from 0.
    pub fn begun_by(&self, phase: &PhaseName) -> Option<(usize, &Stage)> {
        self.stages.iter().enumerate().find(|(_, stage)| stage.phases.first() == Some(phase))
    }
}
