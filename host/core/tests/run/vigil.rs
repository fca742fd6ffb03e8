//! Vigils: rules stay armed in every phase, while a person is asked and while traffic is shifted. (D-10)

use holdpoint_core::id::CallId;
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::check::Urgency;
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::plan::stage::Rollout;
use holdpoint_core::plan::window::{Baseline, Comparator, Rule};
use holdpoint_core::response::Response;
use holdpoint_core::rollback::Progress;
use holdpoint_core::rollout::Reply;
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::course::Doing;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::entry::What;
use holdpoint_core::run::event::{Answer, Event};
use holdpoint_core::time::Span;

use crate::scene::*;
use crate::stages::{canary, done, says, stage, status};
use crate::watching::*;

/// A window whose signal asks a person at 2 % and rolls back at 10 %, and a phase of people after it.
fn approved() -> Plan {
    let asks = Rule { response: Response::Escalate, urgency: Urgency::AtTheGate, ..above(0.02) };
    let watched = signal("errors", vec![asks, above(0.10)]);
    with_rollback(plan(vec![watching("observe", vec![watched]), phase("approve", vec![major("approval")])]))
}

/// The window has passed with this many errors, which asks a person or not.
fn after_a_window(plan: Plan, errors: f64) -> Scene {
    let mut scene = Scene::start(plan);
    until(&mut scene, &number(errors), |scene| scene.course().phases()[0].closed().is_some());
    scene
}

/// The samples that are being taken: their calls, and their signals.
fn sampling(scene: &Scene) -> Vec<(CallId, String)> {
    let over: Vec<CallId> = scene.history.iter().filter_map(|entry| ended_call(&entry.what)).collect();
    let stopped = cancelled(&scene.commands);
    let sample = |command: &Command| match command {
        Command::Call { call, check, purpose: Purpose::Sample { .. }, .. } => Some((*call, check.to_string())),
        _ => None,
    };
    let calls = scene.commands.iter().filter_map(sample);
    calls.filter(|(call, _)| !over.contains(call) && !stopped.contains(call)).collect()
}

fn ended_call(what: &What) -> Option<CallId> {
    match what {
        What::Event { event: Event::CallEnded { call, .. } } => Some(*call),
        _ => None,
    }
}

/// Samples go on to be this, until something is so.
fn until(scene: &mut Scene, sample: &Outcome, is_so: impl Fn(&Scene) -> bool) {
    for _ in 0..1_000 {
        for (call, _) in sampling(scene) {
            scene.happens(ended(call, sample.clone()));
            if is_so(scene) {
                return;
            }
        }
        if is_so(scene) {
            return;
        }
        scene.sleeps();
    }
    panic!("it never came to that: {:#?}", scene.course().doing());
}

/// Samples go on to be this for half a minute.
fn go_on(scene: &mut Scene, sample: &Outcome) {
    let end = scene.now().plus(Span::from_secs(30));
    until(scene, sample, |scene| scene.now() >= end);
}

fn rolls_back(scene: &Scene) -> bool {
    scene.course().rollback().is_some()
}

fn is_asked(scene: &Scene) -> bool {
    matches!(scene.course().doing(), Doing::Holding { .. })
}

fn confirm() -> Answer {
    Answer::Confirm { reason: "known".into() }
}

#[test]
fn while_a_person_is_asked_a_broken_limit_brings_the_previous_version_back() {
    let mut scene = after_a_window(approved(), 0.03);
    assert!(is_asked(&scene));

    until(&mut scene, &number(0.5), rolls_back);

    let reason = scene.course().decision().unwrap().reason.to_string();
    assert!(reason.starts_with("after the gate of phase observe its rules stayed armed\n  check errors"), "{reason}");
    assert!(reason.contains("errors is above 0.1: 0.5 against 0.1 at most"), "{reason}");
    assert_eq!(sampling(&scene), [], "and nothing is watched beside a rollback");
}

#[test]
fn what_a_gate_has_answered_is_not_asked_again() {
    let mut scene = after_a_window(approved(), 0.03);
    scene.answers(confirm());

    go_on(&mut scene, &number(0.03));
    scene.ends("approval", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn in_a_later_phase_a_broken_limit_is_answered_at_once() {
    let mut scene = after_a_window(approved(), 0.0);
    let approval = scene.call_of("approval").unwrap();

    until(&mut scene, &number(0.5), rolls_back);

    assert!(cancelled(&scene.commands).contains(&approval));
    assert_eq!(scene.word("approval"), "cancelled");
}

#[test]
fn in_a_later_phase_what_asks_for_a_person_is_heard_at_its_gate() {
    let mut scene = after_a_window(approved(), 0.0);
    go_on(&mut scene, &number(0.03));
    assert!(!is_asked(&scene));

    let commands = scene.ends("approval", pass());

    let Some(Command::Ask { question, .. }) = commands.last() else { panic!("{commands:?}") };
    assert!(question.starts_with("gate approve: escalate\n  check errors"), "{question}");
    scene.answers(confirm());
    assert_eq!(scene.run.ending(), Some(Ending::Confirmed), "it is asked about once");
}

#[test]
fn what_can_not_wait_closes_the_gate_of_a_later_phase() {
    let asks = Rule { response: Response::Escalate, ..above(0.02) };
    let watched = watching("observe", vec![signal("errors", vec![asks])]);
    let mut scene = after_a_window(with_rollback(plan(vec![watched, phase("approve", vec![major("approval")])])), 0.0);

    until(&mut scene, &number(0.03), is_asked);

    assert_eq!(scene.word("approval"), "cancelled");
}

#[test]
fn what_fires_while_later_phases_only_observe_is_heard_at_the_end() {
    let mut plan = approved();
    plan.phases[1].arming = Arming::ObserveOnly;
    let mut scene = after_a_window(plan, 0.0);
    go_on(&mut scene, &number(0.03));

    scene.ends("approval", pass());

    assert!(is_asked(&scene));
    let reason = scene.course().decision().unwrap().reason.to_string();
    assert!(reason.starts_with("after the gate of phase observe its rules stayed armed"), "{reason}");
    scene.answers(confirm());
    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn two_answers_owe_what_one_of_them_owes() {
    let asks = |errors| Rule { response: Response::Escalate, urgency: Urgency::AtTheGate, ..above(errors) };
    let watched = watching("observe", vec![signal("errors", vec![asks(0.02), asks(0.05)])]);
    let mut scene = after_a_window(with_rollback(plan(vec![watched])), 0.03);
    go_on(&mut scene, &number(0.06));
    scene.answers(Answer::Hotfix { reason: "to be mended".into() });
    assert!(is_asked(&scene), "what has fired meanwhile was no part of the question");

    scene.answers(confirm());

    assert_eq!(scene.run.ending(), Some(Ending::Hotfix));
}

#[test]
fn a_window_that_only_observed_leaves_nothing_armed() {
    let mut plan = approved();
    plan.phases[0].arming = Arming::ObserveOnly;
    let scene = after_a_window(plan, 0.0);

    assert_eq!(sampling(&scene), []);
    assert!(scene.course().vigils().is_empty());
}

#[test]
fn where_the_plan_names_no_rollback_a_broken_limit_asks_at_the_next_gate() {
    let mut scene = after_a_window(Plan { restore: None, ..approved() }, 0.0);

    until(&mut scene, &number(0.5), is_asked);

    let reason = scene.course().decision().unwrap().reason.to_string();
    assert!(reason.starts_with("the plan names no rollback\n  gate approve: roll-back"), "{reason}");
}

#[test]
fn a_later_window_takes_over_the_signals_that_it_has() {
    let again = watching("again", vec![signal("errors", vec![above(0.9)])]);
    let both = vec![signal("errors", vec![above(0.1)]), signal("latency", vec![above(0.2)])];
    let mut scene = after_a_window(with_rollback(plan(vec![watching("observe", both), again])), 0.0);

    go_on(&mut scene, &number(0.15));

    let signals: Vec<_> = scene.course().vigils()[0].signals().map(|run| run.name().as_str()).collect();
    assert_eq!(signals, ["latency"]);
    assert!(!rolls_back(&scene), "the later window accepts as much");
    until(&mut scene, &number(0.3), rolls_back);
}

#[test]
fn a_baseline_of_the_same_moment_is_sampled_on() {
    let baseline = Baseline::Signal { name: name("stable") };
    let rise = Rule { comparator: Comparator::Rise { percent: bound(50.0), baseline }, ..above(0.0) };
    let both = vec![signal("stable", vec![]), signal("canary", vec![rise])];
    let watched = vec![watching("observe", both), phase("approve", vec![major("approval")])];
    let mut scene = after_a_window(with_rollback(plan(watched)), 1.0);

    while sampling(&scene).is_empty() {
        scene.sleeps();
    }
    for (call, signal) in sampling(&scene) {
        scene.happens(ended(call, number(if signal == "canary" { 2.0 } else { 1.0 })));
    }

    assert!(rolls_back(&scene));
}

#[test]
fn what_was_only_sampled_to_be_a_baseline_is_not_sampled_on() {
    let baseline = Baseline::Signal { name: name("usual") };
    let rise = Rule { comparator: Comparator::Rise { percent: bound(50.0), baseline }, ..above(0.0) };
    let phases =
        vec![watching("before", vec![signal("usual", vec![])]), watching("observe", vec![signal("now", vec![rise])])];
    let scene = after_a_window(with_rollback(plan(phases)), 1.0);

    assert_eq!(sampling(&scene).into_iter().map(|(_, name)| name).collect::<Vec<_>>(), ["now"]);
    assert!(scene.course().vigils().is_empty());
}

#[test]
fn a_host_that_died_leaves_the_samples_behind_that_it_was_taking() {
    let mut scene = after_a_window(approved(), 0.0);
    while sampling(&scene).is_empty() {
        scene.sleeps();
    }
    let (call, _) = sampling(&scene)[0];

    let left = scene.run.left_behind();

    assert!(left.iter().any(|event| ended_call(&What::Event { event: event.clone() }) == Some(call)), "{left:?}");
}

/// A window at 5 %, and a shift to 100 % after it.
fn staged(rules: Vec<Rule>) -> Plan {
    let phases = vec![watching("few", vec![signal("errors", rules)]), phase("all", vec![major("orders")])];
    let stages = vec![stage(5, &["few"]), stage(100, &["all"])];
    let canary = canary();
    let rollout = canary.rollout.map(|rollout| Rollout { stages, ..rollout });
    Plan { rollout, ..with_rollback(plan(phases)) }
}

/// The second shift was commanded, and its call has not ended.
fn shifting(rules: Vec<Rule>, errors: f64) -> Scene {
    let mut scene = Scene::start(staged(rules));
    says(&mut scene, Reply::Ready);
    says(&mut scene, done());
    says(&mut scene, status(Progress::Complete));
    until(&mut scene, &number(errors), |scene| matches!(scene.course().doing(), Doing::Shifting { .. }));
    says(&mut scene, Reply::Ready);
    scene
}

#[test]
fn while_traffic_is_shifted_a_broken_limit_lets_the_call_end_and_brings_all_of_it_back() {
    let mut scene = shifting(vec![above(0.1)], 0.0);

    until(&mut scene, &number(0.5), |scene| scene.course().vigils()[0].signals().next().is_some());
    assert!(!rolls_back(&scene), "a late shift must not undo the rollback");
    says(&mut scene, done());
    says(&mut scene, status(Progress::UnderWay));

    assert!(rolls_back(&scene));
    let reason = scene.course().decision().unwrap().reason.to_string();
    assert!(reason.starts_with("after the gate of phase few its rules stayed armed\n  check errors"), "{reason}");
    assert!(reason.contains("the shift to 100 % of the traffic is not known to have ended"), "{reason}");
}

#[test]
fn what_depends_on_the_share_of_the_traffic_is_not_compared_beyond_a_shift() {
    let baseline = Baseline::Constant { value: bound(1.0) };
    let rise = Rule { comparator: Comparator::Rise { percent: bound(50.0), baseline }, ..above(0.0) };

    let scene = shifting(vec![rise], 1.0);

    assert_eq!(sampling(&scene), []);
}
