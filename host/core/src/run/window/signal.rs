//! Signals under way: samples that were taken, rules that look at them, and what it all comes to.

mod asks;
mod going_on;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::Serialize;

use crate::facts::Facts;
use crate::id::{CallId, Digest};
use crate::name::CheckName;
use crate::outcome::{Called, Outcome};
use crate::plan::cause::RootCause;
use crate::plan::window::Signal;
use crate::run::command::{Command, Purpose};
use crate::stat::sequential::tally::Tally;
use crate::time::{Elapsed, Moment, Span};
use crate::verdict::Sample;

use super::rule::{self, Fired, Found, RuleRun};
use super::{Earlier, moment, reading};

/// A signal and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignalRun {
    signal: Signal,
    expected: u32,
    /// When the first sample is due; absent before the window has begun.
    first: Option<Elapsed>,
    /// When the next sample is due; absent before the window has begun.
    next: Option<Elapsed>,
    running: Option<Running>,
    taken: Vec<Taken>,
    rules: Vec<RuleRun>,
    /// The plugin's own word that it is bad.
    fails: Option<Fired>,
    /// Whether that was answered at the gate, and is not listened to any more.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    answered: bool,
    /// What the plugin put that down to, if it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspects: Option<RootCause>,
    /// The longest time without data, once it was too long.
    gap: Option<Span>,
    end: Option<End>,
}

/// A sample that is being taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Running {
    call: CallId,
    due: Elapsed,
}

/// A sample that was taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Taken {
    /// When it was due.
    pub due: Elapsed,
    /// When it came in.
    pub at: Elapsed,
    /// What it is.
    pub sample: Sample,
    /// The counts that the signal keeps, in its order; none where the sample is no number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tallies: Vec<Tally>,
    /// Why it is no number; absent where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The call.
    pub call: CallId,
    /// The call's evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
}

/// What a signal came to when nothing more was sampled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "end", rename_all = "kebab-case")]
pub enum End {
    /// There was enough data.
    Enough,
    /// There was not: why.
    TooLittle {
        /// In words.
        why: String,
    },
    /// There was, and a rule had nothing to compare it with: why.
    Unjudged {
        /// In words.
        why: String,
    },
    /// The window was stopped before its time.
    Stopped {
        /// Why.
        why: String,
    },
    /// A person took responsibility.
    Waived {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// What it had come to.
        before: Box<Self>,
    },
}

/// When the end of a call is taken into account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Take {
    pub(crate) now: Elapsed,
    /// When the run began, by the calendar.
    pub(crate) began: Moment,
}

impl SignalRun {
    pub(super) fn of(signal: &Signal, expected: u32) -> Self {
        let rules = signal.rules.iter().cloned().map(RuleRun::of).collect();
        Self {
            signal: signal.clone(),
            expected,
            first: None,
            next: None,
            running: None,
            taken: Vec::new(),
            rules,
            fails: None,
            answered: false,
            suspects: None,
            gap: None,
            end: None,
        }
    }

    /// The signal, as the plan states it.
    pub const fn signal(&self) -> &Signal {
        &self.signal
    }

    /// Its name.
    pub const fn name(&self) -> &CheckName {
        &self.signal.check.name
    }

    /// How many samples are taken in the whole window.
    pub const fn expected(&self) -> u32 {
        self.expected
    }

    /// The samples so far, in the order in which they were due.
    pub fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// Its rules, in the plan's order.
    pub fn rules(&self) -> &[RuleRun] {
        &self.rules
    }

    /// When the plugin itself first called a sample bad.
    pub(crate) const fn fails(&self) -> Option<&Fired> {
        self.fails.as_ref()
    }

    /// What it came to; absent while it is sampled.
    pub const fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// The numbers among the samples, in their order.
    pub fn numbers(&self) -> Vec<f64> {
        self.taken.iter().filter_map(Taken::number).collect()
    }

    /// The number of the moment: the latest that was due by then, and not more than an interval before.
    pub(super) fn number_at(&self, due: Elapsed, interval: Span) -> Option<f64> {
        let fresh = |taken: &&Taken| taken.due <= due && due.since(taken.due) <= interval;
        self.taken.iter().rev().filter(fresh).find_map(Taken::number)
    }

    /// The call that is being made, if one is.
    pub fn running(&self) -> Option<CallId> {
        self.running.as_ref().map(|running| running.call)
    }

    pub(super) fn begin(&mut self, first: Elapsed) {
        self.first.get_or_insert(first);
        self.next.get_or_insert(first);
    }

    /// When the next sample is due, unless one is being taken or the window ends before.
    pub(super) fn next_due(&self, ends: Elapsed) -> Option<Elapsed> {
        self.next.filter(|next| self.running.is_none() && self.end.is_none() && *next <= ends)
    }

    /// When the sample that is taken now is due: those that were missed meanwhile are left out.
    pub(super) fn latest_due(&self, now: Elapsed) -> Elapsed {
        let due = self.next.unwrap_or(now);
        let missed = now.since(due).as_millis() / self.signal.interval.as_millis().max(1);
        due.plus(self.signal.interval.times(missed))
    }

    /// Takes the sample that is due. Those that were missed meanwhile are not made up for.
    pub(super) fn call(&mut self, purpose: &Purpose, call: CallId, now: Elapsed) -> Command {
        let due = self.latest_due(now);
        self.next = Some(due.plus(self.signal.interval));
        self.running = Some(Running { call, due });
        Command::Call {
            call,
            check: self.name().clone(),
            purpose: purpose.clone(),
            attempt: 1,
            timeout: self.signal.check.timeout,
        }
    }

    /// For how long the end of a call is waited for: twice as long as it may take, since then the host itself hangs.
    pub(super) fn patience(&self) -> Span {
        self.signal.check.timeout.times(2)
    }

    /// Waits no longer for the end of the call that runs.
    pub(super) fn give_up(&mut self, take: &Take) {
        let limit = self.signal.check.timeout;
        let message = format!("no end of the call within {}, and it may take {limit}", self.patience());
        self.take(&Called { outcome: Outcome::Timeout { limit, message }, facts: Facts::none() }, take);
    }

    /// Takes the end of the call that runs.
    pub(super) fn take(&mut self, called: &Called, take: &Take) {
        let Some(Running { call, due }) = self.running.take() else { return };
        let called = called.clone().of_call().held_to(self.signal.check.min_evidence);
        let read = reading::read(&self.signal, &called, moment(take.began, take.now));
        let evidence = called.facts.evidence;
        let assessed = read.assessed(&called);
        self.rules.iter_mut().for_each(|run| run.assess(&assessed, take.now, due));
        self.see_gap(due, read.sample);
        if let (None, false, Some(found)) = (&self.fails, self.answered, read.fails) {
            self.fails = Some(Fired { at: due, since: due, found });
            self.suspects = called.outcome.suspects();
        }
        // One that ran past the next due time has cost those samples.
        let late = take.now.since(due).as_millis() / self.signal.interval.as_millis().max(1);
        let next = due.plus(self.signal.interval.times(late.saturating_add(1)));
        self.next = self.next.map(|planned| planned.max(next));
        self.taken.push(Taken {
            due,
            at: take.now,
            sample: read.sample,
            tallies: read.tallies,
            why: read.why,
            call,
            evidence,
        });
    }

    /// Notes when data has been missing for too long.
    fn see_gap(&mut self, due: Elapsed, sample: Sample) {
        let interval = self.signal.interval;
        let before = self.taken.iter().rev().find(|taken| self.tells(taken.sample)).map(|taken| taken.due);
        // Before the first sample nothing was missing yet: what comes before it is as good as data.
        let missing = match (before, self.first) {
            (Some(before), _) => due.since(before),
            (None, Some(first)) => Span::from_millis(due.since(first).as_millis().saturating_add(interval.as_millis())),
            (None, None) => Span::ZERO,
        };
        let ends_gap = self.tells(sample);
        let length = if ends_gap {
            Span::from_millis(missing.as_millis().saturating_sub(interval.as_millis()))
        } else {
            missing
        };
        if length > self.signal.max_gap {
            self.gap = Some(self.gap.map_or(length, |gap| gap.max(length)));
        }
    }

    /// Whether such a sample is no gap.
    fn tells(&self, sample: Sample) -> bool {
        sample.number().is_some() || self.signal.is_only_assessed()
    }

    /// What its rules find at the latest sample; nothing when that is no number.
    pub(super) fn judged(&self, window: &[Self], earlier: Earlier<'_>) -> Vec<Option<Found>> {
        let Some((taken, number)) = self.taken.last().and_then(|taken| Some((taken, taken.number()?))) else {
            return Vec::new();
        };
        let judge = |run: &RuleRun| rule::judge(&run.rule.comparator, self, (taken, number), (window, earlier));
        self.rules.iter().map(judge).collect()
    }

    pub(super) fn note(&mut self, found: Vec<Option<Found>>) {
        let Some(at) = self.taken.last().map(|taken| taken.due) else { return };
        for (run, found) in self.rules.iter_mut().zip(found) {
            if let Some(found) = found {
                run.note(found, at);
            }
        }
    }

    /// Whether no further sample could change what its rules come to.
    pub(super) fn is_done(&self) -> bool {
        self.signal.is_only_assessed() && self.rules.iter().all(RuleRun::has_ended)
    }

    /// Whether one of its rules has yet to look at this other signal.
    pub(super) fn needs(&self, other: &CheckName) -> bool {
        self.compared_with().any(|name| name == other)
    }

    /// The signals that its rules have yet to look at.
    pub(super) fn compared_with(&self) -> impl Iterator<Item = &CheckName> {
        self.rules.iter().filter(|_| self.end.is_none()).filter_map(|run| run.rule.comparator.needs())
    }

    /// Nothing more is sampled, since nothing depends on it.
    pub(super) fn rest(&mut self) {
        let last = self.taken.last().map(|taken| taken.due);
        self.settle(last.unwrap_or(Elapsed(0)), 0);
    }

    /// The time is over: was there enough data?
    pub(super) fn settle(&mut self, ends: Elapsed, coverage: u8) {
        if self.end.is_some() {
            return;
        }
        // Data may have been missing up to the end.
        self.see_gap(ends, Sample::NoData);
        let there = self.taken.iter().filter(|taken| self.tells(taken.sample)).count();
        let covered = there.saturating_mul(100) >= usize::from(coverage).saturating_mul(self.expected as usize);
        let last = self.taken.iter().rev().find_map(|taken| taken.why.as_ref());
        let because = last.map_or_else(String::new, |why| format!(": {why}"));
        self.end = Some(if there == 0 {
            End::TooLittle { why: format!("none of {} samples was data{because}", self.expected) }
        } else if let Some(gap) = self.gap {
            let most = self.signal.max_gap;
            End::TooLittle { why: format!("data was missing for {gap}, and may be for {most}{because}") }
        } else if !covered {
            let why = format!("{there} of {} samples were data, and {coverage} % must be{because}", self.expected);
            End::TooLittle { why }
        } else {
            let (assessed, compared): (Vec<_>, Vec<_>) =
                self.rules.iter().partition(|run| run.rule.comparator.is_assessment());
            let mut unclear = assessed.into_iter().chain(compared).filter_map(|run| run.unclear(there, coverage));
            unclear.next().unwrap_or(End::Enough)
        });
    }

    pub(super) fn stop(&mut self, why: &str) {
        self.running = None;
        self.end.get_or_insert_with(|| End::Stopped { why: why.to_string() });
    }

    /// Whether there was enough data and nothing bad was seen, so that later runs may be compared with it. That this one
    /// had nothing to be compared with does not matter: somebody has to be the first.
    pub fn was_well(&self) -> bool {
        let end = match &self.end {
            Some(End::Waived { before, .. }) => Some(before.as_ref()),
            end => end.as_ref(),
        };
        let enough = match end {
            Some(End::Enough | End::Unjudged { .. }) => true,
            Some(End::TooLittle { .. } | End::Stopped { .. } | End::Waived { .. }) | None => false,
        };
        enough && self.bad().is_none()
    }

    /// Lets a person take responsibility for what stands in the way. (D-6)
    pub(super) fn waive(&mut self, by: &str, reason: &str) {
        if let (true, Some(end)) = (self.asked().is_some_and(|asked| asked.stops()), self.end.take()) {
            self.end = Some(End::Waived { by: by.to_string(), reason: reason.to_string(), before: Box::new(end) });
        }
    }
}

impl Taken {
    /// The number, if it is one.
    pub const fn number(&self) -> Option<f64> {
        self.sample.number()
    }
}
