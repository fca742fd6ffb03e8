//! Wrong reasons: situations in which a release fails elsewhere for something that is not its fault, or is judged one way
//! today and another way tomorrow, and what happens here.

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::condition::Condition;
use holdpoint_core::assess::terms::Terms;
use holdpoint_core::outcome::FaultKind;
use holdpoint_core::plan::check::Check;
use holdpoint_core::plan::phase::Phase;
use holdpoint_core::plan::window::{Baseline, Comparator, Rule, Signal, Traffic, Window};
use holdpoint_core::rollback::{Deed, Progress, Readiness, Reply, RollbackPlan, Step};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Event;
use holdpoint_core::stat::promise::{Alpha, Amount, Direction, Tolerance};
use holdpoint_core::time::Span;
use holdpoint_core::verdict::Sample;

use crate::scene::{Scene, attempts, called, fail, fault, major, pass, phase, plan, timeout, with_rollback};
use crate::watching::*;

fn asks(scene: &Scene) -> bool {
    matches!(scene.commands.last(), Some(Command::Ask { .. }))
}

fn is_rolled_back(scene: &Scene) -> bool {
    scene.course().rollback().is_some()
}

#[test]
fn a_night_without_traffic_is_no_failure_and_is_asked_about_again() {
    let traffic = Some(Traffic { measurement: "requests".into(), least: bound(100.0) });
    let signal = Signal { measurement: Some("value".into()), traffic, ..signal("errors", vec![above(0.02)]) };
    let mut scene = Scene::start(watched(vec![signal]));

    watch(&mut scene, |_, _| measured(&[("value", Sample::Number(1.0)), ("requests", Sample::Number(2.0))]));
    assert!(asks(&scene));
    let asked = |scene: &Scene| scene.commands.iter().filter(|it| matches!(it, Command::Ask { .. })).count();
    scene.waits(MINUTE);
    scene.happens(Event::Woke);

    assert!(asked(&scene) == 2 && !is_rolled_back(&scene), "silence rolls nothing back");
}

#[test]
fn a_check_that_times_out_has_attempts_of_its_own_and_is_no_breach() {
    let thrice = |name| Check { attempts: attempts(3), ..major(name) };
    let mut scene = Scene::start(with_rollback(plan(vec![phase("smoke", vec![thrice("hook"), thrice("home")])])));
    scene.ends("home", pass());
    for _ in 0..2 {
        scene.ends("hook", timeout());
        scene.sleeps();
    }

    scene.ends("hook", timeout());

    assert!(asks(&scene) && !is_rolled_back(&scene));
    assert_eq!(scene.check("hook").attempts().len(), 3);
}

#[test]
fn failures_that_lie_hours_apart_do_not_add_up() {
    let interval = Span::from_secs(600);
    let terms = Terms {
        success_condition: Some(Condition::AtMost(0.02)),
        interval: Some(interval),
        failure_limit: 2,
        failure_window: Some(Span::from_secs(3_600)),
        ..Terms::default()
    };
    let assessment = Assessment::try_new(&terms).unwrap();
    let rule = Rule { comparator: Comparator::Assess { assessment }, ..above(0.0) };
    let phase = || {
        let signals = vec![Signal { interval, max_gap: interval.times(3), ..signal("errors", vec![rule.clone()]) }];
        let phase = watching("observe", signals);
        let window = phase.window.map(|window| Window { length: Some(Span::from_secs(12 * 3_600)), ..window });
        with_rollback(plan(vec![Phase { window, ..phase }]))
    };
    let (mut apart, mut together) = (Scene::start(phase()), Scene::start(phase()));

    watch(&mut apart, |_, count| number(if count % 9 == 8 { 0.5 } else { 0.0 }));
    watch(&mut together, |_, count| number(if (20..23).contains(&count) { 0.5 } else { 0.0 }));

    assert_eq!(apart.run.ending(), Some(Ending::Confirmed), "eight failures, ninety minutes apart");
    assert_eq!(rolled_back_at(&together), 22 * 600);
}

#[test]
fn one_slow_signal_delays_no_verdict_but_its_own() {
    let mut scene = Scene::start(watched(vec![signal("slow", vec![]), signal("errors", vec![above(0.02)])]));
    scene.ends("errors", number(0.0));

    let mut breached = false;
    for _ in 0..2 {
        if called(&scene.sleeps()).contains(&"errors") {
            breached = true;
            scene.ends("errors", number(0.5));
            break;
        }
    }

    assert!(breached, "the slow one is still being waited for");
    assert_eq!(rolled_back_at(&scene), 10);
}

#[test]
fn where_the_routes_can_not_be_moved_nothing_else_is_touched() {
    let mut scene = Scene::start(with_rollback(plan(vec![phase("smoke", vec![major("home")])])));
    scene.ends("home", fail());
    scene.replies(Reply::Readiness { readiness: Readiness::Ready });
    let step = |id: &str| Step { id: id.into(), summary: "go".into(), payload: "{}".into(), labels: vec![] };
    let steps = vec![step("routes"), step("replicas")];
    scene.replies(Reply::Planned { plan: RollbackPlan { summary: "back".into(), steps } });

    // Twice nothing answers, and twice the target says that nothing has happened.
    for _ in 0..2 {
        scene.replies(Reply::Error { fault: fault(FaultKind::Unavailable) });
        scene.replies(Reply::Status { progress: Progress::NotBegun, summary: "nothing yet".into() });
    }

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
    let executed: Vec<&str> = scene
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::RollBack { deed: Deed::Execute { step, .. }, .. } => Some(step.id.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(executed, ["routes", "routes"]);
}

/// A run whose signal is compared with what was before, by ranks.
fn compared(before: f64, after: f64) -> Scene {
    let differs = Rule {
        comparator: Comparator::Differs {
            baseline: Baseline::Signal { name: name("before") },
            direction: Direction::Either,
            tolerance: Tolerance::Relative(Amount::try_new(0.02).unwrap()),
            alpha: Alpha::DEFAULT,
        },
        ..above(0.0)
    };
    let phases = vec![
        watching("preflight", vec![signal("before", vec![])]),
        watching("observe", vec![signal("after", vec![differs])]),
    ];
    let mut scene = Scene::start(with_rollback(plan(phases)));
    watch(&mut scene, |name, _| number(if name == "before" { before } else { after }));
    scene
}

#[test]
fn two_constant_series_are_judged_the_same_way_each_time() {
    let (same, other) = (compared(200.0, 200.0), compared(200.0, 180.0));

    assert_eq!(same.run.ending(), Some(Ending::Confirmed));
    assert!(is_rolled_back(&other));
    for (before, after, first) in [(200.0, 200.0, &same), (200.0, 180.0, &other)] {
        assert_eq!(compared(before, after).course(), first.course(), "no noise decides");
    }
}

#[test]
fn cohorts_with_gaps_are_compared_by_the_time_of_their_samples_and_not_by_their_place() {
    let drop = Rule {
        comparator: Comparator::Drop { percent: bound(20.0), baseline: Baseline::Signal { name: name("stable") } },
        ..above(0.0)
    };
    let mut scene = Scene::start(watched(vec![signal("stable", vec![]), signal("canary", vec![drop])]));

    // Traffic halves for both at the thirtieth sample; by then the stable cohort has lost three.
    watch(&mut scene, |name, count| {
        let lost = name == "stable" && (10..13).contains(&count);
        if lost { no_data() } else { number(if count < 30 { 100.0 } else { 50.0 }) }
    });

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn the_same_samples_lead_to_the_same_run_whoever_folds_them() {
    let run = || {
        let mut scene = Scene::start(watched(vec![signal("errors", vec![Rule { held: MINUTE, ..above(0.02) }])]));
        watch(&mut scene, |_, count| number(if count > 20 { 0.03 } else { 0.01 }));
        scene
    };

    let (first, second) = (run(), run());

    assert_eq!(first.run, second.run);
    assert_eq!(Run::fold(&first.history), second.run);
    assert!(is_rolled_back(&first));
}
