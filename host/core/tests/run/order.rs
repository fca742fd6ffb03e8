//! Order: entries that make no sense change nothing. (D-1)

use holdpoint_core::facts::Facts;
use holdpoint_core::id::CallId;
use holdpoint_core::plan::check::Check;
use holdpoint_core::response::Response;
use holdpoint_core::rollback::{Readiness, Replied, Reply};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::entry::What;
use holdpoint_core::run::event::{Answer, Event, Mode};
use holdpoint_core::time::Span;

use crate::scene::*;

fn two_checks() -> Scene {
    Scene::start(plan(vec![phase("smoke", vec![major("home"), major("login")])]))
}

#[test]
fn before_the_start_nothing_is_possible() {
    let mut run = Run::new();

    let commands = run.step(&entry(1, 0, What::Event { event: Event::Woke }));

    assert!(is_complaint(&commands));
    assert_eq!(run, Run::new());
    assert_eq!(run.wakes(), None);
}

#[test]
fn a_run_starts_once() {
    let mut scene = two_checks();
    let before = scene.run.clone();

    assert!(is_complaint(&scene.happens(started(Mode::Real, plan(vec![])))));

    assert_eq!(scene.run, before);
}

#[test]
fn an_entry_that_comes_twice_counts_once() {
    let mut scene = two_checks();
    scene.ends("home", pass());
    let before = scene.run.clone();
    let last = scene.history.last().unwrap().clone();

    assert!(is_complaint(&scene.run.step(&last)));

    assert_eq!(scene.run, before);
}

#[test]
fn an_extension_that_comes_twice_extends_once() {
    let home = Check { on_fail: Response::Escalate, ..major("home") };
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![home])]));
    scene.ends("home", fail());
    scene.answers(Answer::Extend { by: Span::from_secs(30) });
    let last = scene.history.last().unwrap().clone();

    assert!(is_complaint(&scene.run.step(&last)));

    assert_eq!(scene.run.wakes().unwrap().at.0, 90_000);
}

#[test]
fn a_result_that_comes_twice_counts_once() {
    // D-1: a fail can't be made a pass by a second result.
    let mut scene = two_checks();
    scene.ends("home", fail());

    assert!(is_complaint(&scene.ends("home", pass())));

    assert_eq!(scene.word("home"), "fail");
}

#[test]
fn the_end_of_a_call_that_was_never_made_changes_nothing() {
    let mut scene = two_checks();
    let before = scene.run.clone();

    assert!(is_complaint(&scene.happens(ended(CallId(99), pass()))));
    let readiness = Reply::Readiness { readiness: Readiness::Ready };
    let replied = Replied { reply: readiness, facts: Facts::none() };
    let crossed = Event::RollbackReplied { call: CallId(1), replied };
    assert!(is_complaint(&scene.happens(crossed)), "a check's call can't end as the rollback's");

    assert_eq!(scene.run, before);
}

#[test]
fn a_wake_before_its_time_changes_nothing() {
    let mut scene = two_checks();
    let before = scene.run.clone();
    scene.waits(Span::from_secs(1));

    assert!(is_complaint(&scene.happens(Event::Woke)));

    assert_eq!(scene.run, before);
}

#[test]
fn where_the_time_goes_back_the_latest_one_counts() {
    let mut scene = two_checks();
    scene.waits(Span::from_secs(5));
    scene.ends("home", pass());
    let login = scene.call_of("login").unwrap();

    scene.run.step(&entry(3, 1_000, What::Event { event: ended(login, pass()) }));

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert_eq!(scene.course().now().0, 5_000);
}

#[test]
fn an_interruption_cancels_what_runs_and_ends_the_run() {
    let mut scene = two_checks();
    scene.ends("home", pass());
    let login = scene.call_of("login").unwrap();

    let commands = scene.is_interrupted();

    assert_eq!(cancelled(&commands), [login]);
    assert_eq!(commands.last(), Some(&Command::Finish { ending: Ending::Cancelled }));
    assert_eq!([scene.word("home"), scene.word("login")], ["pass", "cancelled"]);
    assert_eq!(scene.why(), "interrupted by SIGINT");
}

#[test]
fn after_the_end_cancelled_calls_end_in_silence_and_nothing_else_is_possible() {
    let mut scene = two_checks();
    scene.is_interrupted();

    assert_eq!(scene.ends("home", pass()), []);
    assert!(is_complaint(&scene.ends("home", pass())));
    assert!(is_complaint(&scene.is_interrupted()));
    assert!(is_complaint(&scene.happens(Event::Woke)));

    assert_eq!(scene.run.ending(), Some(Ending::Cancelled));
    assert_eq!(scene.run.wakes(), None);
}

#[test]
fn an_intent_marks_a_call_and_decides_nothing() {
    let mut scene = two_checks();
    let command = scene.commands.first().unwrap().clone();
    let before = scene.course().clone();

    let commands = scene.run.step(&entry(2, 0, What::Intent { command }));

    assert_eq!(commands, []);
    assert!(scene.run.has_begun(CallId(1)));
    assert!(!scene.run.has_begun(CallId(2)));
    assert_eq!(scene.course(), &before);
}

#[test]
fn an_intent_of_a_call_that_was_never_commanded_changes_nothing() {
    let mut scene = two_checks();
    let Some(Command::Call { check, purpose, timeout, .. }) = scene.commands.first().cloned() else { panic!() };
    let before = scene.run.clone();
    let command = Command::Call { call: CallId(9), check, purpose, attempt: 1, timeout };

    assert!(is_complaint(&scene.run.step(&entry(2, 0, What::Intent { command }))));

    assert_eq!(scene.run, before);
}
