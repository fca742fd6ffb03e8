//! A run that is watched: a signal with a bound that is broken for a while, one that is counted and assessed, and one that
//! loses data and is compared with past runs.

use std::collections::BTreeMap;

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::condition::Condition;
use holdpoint_core::assess::terms::Terms;
use holdpoint_core::facts::Evidence;
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Severity, Urgency};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::window::{Baseline, Bound, Comparator, Rule, Signal, Window};
use holdpoint_core::response::Response;
use holdpoint_core::stat::promise::{Alpha, Direction, Tolerance};
use holdpoint_core::time::Span;
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finds, Measurement, Sample};
use holdpoint_report::History;

use crate::scene::{Scene, check, phase, plan};

const INTERVAL: Span = Span::from_secs(10);

fn rule(comparator: Comparator, response: Response) -> Rule {
    Rule {
        comparator,
        held: Span::ZERO,
        severity: Severity::Major,
        response,
        urgency: Urgency::AtTheGate,
        arming: Arming::Armed,
        cause: RootCause::Unknown,
    }
}

fn signal(name: &str, rules: Vec<Rule>) -> Signal {
    Signal {
        check: check(name, Severity::Major),
        interval: INTERVAL,
        measurement: None,
        traffic: None,
        max_gap: INTERVAL.times(3),
        counts: vec![],
        rules,
    }
}

fn bound(number: f64) -> Bound {
    Bound::try_new(number).unwrap()
}

fn observed() -> Phase {
    let above = rule(Comparator::Above { bound: bound(0.02) }, Response::Hotfix);
    let broken = rule(Comparator::Above { bound: bound(0.5) }, Response::RollBack);
    let terms = Terms {
        success_condition: Some(Condition::AtLeast(0.95)),
        count: 4,
        interval: Some(INTERVAL),
        failure_limit: 1,
        ..Terms::default()
    };
    let assess = rule(Comparator::Assess { assessment: Assessment::try_new(&terms).unwrap() }, Response::RollBack);
    let past = Comparator::Rise { percent: bound(20.0), baseline: Baseline::History { runs: 5 } };
    let creep = Comparator::Trend { direction: Direction::Rise, tolerance: Tolerance::NONE, alpha: Alpha::DEFAULT };
    let signals = vec![
        signal("errors", vec![Rule { held: INTERVAL.times(2), ..above }, rule(creep, Response::Note), broken]),
        signal("success", vec![assess]),
        signal("latency", vec![rule(past, Response::Escalate)]),
    ];
    let window = Window { length: Some(INTERVAL.times(8)), delay: Span::ZERO, coverage: 75, signals };
    Phase { window: Some(window), ..phase("observe", vec![]) }
}

fn sampled(sample: Sample) -> Outcome {
    let measurement =
        Measurement { name: "value".into(), sample, unit: "1".into(), taken_at: None, labels: BTreeMap::new() };
    let draft = Draft {
        finds: Finds::Pass,
        summary: "asked the provider".into(),
        findings: vec![],
        measurements: vec![measurement],
        labels: vec![],
    };
    Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
}

/// Errors are too many for twenty seconds, successes are enough, and the latency has no past to be compared with.
pub(crate) fn watched() -> History {
    held().history
}

/// While a person is asked, half of all answers are errors.
pub(crate) fn watched_on() -> History {
    let mut scene = held();
    for errors in [0.01, 0.02, 0.7] {
        scene.sleeps();
        scene.ends("errors", sampled(Sample::Number(errors)), seen());
    }
    scene.history
}

fn held() -> Scene {
    let mut scene = Scene::start(plan(vec![observed()]));
    for count in 0..9_u32 {
        if count > 0 {
            scene.sleeps();
        }
        scene.ends("errors", sampled(Sample::Number(if (3..6).contains(&count) { 0.05 } else { 0.01 })), seen());
        if count < 4 {
            scene.ends("success", sampled(Sample::Number(if count == 1 { 0.9 } else { 0.99 })), seen());
        }
        let latency = if count == 5 { Sample::ProviderDown } else { Sample::Number(120.0 + f64::from(count)) };
        scene.ends("latency", sampled(latency), seen());
    }
    scene
}

fn seen() -> Evidence {
    Evidence::default()
}
