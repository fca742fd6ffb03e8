//! People: what a run asks, and what it makes of answers and of silence. (D-6, D-9)

use holdpoint_core::plan::Plan;
use holdpoint_core::plan::check::Check;
use holdpoint_core::plan::people::{Escalation, Patience, Silence};
use holdpoint_core::response::Response;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::course::Doing;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::{Answer, Event};
use holdpoint_core::time::Span;

use crate::scene::*;

/// A plan of two phases, the first of which asks a person, whatever goes wrong.
fn asking() -> Plan {
    let home = Check { on_fail: Response::Escalate, ..major("home") };
    with_rollback(plan(vec![phase("smoke", vec![home]), phase("verify", vec![major("orders")])]))
}

fn on_silence(on_silence: Silence) -> Plan {
    let plan = asking();
    Plan { escalation: Escalation { on_silence, ..plan.escalation }, ..plan }
}

fn reason() -> String {
    "known and harmless".into()
}

#[test]
fn a_run_that_can_not_decide_asks_its_commander_and_holds() {
    // D-6
    let mut scene = Scene::start(asking());

    let commands = scene.ends("home", inconclusive());

    let [Command::Ask { number: 1, commander, question, within, ways: _ }] = commands.as_slice() else {
        panic!("{commands:?}")
    };
    assert_eq!((commander.as_str(), *within), ("ada", Some(Span::from_secs(60))));
    assert!(question.contains("check home (major): inconclusive"), "{question}");
    assert_eq!(scene.run.wakes().unwrap().why, "an answer of ada");
    assert_eq!(scene.run.ending(), None);
}

#[test]
fn a_plan_without_patience_ends_as_escalated_and_asks_nobody() {
    // D-6
    let plan = asking();
    let plan = Plan { escalation: Escalation { patience: Patience::None, ..plan.escalation }, ..plan };
    let mut scene = Scene::start(plan);

    let commands = scene.ends("home", inconclusive());

    assert_eq!(commands, [Command::Finish { ending: Ending::Escalated }]);
    assert_eq!(scene.word("orders"), "skipped");
}

#[test]
fn a_confirmation_waives_what_stood_in_the_way_and_the_run_goes_on() {
    // D-6
    let mut scene = Scene::start(asking());
    scene.ends("home", fail());

    let onward = scene.answers(Answer::Confirm { reason: reason() });
    assert_eq!(called(&onward), ["orders"]);
    assert_eq!(scene.word("home"), "waived");
    let before = scene.check("home").settled().unwrap().before_waiver.as_ref().unwrap();
    assert_eq!(before.word(), "fail", "what was waived stays visible");
    scene.ends("orders", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert!(scene.why().contains("ada answered confirm: known and harmless"), "{}", scene.why());
}

#[test]
fn a_waiver_takes_away_nothing_that_is_owed_beside_it() {
    // D-4, D-6
    let home = Check { on_fail: Response::Escalate, ..major("home") };
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![home, minor("style")])]));
    scene.ends("home", fail());
    scene.ends("style", fail());

    scene.answers(Answer::Confirm { reason: reason() });

    assert_eq!(scene.run.ending(), Some(Ending::Hotfix));
    assert_eq!([scene.word("home"), scene.word("style")], ["waived", "fail"]);
}

#[test]
fn an_answer_of_hotfix_goes_on_and_owes() {
    // D-4, D-6
    let mut scene = Scene::start(asking());
    scene.ends("home", fail());

    let onward = scene.answers(Answer::Hotfix { reason: reason() });
    assert_eq!(called(&onward), ["orders"]);
    scene.ends("orders", pass());

    assert_eq!(scene.word("home"), "fail");
    assert_eq!(scene.run.ending(), Some(Ending::Hotfix));
}

#[test]
fn an_answer_of_roll_back_rolls_back() {
    // D-6
    let mut scene = Scene::start(asking());
    scene.ends("home", inconclusive());

    let commands = scene.answers(Answer::RollBack { reason: reason() });

    assert!(matches!(commands.as_slice(), [Command::RollBack { .. }]), "{commands:?}");
}

#[test]
fn an_extension_holds_for_longer() {
    // D-6
    let mut scene = Scene::start(asking());
    scene.ends("home", fail());
    scene.waits(Span::from_secs(40));

    let commands = scene.answers(Answer::Extend { by: Span::from_secs(30) });

    assert!(matches!(commands.as_slice(), [Command::Ask { within: Some(it), .. }] if *it == Span::from_secs(50)));
    assert_eq!(scene.run.wakes().unwrap().at.0, 90_000);
}

#[test]
fn an_answer_without_a_reason_or_a_name_changes_nothing() {
    // D-6
    let mut scene = Scene::start(asking());
    scene.ends("home", fail());
    let before = scene.run.clone();

    assert!(is_complaint(&scene.answers(Answer::Confirm { reason: "  ".into() })));
    assert!(is_complaint(&scene.answers(Answer::Hotfix { reason: String::new() })));
    assert!(is_complaint(&scene.answers(Answer::RollBack { reason: String::new() })));
    assert!(is_complaint(&scene.answers(Answer::Extend { by: Span::ZERO })));
    let nameless = Event::Answered { by: String::new(), answer: Answer::Confirm { reason: reason() }, question: None };
    assert!(is_complaint(&scene.happens(nameless)));

    assert_eq!(scene.run, before);
}

#[test]
fn an_answer_that_nobody_asked_for_changes_nothing() {
    // D-6
    let mut scene = Scene::start(asking());
    let before = scene.run.clone();

    assert!(is_complaint(&scene.answers(Answer::Confirm { reason: reason() })));
    assert!(is_complaint(&scene.happens(Event::NobodyToAsk)));

    assert_eq!(scene.run, before);
}

#[test]
fn silence_rolls_back_what_is_bad() {
    // D-6
    let mut scene = Scene::start(on_silence(Silence::ByCause));
    scene.ends("home", fail());

    scene.sleeps();

    assert_eq!(scene.course().doing(), &Doing::RollingBack);
    let why = scene.course().decision().unwrap().reason.to_string();
    assert!(why.starts_with("nobody answered within 1m"), "{why}");
}

#[test]
fn silence_asks_again_about_what_could_not_be_found_out() {
    // D-6, D-9
    let mut scene = Scene::start(on_silence(Silence::ByCause));
    scene.ends("home", inconclusive());

    for _ in 0..3 {
        let commands = scene.sleeps();
        assert!(matches!(commands.as_slice(), [Command::Ask { within: Some(it), .. }] if *it == Span::from_secs(60)));
    }

    let Doing::Holding { hold } = scene.course().doing() else { panic!("it holds") };
    assert_eq!(hold.times, 4);
}

#[test]
fn the_plan_says_what_silence_means() {
    // D-6
    let mut scene = Scene::start(on_silence(Silence::RollsBack));
    scene.ends("home", inconclusive());
    scene.sleeps();
    assert_eq!(scene.course().doing(), &Doing::RollingBack);

    let mut scene = Scene::start(on_silence(Silence::Holds));
    scene.ends("home", fail());
    scene.sleeps();
    assert!(matches!(scene.course().doing(), Doing::Holding { .. }));
}

#[test]
fn what_can_not_be_rolled_back_is_asked_about_whatever_silence_means() {
    // D-5, D-6
    let plan = Plan { restore: None, ..on_silence(Silence::RollsBack) };
    let mut scene = Scene::start(plan);
    scene.ends("home", fail());

    assert!(is_complaint(&scene.answers(Answer::RollBack { reason: reason() })));
    let commands = scene.sleeps();

    assert!(matches!(commands.as_slice(), [Command::Ask { .. }]), "{commands:?}");
}

#[test]
fn a_fail_that_can_not_be_rolled_back_is_escalated() {
    // D-5
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![critical("pay")])]));

    let commands = scene.ends("pay", fail());

    let [Command::Ask { question, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert!(question.starts_with("the plan names no rollback"), "{question}");
}

#[test]
fn with_nobody_to_ask_the_run_ends_as_escalated() {
    // D-6
    let mut scene = Scene::start(asking());
    scene.ends("home", fail());

    let commands = scene.happens(Event::NobodyToAsk);

    assert_eq!(commands, [Command::Finish { ending: Ending::Escalated }]);
    assert!(scene.why().starts_with("there is nobody to ask"), "{}", scene.why());
}

#[test]
fn a_person_can_speak_for_a_release_that_nothing_else_speaks_for() {
    // D-6, D-7
    let noted = Check { on_inconclusive: Response::Note, ..major("metrics") };
    let mut scene = Scene::start(plan(vec![phase("verify", vec![noted])]));
    let commands = scene.ends("metrics", inconclusive());
    assert!(matches!(commands.as_slice(), [Command::Ask { .. }]), "{commands:?}");

    scene.answers(Answer::Confirm { reason: reason() });

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert_eq!(scene.word("metrics"), "inconclusive");
}

#[test]
fn an_answer_to_another_question_is_none_to_this() {
    let mut scene = Scene::start(asking());
    scene.ends("home", inconclusive());
    let answer = Answer::Confirm { reason: reason() };
    let answered = |question| Event::Answered { by: "ada".into(), answer: answer.clone(), question };
    scene.happens(answered(Some(1)));

    let commands = scene.ends("orders", inconclusive());

    assert!(matches!(commands[..], [Command::Ask { number: 2, .. }]), "{commands:?}");
    assert!(is_complaint(&scene.happens(answered(Some(1)))), "it comes late, and says nothing of this one");
    assert_eq!(scene.run.ending(), None);
    scene.happens(answered(Some(2)));
    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
}
