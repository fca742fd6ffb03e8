//! Retries: what is called again, when, and what is not. (D-2)

use holdpoint_core::outcome::{FaultKind, Outcome};
use holdpoint_core::plan::check::Check;
use holdpoint_core::plan::phase::Phase;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::time::Span;

use crate::scene::*;

fn tried(name: &str, most: u32) -> Check {
    Check { attempts: attempts(most), ..major(name) }
}

/// Whether a check with attempts left is called again after this outcome.
fn is_called_again_after(outcome: Outcome) -> bool {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![tried("home", 2)])]));
    scene.ends("home", outcome);
    scene.check("home").settled().is_none()
}

#[test]
fn what_is_no_answer_is_called_again() {
    assert!(is_called_again_after(inconclusive()));
    assert!(is_called_again_after(timeout()));
    assert!(is_called_again_after(error(FaultKind::Unavailable)));
    assert!(is_called_again_after(error(FaultKind::Trap)));
}

#[test]
fn a_fail_is_an_answer() {
    assert!(!is_called_again_after(fail()));
    assert!(!is_called_again_after(pass()));
    assert!(!is_called_again_after(warn()));
}

#[test]
fn what_repetition_can_not_mend_is_not_repeated() {
    assert!(!is_called_again_after(error(FaultKind::Settings)));
    assert!(!is_called_again_after(error(FaultKind::Denied)));
}

#[test]
fn pauses_double_up_to_the_longest() {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![tried("home", 6)])]));
    let mut pauses = vec![];
    for _ in 0..5 {
        scene.ends("home", inconclusive());
        let before = scene.now();
        scene.sleeps();
        pauses.push(scene.now().since(before));
    }

    assert_eq!(pauses, [1, 2, 4, 5, 5].map(Span::from_secs));
}

#[test]
fn the_last_attempt_counts_and_the_earlier_ones_are_kept() {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![tried("home", 3)])]));
    scene.ends("home", timeout());
    scene.sleeps();

    scene.ends("home", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    let words: Vec<_> = scene.check("home").attempts().iter().map(|it| it.called.outcome.word()).collect();
    assert_eq!(words, ["timeout", "pass"]);
}

#[test]
fn after_the_last_attempt_it_could_not_be_found_out() {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![tried("home", 2)])]));
    scene.ends("home", inconclusive());
    scene.sleeps();

    scene.ends("home", inconclusive());

    assert_eq!(scene.word("home"), "inconclusive");
    assert_eq!(scene.check("home").attempts().len(), 2);
}

#[test]
fn a_check_that_pauses_leaves_its_room_to_others() {
    let smoke = Phase { parallel: 1.try_into().unwrap(), ..phase("smoke", vec![tried("a", 2), tried("b", 1)]) };
    let mut scene = Scene::start(plan(vec![smoke]));

    let next = scene.ends("a", timeout());
    assert_eq!(called(&next), ["b"]);
    let due = scene.sleeps();
    assert_eq!(called(&due), Vec::<&str>::new(), "there is no room yet");
    let then = scene.ends("b", pass());

    assert_eq!(called(&then), ["a"]);
}

#[test]
fn a_wait_says_what_it_waits_for() {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![tried("home", 2)])]));
    assert_eq!(scene.run.wakes().unwrap().why, "1 open checks of phase smoke, at most 2m");

    scene.ends("home", timeout());

    assert_eq!(scene.run.wakes().unwrap().why, "attempt 2 of check home");
}
