//! Vigils: the rules of a window that stay armed once its gate has closed, while a person is asked, while traffic is
//! shifted, and in every later phase that has no rules of its own for the same signal. (D-10)
//!
//! A vigil goes on where its window stopped, with the same samples and whatever its rules had seen, and leaves out what
//! the gate has answered. It needs no data: what could not be found out was the gate's to say. What asks for a rollback
//! is answered at once, since there is no gate left to wait for; what asks for a person is heard at the next gate.

use alloc::vec::Vec;

use serde::Serialize;

use crate::gate::{Gate, close};
use crate::id::CallId;
use crate::name::{CheckName, PhaseName};
use crate::outcome::Called;
use crate::plan::Plan;
use crate::plan::phase::Arming;
use crate::response::{Asked, Response};
use crate::run::calls::Calls;
use crate::run::command::Command;
use crate::run::phase::PhaseRun;
use crate::run::window::signal::{SignalRun, Take, Taken};
use crate::run::window::{Earlier, WindowRun};
use crate::time::{Elapsed, Wake};

/// A vigil and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vigil {
    phase: PhaseName,
    /// The phase's place in the plan, from 0.
    place: usize,
    since: Elapsed,
    /// The last call before it.
    after: CallId,
    window: WindowRun,
    until: Option<Elapsed>,
}

impl Vigil {
    /// Keeps watching with what the closed gate of an armed phase has left unanswered; `None` when that is nothing.
    pub(crate) fn after((place, phase): (usize, &PhaseRun), plan: &Plan, last: CallId, now: Elapsed) -> Option<Self> {
        let rules = plan.signals().flat_map(|signal| &signal.rules);
        let baselines = rules.filter_map(|rule| rule.comparator.needs()).collect();
        let window = phase.window()?.going_on(&baselines)?;
        Some(Self { phase: phase.name().clone(), place, since: now, after: last, window, until: None })
    }

    /// The phase whose rules they are.
    pub const fn phase(&self) -> &PhaseName {
        &self.phase
    }

    /// Since when its rules have been armed beyond their window.
    pub const fn since(&self) -> Elapsed {
        self.since
    }

    /// When the last of them was not needed any more; absent as long as one is armed.
    pub const fn until(&self) -> Option<Elapsed> {
        self.until
    }

    /// The signals that are sampled, or were, with what came in before the gate closed too.
    pub fn signals(&self) -> impl Iterator<Item = &SignalRun> {
        self.window.signals().iter().filter(|run| run.latest().is_some_and(|taken| self.has_taken(taken)))
    }

    /// Whether a sample was taken after the gate had closed.
    pub fn has_taken(&self, taken: &Taken) -> bool {
        self.after < taken.call
    }

    /// What has fired and was not answered yet.
    pub fn asked(&self) -> Vec<Asked> {
        self.window.fired().into_iter().filter(Asked::stops).collect()
    }

    /// What brings the previous version back, as the gate that it would have been; `None` as long as nothing does.
    pub(crate) fn alarm(&self) -> Option<Gate> {
        let asked: Vec<Asked> = self.asked().into_iter().filter(|it| it.response == Some(Response::RollBack)).collect();
        (!asked.is_empty()).then(|| self.gate(asked))
    }

    /// What has fired, as a gate of its own.
    pub(crate) fn gate(&self, asked: Vec<Asked>) -> Gate {
        close(self.phase.clone(), Arming::Armed, asked)
    }

    /// Takes what has fired as answered.
    pub(crate) fn hush(&mut self) {
        self.window.hush();
    }

    pub(crate) fn running(&self) -> impl Iterator<Item = CallId> {
        self.window.signals().iter().filter_map(SignalRun::running)
    }

    /// Takes every sample that is due.
    pub(crate) fn fill(&mut self, calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        self.window.fill(calls, now)
    }

    /// Takes the end of a call into account; `false` when nothing here waits for it.
    pub(crate) fn take(&mut self, call: CallId, called: &Called, take: &Take, run: Earlier<'_>) -> bool {
        let phases = run.phases.get(..self.place).unwrap_or_default();
        self.window.take(call, called, take, Earlier { phases, ..run })
    }

    /// Does what the time asks for.
    pub(crate) fn wake(&mut self, calls: &mut Calls, take: &Take) -> Vec<Command> {
        self.window.wake(calls, take)
    }

    /// When it wants to be woken, and why.
    pub(crate) fn wakes(&self) -> Option<Wake> {
        self.window.wakes().filter(|_| self.until.is_none())
    }

    /// Leaves signals to a later window that has them too.
    pub(crate) fn leave(&mut self, names: &[&CheckName], calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        let commands = self.window.leave(names, calls, "a later window watches it");
        self.end_if_idle(now);
        commands
    }

    /// Keeps only what does not depend on how much traffic there is: the share is about to change.
    pub(crate) fn survive_shift(&mut self, calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        let commands = self.window.keep_limits(calls, "the share of the traffic changes");
        self.end_if_idle(now);
        commands
    }

    /// Ends it.
    pub(crate) fn stop(&mut self, calls: &mut Calls, why: &str, now: Elapsed) -> Vec<Command> {
        self.until.get_or_insert(now);
        self.window.stop(calls, why)
    }

    fn end_if_idle(&mut self, now: Elapsed) {
        if !self.window.is_watching() {
            self.until.get_or_insert(now);
        }
    }
}
