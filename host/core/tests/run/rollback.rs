//! Rollbacks: one road, each step once, and only a verified recovery is one. (D-5, D-11)

use holdpoint_core::outcome::FaultKind;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::check::Check;
use holdpoint_core::response::Response;
use holdpoint_core::rollback::{Deed, Progress, Readiness, Reply, RollbackPlan, Step, StepEnd};
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Mode;
use holdpoint_core::run::restore::Restoring;
use holdpoint_core::time::Span;

use crate::scene::*;

fn steps(names: &[&str]) -> RollbackPlan {
    let step = |name: &&str| Step {
        id: (*name).to_string(),
        summary: format!("do {name}"),
        payload: "{}".into(),
        labels: vec![],
    };
    RollbackPlan { summary: "switch back to 1.0.0".into(), steps: names.iter().map(step).collect() }
}

fn failing() -> Plan {
    with_rollback(plan(vec![phase("smoke", vec![major("home")])]))
}

/// A run that has just decided to roll back.
fn decided(mode: Mode) -> Scene {
    let mut scene = Scene::start_in(mode, failing());
    scene.ends("home", fail());
    scene
}

/// A run whose rollback of these steps has begun.
fn begun(names: &[&str]) -> Scene {
    let mut scene = decided(Mode::Real);
    scene.replies(ready());
    scene.replies(Reply::Planned { plan: steps(names) });
    scene
}

fn ready() -> Reply {
    Reply::Readiness { readiness: Readiness::Ready }
}

fn executed(end: StepEnd) -> Reply {
    Reply::Executed { end, summary: "moved".into() }
}

fn status(progress: Progress) -> Reply {
    Reply::Status { progress, summary: "looked".into() }
}

fn broken(kind: FaultKind) -> Reply {
    Reply::Error { fault: fault(kind) }
}

/// What the rollback plugin is asked, in short.
fn deeds(commands: &[Command]) -> Vec<String> {
    commands
        .iter()
        .filter_map(|command| match command {
            Command::RollBack { deed, .. } => Some(match deed {
                Deed::Ready => "ready".into(),
                Deed::Plan => "plan".into(),
                Deed::Execute { step, .. } => format!("execute {}", step.id),
                Deed::Status { .. } => "status".into(),
            }),
            _ => None,
        })
        .collect()
}

#[test]
fn a_rollback_is_asked_planned_done_looked_at_and_verified() {
    // D-5
    let mut scene = begun(&["drain", "switch"]);
    scene.replies(executed(StepEnd::Done));
    scene.replies(executed(StepEnd::AlreadyDone));
    let verify = scene.replies(status(Progress::Complete));
    assert!(matches!(verify.as_slice(), [Command::Call { purpose: Purpose::Recover, .. }]), "{verify:?}");
    scene.ends("back", pass());

    assert_eq!(deeds(&scene.commands), ["ready", "plan", "execute drain", "execute switch", "status"]);
    assert_eq!(scene.run.ending(), Some(Ending::RolledBack));
    assert!(scene.why().contains("check home (major): fail"), "the chain goes down to the cause: {}", scene.why());
}

#[test]
fn every_step_carries_the_key_of_the_one_rollback() {
    // D-5
    let mut scene = begun(&["drain", "switch"]);
    scene.replies(executed(StepEnd::Done));

    let keys: Vec<_> = scene
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::RollBack { deed: Deed::Execute { key, fence, .. }, .. } => Some((key.as_str(), *fence)),
            _ => None,
        })
        .collect();

    assert_eq!(keys, [("holdpoint-run-1", 1), ("holdpoint-run-1", 1)]);
}

#[test]
fn a_recovery_that_is_not_verified_is_no_rollback() {
    // D-1, D-5
    for outcome in [fail(), inconclusive(), timeout(), error(FaultKind::Unavailable)] {
        let mut scene = begun(&["switch"]);
        scene.replies(executed(StepEnd::Done));
        scene.replies(status(Progress::Complete));

        scene.ends("back", outcome);

        assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
    }
}

#[test]
fn every_recovery_check_must_let_the_previous_version_through() {
    // D-5: a check that would merely be noted in a phase stands in the way here.
    let mut plan = failing();
    let noted = Check { on_fail: Response::Note, ..minor("style") };
    plan.restore.as_mut().unwrap().recovery.push(noted);
    let mut scene = Scene::start(plan);
    scene.ends("home", fail());
    scene.replies(Reply::Readiness { readiness: Readiness::AlreadyThere { why: "1.0.0 is live".into() } });

    scene.ends("back", pass());
    assert_eq!(scene.run.ending(), None);
    scene.ends("style", fail());

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
}

#[test]
fn a_recovery_check_that_never_ends_fails_the_rollback() {
    // D-5
    let mut scene = begun(&["switch"]);
    scene.replies(executed(StepEnd::Done));
    scene.replies(status(Progress::Complete));

    scene.sleeps();

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
}

#[test]
fn where_the_previous_version_runs_already_only_the_recovery_is_verified() {
    // D-5
    let mut scene = decided(Mode::Real);
    let there = Reply::Readiness { readiness: Readiness::AlreadyThere { why: "1.0.0 is live".into() } };

    let commands = scene.replies(there);
    assert_eq!(called(&commands), ["back"]);
    scene.ends("back", pass());

    assert_eq!(scene.run.ending(), Some(Ending::RolledBack));
    assert_eq!(deeds(&scene.commands), ["ready"]);
}

#[test]
fn a_refused_rollback_has_failed() {
    // D-5
    let mut scene = decided(Mode::Real);

    scene.replies(Reply::Readiness { readiness: Readiness::Refused { why: "paused".into() } });

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
    assert!(scene.why().starts_with("rollback: refused: paused"), "{}", scene.why());
}

#[test]
fn a_dry_run_stops_at_the_plan() {
    // D-5
    let mut scene = decided(Mode::DryRun);
    scene.replies(ready());

    let commands = scene.replies(Reply::Planned { plan: steps(&["drain", "switch"]) });

    assert_eq!(commands, [Command::Finish { ending: Ending::Escalated }]);
    assert!(scene.why().starts_with("dry run: would have rolled back in 2 steps"), "{}", scene.why());
    assert!(matches!(scene.course().rollback(), Some(Restoring::Planned(_))));
    assert_eq!(scene.course().rollback().unwrap().plan().unwrap().steps.len(), 2);
}

#[test]
fn a_question_that_changes_nothing_is_asked_three_times() {
    // D-5
    let mut scene = decided(Mode::Real);

    for _ in 0..2 {
        scene.replies(broken(FaultKind::Unavailable));
        assert_eq!(scene.run.ending(), None);
        scene.sleeps();
    }
    scene.replies(broken(FaultKind::Unavailable));

    assert_eq!(deeds(&scene.commands), ["ready", "ready", "ready"]);
    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
}

#[test]
fn a_question_that_is_denied_is_not_asked_again() {
    // D-5
    let mut scene = decided(Mode::Real);

    scene.replies(broken(FaultKind::Denied));

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
}

#[test]
fn a_plan_with_two_steps_of_one_name_is_not_carried_out() {
    // D-5
    let scene = begun(&["switch", "switch"]);

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
    assert_eq!(deeds(&scene.commands), ["ready", "plan"]);
}

#[test]
fn a_step_that_was_started_is_waited_for() {
    // D-5
    let mut scene = begun(&["drain", "switch"]);

    assert_eq!(deeds(&scene.replies(executed(StepEnd::Started))), ["status"]);
    scene.replies(status(Progress::UnderWay));
    let before = scene.now();
    assert_eq!(deeds(&scene.sleeps()), ["status"]);
    assert_eq!(scene.now().since(before), Span::from_secs(2), "the plan's poll");

    assert_eq!(deeds(&scene.replies(status(Progress::Partial))), ["execute switch"]);
}

#[test]
fn a_step_without_an_answer_is_looked_at_before_anything_is_repeated() {
    // D-5: what each status leads to, after a step that did not answer.
    let cases = [
        (Progress::NotBegun, "execute switch"),
        (Progress::Complete, "recovery"),
        (Progress::UnderWay, "waits"),
        (Progress::Unknown, "waits"),
        (Progress::Partial, "failed"),
        (Progress::Failed, "failed"),
    ];
    for (progress, expected) in cases {
        for trouble in [broken(FaultKind::Trap), Reply::Timeout { limit: Span::from_secs(10) }, Reply::Cancelled] {
            let mut scene = begun(&["switch"]);
            assert_eq!(deeds(&scene.replies(trouble)), ["status"]);

            let commands = scene.replies(status(progress));

            let then = match (commands.as_slice(), scene.run.ending()) {
                ([], None) => "waits".to_string(),
                ([Command::Call { .. }], None) => "recovery".to_string(),
                (_, Some(Ending::RollbackFailed)) => "failed".to_string(),
                (commands, _) => deeds(commands).join(" "),
            };
            assert_eq!(then, expected, "{progress:?}");
        }
    }
}

#[test]
fn a_step_is_repeated_once_and_not_twice() {
    // D-5
    let mut scene = begun(&["switch"]);
    scene.replies(broken(FaultKind::Unavailable));
    scene.replies(status(Progress::NotBegun));
    scene.replies(broken(FaultKind::Unavailable));

    scene.replies(status(Progress::NotBegun));

    assert_eq!(deeds(&scene.commands), ["ready", "plan", "execute switch", "status", "execute switch", "status"]);
    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
}

#[test]
fn a_step_that_was_denied_is_not_repeated() {
    // D-5
    let mut scene = begun(&["switch"]);
    scene.replies(broken(FaultKind::Denied));

    scene.replies(status(Progress::NotBegun));

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
}

#[test]
fn a_rollback_that_hangs_has_failed_when_its_time_is_over() {
    // D-5
    let mut scene = begun(&["switch"]);
    scene.replies(executed(StepEnd::Done));
    scene.replies(status(Progress::UnderWay));

    while scene.run.ending().is_none() {
        if deeds(&scene.sleeps()).len() == 1 {
            scene.replies(status(Progress::Unknown));
        }
    }

    assert_eq!(scene.now().0, 60_000);
    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
    assert!(scene.why().contains("not complete within 1m"), "{}", scene.why());
}

#[test]
fn a_call_that_never_ends_fails_the_rollback_when_its_time_is_over() {
    // D-5
    let mut scene = begun(&["switch"]);

    let commands = scene.sleeps();

    assert_eq!(cancelled(&commands).len(), 1);
    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
}

#[test]
fn before_anything_was_done_an_interruption_cancels() {
    // D-5
    let mut scene = decided(Mode::Real);

    let commands = scene.is_interrupted();

    assert_eq!(cancelled(&commands).len(), 1);
    assert_eq!(scene.run.ending(), Some(Ending::Cancelled));
}

#[test]
fn an_interruption_does_not_leave_a_step_half_way() {
    // D-5
    let mut scene = begun(&["drain", "switch"]);

    assert_eq!(scene.is_interrupted(), [], "the step in flight ends by itself");
    assert!(is_complaint(&scene.is_interrupted()), "once is enough");
    assert_eq!(deeds(&scene.replies(executed(StepEnd::Done))), ["status"], "no further step");
    scene.replies(status(Progress::Partial));

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
    assert!(scene.why().starts_with("interrupted by SIGINT\n  rollback: partial, looked"), "{}", scene.why());
}

#[test]
fn an_interruption_between_two_looks_looks_a_last_time() {
    // D-5
    let mut scene = begun(&["switch"]);
    scene.replies(executed(StepEnd::Done));
    scene.replies(status(Progress::UnderWay));

    assert_eq!(deeds(&scene.is_interrupted()), ["status"]);
    scene.replies(status(Progress::Complete));

    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed), "nobody has verified the recovery");
}

#[test]
fn an_interruption_of_the_recovery_leaves_it_unverified() {
    // D-5
    let mut scene = begun(&["switch"]);
    scene.replies(executed(StepEnd::Done));
    scene.replies(status(Progress::Complete));

    let commands = scene.is_interrupted();

    assert_eq!(cancelled(&commands).len(), 1);
    assert_eq!(scene.run.ending(), Some(Ending::RollbackFailed));
}

#[test]
fn traffic_stays_where_it_is_when_the_old_version_turns_out_unhealthy() {
    // D-11: what failed to recover is handed to a person, and nothing more is moved.
    let mut scene = begun(&["switch"]);
    scene.replies(executed(StepEnd::Done));
    scene.replies(status(Progress::Complete));

    let commands = scene.ends("back", fail());

    assert_eq!(commands, [Command::Finish { ending: Ending::RollbackFailed }]);
    assert_eq!(scene.course().decision().map(|it| it.decided.as_str()), Some("escalate"));
}
