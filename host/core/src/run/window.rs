//! Windows under way: signals that are sampled again and again until the time is over, or a rule asks to be answered.

mod agenda;
mod assessing;
mod baseline;
mod means;
mod reading;
mod shares;
pub mod rule;
pub mod signal;
mod spread;
mod words;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
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
use crate::run::past::{Memory, Past};
use crate::run::phase::PhaseRun;
use crate::time::{Elapsed, Moment, Span, Wake};

use agenda::Agenda;
use signal::{SignalRun, Take};

/// A window and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WindowRun {
    phase: PhaseName,
    window: Window,
    length: Span,
    began: Option<Elapsed>,
    signals: Vec<SignalRun>,
    #[serde(skip)]
    agenda: Agenda,
    over: bool,
}

/// What was before, with which signals are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earlier<'a> {
    /// The phases before this one.
    pub(crate) phases: &'a [PhaseRun],
    /// The runs before this one, where the plan asks for them.
    pub(crate) past: Option<&'a Past>,
}

impl<'a> Earlier<'a> {
    /// What the last runs saw of a signal; why not, where they saw too little.
    fn remembers(&self, signal: &CheckName, runs: u32) -> Result<Memory<'a>, String> {
        self.past.ok_or_else(|| "the run began without a past".to_string())?.remember(signal, runs)
    }

    /// The signal of this name in the latest phase that has one.
    fn find(&self, name: &CheckName) -> Option<&'a SignalRun> {
        self.phases.iter().rev().flat_map(PhaseRun::signals).find(|run| run.name() == name)
    }
}

impl WindowRun {
    pub(crate) fn of(phase: &PhaseName, window: &Window, change: ChangeKind) -> Self {
        let length = window.lasts(change);
        let run = |(signal, offset): (_, Span)| {
            let time = Span::from_millis(length.as_millis().saturating_sub(offset.as_millis()));
            SignalRun::of(signal, window.expected(signal, time))
        };
        let signals = window.signals.iter().zip(spread::offsets(window)).map(run).collect();
        let (phase, window, agenda) = (phase.clone(), window.clone(), Agenda::default());
        Self { phase, window, length, began: None, signals, agenda, over: false }
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

    /// Those of its signals that have come to something: a rule has fired, or nothing more is sampled.
    pub fn spoken(&self) -> impl Iterator<Item = &SignalRun> {
        self.agenda.spoken().filter_map(|place| self.signals.get(place))
    }

    /// Whether a signal asks to be answered at once.
    pub(crate) fn is_urgent(&self) -> bool {
        self.agenda.is_urgent()
    }

    pub(crate) fn begin(&mut self, now: Elapsed) {
        if self.began.is_some() {
            return;
        }
        self.began = Some(now);
        let (first, ends) = (now.plus(self.window.delay), now.plus(self.length));
        for ((place, run), offset) in self.signals.iter_mut().enumerate().zip(spread::offsets(&self.window)) {
            run.begin(first.plus(offset));
            self.agenda.plan(place, run.next_due(ends));
        }
    }

    /// Takes every sample that is due, and closes the window when its time is over and nothing runs any more.
    pub(crate) fn fill(&mut self, calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        let (Some(ends), false) = (self.ends(), self.over) else { return Vec::new() };
        let purpose = Purpose::Sample { phase: self.phase.clone() };
        let mut commands = Vec::new();
        while let Some(place) = self.agenda.next_by(now) {
            // A host that slept beyond the end has nothing more to sample: what comes then is none of the window's.
            let run = self.signals.get_mut(place).filter(|run| run.latest_due(now) <= ends);
            let Some(run) = run else { continue };
            let call = calls.issue();
            commands.push(run.call(&purpose, call, now));
            self.agenda.calls(call, place, now.plus(run.patience()));
        }
        let all_rest = || self.agenda.is_empty() && self.signals.iter().all(|run| run.end().is_some());
        if self.agenda.is_idle() && (ends <= now || all_rest()) {
            self.settle(ends);
        }
        commands
    }

    /// Takes the end of a call into account; `false` when no signal is waiting for it.
    pub(crate) fn take(&mut self, call: CallId, called: &Called, take: &Take, earlier: Earlier<'_>) -> bool {
        let (Some(place), Some(ends)) = (self.agenda.ended(call), self.ends()) else { return false };
        let Some(run) = self.signals.get_mut(place) else { return false };
        run.take(called, take);
        self.agenda.plan(place, run.next_due(ends));
        self.judge(place, earlier);
        self.rest_after(place);
        true
    }

    /// Lets those signals rest whose samples nothing depends on any more, once one of them is done.
    fn rest_after(&mut self, place: usize) {
        if !self.signals.get(place).is_some_and(SignalRun::is_done) {
            return;
        }
        let needed = |run: &SignalRun| self.signals.iter().any(|other| other.needs(run.name()));
        let places = self.signals.iter().enumerate().filter(|(_, run)| run.is_done() && !needed(run));
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        for place in places {
            if let Some(run) = self.signals.get_mut(place) {
                run.rest();
                self.agenda.rests(place);
            }
        }
    }

    /// Judges a signal's latest sample.
    fn judge(&mut self, place: usize, earlier: Earlier<'_>) {
        let Some(judged) = self.signals.get(place).map(|run| run.judged(&self.signals, earlier)) else { return };
        let Some(run) = self.signals.get_mut(place) else { return };
        run.note(judged);
        self.agenda.spoke(place, run.asked().as_ref());
    }

    fn settle(&mut self, ends: Elapsed) {
        self.over = true;
        self.agenda.close(self.signals.len());
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
        self.agenda.close(self.signals.len());
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

    /// The window as it goes on once its gate has been answered, without an end; `None` when nothing in it could stop the
    /// run any more. What has no rules and was only sampled to be a baseline has done so.
    pub(crate) fn going_on(&self, baselines: &BTreeSet<&CheckName>) -> Option<Self> {
        let mut next = self.clone();
        (next.length, next.over, next.agenda) = (Span::LONGEST, false, Agenda::default());
        next.signals = self.signals.iter().map(SignalRun::going_on).collect();
        let sampled_for_others = |run: &&mut SignalRun| run.signal().rules.is_empty() && baselines.contains(run.name());
        next.signals.iter_mut().filter(sampled_for_others).for_each(SignalRun::disarm);
        let ends = next.ends()?;
        let places: Vec<usize> = next.watched().collect();
        for place in &places {
            next.agenda.plan(*place, next.signals.get(*place).and_then(|run| run.next_due(ends)));
        }
        (!places.is_empty()).then_some(next)
    }

    /// The places of the signals that could yet stop the run, and of those that these are compared with.
    fn watched(&self) -> impl Iterator<Item = usize> {
        let armed = || self.signals.iter().filter(|run| run.is_armed());
        let needed: BTreeSet<&CheckName> = armed().flat_map(SignalRun::compared_with).collect();
        let stays = move |run: &SignalRun| run.is_armed() || needed.contains(run.name());
        self.signals.iter().enumerate().filter(move |(_, run)| stays(run)).map(|(place, _)| place)
    }

    /// Whether any signal could yet stop the run.
    pub(crate) fn is_watching(&self) -> bool {
        self.signals.iter().any(SignalRun::is_armed)
    }

    /// What has fired.
    pub(crate) fn fired(&self) -> Vec<Asked> {
        self.spoken().filter_map(SignalRun::bad).collect()
    }

    /// Takes what has fired as answered.
    pub(crate) fn hush(&mut self) {
        self.signals.iter_mut().for_each(SignalRun::hush);
        self.agenda.hush();
    }

    /// Keeps those rules that compare with nothing but a limit.
    pub(crate) fn keep_limits(&mut self, calls: &mut Calls, why: &str) -> Vec<Command> {
        self.signals.iter_mut().for_each(SignalRun::keep_limits);
        self.rest_unwatched(calls, why)
    }

    /// Samples no more what nothing depends on.
    fn rest_unwatched(&mut self, calls: &mut Calls, why: &str) -> Vec<Command> {
        let watched: BTreeSet<usize> = self.watched().collect();
        let mut commands = Vec::new();
        for (place, run) in self.signals.iter_mut().enumerate().filter(|(place, _)| !watched.contains(place)) {
            if let Some(call) = run.running() {
                self.agenda.ended(call);
                commands.push(calls.stop(call, Errand::Check, why.into()));
            }
            run.stop(why);
            self.agenda.rests(place);
        }
        commands
    }

    /// Leaves signals to another window.
    pub(crate) fn leave(&mut self, names: &[&CheckName], calls: &mut Calls, why: &str) -> Vec<Command> {
        let left = |run: &&mut SignalRun| names.contains(&run.name());
        self.signals.iter_mut().filter(left).for_each(SignalRun::disarm);
        self.rest_unwatched(calls, why)
    }

    /// Does what the time asks for: a call that should have ended long ago is not waited for any longer.
    pub(crate) fn wake(&mut self, calls: &mut Calls, take: &Take) -> Vec<Command> {
        let mut commands = Vec::new();
        while let (Some((call, place)), Some(ends)) = (self.agenda.overdue_by(take.now), self.ends()) {
            let Some(run) = self.signals.get_mut(place) else { continue };
            run.give_up(take);
            self.agenda.plan(place, run.next_due(ends));
            self.rest_after(place);
            commands.push(calls.stop(call, Errand::Check, "its sample is not waited for any longer".into()));
        }
        commands
    }

    /// When the window wants to be woken: for the next sample, for a call that does not end, or at its end. As long as
    /// a call is waited for, the end has to wait too.
    pub(crate) fn wakes(&self) -> Option<Wake> {
        let ends = self.ends().filter(|_| !self.over)?;
        let phase = &self.phase;
        let due = self.agenda.next().map(|at| Wake { at, why: format!("samples of phase {phase}") });
        let overdue = self.agenda.overdue().map(|at| Wake { at, why: format!("a slow sample of phase {phase}") });
        let end = || Wake { at: ends, why: format!("the end of the window of phase {phase}") };
        due.into_iter().chain(overdue).min_by_key(|wake| wake.at).or_else(|| Some(end()))
    }
}

/// The moment of the calendar that belongs to a time of the run.
pub(crate) const fn moment(began: Moment, at: Elapsed) -> Moment {
    Moment(began.0.saturating_add_unsigned(at.0))
}
