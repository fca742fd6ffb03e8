//! Backtests: what a plan would have made of a run that is past. Nothing is called and nothing is played: the core gets the
//! ends that calls of the same name had then, at the same time after the first of them, and decides anew.

use std::collections::BTreeMap;

use holdpoint_core::decision::{Decided, Decision};
use holdpoint_core::facts::Facts;
use holdpoint_core::id::{CallId, Sequence};
use holdpoint_core::name::{CheckName, PhaseName};
use holdpoint_core::outcome::{Called, Fault, FaultKind, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::rollback::{Progress, StepEnd};
use holdpoint_core::rollout::{Deed, Replied, Reply};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::course::{Course, Start};
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_core::run::window::WindowRun;
use holdpoint_core::time::{Elapsed, Moment, Span};
use serde::Serialize;

/// What a plan makes of a past run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Backtest {
    pub(crate) run: String,
    /// The first decision of the run.
    pub(crate) then: Option<Made>,
    /// The first decision of the plan; absent when what was recorded ends before.
    pub(crate) now: Option<Made>,
    /// Why, in words.
    pub(crate) reason: String,
    /// Where what was recorded ends before a decision, in milliseconds after the start.
    pub(crate) ends_ms: Option<u64>,
    /// The signals with rules: when the first rule fired, then and now.
    pub(crate) signals: Vec<Firing>,
    /// Checks and signals of the plan that the run does not have, and that were left out.
    pub(crate) left_out: Vec<String>,
}

/// A decision that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Made {
    pub(crate) decided: Decided,
    pub(crate) at_ms: u64,
}

/// When the rules of a signal first fired, counted from its first sample on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Firing {
    pub(crate) signal: String,
    pub(crate) then: Option<Fired>,
    pub(crate) now: Option<Fired>,
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Fired {
    pub(crate) rule: String,
    pub(crate) after_ms: u64,
}

impl Backtest {
    /// Whether the decision is another one.
    pub(crate) fn flips(&self) -> bool {
        match (self.then, self.now) {
            (Some(then), Some(now)) => then.decided != now.decided,
            (Some(_) | None, None) | (None, Some(_)) => false,
        }
    }
}

/// Why a run can't be backtested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotBacktested {
    /// Its journal does not begin.
    #[error("nothing is known of it")]
    Unknown,
    /// It has none of the plan's checks and signals.
    #[error("it has none of the plan's checks and signals")]
    Nothing,
}

/// Decides a past run anew, by this plan.
pub(crate) fn backtest(plan: &Plan, entries: &[Entry]) -> Result<Backtest, NotBacktested> {
    let then = Run::fold(entries);
    let course = then.course().ok_or(NotBacktested::Unknown)?;
    let past = Past::of(entries);
    let (plan, left_out) = in_common(plan, &past);
    if plan.phases.is_empty() {
        return Err(NotBacktested::Nothing);
    }
    let began = entries.first().map(|entry| entry.moment).unwrap_or_default();
    let (now, ends) = Again::new(&past, &plan, began).decided(course.start());
    let first = |run: &Run| run.course().and_then(|course| course.decisions().first().cloned());
    let made = |decision: &Decision| Made { decided: decision.decided, at_ms: decision.at.0 };
    let decision = first(&now);
    Ok(Backtest {
        run: course.start().run.to_string(),
        then: course.decisions().first().map(made),
        now: decision.as_ref().map(made),
        reason: decision.map(|decision| decision.reason.to_string()).unwrap_or_default(),
        ends_ms: ends.map(|ends| ends.0),
        signals: now.course().map(|now| firings(course, now)).unwrap_or_default(),
        left_out,
    })
}

/// The end of a call that was made.
struct Ended {
    asked: Elapsed,
    took: Span,
    called: Called,
}

/// The calls of a past run by their checks, in their order.
struct Past(BTreeMap<CheckName, Vec<Ended>>);

impl Past {
    fn of(entries: &[Entry]) -> Self {
        let mut asked: BTreeMap<CallId, (CheckName, Elapsed)> = BTreeMap::new();
        let mut ended: BTreeMap<CheckName, Vec<Ended>> = BTreeMap::new();
        for entry in entries {
            match &entry.what {
                What::Intent { command: Command::Call { call, check, purpose, .. } }
                    if *purpose != Purpose::Recover =>
                {
                    asked.insert(*call, (check.clone(), entry.at));
                }
                What::Event { event: Event::CallEnded { call, called } } => {
                    let Some((check, at)) = asked.remove(call) else { continue };
                    let end = Ended { asked: at, took: entry.at.since(at), called: called.clone() };
                    ended.entry(check).or_default().push(end);
                }
                What::Intent { .. } | What::Event { .. } => {}
            }
        }
        for calls in ended.values_mut() {
            calls.sort_by_key(|end| end.asked);
        }
        Self(ended)
    }

    fn calls(&self, check: &CheckName) -> &[Ended] {
        self.0.get(check).map_or(&[], Vec::as_slice)
    }
}

/// The plan without the checks and signals that the run does not have, and these.
fn in_common(plan: &Plan, past: &Past) -> (Plan, Vec<String>) {
    let mut plan = plan.clone();
    let mut left_out = Vec::new();
    let mut known = |name: &CheckName| {
        let known = past.0.contains_key(name);
        if !known {
            left_out.push(name.to_string());
        }
        known
    };
    for phase in &mut plan.phases {
        phase.checks.retain(|check| known(&check.name));
        if let Some(window) = &mut phase.window {
            window.signals.retain(|signal| known(&signal.check.name));
        }
        phase.window = phase.window.take().filter(|window| !window.signals.is_empty());
    }
    plan.phases.retain(|phase| phase.checks().next().is_some());
    (plan, left_out)
}

/// A run that is decided anew.
struct Again<'a> {
    past: &'a Past,
    plan: &'a Plan,
    began: Moment,
    run: Run,
    sequence: u64,
    agenda: BTreeMap<(Elapsed, u64), Event>,
    /// When each check was first called, and how often.
    called: BTreeMap<CheckName, (Elapsed, usize)>,
}

impl<'a> Again<'a> {
    fn new(past: &'a Past, plan: &'a Plan, began: Moment) -> Self {
        let (agenda, called) = (BTreeMap::new(), BTreeMap::new());
        Self { past, plan, began, run: Run::new(), sequence: 0, agenda, called }
    }

    /// The run up to its first decision, or to where what was recorded ends.
    fn decided(mut self, start: &Start) -> (Run, Option<Elapsed>) {
        let started = Event::Started {
            run: start.run.clone(),
            plan: Box::new(self.plan.clone()),
            plan_digest: start.plan_digest,
            release: start.release.clone(),
            mode: start.mode,
            host: start.host.clone(),
            past: start.past.clone(),
        };
        let (mut now, mut event) = (Elapsed(0), started);
        loop {
            for command in self.step(now, event) {
                if self.perform(command, now).is_err() {
                    return (self.run, Some(now));
                }
            }
            let decided = self.run.course().is_some_and(|course| !course.decisions().is_empty());
            if decided || self.run.ending().is_some() {
                return (self.run, None);
            }
            let Some((at, next)) = self.next() else { return (self.run, Some(now)) };
            (now, event) = (now.max(at), next);
        }
    }

    fn step(&mut self, at: Elapsed, event: Event) -> Vec<Command> {
        self.sequence += 1;
        let moment = Moment(self.began.0.saturating_add_unsigned(at.0));
        self.run.step(&Entry { sequence: Sequence(self.sequence), at, moment, what: What::Event { event } })
    }

    fn next(&mut self) -> Option<(Elapsed, Event)> {
        let wake = self.run.wakes().map(|wake| wake.at);
        let first = self.agenda.first_key_value().map(|((at, _), _)| *at);
        match (first, wake) {
            (Some(first), Some(wake)) if wake < first => Some((wake, Event::Woke)),
            (None, Some(wake)) => Some((wake, Event::Woke)),
            (Some(_), _) => self.agenda.pop_first().map(|((at, _), event)| (at, event)),
            (None, None) => None,
        }
    }

    /// Ends a call as it ended then. An error where nothing was recorded any more.
    fn perform(&mut self, command: Command, now: Elapsed) -> Result<(), Over> {
        match command {
            Command::Call { call, check, purpose, .. } => self.call(call, &check, &purpose, now),
            // Traffic moves at once: what it then looks like is what was recorded.
            Command::Shift { call, deed, .. } => {
                let replied = Replied { reply: moved(&deed), facts: Facts::none() };
                self.agenda.insert((now, call.0), Event::ShiftReplied { call, replied });
                Ok(())
            }
            Command::Cancel { .. }
            | Command::RollBack { .. }
            | Command::Ask { .. }
            | Command::Complain { .. }
            | Command::Finish { .. } => Ok(()),
        }
    }

    fn call(&mut self, call: CallId, check: &CheckName, purpose: &Purpose, now: Elapsed) -> Result<(), Over> {
        let (first, times) = *self.called.entry(check.clone()).or_insert((now, 0));
        self.called.insert(check.clone(), (first, times + 1));
        let found = match purpose {
            // Beyond its window a signal is watched as long as there are records, and nothing depends on more.
            Purpose::Sample { phase } if self.has_closed(phase) => self.sample(check, now.since(first)).ok().flatten(),
            Purpose::Sample { .. } => self.sample(check, now.since(first))?,
            Purpose::Judge { .. } | Purpose::Recover => self.past.calls(check).get(times),
        };
        let (took, called) = match found {
            Some(end) => (end.took, shifted(&end.called, now, end.asked)),
            None => (Span::ZERO, nothing()),
        };
        self.agenda.insert((now.plus(took), call.0), Event::CallEnded { call, called });
        Ok(())
    }

    fn has_closed(&self, phase: &PhaseName) -> bool {
        let mut phases = self.run.course().into_iter().flat_map(Course::phases);
        phases.any(|run| run.name() == phase && run.closed().is_some())
    }

    /// The sample that was taken so long after the first, or about then.
    fn sample(&self, check: &CheckName, offset: Span) -> Result<Option<&'a Ended>, Over> {
        let calls: &'a [Ended] = self.past.calls(check);
        let half = Span::from_millis(self.interval(check).as_millis() / 2);
        let begin = calls.first().map(|end| end.asked).unwrap_or_default();
        let apart = |end: &&Ended| {
            let own = end.asked.since(begin);
            own.as_millis().abs_diff(offset.as_millis())
        };
        let nearest = calls.iter().min_by_key(apart).filter(|end| apart(end) <= half.as_millis());
        let last = calls.last().map(|end| end.asked.since(begin)).unwrap_or_default();
        if nearest.is_none() && last < offset { Err(Over) } else { Ok(nearest) }
    }

    fn interval(&self, check: &CheckName) -> Span {
        let windows = self.plan.phases.iter().filter_map(|phase| phase.window.as_ref());
        let mut signals = windows.flat_map(|window| &window.signals);
        signals.find(|signal| signal.check.name == *check).map(|signal| signal.interval).unwrap_or_default()
    }
}

/// What was recorded is over.
struct Over;

/// What a rollout plugin answers when all goes well.
fn moved(deed: &Deed) -> Reply {
    let summary = "as if it had been done".to_owned();
    match deed {
        Deed::Ready { .. } => Reply::Ready,
        Deed::Shift { .. } => Reply::Shifted { end: StepEnd::Done, summary },
        Deed::Status { share, .. } => {
            Reply::Status { progress: Progress::Complete, percent: Some(u32::from(share.percent())), summary }
        }
    }
}

/// A call that was never made.
fn nothing() -> Called {
    let message = "the past run took no sample then".to_owned();
    let fault = Fault { kind: FaultKind::Host, message, frames: Vec::new(), last_log: Vec::new() };
    Called { outcome: Outcome::Error { fault }, facts: Facts::none() }
}

/// The end of a call with the times of its measurements as far away from it as they were.
fn shifted(called: &Called, now: Elapsed, then: Elapsed) -> Called {
    let by = i64::try_from(now.0).unwrap_or(i64::MAX).saturating_sub(i64::try_from(then.0).unwrap_or(i64::MAX));
    let Outcome::Said { verdict } = &called.outcome else { return called.clone() };
    if by == 0 {
        return called.clone();
    }
    let mut verdict = verdict.clone();
    verdict.shift(by);
    Called { outcome: Outcome::Said { verdict }, facts: called.facts.clone() }
}

/// When the rules of each signal first fired, then and now.
fn firings(then: &Course, now: &Course) -> Vec<Firing> {
    let (then, now) = (fired(then), fired(now));
    let firing = |(signal, now): (String, Option<Fired>)| {
        let then = then.iter().find(|(name, _)| *name == signal).and_then(|(_, fired)| fired.clone());
        Firing { signal, then, now }
    };
    now.into_iter().map(firing).filter(|firing| firing.then.is_some() || firing.now.is_some()).collect()
}

fn fired(course: &Course) -> Vec<(String, Option<Fired>)> {
    let windows = course.phases().iter().filter_map(|phase| phase.window());
    let signals = windows.flat_map(WindowRun::signals).map(|run| {
        let begin = run.taken().first().map(|taken| taken.due).unwrap_or_default();
        let first = run.rules().iter().filter_map(|rule| Some((rule.fired.as_ref()?.at, &rule.rule)));
        let first = first.min_by_key(|(at, _)| *at);
        let fired =
            first.map(|(at, rule)| Fired { rule: rule.comparator.in_words(), after_ms: at.since(begin).as_millis() });
        (run.name().to_string(), fired)
    });
    signals.collect()
}
