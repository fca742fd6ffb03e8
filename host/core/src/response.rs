//! Responses: what the outcome of a check asks for.

use alloc::format;
use alloc::string::{String, ToString as _};

use serde::{Deserialize, Serialize};

use crate::attempt::Settled;
use crate::id::{CallId, Digest};
use crate::name::CheckName;
use crate::outcome::Outcome;
use crate::plan::cause::RootCause;
use crate::plan::check::{Check, Severity, Urgency};
use crate::verdict::Finds;

/// What a failed check or fired rule asks for, from the weakest to the strongest. (D-3)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// Write it down.
    Note,
    /// The release stays, and is to be mended.
    Hotfix,
    /// A person decides.
    Escalate,
    /// The previous version comes back.
    RollBack,
}

impl Response {
    /// Every response, as it is written in a plan, from the strongest to the weakest.
    pub const ALL: [(&'static str, Self); 4] =
        [("roll-back", Self::RollBack), ("escalate", Self::Escalate), ("hotfix", Self::Hotfix), ("note", Self::Note)];

    /// As it is written in a plan.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Hotfix => "hotfix",
            Self::Escalate => "escalate",
            Self::RollBack => "roll-back",
        }
    }

    /// What is done, to be read after a condition.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Note => "only note it",
            Self::Hotfix => "go on, and end as hotfix",
            Self::Escalate => "ask a person",
            Self::RollBack => "roll back",
        }
    }

    /// Whether the run can't simply go on. (D-3)
    pub const fn stops(self) -> bool {
        match self {
            Self::Note | Self::Hotfix => false,
            Self::Escalate | Self::RollBack => true,
        }
    }
}

/// What was seen of the release. "It is bad" and "we could not find out" are not the same. (D-9)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// It is as it should be, or a person says that it will do.
    Good,
    /// It could not be found out.
    Unclear,
    /// It is bad.
    Bad,
}

impl Outcome {
    /// What this outcome shows of the release. (D-1, D-9)
    pub fn sight(&self) -> Sight {
        match self {
            Self::Said { verdict } => match verdict.finds() {
                Finds::Pass | Finds::Warn => Sight::Good,
                Finds::Fail => Sight::Bad,
                Finds::Inconclusive => Sight::Unclear,
            },
            Self::Waived { .. } => Sight::Good,
            Self::Error { .. } | Self::Timeout { .. } | Self::Skipped { .. } | Self::Cancelled { .. } => Sight::Unclear,
        }
    }

    /// What the plugin puts it down to: the cause that its label `cause` names, unless it lets through.
    pub fn suspects(&self) -> Option<RootCause> {
        match self {
            Self::Said { verdict } if !self.lets_through() => {
                verdict.labels().get("cause").and_then(|word| RootCause::of_word(word)).filter(|it| it.is_known())
            }
            Self::Said { .. }
            | Self::Error { .. }
            | Self::Timeout { .. }
            | Self::Skipped { .. }
            | Self::Cancelled { .. }
            | Self::Waived { .. } => None,
        }
    }

    /// What happened, in one sentence and without the outcome's own word.
    pub fn account(&self) -> String {
        match self {
            Self::Said { verdict } => verdict.summary().to_string(),
            Self::Error { fault } => fault.message.clone(),
            Self::Timeout { message, .. } => message.clone(),
            Self::Skipped { why } | Self::Cancelled { why } => why.clone(),
            Self::Waived { by, reason } => format!("{by}: {reason}"),
        }
    }
}

/// What a settled check asks for, with its cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The response; absent when it asks for nothing, since it lets through.
    pub response: Option<Response>,
    /// When it is answered.
    pub urgency: Urgency,
    /// What it comes from.
    pub cause: Cause,
}

/// What a response comes from: enough to find everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The check.
    pub check: CheckName,
    /// How bad it is when that check fails.
    pub severity: Severity,
    /// What the plan puts it down to.
    pub root: RootCause,
    /// What the plugin puts it down to, if it says so and it is no pass.
    pub suspected: Option<RootCause>,
    /// What was seen.
    pub sight: Sight,
    /// The outcome's word.
    pub word: &'static str,
    /// What happened, in one sentence.
    pub account: String,
    /// How many calls were made.
    pub attempts: usize,
    /// The last call, if there was one.
    pub call: Option<CallId>,
    /// The evidence of the last call, if it was kept.
    pub evidence: Option<Digest>,
}

/// Says what a settled check asks for. (D-1, D-2, D-9)
///
/// What lets through asks for nothing. A `fail` asks for the check's `on-fail`, everything that could not be found out
/// for its `on-inconclusive`, at the gate. What the run itself skipped or cancelled asks for a person: it can't count
/// as a pass, and must not outweigh the reason for which the run stopped it.
#[must_use]
pub fn response_to(settled: &Settled, check: &Check) -> Asked {
    let Demand { response, urgency } = demand_of(settled, check);
    Asked { response, urgency, cause: Cause::of(settled, check) }
}

/// A response and when it is answered, without its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Demand {
    response: Option<Response>,
    urgency: Urgency,
}

/// What a settled check asks for, and nothing of why: cheap, since a run looks at it after every event.
pub(crate) fn demand_of(settled: &Settled, check: &Check) -> Demand {
    let (response, urgency) = match &settled.outcome {
        Outcome::Said { verdict } => match verdict.finds() {
            Finds::Pass | Finds::Warn => (None, Urgency::AtTheGate),
            Finds::Fail => (Some(check.on_fail), check.urgency),
            Finds::Inconclusive => (Some(check.on_inconclusive), Urgency::AtTheGate),
        },
        Outcome::Error { .. } | Outcome::Timeout { .. } => (Some(check.on_inconclusive), Urgency::AtTheGate),
        Outcome::Skipped { .. } | Outcome::Cancelled { .. } => (Some(Response::Escalate), Urgency::AtTheGate),
        Outcome::Waived { .. } => (None, Urgency::AtTheGate),
    };
    Demand { response, urgency }
}

impl Demand {
    /// Whether it is answered now, and what still runs is cancelled. A response that lets the run go on has nothing to
    /// hurry for. (D-2)
    pub(crate) fn stops_at_once(self) -> bool {
        self.response.is_some_and(Response::stops) && self.urgency == Urgency::AtOnce
    }
}

impl Cause {
    fn of(settled: &Settled, check: &Check) -> Self {
        let last = settled.attempts.last();
        Self {
            check: check.name.clone(),
            severity: check.severity,
            root: check.cause,
            suspected: settled.outcome.suspects(),
            sight: settled.outcome.sight(),
            word: settled.outcome.word(),
            account: settled.outcome.account(),
            attempts: settled.attempts.len(),
            call: last.map(|attempt| attempt.call),
            evidence: last.and_then(|attempt| attempt.called.facts.evidence),
        }
    }
}

impl Asked {
    /// Whether the run goes forward on this. (D-1)
    pub const fn lets_through(&self) -> bool {
        match self.cause.sight {
            Sight::Good => true,
            Sight::Unclear | Sight::Bad => false,
        }
    }

    /// Whether the run itself kept it from coming to anything.
    pub(crate) fn was_cut_short(&self) -> bool {
        matches!(self.cause.word, "cancelled" | "skipped")
    }

    /// Whether the run can't simply go on. (D-3)
    pub fn stops(&self) -> bool {
        self.response.is_some_and(Response::stops)
    }

    /// Whether it is answered now, and what still runs is cancelled. (D-2)
    pub fn stops_at_once(&self) -> bool {
        Demand { response: self.response, urgency: self.urgency }.stops_at_once()
    }
}
