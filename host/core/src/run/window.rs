//! Windows under way: signals that are sampled again and again until the time is over, or a rule asks to be answered.

mod reading;
pub mod rule;
pub mod signal;
mod words;

use alloc::format;
use alloc::vec::Vec;

use serde::Serialize;

use crate::id::CallId;
use crate::name::{CheckName, PhaseName};
use crate::outcome::Called;
use crate::plan::window::Window;
use crate::release::ChangeKind;
use crate::response::Asked;
use crate::run::calls::{Calls, Errand};
use crate::run::command::{Command, Purpose};
use crate::time::{Elapsed, Moment, Span, Wake};

use signal::{SignalRun, Take};

/// A window and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WindowRun {
    phase: PhaseName,
    window: Window,
    length: Span,
    began: Option<Elapsed>,
    signals: Vec<SignalRun>,
    over: bool,
}

/// Data of signals that ended before: what later ones are compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earlier<'a>(pub(crate) &'a [&'a SignalRun]);

impl Earlier<'_> {
    fn find(&self, name: &CheckName) -> Option<&SignalRun> {
        self.0.iter().copied().find(|run| run.name() == name)
    }
}

impl WindowRun {
    pub(crate) fn of(phase: &PhaseName, window: &Window, change: ChangeKind) -> Self {
        let length = window.lasts(change);
        let run = |signal| SignalRun::of(signal, window.expected(signal, length));
        let signals = window.signals.iter().map(run).collect();
        Self { phase: phase.clone(), window: window.clone(), length, began: None, signals, over: false }
    }

    /// The window, as the plan states it.
    pub const fn window(&self) -> &Window {
        &self.window
    }

    /// Its signals, in the plan's order.
    pub fn signals(&self) -> &[SignalRun] {
        &self.signals
    }

    /// When its time is over; absent before it has begun.
    pub fn ends(&self) -> Option<Elapsed> {
        self.began.map(|began| began.plus(self.length))
    }

    /// Whether nothing more is sampled.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// What the signals ask for: those whose rules have fired, and, once the window is over, all.
    pub fn asked(&self) -> Vec<Asked> {
        self.signals.iter().filter_map(SignalRun::asked).collect()
    }

    pub(crate) fn begin(&mut self, now: Elapsed) {
        let began = *self.began.get_or_insert(now);
        let first = began.plus(self.window.delay);
        for run in &mut self.signals {
            run.begin(first);
        }
    }

    /// Takes every sample that is due, and closes the window when its time is over and nothing runs any more.
    pub(crate) fn fill(&mut self, calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        let (Some(ends), false) = (self.ends(), self.over) else { return Vec::new() };
        let purpose = Purpose::Sample { phase: self.phase.clone() };
        let mut commands = Vec::new();
        for run in &mut self.signals {
            commands.extend(run.due(now, ends).then(|| run.call(&purpose, calls.issue(), now)));
        }
        if ends <= now && self.signals.iter().all(|run| run.running().is_none()) {
            self.settle(ends);
        }
        commands
    }

    /// Takes the end of a call into account; `false` when no signal is waiting for it.
    pub(crate) fn take(&mut self, call: CallId, called: &Called, take: &Take, earlier: Earlier<'_>) -> bool {
        let Some(place) = self.signals.iter().position(|run| run.running() == Some(call)) else { return false };
        let Some(run) = self.signals.get_mut(place) else { return false };
        run.take(call, called, take);
        self.judge(place, earlier);
        true
    }

    /// Judges a signal's latest sample, and those rules of other signals that look at this one.
    fn judge(&mut self, place: usize, earlier: Earlier<'_>) {
        let Some(judged) = self.signals.get(place).map(|run| run.judged(&self.signals, earlier)) else { return };
        if let Some(run) = self.signals.get_mut(place) {
            run.note(judged);
        }
    }

    fn settle(&mut self, ends: Elapsed) {
        self.over = true;
        for run in &mut self.signals {
            run.settle(ends, self.window.coverage);
        }
    }

    /// Stops the window: what runs is cancelled, and what was not found out stays so.
    pub(crate) fn stop(&mut self, calls: &mut Calls, why: &str) -> Vec<Command> {
        if self.over {
            return Vec::new();
        }
        self.over = true;
        let mut commands = Vec::new();
        for run in &mut self.signals {
            commands.extend(run.running().map(|call| calls.stop(call, Errand::Check, why.into())));
            run.stop(why);
        }
        commands
    }

    pub(crate) fn waive(&mut self, by: &str, reason: &str) {
        self.signals.iter_mut().for_each(|run| run.waive(by, reason));
    }

    /// When the window wants to be woken: for the next sample, or at its end.
    pub(crate) fn wakes(&self) -> Option<Wake> {
        let ends = self.ends().filter(|_| !self.over)?;
        let next = self.signals.iter().filter_map(|run| run.next_due(ends)).min();
        Some(match next {
            Some(at) if at < ends => Wake { at, why: format!("samples of phase {}", self.phase) },
            Some(_) | None => Wake { at: ends, why: format!("the end of the window of phase {}", self.phase) },
        })
    }
}

/// The moment of the calendar that belongs to a time of the run.
pub(crate) const fn moment(began: Moment, at: Elapsed) -> Moment {
    Moment(began.0.saturating_add_unsigned(at.0))
}
