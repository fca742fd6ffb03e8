//! What windows are tried with: signals, rules, samples, and a watch until something happens.

use std::collections::BTreeMap;

use holdpoint_core::name::CheckName;
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Severity, Urgency};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::window::{Bound, Comparator, Rule, Signal, Window};
use holdpoint_core::response::Response;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::window::WindowRun;
use holdpoint_core::run::window::signal::SignalRun;
use holdpoint_core::time::Span;
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finds, Measurement, Sample};

use crate::scene::{Scene, called, major, phase, plan, with_rollback};

pub(crate) const MINUTE: Span = Span::from_secs(60);

pub(crate) fn bound(number: f64) -> Bound {
    Bound::try_new(number).unwrap()
}

pub(crate) fn name(name: &str) -> CheckName {
    CheckName::parse(name).unwrap()
}

pub(crate) fn above(number: f64) -> Rule {
    Rule {
        comparator: Comparator::Above { bound: bound(number) },
        held: Span::ZERO,
        severity: Severity::Major,
        response: Response::RollBack,
        urgency: Urgency::AtOnce,
        arming: Arming::Armed,
        cause: RootCause::Unknown,
    }
}

pub(crate) fn signal(signal: &str, rules: Vec<Rule>) -> Signal {
    let interval = Span::from_secs(10);
    Signal {
        check: major(signal),
        interval,
        measurement: None,
        traffic: None,
        max_gap: interval.times(3),
        counts: vec![],
        rules,
    }
}

/// A window of ten minutes: 61 samples of each signal.
pub(crate) fn watching(name: &str, signals: Vec<Signal>) -> Phase {
    let window = Window { length: Some(MINUTE.times(10)), delay: Span::ZERO, coverage: 90, signals };
    Phase { window: Some(window), ..phase(name, vec![]) }
}

pub(crate) fn watched(signals: Vec<Signal>) -> Plan {
    with_rollback(plan(vec![watching("observe", signals)]))
}

pub(crate) fn measured(measurements: &[(&str, Sample)]) -> Outcome {
    let measurements = measurements.iter().map(|(name, sample)| Measurement {
        name: (*name).into(),
        sample: *sample,
        unit: "ratio".into(),
        taken_at: None,
        labels: BTreeMap::new(),
    });
    let measurements = measurements.collect();
    let draft = Draft { finds: Finds::Pass, summary: "looked".into(), findings: vec![], measurements, labels: vec![] };
    Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
}

pub(crate) fn number(number: f64) -> Outcome {
    measured(&[("value", Sample::Number(number))])
}

pub(crate) fn no_data() -> Outcome {
    measured(&[("value", Sample::NoData)])
}

/// Lets the window go on until the run does something else than sampling. Each sample is the outcome that its signal's
/// name and its number, from 0, give.
pub(crate) fn watch(scene: &mut Scene, mut sample: impl FnMut(&str, u32) -> Outcome) {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut due = called(&scene.commands).into_iter().map(str::to_owned).collect::<Vec<_>>();
    for _ in 0..10_000 {
        for signal in std::mem::take(&mut due) {
            let count = counts.entry(signal.clone()).or_default();
            let commands = scene.ends(&signal, sample(&signal, *count));
            *count += 1;
            due.extend(called(&commands).into_iter().map(str::to_owned));
        }
        let asks = matches!(scene.commands.last(), Some(Command::Ask { .. }));
        if asks || scene.run.ending().is_some() || scene.course().rollback().is_some() {
            return;
        }
        if !due.is_empty() {
            continue;
        }
        let commands = scene.sleeps();
        due.extend(called(&commands).into_iter().map(str::to_owned));
    }
    panic!("the window has no end");
}

pub(crate) fn seen<'a>(scene: &'a Scene, signal: &str) -> &'a SignalRun {
    let windows = scene.course().phases().iter().filter_map(|phase| phase.window());
    let mut signals = windows.flat_map(WindowRun::signals);
    signals.find(|run| run.name().as_str() == signal).expect("the plan has this signal")
}

/// When the rollback was begun, in seconds.
pub(crate) fn rolled_back_at(scene: &Scene) -> u64 {
    assert!(scene.commands.iter().any(|command| matches!(command, Command::RollBack { .. })), "{:#?}", scene.course());
    scene.now().0 / 1_000
}
