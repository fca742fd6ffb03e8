//! Evidence: situations in which a release passes elsewhere although nobody has seen that it is good, and what happens here.

use holdpoint_core::outcome::{FaultKind, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::phase::Phase;
use holdpoint_core::plan::window::{Baseline, Comparator, Rule, Signal, Traffic, Window};
use holdpoint_core::response::Response;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Answer;
use holdpoint_core::stat::promise::{Alpha, Amount, Direction, Tolerance};
use holdpoint_core::time::Span;
use holdpoint_core::verdict::Sample;

use crate::scene::{Scene, called, error, fail, major, minor, pass, phase, plan, with_rollback};
use crate::watching::*;

fn asks(scene: &Scene) -> Option<&str> {
    match scene.commands.last() {
        Some(Command::Ask { question, .. }) => Some(question),
        _ => None,
    }
}

fn with_traffic(signal: Signal) -> Signal {
    let traffic = Some(Traffic { measurement: "requests".into(), least: bound(100.0) });
    Signal { measurement: Some("value".into()), traffic, ..signal }
}

fn on(requests: f64, value: f64) -> Outcome {
    measured(&[("value", Sample::Number(value)), ("requests", Sample::Number(requests))])
}

/// A window of an hour: 361 samples.
fn for_an_hour(signals: Vec<Signal>) -> Plan {
    let phase = watching("observe", signals);
    let window = phase.window.map(|window| Window { length: Some(MINUTE.times(60)), ..window });
    with_rollback(plan(vec![Phase { window, ..phase }]))
}

#[test]
fn a_window_that_ends_before_any_measurement_confirms_nothing() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));
    scene.waits(MINUTE.times(10));
    while asks(&scene).is_none() {
        scene.sleeps();
    }

    let question = asks(&scene).unwrap();

    assert!(question.contains("check errors (major): inconclusive"), "{question}");
    assert!(question.contains("none of 61 samples was data"), "{question}");
}

#[test]
fn three_errors_in_three_hundred_and_sixty_samples_are_no_outliers() {
    let rule = Rule { response: Response::Escalate, ..above(0.5) };
    let mut scene = Scene::start(for_an_hour(vec![signal("failed-orders", vec![rule])]));

    watch(&mut scene, |_, count| number(if count % 120 == 119 { 1.0 } else { 0.0 }));

    assert_eq!(scene.now().0, 1_190_000, "at the first of the three");
    assert!(asks(&scene).unwrap().contains("failed-orders is above 0.5: 1 against 0.5 at most"));
}

#[test]
fn a_required_check_in_error_is_no_score_that_others_make_up_for() {
    let checks = (0..9).map(|n| major(&format!("fine-{n}"))).chain([major("throws")]);
    let mut scene = Scene::start(with_rollback(plan(vec![phase("smoke", checks.collect())])));
    for _ in 0..2 {
        for n in 0..9 {
            let name = format!("fine-{n}");
            if scene.call_of(&name).is_some() && scene.word(&name) == "open" {
                scene.ends(&name, pass());
            }
        }
    }

    scene.ends("throws", error(FaultKind::Trap));

    assert!(asks(&scene).unwrap().contains("check throws (major): error, asks for escalate"));
}

#[test]
fn a_signal_without_data_among_good_ones_is_named_and_blocks() {
    let signals = ["errors", "latency", "orders", "saturation"].map(|name| signal(name, vec![above(0.9)]));
    let mut scene = Scene::start(watched(signals.into()));

    watch(&mut scene, |name, _| if name == "orders" { no_data() } else { number(0.1) });

    let asked = &scene.course().phases()[0].gate().unwrap().asked;
    let words: Vec<_> = asked.iter().map(|asked| (asked.cause.check.as_str(), asked.cause.word)).collect();
    assert_eq!(words, [("errors", "pass"), ("latency", "pass"), ("orders", "inconclusive"), ("saturation", "pass")]);
    assert!(asks(&scene).unwrap().contains("check orders (major): inconclusive"));
}

#[test]
fn one_empty_side_of_a_comparison_is_never_a_pass() {
    let baseline = || Baseline::Signal { name: name("before") };
    let (direction, alpha) = (Direction::Either, Alpha::DEFAULT);
    let tolerance = Tolerance::Relative(Amount::try_new(0.1).unwrap());
    let comparators = [
        Comparator::Rise { percent: bound(10.0), baseline: baseline() },
        Comparator::Drop { percent: bound(10.0), baseline: baseline() },
        Comparator::Differs { baseline: Baseline::Signal { name: name("before") }, direction, tolerance, alpha },
        Comparator::Sequential { counts: None, baseline: baseline(), direction, tolerance, alpha },
    ];
    for comparator in comparators {
        for empty in ["before", "after"] {
            let mut before = signal("before", vec![]);
            before.check.on_inconclusive = Response::Note;
            let rule = Rule { comparator: comparator.clone(), ..above(0.0) };
            let phases =
                vec![watching("preflight", vec![before]), watching("observe", vec![signal("after", vec![rule])])];
            let mut scene = Scene::start(with_rollback(plan(phases)));

            watch(&mut scene, |name, _| if name == empty { no_data() } else { number(100.0) });

            assert!(asks(&scene).is_some(), "{empty} is empty: {comparator:?}");
        }
    }
}

#[test]
fn traffic_that_disappears_after_the_first_step_is_noticed_there() {
    let step = |phase, signal_name| watching(phase, vec![with_traffic(signal(signal_name, vec![above(0.02)]))]);
    let mut scene = Scene::start(with_rollback(plan(vec![step("first", "errors-5"), step("second", "errors-25")])));

    watch(&mut scene, |name, _| if name == "errors-5" { on(5_000.0, 0.0) } else { on(0.0, 0.0) });

    assert!(scene.course().phases()[0].gate().unwrap().lets_through());
    let question = asks(&scene).unwrap();
    assert!(question.contains("requests is 0, and a sample stands on at least 100"), "{question}");
}

#[test]
fn a_persons_yes_adds_to_the_evidence_and_replaces_only_what_it_waives() {
    let phases = vec![phase("smoke", vec![major("home")]), phase("verify", vec![major("orders")])];
    let mut scene = Scene::start(with_rollback(plan(phases)));
    scene.ends("home", error(FaultKind::Unavailable));

    let commands = scene.answers(Answer::Confirm { reason: "the probe is being moved".into() });
    scene.ends("orders", fail());

    assert_eq!(called(&commands), ["orders"], "what comes later is still looked at");
    assert!(scene.course().rollback().is_some(), "and still counts");
    assert_eq!(scene.word("home"), "waived");
}

#[test]
fn the_last_phase_is_part_of_the_decision_as_every_other() {
    let run = |last| {
        let phases = vec![phase("smoke", vec![major("home")]), phase("afterwards", vec![last])];
        let mut scene = Scene::start(with_rollback(plan(phases)));
        scene.ends("home", pass());
        scene.ends("tidy", fail());
        scene
    };

    let (serious, small) = (run(major("tidy")), run(minor("tidy")));

    assert!(serious.course().rollback().is_some());
    assert_eq!(small.run.ending(), Some(Ending::Hotfix), "it is never merely logged");
}

#[test]
fn a_run_carries_the_digest_of_the_plan_it_was_judged_by() {
    let scene = Scene::start(plan(vec![phase("smoke", vec![major("home")])]));

    let journal = serde_json::to_value(&scene.history[0]).unwrap();

    let digest = scene.course().start().plan_digest.to_string();
    assert_eq!(journal["what"]["event"]["plan_digest"], serde_json::Value::from(digest));
    assert_eq!(journal["what"]["event"]["plan"]["phases"][0]["checks"][0]["name"], "home", "with the plan itself");
}

#[test]
fn a_window_that_is_cut_short_by_hand_speaks_for_nothing() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));
    scene.ends("errors", number(0.0));
    scene.waits(Span::from_secs(5));

    scene.is_interrupted();

    assert_eq!(scene.run.ending(), Some(Ending::Cancelled));
}
