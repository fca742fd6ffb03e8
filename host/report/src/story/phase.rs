//! Phases with their gates, as they are told.

use std::collections::BTreeMap;

use holdpoint_core::facts::Evidence;
use holdpoint_core::gate::{Gate, Terms};
use holdpoint_core::id::Digest;
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::response::Response;
use holdpoint_core::run::course::Course;
use holdpoint_core::run::phase::PhaseRun;
use holdpoint_core::run::window::WindowRun;
use serde::Serialize;

use crate::story::check::{self, Check};
use crate::story::headline::Tone;
use crate::story::ledger::Ledger;
use crate::story::signal::{self, Signal, WatchedOn};
use crate::words;

/// A phase and its gate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Phase {
    pub(crate) name: String,
    /// Whether its gate can stop the run.
    pub(crate) armed: bool,
    /// In milliseconds after the start; absent when it was never reached.
    pub(crate) began_ms: Option<u64>,
    pub(crate) gate: Option<ClosedGate>,
    /// Its checks, and each signal as one more.
    pub(crate) checks: Vec<Check>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) signals: Vec<Signal>,
    /// What stayed armed once its gate had closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) watched_on: Option<WatchedOn>,
    /// What its rules promise together, as a sentence; absent where none promises anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) false_alarms: Option<String>,
}

/// A gate that has closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ClosedGate {
    /// In milliseconds after the start.
    pub(crate) at_ms: u64,
    /// What it did: `go`, `note`, `hotfix`, `escalate` or `roll-back`.
    pub(crate) does: &'static str,
    /// What it found, where it only observes and did nothing of it.
    pub(crate) would: Option<&'static str>,
    pub(crate) leave: Option<Leave>,
}

/// A person's leave to go on past a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Leave {
    pub(crate) by: String,
    pub(crate) reason: String,
    /// `waiver` or `hotfix`.
    pub(crate) terms: &'static str,
}

/// Every phase of the plan, in order.
pub(crate) fn all(course: &Course, ledger: &Ledger, kept: &BTreeMap<Digest, Evidence>) -> Vec<Phase> {
    let now = course.now().0;
    let watched_on = |phase: &PhaseRun| {
        let mut vigils = course.vigils().iter().filter(|vigil| vigil.phase() == phase.name());
        vigils.next().filter(|vigil| vigil.signals().next().is_some()).map(|vigil| WatchedOn::of(vigil, now))
    };
    let told = |phase| Phase { watched_on: watched_on(phase), ..one(phase, now, ledger, kept) };
    course.phases().iter().map(told).collect()
}

fn one(phase: &PhaseRun, now: u64, ledger: &Ledger, kept: &BTreeMap<Digest, Evidence>) -> Phase {
    let checks = phase.round().checks();
    let over = phase.closed().map_or(now, |closed| closed.at.0);
    let signals = phase.window().map(|window| signal::all(window, over)).unwrap_or_default();
    let watched = phase.window().into_iter().flat_map(WindowRun::signals).map(signal::as_check);
    Phase {
        name: phase.name().to_string(),
        armed: phase.arming() == Arming::Armed,
        began_ms: phase.began().map(|began| began.0),
        gate: phase.closed().map(|closed| ClosedGate::of(&closed.gate, closed.at.0)),
        checks: checks.iter().map(|run| check::of(run, ledger, kept)).chain(watched).collect(),
        signals,
        watched_on: None,
        false_alarms: phase.window().and_then(|window| words::false_alarms(window.window())),
    }
}

impl ClosedGate {
    fn of(gate: &Gate, at_ms: u64) -> Self {
        let would = match gate.arming {
            Arming::Armed => None,
            Arming::ObserveOnly => gate.strongest.map(Response::as_str),
        };
        let leave = gate.leave.as_ref().map(|leave| Leave {
            by: leave.by.clone(),
            reason: leave.reason.clone(),
            terms: match leave.terms {
                Terms::Waiver => "waiver",
                Terms::Hotfix => "hotfix",
            },
        });
        Self { at_ms, does: gate.acts().map_or("go", Response::as_str), would, leave }
    }

    /// What it did, in words.
    pub(crate) fn words(&self) -> String {
        let leave = self.leave.as_ref();
        let leave = leave.map(|leave| format!(" — {} gave leave ({}): {}", leave.by, leave.terms, leave.reason));
        let would = self.would.map(|would| format!(" (only observes; armed it would be {would})"));
        format!("{}{}{}", self.does, would.unwrap_or_default(), leave.unwrap_or_default())
    }
}

impl Phase {
    /// Whether this is the name of one of its signals.
    pub(crate) fn watches(&self, name: &str) -> bool {
        self.signals.iter().any(|signal| signal.name == name)
    }

    /// What its gate did, in words; what is known instead as long as it has not closed.
    pub(crate) fn gate_words(&self) -> String {
        match (&self.gate, self.began_ms) {
            (Some(gate), _) => gate.words(),
            (None, Some(_)) => "not closed".to_owned(),
            (None, None) => "not reached".to_owned(),
        }
    }

    /// How its gate is to be taken.
    pub(crate) fn tone(&self) -> Tone {
        self.gate.as_ref().map_or(Tone::Idle, |gate| Tone::of_word(gate.does))
    }
}
