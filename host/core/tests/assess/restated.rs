//! The rules of an assessment stated a second time, slowly: everything is counted anew from the whole history.

use std::cmp::Ordering;

use holdpoint_core::assess::condition::Condition;
use holdpoint_core::assess::standing::Standing;
use holdpoint_core::assess::terms::Terms;
use holdpoint_core::time::Span;

/// Whose rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Argo,
    Us,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Event {
    /// A measurement ends with a number, which may be none.
    Value(f64),
    /// A measurement ends without one.
    Missing,
    /// A measurement starts.
    Start,
    /// The assessment is stopped.
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Successful,
    Failed,
    Inconclusive,
    Error,
}

/// An assessment by its history.
#[derive(Debug, Clone)]
pub(crate) struct History {
    by: By,
    terms: Terms,
    measured: Vec<(u64, Phase)>,
    unfinished: bool,
    terminating: bool,
    completed: Option<Standing>,
}

impl History {
    pub(crate) fn new(by: By, terms: &Terms) -> Self {
        let terms = terms.clone();
        Self { by, terms, measured: Vec::new(), unfinished: false, terminating: false, completed: None }
    }

    pub(crate) fn happens(&mut self, now: u64, event: Event) {
        if self.completed.is_none() {
            let phase = match event {
                Event::Value(value) => Some(self.phase(value)),
                Event::Missing => Some(Phase::Error),
                Event::Start | Event::Stop => None,
            };
            self.measured.extend(phase.map(|phase| (now, phase)));
            self.unfinished = event == Event::Start || (self.unfinished && phase.is_none());
            self.terminating |= event == Event::Stop;
            let standing = self.assess();
            let over = standing != Standing::Running && standing != Standing::Pending;
            self.completed = over.then_some(standing);
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        self.completed.unwrap_or_else(|| self.assess())
    }

    /// From a value to a phase.
    fn phase(&self, value: f64) -> Phase {
        if self.by == By::Us && !value.is_finite() {
            return Phase::Error;
        }
        let success = self.terms.success_condition.map(|condition| meets(condition, value));
        let failure = self.terms.failure_condition.map(|condition| meets(condition, value));
        match (success, failure) {
            (_, Some(true)) | (Some(false), None) => Phase::Failed,
            (Some(true) | None, Some(false) | None) => Phase::Successful,
            (Some(false), Some(false)) => Phase::Inconclusive,
        }
    }

    fn number(&self, phases: &[Phase]) -> i64 {
        self.measured.iter().filter(|(_, phase)| phases.contains(phase)).count().try_into().unwrap()
    }

    fn in_a_row(&self, wanted: Phase) -> i64 {
        self.measured.iter().rev().take_while(|(_, phase)| *phase == wanted).count().try_into().unwrap()
    }

    /// Failures, for us without those that the window has left behind.
    fn failures(&self) -> i64 {
        let last = self.measured.last().map_or(0, |(at, _)| *at);
        let window = self.terms.failure_window.filter(|_| self.by == By::Us).map_or(u64::MAX, Span::as_millis);
        let counted = |(at, phase): &&(u64, Phase)| *phase == Phase::Failed && last - at < window;
        self.measured.iter().filter(counted).count().try_into().unwrap()
    }

    /// The rules after "already completed", in their order.
    fn assess(&self) -> Standing {
        let terms = &self.terms;
        let answered = self.by == By::Argo || self.number(&[Phase::Successful, Phase::Failed]) > 0;
        let well = if answered { Standing::Successful } else { Standing::Inconclusive };
        if self.measured.is_empty() && !self.unfinished {
            return if self.terminating { well } else { Standing::Pending };
        }
        if self.unfinished {
            return Standing::Running;
        }
        if let Some(broken) = self.broken() {
            return broken;
        }
        let successes_end_it = terms.consecutive_success_limit > 0;
        if successes_end_it && self.in_a_row(Phase::Successful) >= terms.consecutive_success_limit {
            return Standing::Successful;
        }
        let effective = if terms.count == 0 && terms.interval.is_none() { 1 } else { terms.count };
        if effective > 0 && self.number(&[Phase::Successful, Phase::Failed, Phase::Inconclusive]) >= effective {
            return match (terms.failure_limit >= 0, successes_end_it) {
                (true, true) => Standing::Inconclusive,
                (false, true) => Standing::Failed,
                (_, false) => well,
            };
        }
        if self.terminating { well } else { Standing::Running }
    }

    /// The limits, each of which overwrites what the ones before it found.
    fn broken(&self) -> Option<Standing> {
        let terms = &self.terms;
        let failed = terms.failure_limit >= 0 && self.failures() > terms.failure_limit;
        let inconclusive = self.number(&[Phase::Inconclusive]) > terms.inconclusive_limit;
        let budget = terms.error_retry.budget.filter(|_| self.by == By::Us).unwrap_or(i64::MAX);
        let error =
            self.in_a_row(Phase::Error) > terms.consecutive_error_limit || self.number(&[Phase::Error]) > budget;
        let found = [
            (failed, Standing::Failed),
            (inconclusive, Standing::Inconclusive),
            (error, Standing::Error),
            (failed && self.by == By::Us, Standing::Failed),
        ];
        found.into_iter().filter(|(broken, _)| *broken).map(|(_, standing)| standing).next_back()
    }

    /// When the next measurement is due, by our rules.
    pub(crate) fn due(&self, began: u64) -> Option<u64> {
        if self.completed.is_some() || self.unfinished || self.terminating {
            return None;
        }
        let retry = &self.terms.error_retry;
        let mut pause = retry.after.as_millis();
        for _ in 1..self.in_a_row(Phase::Error) {
            pause = (pause * 2).min(retry.longest.unwrap_or(retry.after).as_millis());
        }
        Some(match self.measured.last() {
            None => began + self.terms.initial_delay.as_millis(),
            Some((at, Phase::Error)) => at + pause,
            Some((at, _)) => at + self.terms.interval.unwrap().as_millis(),
        })
    }
}

fn meets(condition: Condition, value: f64) -> bool {
    match condition {
        Condition::Above(limit) => value > limit,
        Condition::AtLeast(limit) => value >= limit,
        Condition::Below(limit) => value < limit,
        Condition::AtMost(limit) => value <= limit,
        Condition::Between { low, high } => value >= low && value <= high,
        Condition::Equals(wanted) => value.partial_cmp(&wanted) == Some(Ordering::Equal),
    }
}

/// Whether terms are well: Argo's rules of validation, and ours.
pub(crate) fn are_well(terms: &Terms) -> bool {
    let Terms { count, failure_limit, consecutive_success_limit: row, inconclusive_limit, .. } = *terms;
    let conditions = [terms.success_condition, terms.failure_condition];
    let negative = [count, inconclusive_limit, terms.consecutive_error_limit, row, failure_limit + 1]
        .into_iter()
        .chain(terms.error_retry.budget)
        .any(|number| number < 0);
    let crowded = count > 0 && (count < failure_limit.max(0) + row || count < inconclusive_limit);
    let both_off = failure_limit == -1 && row == 0;
    let sourceless = failure_limit == -1 && terms.failure_window.is_some();
    let untimed = count > 1 && terms.interval.is_none();
    let retry = terms.error_retry;
    let timeless = [terms.interval, terms.failure_window, Some(retry.after)].contains(&Some(Span::ZERO));
    let shrinking = retry.longest.is_some_and(|longest| longest < retry.after);
    let wrong = [negative, crowded, both_off, sourceless, untimed, timeless, shrinking];
    conditions.iter().any(Option::is_some) && !wrong.contains(&true)
}
