//! Rollbacks as they are told: what was planned, what was done, what was seen, and the recovery.

use std::collections::BTreeMap;

use holdpoint_core::facts::Evidence;
use holdpoint_core::id::{CallId, Digest};
use holdpoint_core::rollback::{Deed, Readiness, Replied, Reply, StepEnd};
use holdpoint_core::run::course::Course;
use holdpoint_core::run::round::Round;
use serde::Serialize;

use crate::story::check::{self, Check, Fault, Measured};
use crate::story::evidence::{self, Seen};
use crate::story::headline::Tone;
use crate::story::ledger::{DeedCall, Ledger};

/// A rollback and how far it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Rollback {
    /// How far it is, in one sentence.
    pub(crate) account: String,
    /// What it was to do; absent when it did not come to a plan.
    pub(crate) plan: Option<Plan>,
    /// What the plugin was asked, in order.
    pub(crate) deeds: Vec<Done>,
    /// The checks that verify the previous version.
    pub(crate) recovery: Vec<Check>,
}

/// What a rollback was to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Plan {
    pub(crate) summary: String,
    pub(crate) steps: Vec<Step>,
}

/// One step of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) summary: String,
}

/// One thing that was asked of the plugin, and what it answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Done {
    pub(crate) call: u64,
    /// `ready`, `plan`, `execute` or `status`.
    pub(crate) deed: &'static str,
    /// The step that was executed.
    pub(crate) step: Option<String>,
    pub(crate) began_ms: u64,
    pub(crate) ended_ms: Option<u64>,
    /// What was answered, in a word.
    pub(crate) word: &'static str,
    pub(crate) summary: String,
    pub(crate) fault: Option<Fault>,
    pub(crate) facts: Option<Measured>,
    pub(crate) evidence: Option<Seen>,
}

/// Tells the rollback, when there was one.
pub(crate) fn of(course: &Course, ledger: &Ledger, kept: &BTreeMap<Digest, Evidence>) -> Option<Rollback> {
    let restoring = course.rollback()?;
    let step = |step: &holdpoint_core::rollback::Step| Step { id: step.id.clone(), summary: step.summary.clone() };
    let plan = restoring
        .plan()
        .map(|plan| Plan { summary: plan.summary.clone(), steps: plan.steps.iter().map(step).collect() });
    let recovery = restoring.recovery().map(Round::checks).unwrap_or_default();
    Some(Rollback {
        account: restoring.account(),
        plan,
        deeds: ledger.deeds.iter().map(|(call, known)| Done::of(*call, known, kept)).collect(),
        recovery: recovery.iter().map(|run| check::of(run, ledger, kept)).collect(),
    })
}

impl Done {
    fn of(call: CallId, known: &DeedCall, kept: &BTreeMap<Digest, Evidence>) -> Self {
        let (deed, step) = match &known.deed {
            Deed::Ready => ("ready", None),
            Deed::Plan => ("plan", None),
            Deed::Execute { step, .. } => ("execute", Some(step.id.clone())),
            Deed::Status { .. } => ("status", None),
        };
        let replied: Option<&Replied> = known.ended.as_ref().map(|(_, replied)| replied);
        let (word, summary) = replied.map_or(("no end on record", String::new()), |it| answer(&it.reply));
        Self {
            call: call.0,
            deed,
            step,
            began_ms: known.began.0,
            ended_ms: known.ended.as_ref().map(|(at, _)| at.0),
            word,
            summary,
            fault: replied.and_then(|it| fault(&it.reply)),
            facts: replied.map(|it| Measured::of(&it.facts)),
            evidence: replied.and_then(|it| it.facts.evidence).map(|digest| evidence::of(digest, kept)),
        }
    }

    /// What was asked, in words.
    pub(crate) fn asked(&self) -> String {
        self.step.as_ref().map_or_else(|| self.deed.to_owned(), |step| format!("{} {step}", self.deed))
    }

    /// How it is to be taken.
    pub(crate) fn tone(&self) -> Tone {
        match self.word {
            "ready" | "already there" | "planned" | "done" | "already done" | "complete" => Tone::Good,
            "started" | "under way" => Tone::Look,
            "refused" | "partial" | "failed" => Tone::Bad,
            "not begun" | "cancelled" => Tone::Idle,
            _ => Tone::Unclear,
        }
    }
}

/// What was answered, in a word and in a sentence.
pub(crate) fn answer(reply: &Reply) -> (&'static str, String) {
    match reply {
        Reply::Readiness { readiness: Readiness::Ready } => ("ready", String::new()),
        Reply::Readiness { readiness: Readiness::AlreadyThere { why } } => ("already there", why.clone()),
        Reply::Readiness { readiness: Readiness::Refused { why } } => ("refused", why.clone()),
        Reply::Planned { plan } => ("planned", plan.summary.clone()),
        Reply::Executed { end, summary } => (step_end(*end), summary.clone()),
        Reply::Status { progress, summary } => (progress.as_str(), summary.clone()),
        Reply::Error { fault } => ("error", fault.message.clone()),
        Reply::Timeout { limit } => ("timeout", format!("not ended within {limit}")),
        Reply::Cancelled => ("cancelled", String::new()),
    }
}

const fn step_end(end: StepEnd) -> &'static str {
    match end {
        StepEnd::Done => "done",
        StepEnd::AlreadyDone => "already done",
        StepEnd::Started => "started",
    }
}

fn fault(reply: &Reply) -> Option<Fault> {
    match reply {
        Reply::Error { fault } => Some(Fault::of(fault)),
        Reply::Readiness { .. }
        | Reply::Planned { .. }
        | Reply::Executed { .. }
        | Reply::Status { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => None,
    }
}
