//! Phases under way: a round of checks, and the gate that ends it.

use alloc::vec::Vec;

use serde::Serialize;

use crate::gate::{Gate, Leave, Terms, close};
use crate::id::CallId;
use crate::name::PhaseName;
use crate::outcome::Called;
use crate::plan::phase::{Arming, Phase};
use crate::release::ChangeKind;
use crate::response::Asked;
use crate::run::calls::Calls;
use crate::run::command::{Command, Purpose};
use crate::run::round::Round;
use crate::run::window::signal::{SignalRun, Take};
use crate::run::window::{Earlier, WindowRun};
use crate::time::{Elapsed, Wake};

/// One phase and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseRun {
    name: PhaseName,
    arming: Arming,
    began: Option<Elapsed>,
    round: Round,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<WindowRun>,
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
    pub(crate) fn of(phase: &Phase, change: ChangeKind) -> Self {
        let purpose = Purpose::Judge { phase: phase.name.clone() };
        let round = Round::of(purpose, phase.parallel, phase.budget, &phase.checks);
        let window = phase.window.as_ref().map(|window| WindowRun::of(&phase.name, window, change));
        Self { name: phase.name.clone(), arming: phase.arming, began: None, round, window, closed: None }
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

    /// Its window; absent in a phase that watches nothing.
    pub const fn window(&self) -> Option<&WindowRun> {
        self.window.as_ref()
    }

    /// What its checks and signals ask for so far.
    pub fn asked(&self) -> Vec<Asked> {
        let signals = self.window.iter().flat_map(WindowRun::asked);
        self.round.asked().into_iter().chain(signals).collect()
    }

    /// How and when its gate closed; absent before, and for ever in a phase that was never reached or was interrupted.
    pub const fn closed(&self) -> Option<&Closed> {
        self.closed.as_ref()
    }

    /// Its gate, once it has closed.
    pub fn gate(&self) -> Option<&Gate> {
        self.closed.as_ref().map(|closed| &closed.gate)
    }

    /// Its signals, for later phases to be compared with.
    pub(crate) fn signals(&self) -> &[SignalRun] {
        self.window.as_ref().map(WindowRun::signals).unwrap_or_default()
    }

    /// The calls that are being made.
    pub(crate) fn running(&self) -> impl Iterator<Item = CallId> {
        self.round.running().chain(self.signals().iter().filter_map(SignalRun::running))
    }

    /// Calls what is due, as far as there is room.
    pub(crate) fn fill(&mut self, calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        let mut commands = self.round.fill(calls, now);
        commands.extend(self.window.iter_mut().flat_map(|window| window.fill(calls, now)));
        commands
    }

    /// Takes the end of a call into account; `false` when nothing of the phase is waiting for it.
    pub(crate) fn take(&mut self, call: CallId, called: &Called, take: &Take, earlier: Earlier<'_>) -> bool {
        self.round.take(call, called, take.now)
            || self.window.as_mut().is_some_and(|window| window.take(call, called, take, earlier))
    }

    /// Does what the time asks for.
    pub(crate) fn wake(&mut self, calls: &mut Calls, take: &Take) -> Vec<Command> {
        let mut commands = self.round.wake(calls, take.now);
        commands.extend(self.window.iter_mut().flat_map(|window| window.wake(calls, take)));
        commands
    }

    /// When the phase wants to be woken, and why.
    pub(crate) fn wakes(&self) -> Option<Wake> {
        let window = self.window.as_ref().and_then(WindowRun::wakes);
        let round = self.round.wakes().filter(|_| !self.round.is_over());
        round.into_iter().chain(window).min_by_key(|wake| wake.at)
    }

    /// Stops everything that has not ended.
    pub(crate) fn stop(&mut self, calls: &mut Calls, why: &str) -> Vec<Command> {
        let mut commands = self.round.stop(calls, why);
        commands.extend(self.window.iter_mut().flat_map(|window| window.stop(calls, why)));
        commands
    }

    /// Begins the phase; nothing when it has begun.
    pub(crate) fn begin(&mut self, now: Elapsed) {
        self.began.get_or_insert(now);
        self.round.begin(now);
        if let Some(window) = &mut self.window {
            window.begin(now);
        }
    }

    /// Whether its gate can close: every check has settled, or one of them, or what is asked for beside them, asks to be
    /// answered at once and the gate acts. (D-2, D-10)
    pub(crate) fn is_decided(&self, beside: &[Asked]) -> bool {
        let urgent = self.round.is_urgent()
            || self.window.as_ref().is_some_and(WindowRun::is_urgent)
            || beside.iter().any(Asked::stops_at_once);
        let at_once = self.arming == Arming::Armed && urgent;
        at_once || (self.round.is_over() && self.window.as_ref().is_none_or(WindowRun::is_over))
    }

    /// Closes the gate, where it acts also over what is asked for beside its own. What still runs is cancelled.
    pub(crate) fn close(&mut self, calls: &mut Calls, now: Elapsed, beside: Vec<Asked>) -> Vec<Command> {
        let commands = self.stop(calls, "something else in the phase is answered at once");
        let mut asked = self.asked();
        match self.arming {
            Arming::Armed => asked.extend(beside),
            Arming::ObserveOnly => {}
        }
        let gate = close(self.name.clone(), self.arming, asked);
        self.closed = Some(Closed { at: now, gate });
        commands
    }

    /// Lets the run go on past the closed gate. What stood in the way of a waiver counts as waived. (D-6)
    pub(crate) fn give_leave(&mut self, leave: Leave) {
        let Some(closed) = &mut self.closed else { return };
        match leave.terms {
            Terms::Waiver if !closed.gate.lets_through() => {
                self.round.waive(&leave.by, &leave.reason);
                self.window.iter_mut().for_each(|window| window.waive(&leave.by, &leave.reason));
            }
            Terms::Waiver | Terms::Hotfix => {}
        }
        // Two answers at one gate: what is owed by one of them stays owed.
        let leaves = closed.gate.leave.take().into_iter().chain([leave]);
        closed.gate.leave = leaves.max_by_key(|leave| leave.terms);
    }
}
