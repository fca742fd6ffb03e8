//! What a host that died left behind, and how the next one goes on.

use holdpoint_core::id::CallId;
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::check::Check;
use holdpoint_core::rollback::{Deed, Progress, Readiness, Reply, RollbackPlan, Step, StepEnd};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Event;
use holdpoint_core::time::Span;

use crate::scene::*;

/// The host dies. Another one folds the journal and appends what was left behind; what follows is returned.
fn dies(scene: &mut Scene) -> Vec<Command> {
    scene.run = Run::fold(&scene.history);
    let left = scene.run.left_behind();
    left.into_iter().flat_map(|event| scene.happens(event)).collect()
}

fn deeds(commands: &[Command]) -> Vec<&Deed> {
    commands
        .iter()
        .filter_map(|command| match command {
            Command::RollBack { deed, .. } => Some(deed),
            _ => None,
        })
        .collect()
}

/// A rollback whose first step of two is in flight.
fn executing() -> Scene {
    let mut scene = Scene::start(with_rollback(plan(vec![phase("smoke", vec![major("home")])])));
    scene.ends("home", fail());
    scene.replies(Reply::Readiness { readiness: Readiness::Ready });
    let step = |id: &str| Step { id: id.into(), summary: "go".into(), payload: "{}".into(), labels: vec![] };
    let steps = vec![step("routes"), step("replicas")];
    scene.replies(Reply::Planned { plan: RollbackPlan { summary: "back".into(), steps } });
    scene
}

#[test]
fn a_check_that_was_in_flight_when_the_host_died_is_tried_again() {
    let twice = Check { attempts: attempts(2), ..major("home") };
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![twice])]));

    assert_eq!(dies(&mut scene), []);
    assert_eq!(called(&scene.sleeps()), ["home"]);
    scene.ends("home", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert_eq!(scene.check("home").attempts().len(), 2, "the lost one is shown too");
}

#[test]
fn a_check_that_may_not_be_tried_again_could_not_be_found_out() {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![major("home")])]));

    let commands = dies(&mut scene);

    assert!(matches!(&commands[..], [Command::Ask { .. }]), "{commands:?}");
    assert_eq!(scene.word("home"), "error");
    let Outcome::Error { fault } = &scene.check("home").settled().unwrap().outcome else { unreachable!() };
    assert!(fault.message.starts_with("the host stopped before the call ended"), "{}", fault.message);
}

#[test]
fn a_step_that_was_in_flight_when_the_host_died_is_looked_at_before_anything_is_repeated() {
    for (progress, follows) in [(Progress::NotBegun, "routes"), (Progress::UnderWay, ""), (Progress::Partial, "")] {
        let mut scene = executing();

        let commands = dies(&mut scene);
        assert!(matches!(deeds(&commands)[..], [Deed::Status { .. }]), "{commands:?}");
        let commands = scene.replies(Reply::Status { progress, summary: "looked".into() });

        let executed = match deeds(&commands)[..] {
            [Deed::Execute { step, .. }] => step.id.as_str(),
            _ => "",
        };
        assert_eq!(executed, follows, "{progress:?}");
    }
}

#[test]
fn a_rollback_that_was_complete_when_the_host_died_is_verified_and_not_done_again() {
    let mut scene = executing();
    scene.replies(Reply::Executed { end: StepEnd::Done, summary: "done".into() });

    dies(&mut scene);
    let commands = scene.replies(Reply::Status { progress: Progress::Complete, summary: "all of it".into() });
    scene.ends("back", pass());

    assert_eq!(called(&commands), ["back"]);
    assert_eq!(scene.run.ending(), Some(Ending::RolledBack));
}

#[test]
fn a_call_that_was_being_stopped_ends_in_silence() {
    let mut scene = Scene::start(with_rollback(plan(vec![phase("smoke", vec![critical("home"), major("login")])])));
    scene.ends("home", fail());

    let left = Run::fold(&scene.history).left_behind();

    let calls: Vec<CallId> = left
        .iter()
        .map(|event| match event {
            Event::CallEnded { call, .. } | Event::RollbackReplied { call, .. } => *call,
            _ => panic!("{event:?}"),
        })
        .collect();
    assert_eq!(calls, [CallId(2), CallId(3)], "login that was cancelled, and the question whether it can be done");
    assert_eq!(scene.happens(left[0].clone()), []);
    assert!(scene.happens(left[1].clone()).is_empty(), "it is asked again after a pause");
    assert!(matches!(deeds(&scene.sleeps())[..], [Deed::Ready]));
}

#[test]
fn nothing_is_left_behind_where_nothing_was_in_flight() {
    let mut asking = Scene::start(plan(vec![phase("smoke", vec![major("home")])]));
    asking.ends("home", inconclusive());
    let mut over = Scene::start(plan(vec![phase("smoke", vec![major("home"), major("login")])]));
    over.is_interrupted();

    assert_eq!(Run::new().left_behind(), []);
    assert_eq!(asking.run.left_behind(), []);
    assert_eq!(over.run.left_behind(), []);
}

#[test]
fn a_host_that_dies_while_it_takes_a_run_up_leaves_the_rest_to_the_next_one() {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![major("home"), major("login")])]));

    let first = scene.run.left_behind().remove(0);
    scene.happens(first);
    dies(&mut scene);

    assert_eq!([scene.word("home"), scene.word("login")], ["error", "error"]);
    assert_eq!(scene.run.left_behind(), []);
}

#[test]
fn the_question_is_asked_again_for_as_long_as_an_answer_is_still_waited_for() {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![major("home")])]));
    assert_eq!(scene.run.question(scene.now()), None);
    scene.ends("home", inconclusive());
    scene.waits(Span::from_secs(20));

    let asked = scene.run.question(scene.now());

    let (Some(Command::Ask { question, within, .. }), Some(Command::Ask { question: before, .. })) =
        (&asked, scene.commands.last())
    else {
        panic!("{asked:?}")
    };
    assert_eq!((question, *within), (before, Some(Span::from_secs(40))));
}
