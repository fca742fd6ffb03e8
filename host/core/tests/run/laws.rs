//! Laws: what holds in every run, whatever the plan, the outcomes, their order and the people.
//!
//! `HOLDPOINT_CASES` sets how many runs are tried; 30,000 without it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::check::{Attempts, Check, Severity, Urgency};
use holdpoint_core::plan::people::{Escalation, Patience, Silence};
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::restore::Restore;
use holdpoint_core::response::Response;
use holdpoint_core::run::Run;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Mode;
use holdpoint_core::time::Span;

use crate::scene::{check, phase, plan, with_rollback};
use crate::world::{Mood, World};

/// The least and the usual number of runs.
const CASES: u32 = 30_000;

fn any_response() -> impl Strategy<Value = Response> {
    prop::sample::select(vec![Response::Note, Response::Hotfix, Response::Escalate, Response::RollBack])
}

prop_compose! {
    fn any_attempts()(most in 1_u32..4, backoff in 0_u64..3) -> Attempts {
        Attempts { most, backoff: Span::from_secs(backoff), longest_backoff: Span::from_secs(3) }
    }
}

/// A check with the design's responses, or with any.
fn any_check(name: String) -> impl Strategy<Value = Check> {
    let severity = prop::sample::select(vec![Severity::Minor, Severity::Major, Severity::Critical]);
    let urgency = prop::sample::select(vec![Urgency::AtOnce, Urgency::AtTheGate]);
    let own = prop::option::of((any_response(), any_response(), urgency));
    (severity, any_attempts(), own).prop_map(move |(severity, attempts, own)| {
        let usual = Check { attempts, ..check(&name, severity) };
        match own {
            Some((on_fail, on_inconclusive, urgency)) => Check { on_fail, on_inconclusive, urgency, ..usual },
            None => usual,
        }
    })
}

fn any_phase(place: usize) -> impl Strategy<Value = Phase> {
    let checks = (0_usize..4)
        .prop_flat_map(move |count| (0..count).map(|n| any_check(format!("check-{place}-{n}"))).collect::<Vec<_>>());
    let arming = prop_oneof![6 => Just(Arming::Armed), 1 => Just(Arming::ObserveOnly)];
    (checks, arming, 1_u32..4, 1_u64..90).prop_map(move |(checks, arming, parallel, budget)| Phase {
        arming,
        parallel: parallel.try_into().unwrap(),
        budget: Span::from_secs(budget),
        ..phase(&format!("phase-{place}"), checks)
    })
}

fn any_escalation() -> impl Strategy<Value = Escalation> {
    let patience = prop_oneof![1 => Just(Patience::None), 3 => (1_u64..90).prop_map(|it| Patience::AnswerWithin(Span::from_secs(it)))];
    let silence = prop::sample::select(vec![Silence::ByCause, Silence::RollsBack, Silence::Holds]);
    (patience, silence).prop_map(|(patience, on_silence)| Escalation {
        commander: "ada".into(),
        patience,
        on_silence,
        paths: vec![],
    })
}

fn any_recovery() -> impl Strategy<Value = Vec<Check>> {
    (1_usize..3).prop_flat_map(|count| (0..count).map(|n| any_check(format!("recovery-{n}"))).collect::<Vec<_>>())
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let phases = (1_usize..5).prop_flat_map(|count| (0..count).map(any_phase).collect::<Vec<_>>());
    (phases, any_escalation(), prop::option::weighted(0.8, any_recovery())).prop_map(
        |(phases, escalation, recovery)| {
            let plan = Plan { escalation, ..plan(phases) };
            let restore = with_rollback(plan.clone()).restore.zip(recovery);
            Plan { restore: restore.map(|(restore, recovery)| Restore { recovery, ..restore }), ..plan }
        },
    )
}

fn cases() -> u32 {
    std::env::var("HOLDPOINT_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(CASES)
}

#[test]
fn every_run_keeps_the_laws() {
    // D-1, D-3, D-5, D-7; the world checks every command on the way.
    let endings = RefCell::new(BTreeMap::<Ending, u32>::new());
    let mode = prop_oneof![5 => Just(Mode::Real), 1 => Just(Mode::DryRun)];
    let mood = prop::sample::select(vec![Mood::Kind, Mood::Fair, Mood::Wild]);
    let story = (any_plan(), mode, mood, any::<u64>(), 0_u32..60);
    let mut runner = TestRunner::new(Config { cases: cases(), failure_persistence: None, ..Config::default() });

    let kept = runner.run(&story, |(plan, mode, mood, seed, turns)| {
        let mut world = World::new(plan, mode, mood, seed);
        world.live(turns);
        world.bring_to_an_end();
        world.live(3);
        let ending = look_at(&world);
        *endings.borrow_mut().entry(ending).or_default() += 1;
        Ok(())
    });

    kept.unwrap_or_else(|broken| panic!("{broken}"));
    let endings = endings.into_inner();
    println!("{endings:?}");
    assert_eq!(endings.len(), 6, "the stories reach every ending: {endings:?}");
    assert!(endings.values().all(|count| count * 100 >= cases() / 2), "none of them rarely: {endings:?}");
}

/// Looks at a run that has ended.
fn look_at(world: &World) -> Ending {
    let ending = world.run.ending().expect("every run ends");
    every_check_has_settled_as_it_truly_ended(world);
    every_end_has_its_reasons(world);
    the_strongest_response_won(world, ending);
    match ending {
        Ending::Confirmed => nothing_needed_was_missing(world),
        Ending::RolledBack => the_recovery_was_verified(world),
        Ending::Hotfix => assert!(world.run.course().unwrap().gates().iter().any(|gate| gate.owes())),
        Ending::RollbackFailed | Ending::Escalated | Ending::Cancelled => {}
    }
    a_journal_gives_the_same_run(world);
    ending
}

/// What the run counts is what the last call ended as, unless the run itself or a person said otherwise. (D-1)
fn every_check_has_settled_as_it_truly_ended(world: &World) {
    for run in world.run.course().unwrap().phases().iter().flat_map(|phase| phase.round().checks()) {
        let settled = run.settled().expect("nothing is left open");
        let last = settled.attempts.last().and_then(|attempt| world.ended.get(&attempt.call));
        match &settled.outcome {
            Outcome::Said { .. } => assert_eq!(last, Some(&settled.outcome)),
            Outcome::Waived { .. } => assert!(world.confirmed, "only a person waives"),
            Outcome::Error { .. } | Outcome::Timeout { .. } | Outcome::Skipped { .. } | Outcome::Cancelled { .. } => {}
        }
    }
}

/// Whether a plan can do without what came of a check: said a second time, apart from the core. (D-1, D-3)
fn is_dispensable(check: &Check, outcome: &Outcome) -> bool {
    match outcome.word() {
        "pass" | "warn" | "waived" => true,
        "fail" => check.on_fail == Response::Note,
        "inconclusive" | "error" | "timeout" => check.on_inconclusive == Response::Note,
        _ => false,
    }
}

/// No run is confirmed while something needed isn't let through. (D-1, D-7)
fn nothing_needed_was_missing(world: &World) {
    let phases = world.run.course().unwrap().phases();
    assert!(phases.iter().all(|phase| phase.closed().is_some()), "every gate has closed");
    let armed: Vec<_> = phases.iter().filter(|phase| phase.arming() == Arming::Armed).collect();
    let runs: Vec<_> = armed.iter().flat_map(|phase| phase.round().checks()).collect();
    for run in &runs {
        let outcome = &run.settled().unwrap().outcome;
        assert!(is_dispensable(&run.check, outcome), "{} is {}", run.check.name, outcome.word());
    }
    let speaks = runs.iter().any(|run| run.settled().unwrap().outcome.lets_through());
    assert!(speaks || world.confirmed || armed.is_empty(), "something speaks for the release");
}

/// A gate that saw a reason to roll back never let the run go on by itself. (D-3)
fn the_strongest_response_won(world: &World, ending: Ending) {
    let course = world.run.course().unwrap();
    for phase in course.phases().iter().filter(|phase| phase.arming() == Arming::Armed) {
        let Some(gate) = phase.gate() else { continue };
        let must = phase.round().checks().iter().any(|run| {
            let settled = run.settled().unwrap();
            let outcome = settled.before_waiver.as_deref().unwrap_or(&settled.outcome);
            match outcome.word() {
                "fail" => run.check.on_fail == Response::RollBack,
                "inconclusive" | "error" | "timeout" => run.check.on_inconclusive == Response::RollBack,
                _ => false,
            }
        });
        if must && world.plan.restore.is_some() {
            assert!(course.rollback().is_some(), "it was rolled back: {gate:?}");
        }
        if must && gate.leave.is_none() {
            assert!(!matches!(ending, Ending::Confirmed | Ending::Hotfix), "{ending:?}");
        }
    }
}

/// Only a verified recovery is a rollback. (D-5)
fn the_recovery_was_verified(world: &World) {
    assert!(world.complete, "the target said that it is back");
    assert_eq!(world.mode, Mode::Real);
    let recovery = world.run.course().unwrap().rollback().unwrap().recovery().unwrap();
    assert!(!recovery.checks().is_empty());
    for run in recovery.checks() {
        assert!(run.settled().unwrap().outcome.lets_through());
    }
}

/// Whatever ended, ended for reasons that can be read. (D-8)
fn every_end_has_its_reasons(world: &World) {
    let course = world.run.course().unwrap();
    let closing = course.closing().unwrap();
    assert!(!closing.reason.to_string().is_empty());
    assert!(closing.ending == Ending::Cancelled || course.decision().is_some());
}

/// The journal is the only truth: a fold over it, read back from its text, is the run. Intents only mark.
fn a_journal_gives_the_same_run(world: &World) {
    let text = serde_json::to_string(&world.history).unwrap();
    let read: Vec<Entry> = serde_json::from_str(&text).unwrap();
    assert_eq!(Run::fold(&read), world.run);

    let is_event = |entry: &&Entry| matches!(entry.what, What::Event { .. });
    assert_eq!(Run::fold(read.iter().filter(is_event)).course(), world.run.course());
}
