//! Assessments as rules of a window: successes, failures and errors that are counted against limits.

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::progress::Assessed;
use holdpoint_core::assess::reading::Reading;
use holdpoint_core::assess::standing::Standing;
use holdpoint_core::assess::terms::Terms;
use holdpoint_core::outcome::{FaultKind, Outcome};
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::plan::window::{Comparator, Rule, Signal, Window};
use holdpoint_core::response::Response;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::time::{Elapsed, Span};
use holdpoint_core::verdict::Sample;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::scene::{Scene, called, error, phase, plan, timeout, with_rollback};
use crate::watching::{above, measured, no_data, number, rolled_back_at, seen, signal, watch, watched};

const INTERVAL: Span = Span::from_secs(10);

fn assess(terms: Value) -> Rule {
    let terms: Terms = serde_json::from_value(terms).unwrap();
    let assessment = Assessment::try_new(&Terms { interval: Some(INTERVAL), ..terms }).unwrap();
    Rule { comparator: Comparator::Assess { assessment }, ..above(0.0) }
}

/// A window of as many samples, of one signal that is judged by these rules.
fn window_of(samples: usize, rules: Vec<Rule>) -> Scene {
    let length = INTERVAL.times(u64::try_from(samples - 1).unwrap());
    let window =
        Window { length: Some(length), delay: Span::ZERO, coverage: 90, signals: vec![signal("errors", rules)] };
    let phases = vec![holdpoint_core::plan::phase::Phase { window: Some(window), ..phase("observe", vec![]) }];
    Scene::start(with_rollback(plan(phases)))
}

fn asked(scene: &Scene) -> (&'static str, String, u64) {
    assert!(matches!(scene.commands.last(), Some(Command::Ask { .. })), "{:?}", scene.commands.last());
    let gate = scene.course().phases()[0].gate().unwrap();
    (gate.asked[0].cause.word, gate.asked[0].cause.account.clone(), scene.now().0 / 1_000)
}

#[test]
fn a_count_that_is_reached_ends_the_window() {
    let rule = assess(json!({"success-condition": {"at-least": 0.95}, "count": 5}));
    let mut scene = Scene::start(watched(vec![signal("success", vec![rule])]));

    watch(&mut scene, |_, _| number(0.99));

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert_eq!((seen(&scene, "success").taken().len(), scene.now().0), (5, 40_000));
    let account = &scene.course().phases()[0].gate().unwrap().asked[0].cause.account;
    assert_eq!(account, "5 samples were all that its rules asked for");
}

#[test]
fn a_signal_that_is_done_rests_while_the_others_are_watched_to_the_end() {
    let counted = || assess(json!({"success-condition": {"at-least": 0.95}, "count": 5}));
    let signals = vec![signal("success", vec![counted()]), signal("errors", vec![above(0.02)])];
    let mut scene = Scene::start(watched(signals));
    let both = vec![counted(), Rule { ..above(2.0) }];
    let mut looked_at_twice = Scene::start(watched(vec![signal("success", both)]));

    watch(&mut scene, |name, _| number(if name == "errors" { 0.0 } else { 1.0 }));
    watch(&mut looked_at_twice, |_, _| number(1.0));

    assert_eq!((seen(&scene, "success").taken().len(), seen(&scene, "errors").taken().len()), (5, 61));
    assert_eq!(seen(&looked_at_twice, "success").taken().len(), 61);
}

#[test]
fn a_baseline_is_sampled_on_as_long_as_it_is_looked_at() {
    let counted = assess(json!({"success-condition": {"at-least": 0.0}, "count": 5}));
    let drop = Rule {
        comparator: Comparator::Drop {
            percent: crate::watching::bound(20.0),
            baseline: holdpoint_core::plan::window::Baseline::Signal { name: crate::watching::name("stable") },
        },
        ..above(0.0)
    };
    let mut scene = Scene::start(watched(vec![signal("stable", vec![counted]), signal("canary", vec![drop])]));

    watch(&mut scene, |name, count| number(if name == "canary" && count >= 30 { 50.0 } else { 100.0 }));

    assert_eq!(rolled_back_at(&scene), 300);
}

#[test]
fn an_assessment_that_fails_fires_at_once() {
    let rule = assess(json!({"failure-condition": {"above": 0.05}, "failure-limit": 2}));
    let mut scene = Scene::start(watched(vec![signal("errors", vec![rule])]));

    watch(&mut scene, |_, count| number(if count % 4 == 3 { 0.06 } else { 0.01 }));

    assert_eq!(rolled_back_at(&scene), 110);
    let fired = seen(&scene, "errors").rules()[0].fired.clone().unwrap();
    assert_eq!(fired.found, "3 failed, 2 accepted; the last measurement: 0.06 is above 0.05");
}

#[test]
fn what_is_inconclusive_or_in_error_asks_what_the_signal_says_and_never_rolls_back() {
    let both = || assess(json!({"success-condition": {"below": 0.02}, "failure-condition": {"above": 0.05}}));
    let mut between = Scene::start(watched(vec![signal("errors", vec![both()])]));
    let mut down = Scene::start(watched(vec![signal("errors", vec![both()])]));

    watch(&mut between, |_, count| number(if count == 7 { 0.03 } else { 0.01 }));
    watch(&mut down, |_, count| if count < 3 { number(0.01) } else { timeout() });

    let (word, account, at) = asked(&between);
    assert_eq!((word, at), ("inconclusive", 70));
    assert!(account.starts_with("its assessment is inconclusive: 1 inconclusive, 0 accepted; "), "{account}");
    let (word, account, at) = asked(&down);
    assert_eq!((word, at), ("inconclusive", 70));
    assert!(account.starts_with("its assessment is error: 5 errors in a row, 4 accepted; "), "{account}");
}

#[test]
fn an_assessment_that_only_observes_is_told_and_does_nothing() {
    let observed = |terms| Rule { arming: Arming::ObserveOnly, ..assess(terms) };
    let fails = observed(json!({"failure-condition": {"above": 0.05}}));
    let unclear = observed(json!({"success-condition": {"below": 0.0}, "failure-condition": {"above": 0.9}}));
    let mut scene = Scene::start(watched(vec![signal("errors", vec![fails, unclear])]));

    watch(&mut scene, |_, _| number(0.06));

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert!(seen(&scene, "errors").rules()[0].fired.is_some());
    assert_eq!(seen(&scene, "errors").taken().len(), 61);
}

#[test]
fn one_that_only_observes_does_not_excuse_missing_data() {
    let terms = json!({"failure-condition": {"above": 0.05}, "consecutive-error-limit": 1000});
    let rule = Rule { arming: Arming::ObserveOnly, ..assess(terms) };
    let mut scene = Scene::start(watched(vec![signal("errors", vec![rule])]));

    watch(&mut scene, |_, count| if count < 5 { number(0.0) } else { no_data() });

    assert!(asked(&scene).1.starts_with("data was missing for"), "{:?}", asked(&scene));
}

#[test]
fn errors_within_their_limit_are_no_gap_but_samples_that_were_never_taken_are() {
    let lenient = || assess(json!({"failure-condition": {"above": 0.05}, "consecutive-error-limit": 20}));
    let mut errors = Scene::start(watched(vec![signal("errors", vec![lenient()])]));
    let mut host_away = Scene::start(watched(vec![signal("errors", vec![lenient()])]));

    watch(&mut errors, |_, count| if (10..30).contains(&count) { error(FaultKind::Unavailable) } else { number(0.0) });
    assert_eq!(called(&host_away.commands), ["errors"]);
    host_away.waits(Span::from_secs(120));
    let next = called(&host_away.ends("errors", number(0.0))).len();
    assert_eq!(next, 0);
    watch(&mut host_away, |_, _| number(0.0));

    assert_eq!(errors.run.ending(), Some(Ending::Confirmed));
    assert!(asked(&host_away).1.starts_with("data was missing for 2m"), "{:?}", asked(&host_away));
}

#[test]
fn the_end_of_the_window_is_no_success_of_one_that_waits_for_more() {
    let waits = [
        json!({"success-condition": {"below": 0.5}, "count": 70}),
        json!({"success-condition": {"below": 0.5}, "failure-limit": -1, "consecutive-success-limit": 70}),
    ];
    for terms in waits {
        let mut scene = Scene::start(watched(vec![signal("errors", vec![assess(terms)])]));

        watch(&mut scene, |_, _| number(0.0));

        let (word, account, at) = asked(&scene);
        assert_eq!((word, at), ("inconclusive", 600));
        assert!(account.starts_with("its assessment had not ended when the window did: 61"), "{account}");
    }
}

#[test]
fn the_responses_are_those_of_the_rule_and_the_signal() {
    let rule = Rule {
        response: Response::Hotfix,
        urgency: holdpoint_core::plan::check::Urgency::AtTheGate,
        ..assess(json!({"failure-condition": {"above": 0.05}}))
    };
    let mut patched = Scene::start(watched(vec![signal("errors", vec![rule])]));
    let unclear = signal("errors", vec![assess(json!({"failure-condition": {"above": 0.05}}))]);
    let strict = holdpoint_core::plan::check::Check { on_inconclusive: Response::RollBack, ..unclear.check.clone() };
    let mut rolls_back = Scene::start(watched(vec![Signal { check: strict, ..unclear }]));

    watch(&mut patched, |_, _| number(0.06));
    watch(&mut rolls_back, |_, _| no_data());

    assert_eq!(patched.run.ending(), Some(Ending::Hotfix));
    assert_eq!(rolled_back_at(&rolls_back), 40);
}

#[derive(Deserialize)]
struct Case {
    name: String,
    terms: Value,
    steps: Vec<(Value, Standing)>,
}

/// The same measurements, one after the other, as samples of a window that has room for no more.
#[test]
fn the_same_measurements_have_the_same_outcome_as_an_assessment_by_itself() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../assess/cases.json")).unwrap();
    let mut tried = [0_u32; 4];
    for mut case in cases {
        let starts = case.steps.iter().any(|(event, _)| event == "start");
        case.steps.retain(|(event, _)| event != "stop");
        if starts || case.terms.get("initial-delay").is_some() {
            continue;
        }
        // Without an interval there is one measurement; a signal always has one.
        if case.terms.get("interval").is_none() && case.terms.get("count").is_none() {
            case.terms["count"] = json!(1);
        }
        let rule = assess(case.terms.clone());
        let expected = alone(&rule, &case);
        let mut scene = window_of(case.steps.len(), vec![rule]);

        watch(&mut scene, |_, count| outcome(&case.steps[count as usize].0));

        let found = match scene.course().decision().unwrap().decided.as_str() {
            "confirm" => Standing::Successful,
            "roll-back" => Standing::Failed,
            _ => Standing::Inconclusive,
        };
        let unclear = [Standing::Error, Standing::Inconclusive].contains(&expected);
        assert_eq!(found, if unclear { Standing::Inconclusive } else { expected }, "{}", case.name);
        tried[match expected {
            Standing::Successful => 0,
            Standing::Failed => 1,
            Standing::Inconclusive => 2,
            Standing::Error | Standing::Running | Standing::Pending => 3,
        }] += 1;
    }
    assert!(tried.iter().all(|count| *count >= 5), "{tried:?}");
}

/// Where an assessment that is no rule stands after these measurements, and no more.
fn alone(rule: &Rule, case: &Case) -> Standing {
    let Comparator::Assess { assessment } = &rule.comparator else { unreachable!() };
    let mut assessed = Assessed::begin(assessment.clone(), Elapsed(0));
    for (place, (event, _)) in case.steps.iter().enumerate() {
        let at = Elapsed(u64::try_from(place).unwrap() * INTERVAL.as_millis());
        assessed.take(at, &reading(event));
    }
    if !assessed.standing().standing.has_ended() && !assessment.is_open_ended() {
        return Standing::Inconclusive;
    }
    assessed.stop();
    assessed.standing().standing
}

fn reading(event: &Value) -> Reading {
    match (event.as_f64(), event.as_str()) {
        (Some(value), _) => Reading::number(value),
        (None, Some("error")) => Reading::Error("it went wrong".into()),
        (None, _) => Reading::Sample(serde_json::from_value(event.clone()).unwrap()),
    }
}

fn outcome(event: &Value) -> Outcome {
    match reading(event) {
        Reading::Sample(sample) => measured(&[("value", sample)]),
        Reading::Error(_) => error(FaultKind::Internal),
    }
}

#[test]
fn a_number_that_is_none_is_an_error_and_not_a_failure() {
    let rule = assess(json!({"failure-condition": {"above": 0.05}, "consecutive-error-limit": 0}));
    for class in [Sample::NotANumber, Sample::NotFinite, Sample::Ambiguous, Sample::WrongType, Sample::NoData] {
        let mut scene = Scene::start(watched(vec![signal("errors", vec![rule.clone()])]));

        watch(&mut scene, |_, _| measured(&[("value", class)]));

        assert_eq!((asked(&scene).0, asked(&scene).2), ("inconclusive", 0), "{class:?}");
    }
}

#[test]
fn a_call_that_is_not_waited_for_any_longer_is_an_error() {
    let rule = assess(json!({"failure-condition": {"above": 0.05}, "consecutive-error-limit": 0}));
    let mut scene = Scene::start(watched(vec![signal("errors", vec![rule])]));

    scene.sleeps();

    let (word, account, _) = asked(&scene);
    assert_eq!(word, "inconclusive");
    assert!(account.contains("timeout: no end of the call within"), "{account}");
}
