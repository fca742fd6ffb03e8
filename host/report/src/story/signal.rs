//! Signals, as they are told: every sample, every rule, and what it all came to.

use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::response::Asked;
use holdpoint_core::run::vigil::Vigil;
use holdpoint_core::run::window::WindowRun;
use holdpoint_core::run::window::rule::RuleRun;
use holdpoint_core::run::window::signal::{SignalRun, Taken};
use holdpoint_core::verdict::Sample;
use serde::Serialize;

use crate::story::check::{Check, kind};
use crate::story::headline::Tone;
use crate::words;

/// A signal and what it was judged by.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Signal {
    pub(crate) name: String,
    pub(crate) plugin: String,
    /// The outcome's word; `sampling` before it has settled, `waiting` before it has begun.
    pub(crate) word: &'static str,
    pub(crate) summary: String,
    /// In milliseconds after the start of the run.
    pub(crate) from_ms: u64,
    pub(crate) until_ms: u64,
    /// How many samples the whole window has.
    pub(crate) expected: u32,
    pub(crate) samples: Vec<Point>,
    pub(crate) rules: Vec<Rule>,
}

/// One sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Point {
    pub(crate) at_ms: u64,
    /// Absent where it is no number.
    pub(crate) number: Option<f64>,
    /// `number`, or why there is none.
    pub(crate) class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    pub(crate) call: u64,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Rule {
    /// It as a sentence.
    pub(crate) words: String,
    pub(crate) severity: &'static str,
    /// What the plan puts it down to when it fires; `unknown` when it does not say.
    pub(crate) cause: &'static str,
    /// What it compares with, where that is one number throughout.
    pub(crate) bound: Option<f64>,
    /// What was found at the latest sample that could be judged.
    pub(crate) latest: Option<String>,
    pub(crate) fired: Option<Fired>,
}

/// A rule that has fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Fired {
    /// Since when its condition had held, and when it fired, in milliseconds after the start of the run.
    pub(crate) since_ms: u64,
    pub(crate) at_ms: u64,
    pub(crate) found: String,
}

/// What stayed armed once a phase's gate had closed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct WatchedOn {
    /// In milliseconds after the start of the run.
    pub(crate) from_ms: u64,
    pub(crate) until_ms: u64,
    /// The signals, with the samples that were taken since.
    pub(crate) signals: Vec<Signal>,
}

impl WatchedOn {
    pub(crate) fn of(vigil: &Vigil, now: u64) -> Self {
        let until_ms = vigil.until().map_or(now, |until| until.0);
        let signals = vigil.signals().map(|run| Signal::beyond(run, vigil, until_ms)).collect();
        Self { from_ms: vigil.since().0, until_ms, signals }
    }

    /// Since when, and until when.
    pub(crate) fn words(&self) -> String {
        let (from, until) = (words::clock(self.from_ms), words::clock(self.until_ms));
        format!("Its rules stayed armed after the gate, from {from} to {until}:")
    }
}

/// The signals of a window that was over by this time at the latest.
pub(crate) fn all(window: &WindowRun, over: u64) -> Vec<Signal> {
    let until = window.ends().map_or(over, |ends| ends.0.min(over));
    window.signals().iter().map(|run| Signal::of(run, until)).collect()
}

impl Signal {
    fn of(run: &SignalRun, until_ms: u64) -> Self {
        let asked = run.asked();
        let samples: Vec<Point> = run.taken().iter().map(Point::of).collect();
        let from_ms = samples.first().map_or(until_ms, |first| first.at_ms);
        Self {
            name: run.name().to_string(),
            plugin: run.signal().check.plugin.to_string(),
            word: word(run, asked.as_ref()),
            summary: asked.map(|asked| asked.cause.account).unwrap_or_default(),
            from_ms,
            until_ms,
            expected: run.expected(),
            samples,
            rules: run.rules().iter().map(|rule| Rule::of(rule, run.name().as_str())).collect(),
        }
    }

    /// A signal after its gate: nothing more has to be found out, and only what fires counts.
    fn beyond(run: &SignalRun, vigil: &Vigil, until_ms: u64) -> Self {
        let fired = vigil.asked().into_iter().find(|asked| asked.cause.check == *run.name());
        let samples: Vec<Point> = run.taken().iter().filter(|it| vigil.has_taken(it)).map(Point::of).collect();
        Self {
            word: if fired.is_some() { "fail" } else { "pass" },
            summary: fired.map(|asked| asked.cause.account).unwrap_or_default(),
            from_ms: vigil.since().0,
            expected: u32::try_from(samples.len()).unwrap_or(u32::MAX),
            samples,
            ..Self::of(run, until_ms)
        }
    }

    /// How it is to be taken.
    pub(crate) fn tone(&self) -> Tone {
        Tone::of_word(self.word)
    }
}

fn word(run: &SignalRun, asked: Option<&Asked>) -> &'static str {
    match asked {
        Some(asked) => asked.cause.word,
        None if run.taken().is_empty() && run.running().is_none() => "waiting",
        None => "running",
    }
}

impl Point {
    fn of(taken: &Taken) -> Self {
        let class = match taken.sample {
            Sample::Number(_) => "number",
            Sample::NoData => "no-data",
            Sample::NotANumber => "not-a-number",
            Sample::NotFinite => "not-finite",
            Sample::Ambiguous => "ambiguous",
            Sample::WrongType => "wrong-type",
            Sample::ProviderDown => "provider-down",
        };
        Self { at_ms: taken.due.0, number: taken.number(), class, why: taken.why.clone(), call: taken.call.0 }
    }
}

impl Rule {
    /// Its severity, and its cause where the plan says one.
    pub(crate) fn kind(&self) -> String {
        kind(self.severity, self.cause)
    }

    fn of(run: &RuleRun, signal: &str) -> Self {
        let fired = run.fired.as_ref();
        Self {
            words: run.rule.in_words(signal),
            severity: run.rule.severity.as_str(),
            cause: run.rule.cause.as_str(),
            bound: run.rule.comparator.bound(),
            latest: run.latest.clone(),
            fired: fired.map(|it| Fired { since_ms: it.since.0, at_ms: it.at.0, found: it.found.clone() }),
        }
    }
}

/// A signal as a check among the others, for those who read a run as a list of checks. Its samples are told elsewhere.
pub(crate) fn as_check(run: &SignalRun) -> Check {
    let asked = run.asked();
    Check {
        name: run.name().to_string(),
        plugin: run.signal().check.plugin.to_string(),
        severity: asked.as_ref().map_or(run.signal().check.severity, |asked| asked.cause.severity).as_str(),
        cause: asked.as_ref().map_or(run.signal().check.cause, |asked| asked.cause.root).as_str(),
        suspected: asked.as_ref().and_then(|asked| asked.cause.suspected).map(RootCause::as_str),
        word: word(run, asked.as_ref()),
        summary: asked.as_ref().map(|asked| asked.cause.account.clone()).unwrap_or_default(),
        before_waiver: None,
        asks: asked.and_then(|asked| asked.response).map(holdpoint_core::response::Response::as_str),
        attempts: Vec::new(),
    }
}
