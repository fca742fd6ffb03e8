//! Phases under way: a round of checks, and the gate that ends it.

use alloc::vec::Vec;

use serde::Serialize;

use crate::gate::{Gate, Leave, Terms, close};
use crate::name::PhaseName;
use crate::plan::phase::{Arming, Phase};
use crate::response::Asked;
use crate::run::calls::Calls;
use crate::run::command::{Command, Purpose};
use crate::run::round::Round;
use crate::time::Elapsed;

/// One phase and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseRun {
    name: PhaseName,
    arming: Arming,
    began: Option<Elapsed>,
    round: Round,
    closed: Option<Closed>,
}

/// The end of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// When its gate closed.
    pub at: Elapsed,
    /// How.
    pub gate: Gate,
}

impl PhaseRun {
    pub(crate) fn of(phase: &Phase) -> Self {
        let purpose = Purpose::Judge { phase: phase.name.clone() };
        let round = Round::of(purpose, phase.parallel, phase.budget, &phase.checks);
        Self { name: phase.name.clone(), arming: phase.arming, began: None, round, closed: None }
    }

    /// Its name.
    pub const fn name(&self) -> &PhaseName {
        &self.name
    }

    /// Whether its gate can stop the run.
    pub const fn arming(&self) -> Arming {
        self.arming
    }

    /// When it began; absent before.
    pub const fn began(&self) -> Option<Elapsed> {
        self.began
    }

    /// Its checks.
    pub const fn round(&self) -> &Round {
        &self.round
    }

    /// How and when its gate closed; absent before, and for ever in a phase that was never reached or was interrupted.
    pub const fn closed(&self) -> Option<&Closed> {
        self.closed.as_ref()
    }

    /// Its gate, once it has closed.
    pub fn gate(&self) -> Option<&Gate> {
        self.closed.as_ref().map(|closed| &closed.gate)
    }

    pub(crate) const fn round_mut(&mut self) -> &mut Round {
        &mut self.round
    }

    /// Begins the phase; nothing when it has begun.
    pub(crate) fn begin(&mut self, now: Elapsed) {
        self.began.get_or_insert(now);
        self.round.begin(now);
    }

    /// Whether its gate can close: every check has settled, or one of them asks to be answered at once and the gate
    /// acts. (D-2, D-10)
    pub(crate) fn is_decided(&self) -> bool {
        let at_once = self.arming == Arming::Armed && self.round.asked().iter().any(Asked::stops_at_once);
        at_once || self.round.is_over()
    }

    /// Closes the gate. What still runs is cancelled.
    pub(crate) fn close(&mut self, calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        let commands = self.round.stop(calls, "another check of the phase is answered at once");
        let gate = close(self.name.clone(), self.arming, self.round.asked());
        self.closed = Some(Closed { at: now, gate });
        commands
    }

    /// Lets the run go on past the closed gate. What stood in the way of a waiver counts as waived. (D-6)
    pub(crate) fn give_leave(&mut self, leave: Leave) {
        let Some(closed) = &mut self.closed else { return };
        match leave.terms {
            Terms::Waiver if !closed.gate.lets_through() => self.round.waive(&leave.by, &leave.reason),
            Terms::Waiver | Terms::Hotfix => {}
        }
        closed.gate.leave = Some(leave);
    }
}
