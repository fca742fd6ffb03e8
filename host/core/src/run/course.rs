//! The course of a run since it started: what has happened, for everyone who wants to read it.

mod onward;
mod stage;
mod step;
mod watch;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::decision::{Decision, Taken};
use crate::gate::Gate;
use crate::id::{CallId, Digest, RunId};
use crate::plan::Plan;
use crate::reason::Reason;
use crate::release::Release;
use crate::run::calls::{Calls, Errand};
use crate::run::ending::Ending;
use crate::run::event::{Event, Mode};
use crate::run::past::Past;
use crate::run::people::Hold;
use crate::run::phase::PhaseRun;
use crate::run::restore::Restoring;
use crate::run::round::Round;
use crate::run::shift::ShiftRun;
use crate::run::vigil::Vigil;
use crate::time::{Elapsed, Moment, Wake};

/// A run that has started.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Course {
    start: Start,
    /// When it started, by the calendar. Only the age of samples is told by it.
    began: Moment,
    now: Elapsed,
    calls: Calls,
    phases: Vec<PhaseRun>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shifts: Vec<ShiftRun>,
    /// The rules that stay armed beyond their windows, in the order in which those ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vigils: Vec<Vigil>,
    doing: Doing,
    rollback: Option<Restoring>,
    decisions: Vec<Decision>,
    /// How many questions were asked.
    questions: u32,
    /// The escalation path of what is being decided.
    path: Option<Taken>,
    closing: Option<Closing>,
}

/// What a run started with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Start {
    /// Which run.
    pub run: RunId,
    /// Under which plan.
    pub plan: Box<Plan>,
    /// The digest of the plan's frozen form.
    pub plan_digest: Digest,
    /// Of which release.
    pub release: Box<Release>,
    /// Whether it may change anything.
    pub mode: Mode,
    /// The version of the host that runs it.
    pub host: String,
    /// What its rules compare with of past runs; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past: Option<Box<Past>>,
}

/// What a run is at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "doing", rename_all = "kebab-case")]
pub enum Doing {
    /// It judges the release.
    Judging {
        /// The phase's place in the plan, from 0.
        phase: usize,
    },
    /// It shifts traffic, before the phase that begins a stage.
    Shifting {
        /// The phase's place in the plan, from 0.
        phase: usize,
    },
    /// It holds and waits for a person's answer.
    Holding {
        /// For which.
        hold: Hold,
    },
    /// It brings the previous version back.
    RollingBack,
    /// It has ended.
    Ended,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closing {
    /// When.
    pub at: Elapsed,
    /// How.
    pub ending: Ending,
    /// Why.
    pub reason: Reason,
}

impl Start {
    /// What a run starts with, when the event is its start.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Started { run, plan, plan_digest, release, mode, host, past } => Some(Self {
                run: run.clone(),
                plan: plan.clone(),
                plan_digest: *plan_digest,
                release: release.clone(),
                mode: *mode,
                host: host.clone(),
                past: past.clone(),
            }),
            Event::CallEnded { .. }
            | Event::RollbackReplied { .. }
            | Event::ShiftReplied { .. }
            | Event::Woke
            | Event::Answered { .. }
            | Event::NobodyToAsk
            | Event::Interrupted { .. } => None,
        }
    }
}

impl Course {
    /// What it started with.
    pub const fn start(&self) -> &Start {
        &self.start
    }

    /// The time of the last event that was taken into account.
    pub const fn now(&self) -> Elapsed {
        self.now
    }

    /// Every phase of the plan, in order, with its checks and its gate.
    pub fn phases(&self) -> &[PhaseRun] {
        &self.phases
    }

    /// The shifts that were begun, one for each stage that was reached, in order.
    pub fn shifts(&self) -> &[ShiftRun] {
        &self.shifts
    }

    /// What was watched beyond the end of its window, in the order in which those ended.
    pub fn vigils(&self) -> &[Vigil] {
        &self.vigils
    }

    /// What it is at.
    pub const fn doing(&self) -> &Doing {
        &self.doing
    }

    /// The phase that it judges, that it shifts traffic for, or at whose gate it holds.
    pub fn phase(&self) -> Option<&PhaseRun> {
        match &self.doing {
            Doing::Judging { phase } | Doing::Shifting { phase } => self.phases.get(*phase),
            Doing::Holding { hold } => self.phases.get(hold.phase),
            Doing::RollingBack | Doing::Ended => None,
        }
    }

    /// The gates that have closed, in order.
    pub fn gates(&self) -> Vec<&Gate> {
        self.phases.iter().filter_map(PhaseRun::gate).collect()
    }

    /// The rollback, once one was begun; also after the end.
    pub const fn rollback(&self) -> Option<&Restoring> {
        self.rollback.as_ref()
    }

    /// Every decision, in order. A later one replaces an earlier one: an escalation is followed by what a person said.
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The decision that stands.
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.last()
    }

    /// How it ended, and why.
    pub const fn closing(&self) -> Option<&Closing> {
        self.closing.as_ref()
    }

    pub(crate) const fn has_issued(&self, call: CallId) -> bool {
        self.calls.issued(call)
    }

    /// Every call whose end is still to come, in their order, those that are being stopped included.
    pub(crate) fn open_calls(&self) -> Vec<(CallId, Errand)> {
        let recovery = self.rollback.iter().filter_map(Restoring::recovery).flat_map(Round::running);
        let watched = self.vigils.iter().flat_map(Vigil::running);
        let checks = self.phases.iter().flat_map(PhaseRun::running).chain(watched).chain(recovery);
        let asked = self.rollback.iter().filter_map(Restoring::awaits).map(|call| (call, Errand::Rollback));
        let shifted = self.shifts.iter().filter_map(ShiftRun::awaits).map(|call| (call, Errand::Rollout));
        let mut open: Vec<_> = checks.map(|call| (call, Errand::Check)).chain(asked).chain(shifted).collect();
        open.extend(self.calls.being_stopped());
        open.sort_unstable_by_key(|(call, _)| *call);
        open
    }

    pub(crate) fn wakes(&self) -> Option<Wake> {
        self.waits().into_iter().chain(self.vigils.iter().filter_map(Vigil::wakes)).min_by_key(|wake| wake.at)
    }

    /// What it waits for, beside the samples that are watched on, and until when.
    pub fn waits(&self) -> Option<Wake> {
        match &self.doing {
            Doing::Judging { phase } => self.phases.get(*phase).and_then(PhaseRun::wakes),
            Doing::Shifting { .. } => self.shifts.last().and_then(ShiftRun::wakes),
            Doing::Holding { hold } => Some(hold.wakes()),
            Doing::RollingBack => self.rollback.as_ref().and_then(Restoring::wakes),
            Doing::Ended => None,
        }
    }
}
