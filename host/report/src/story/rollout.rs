//! Stages as they are told: which share the released version was given, when, how that went, and what was judged at it.

use std::collections::BTreeMap;

use holdpoint_core::facts::Evidence;
use holdpoint_core::id::{CallId, Digest};
use holdpoint_core::rollback::StepEnd;
use holdpoint_core::rollout::{Deed, Replied, Reply};
use holdpoint_core::run::course::Course;
use holdpoint_core::run::shift::{How, ShiftRun};
use serde::Serialize;

use crate::story::check::{Fault, Measured};
use crate::story::evidence;
use crate::story::headline::Tone;
use crate::story::ledger::{Ledger, ShiftCall};
use crate::story::rollback::Done;

/// The stages of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Rollout {
    /// All that the plan states, in order, whether or not they were reached.
    pub(crate) stages: Vec<Stage>,
    /// What the plugin was asked, in order.
    pub(crate) deeds: Vec<Done>,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Stage {
    /// The share of the traffic, in percent.
    pub(crate) percent: u8,
    /// The phases that are judged at it.
    pub(crate) phases: Vec<String>,
    /// The shift to it; absent when it was never reached.
    pub(crate) shift: Option<Shift>,
}

/// A shift and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Shift {
    pub(crate) began_ms: u64,
    pub(crate) ended_ms: Option<u64>,
    /// `complete`, `not moved`, `failed`, `unknown`, `dry run` or `under way`.
    pub(crate) word: &'static str,
    /// In one sentence.
    pub(crate) account: String,
    /// The share that the target told last, in percent.
    pub(crate) seen_percent: Option<u32>,
    /// Who let the run go on although it had not ended well.
    pub(crate) leave: Option<String>,
}

/// Tells the stages, when the plan has any.
pub(crate) fn of(course: &Course, ledger: &Ledger, kept: &BTreeMap<Digest, Evidence>) -> Option<Rollout> {
    let rollout = course.start().plan.rollout.as_ref()?;
    let stages = rollout.stages.iter().enumerate().map(|(place, stage)| Stage {
        percent: stage.share.percent(),
        phases: stage.phases.iter().map(ToString::to_string).collect(),
        shift: course.shifts().get(place).map(Shift::of),
    });
    let deeds = ledger.shifts.iter().map(|(call, known)| done(*call, known, kept));
    Some(Rollout { stages: stages.collect(), deeds: deeds.collect() })
}

impl Shift {
    fn of(run: &ShiftRun) -> Self {
        let leave = run.leave().map(|leave| format!("{}: {}", leave.by, leave.reason));
        let (word, account, ended) = match run.end() {
            Some(end) => (word(end.how), end.account.clone(), Some(end.at.0)),
            None => ("under way", run.account(), None),
        };
        Self { began_ms: run.began().0, ended_ms: ended, word, account, seen_percent: run.seen(), leave }
    }

    /// How it is to be taken.
    pub(crate) fn tone(&self) -> Tone {
        match self.word {
            "complete" => Tone::Good,
            "failed" => Tone::Bad,
            "not moved" | "dry run" | "under way" => Tone::Idle,
            _ => Tone::Unclear,
        }
    }
}

const fn word(how: How) -> &'static str {
    match how {
        How::Complete => "complete",
        How::NotMoved => "not moved",
        How::Failed => "failed",
        How::Unknown => "unknown",
        How::DryRun => "dry run",
    }
}

/// What was asked, in words.
pub(crate) fn asked(deed: &Deed) -> String {
    match deed {
        Deed::Ready { share } => format!("ready for {share}"),
        Deed::Shift { share, .. } => format!("shift to {share}"),
        Deed::Status { share, .. } => format!("status of {share}"),
    }
}

fn done(call: CallId, known: &ShiftCall, kept: &BTreeMap<Digest, Evidence>) -> Done {
    let (deed, share) = match &known.deed {
        Deed::Ready { share } => ("ready", share),
        Deed::Shift { share, .. } => ("shift", share),
        Deed::Status { share, .. } => ("status", share),
    };
    let replied: Option<&Replied> = known.ended.as_ref().map(|(_, replied)| replied);
    let (word, summary) = replied.map_or(("no end on record", String::new()), |it| answer(&it.reply));
    Done {
        call: call.0,
        deed,
        step: Some(share.to_string()),
        began_ms: known.began.0,
        ended_ms: known.ended.as_ref().map(|(at, _)| at.0),
        word,
        summary,
        fault: replied.and_then(|it| fault(&it.reply)),
        facts: replied.map(|it| Measured::of(&it.facts)),
        evidence: replied.and_then(|it| it.facts.evidence).map(|digest| evidence::of(digest, kept)),
    }
}

/// What was answered, in a word and in a sentence.
pub(crate) fn answer(reply: &Reply) -> (&'static str, String) {
    match reply {
        Reply::Ready => ("ready", String::new()),
        Reply::Refused { why } => ("refused", why.clone()),
        Reply::Shifted { end: StepEnd::Done, summary } => ("done", summary.clone()),
        Reply::Shifted { end: StepEnd::AlreadyDone, summary } => ("already done", summary.clone()),
        Reply::Shifted { end: StepEnd::Started, summary } => ("started", summary.clone()),
        Reply::Status { progress, summary, .. } => (progress.as_str(), summary.clone()),
        Reply::Error { fault } => ("error", fault.message.clone()),
        Reply::Timeout { limit } => ("timeout", format!("not ended within {limit}")),
        Reply::Cancelled => ("cancelled", String::new()),
    }
}

fn fault(reply: &Reply) -> Option<Fault> {
    match reply {
        Reply::Error { fault } => Some(Fault::of(fault)),
        Reply::Ready
        | Reply::Refused { .. }
        | Reply::Shifted { .. }
        | Reply::Status { .. }
        | Reply::Timeout { .. }
        | Reply::Cancelled => None,
    }
}
