//! Stages: traffic is shifted before it is judged, one share after the other, and one road back. (D-5, D-9, D-11)

use holdpoint_core::facts::Facts;
use holdpoint_core::name::{PhaseName, PluginName};
use holdpoint_core::outcome::FaultKind;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::stage::{OnFail, Rollout, Stage};
use holdpoint_core::rollback::{Deed as Back, Progress, Readiness, Reply as Answer, RollbackPlan, Step, StepEnd};
use holdpoint_core::rollout::{Deed, Replied, Reply, Share};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::course::Doing;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::{Answer as Said, Event, Mode};
use holdpoint_core::time::Span;

use crate::scene::*;

fn share(percent: u8) -> Share {
    Share::try_new(percent).unwrap()
}

pub(crate) fn stage(percent: u8, phases: &[&str]) -> Stage {
    Stage { share: share(percent), phases: phases.iter().map(|name| PhaseName::parse(name).unwrap()).collect() }
}

/// Preflight at 0 %, then 5 % and 100 %, each with a check of its own.
pub(crate) fn canary() -> Plan {
    let phases = vec![
        phase("preflight", vec![major("before")]),
        phase("watch-at-5", vec![major("few")]),
        phase("watch-at-100", vec![major("all")]),
    ];
    let rollout = Rollout {
        plugin: PluginName::parse("weights").unwrap(),
        settings: "{}".into(),
        timeout: Span::from_secs(60),
        call_timeout: Span::from_secs(10),
        poll: Span::from_secs(2),
        on_fail: OnFail::Escalate,
        stages: vec![stage(5, &["watch-at-5"]), stage(100, &["watch-at-100"])],
    };
    Plan { rollout: Some(rollout), ..with_rollback(plan(phases)) }
}

fn failing_as(on_fail: OnFail) -> Plan {
    let mut plan = canary();
    plan.rollout.as_mut().unwrap().on_fail = on_fail;
    plan
}

/// What was asked of the rollout plugin, in order.
fn deeds<'a>(commands: &'a [Command]) -> Vec<&'a Deed> {
    let deed = |command: &'a Command| if let Command::Shift { deed, .. } = command { Some(deed) } else { None };
    commands.iter().filter_map(deed).collect()
}

/// The shares that were commanded, in order.
fn shifts(scene: &Scene) -> Vec<u8> {
    let commanded = |deed: &&Deed| if let Deed::Shift { share, .. } = deed { Some(share.percent()) } else { None };
    deeds(&scene.commands).iter().filter_map(commanded).collect()
}

/// The last call of the rollout plugin is answered.
pub(crate) fn says(scene: &mut Scene, reply: Reply) -> Vec<Command> {
    let last = scene.commands.iter().rev().find_map(|command| match command {
        Command::Shift { call, .. } => Some(*call),
        _ => None,
    });
    let replied = Replied { reply, facts: Facts::none() };
    scene.happens(Event::ShiftReplied { call: last.expect("the rollout plugin was called"), replied })
}

pub(crate) fn done() -> Reply {
    Reply::Shifted { end: StepEnd::Done, summary: "moved".into() }
}

pub(crate) fn status(progress: Progress) -> Reply {
    Reply::Status { progress, percent: None, summary: "looked".into() }
}

fn broken(kind: FaultKind) -> Reply {
    Reply::Error { fault: fault(kind) }
}

/// A shift that goes well.
fn gets_there(scene: &mut Scene) -> Vec<Command> {
    says(scene, Reply::Ready);
    says(scene, done());
    says(scene, status(Progress::Complete))
}

/// A run that is about to shift to 5 %.
fn at_the_door(plan: Plan) -> Scene {
    let mut scene = Scene::start(plan);
    scene.ends("before", pass());
    scene
}

/// A run whose shift to 5 % was commanded.
fn commanded(plan: Plan) -> Scene {
    let mut scene = at_the_door(plan);
    says(&mut scene, Reply::Ready);
    scene
}

#[test]
fn each_stage_is_shifted_to_before_it_is_judged_and_the_last_gate_confirms() {
    let mut scene = at_the_door(canary());
    assert_eq!(scene.course().doing(), &Doing::Shifting { phase: 1 });

    assert_eq!(called(&gets_there(&mut scene)), ["few"]);
    scene.ends("few", pass());
    assert_eq!(called(&gets_there(&mut scene)), ["all"]);
    scene.ends("all", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert_eq!(shifts(&scene), [5, 100]);
    assert!(scene.why().contains("the run gave the released version 100 % of the traffic"), "{}", scene.why());
}

#[test]
fn each_shift_has_a_key_of_its_own() {
    let mut scene = commanded(canary());
    says(&mut scene, done());
    says(&mut scene, status(Progress::Complete));
    scene.ends("few", pass());
    says(&mut scene, Reply::Ready);

    let keys: Vec<_> = deeds(&scene.commands)
        .into_iter()
        .filter_map(|deed| if let Deed::Shift { key, .. } = deed { Some(key.as_str()) } else { None })
        .collect();
    assert_eq!(keys, ["holdpoint-run-1-shift-5", "holdpoint-run-1-shift-100"]);
}

#[test]
fn a_no_go_at_a_share_brings_everything_back_and_shifts_no_further() {
    let mut scene = at_the_door(canary());
    gets_there(&mut scene);

    let commands = scene.ends("few", fail());

    assert!(matches!(&commands[..], [Command::RollBack { deed: Back::Ready, .. }]), "{commands:?}");
    assert_eq!(shifts(&scene), [5]);
    assert_eq!(scene.check("all").settled().map(|settled| settled.outcome.word()), Some("skipped"));
}

#[test]
fn what_the_run_itself_has_moved_is_not_back_already_whatever_the_plugin_says() {
    let mut scene = at_the_door(canary());
    gets_there(&mut scene);
    scene.ends("few", fail());

    let there = Readiness::AlreadyThere { why: "most of the traffic is blue's".into() };
    let commands = scene.replies(Answer::Readiness { readiness: there });
    assert!(matches!(&commands[..], [Command::RollBack { deed: Back::Plan, .. }]), "{commands:?}");
    let step = Step { id: "switch".into(), summary: "all back".into(), payload: String::new(), labels: vec![] };
    scene.replies(Answer::Planned { plan: RollbackPlan { summary: "back".into(), steps: vec![step] } });
    scene.replies(Answer::Executed { end: StepEnd::Done, summary: "moved".into() });
    scene.replies(Answer::Status { progress: Progress::Complete, summary: "all back".into() });
    scene.ends("back", pass());

    assert_eq!(scene.run.ending(), Some(Ending::RolledBack));
    assert!(!scene.why().contains("of the traffic"), "{}", scene.why());
}

#[test]
fn a_no_go_before_the_first_stage_shifts_nothing() {
    let mut scene = Scene::start(canary());

    scene.ends("before", fail());

    assert_eq!(deeds(&scene.commands), Vec::<&Deed>::new());
}

#[test]
fn a_shift_that_was_only_started_is_looked_at_until_it_is_complete() {
    let mut scene = commanded(canary());
    says(&mut scene, Reply::Shifted { end: StepEnd::Started, summary: "begun".into() });
    says(&mut scene, status(Progress::UnderWay));
    assert_eq!(called(&scene.commands), ["before"]);

    scene.sleeps();
    let commands = says(&mut scene, status(Progress::Complete));

    assert_eq!(called(&commands), ["few"]);
    assert_eq!(shifts(&scene), [5]);
}

#[test]
fn a_shift_without_an_answer_is_looked_at_before_it_is_repeated_once() {
    let mut scene = commanded(canary());

    let look = says(&mut scene, broken(FaultKind::Unavailable));
    assert!(matches!(deeds(&look)[..], [Deed::Status { .. }]), "{look:?}");
    let again = says(&mut scene, status(Progress::NotBegun));
    assert!(matches!(deeds(&again)[..], [Deed::Shift { .. }]), "{again:?}");
    says(&mut scene, broken(FaultKind::Unavailable));
    says(&mut scene, status(Progress::NotBegun));

    assert_eq!(shifts(&scene), [5, 5]);
    assert!(matches!(scene.course().doing(), Doing::Holding { .. }));
}

#[test]
fn a_shift_without_an_answer_that_was_done_is_not_repeated() {
    let mut scene = commanded(canary());
    says(&mut scene, Reply::Timeout { limit: Span::from_secs(10) });

    let commands = says(&mut scene, status(Progress::Complete));

    assert_eq!((called(&commands), shifts(&scene)), (vec!["few"], vec![5]));
}

#[test]
fn a_shift_that_failed_asks_a_person_or_rolls_back_as_the_plan_says() {
    for (on_fail, rolls_back) in [(OnFail::Escalate, false), (OnFail::RollBack, true)] {
        let mut scene = commanded(failing_as(on_fail));
        says(&mut scene, done());

        let commands = says(&mut scene, status(Progress::Failed));

        assert_eq!(matches!(&commands[..], [Command::RollBack { .. }]), rolls_back, "{commands:?}");
        assert_eq!(matches!(&commands[..], [Command::Ask { .. }]), !rolls_back, "{commands:?}");
    }
}

#[test]
fn a_refused_shift_commands_nothing_and_is_answered_as_a_failed_one() {
    let mut scene = at_the_door(failing_as(OnFail::RollBack));

    let commands = says(&mut scene, Reply::Refused { why: "green is not healthy".into() });

    assert!(matches!(&commands[..], [Command::RollBack { .. }]), "{commands:?}");
    assert_eq!(shifts(&scene), Vec::<u8>::new());
}

#[test]
fn a_complete_shift_with_another_share_has_failed() {
    let mut scene = commanded(canary());
    says(&mut scene, done());

    let reply = Reply::Status { progress: Progress::Complete, percent: Some(50), summary: "looked".into() };
    let commands = says(&mut scene, reply);

    let [Command::Ask { question, .. }] = &commands[..] else { panic!("{commands:?}") };
    assert!(question.contains("complete, but with 50 %"), "{question}");
}

#[test]
fn what_is_not_known_asks_a_person_whatever_the_plan_says_of_failures() {
    let mut scene = commanded(failing_as(OnFail::RollBack));
    says(&mut scene, done());
    let mut asked = Vec::new();
    while asked.is_empty() {
        let commands = says(&mut scene, status(Progress::Unknown));
        assert!(commands.is_empty(), "{commands:?}");
        asked = scene.sleeps().into_iter().filter(|command| matches!(command, Command::Ask { .. })).collect();
    }

    let [Command::Ask { question, .. }] = &asked[..] else { panic!("{asked:?}") };
    assert!(question.contains("the shift to 5 % of the traffic is not known to have ended"), "{question}");
    assert!(question.contains("go on as if the released version had that share"), "{question}");
}

#[test]
fn a_shift_whose_call_never_ends_is_stopped_and_asks_a_person() {
    let mut scene = commanded(canary());

    let commands = scene.sleeps();

    assert_eq!(cancelled(&commands).len(), 1, "{commands:?}");
    assert!(matches!(commands.last(), Some(Command::Ask { .. })), "{commands:?}");
}

#[test]
fn after_a_shift_that_did_not_end_well_a_person_can_go_on_or_go_back() {
    let stuck = || {
        let mut scene = commanded(canary());
        says(&mut scene, done());
        says(&mut scene, status(Progress::Failed));
        scene
    };
    let mut on = stuck();
    let commands = on.answers(Said::Confirm { reason: "the share is there, I looked".into() });
    assert_eq!(called(&commands), ["few"]);

    let mut back = stuck();
    let commands = back.answers(Said::RollBack { reason: "no".into() });
    assert!(matches!(&commands[..], [Command::RollBack { .. }]), "{commands:?}");
}

#[test]
fn a_shift_that_a_person_let_go_as_a_hotfix_is_owed() {
    let mut scene = commanded(canary());
    says(&mut scene, done());
    says(&mut scene, status(Progress::Failed));
    scene.answers(Said::Hotfix { reason: "weights by hand".into() });
    scene.ends("few", pass());
    gets_there(&mut scene);

    scene.ends("all", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Hotfix));
}

#[test]
fn an_escalation_that_nobody_hears_says_how_much_of_the_traffic_is_out() {
    let mut scene = at_the_door(canary());
    gets_there(&mut scene);
    scene.ends("few", pass());
    says(&mut scene, Reply::Ready);
    says(&mut scene, broken(FaultKind::Trap));
    says(&mut scene, status(Progress::Failed));

    scene.happens(Event::NobodyToAsk);

    assert_eq!(scene.run.ending(), Some(Ending::Escalated));
    let why = scene.why();
    assert!(
        why.contains("gave the released version 5 % of the traffic, and whether it has 100 % is not known"),
        "{why}"
    );
}

#[test]
fn an_interrupted_shift_ends_and_is_looked_at_once_so_that_the_traffic_is_known() {
    let mut scene = commanded(canary());

    assert!(scene.is_interrupted().is_empty());
    assert!(is_complaint(&scene.is_interrupted()));
    says(&mut scene, done());
    says(&mut scene, status(Progress::Complete));

    assert_eq!(scene.run.ending(), Some(Ending::Cancelled));
    assert!(scene.why().contains("the run gave the released version 5 % of the traffic"), "{}", scene.why());
}

#[test]
fn an_interrupted_shift_of_which_nothing_is_known_says_so() {
    let mut scene = commanded(canary());
    scene.is_interrupted();
    says(&mut scene, broken(FaultKind::Unavailable));
    says(&mut scene, status(Progress::NotBegun));
    assert_eq!((scene.run.ending(), shifts(&scene)), (Some(Ending::Cancelled), vec![5]));

    let mut scene = commanded(canary());
    scene.is_interrupted();
    says(&mut scene, done());
    says(&mut scene, status(Progress::UnderWay));
    assert_eq!(scene.run.ending(), Some(Ending::Cancelled));
    assert!(scene.why().contains("whether it has 5 % is not known"), "{}", scene.why());
}

#[test]
fn a_run_interrupted_before_a_shift_was_commanded_has_moved_nothing() {
    let mut scene = at_the_door(canary());

    let commands = scene.is_interrupted();

    assert_eq!((cancelled(&commands).len(), scene.run.ending()), (1, Some(Ending::Cancelled)));
    assert!(!scene.why().contains("the run gave"), "{}", scene.why());
}

#[test]
fn a_dry_run_shifts_nothing_and_does_not_judge_what_it_did_not_shift() {
    let mut scene = Scene::start_in(Mode::DryRun, canary());
    scene.ends("before", pass());

    says(&mut scene, Reply::Ready);

    assert_eq!(scene.run.ending(), Some(Ending::Escalated));
    assert_eq!((called(&scene.commands), shifts(&scene)), (vec!["before"], vec![]));
    assert!(scene.why().contains("would have shifted 5 %, then 100 % of the traffic"), "{}", scene.why());
}

#[test]
fn a_plugin_that_does_not_answer_whether_it_can_is_asked_three_times() {
    let mut scene = at_the_door(canary());
    for _ in 0..2 {
        says(&mut scene, broken(FaultKind::Unavailable));
        scene.sleeps();
    }
    says(&mut scene, broken(FaultKind::Unavailable));

    assert_eq!(deeds(&scene.commands), [&Deed::Ready { share: share(5) }; 3]);
    assert!(matches!(scene.course().doing(), Doing::Holding { .. }));
}

#[test]
fn a_reply_that_nobody_waits_for_changes_nothing() {
    let mut scene = at_the_door(canary());
    gets_there(&mut scene);
    let before = scene.course().clone();

    let commands = says(&mut scene, done());

    assert!(is_complaint(&commands), "{commands:?}");
    assert_eq!(scene.course(), &before);
}

#[test]
fn a_shift_that_a_host_left_behind_is_looked_at_before_anything_else() {
    let scene = commanded(canary());
    let mut run = Run::fold(&scene.history);

    let left = run.left_behind();

    let [event @ Event::ShiftReplied { .. }] = &left[..] else { panic!("{left:?}") };
    let entry = entry(99, 0, holdpoint_core::run::entry::What::Event { event: event.clone() });
    assert!(matches!(deeds(&run.step(&entry))[..], [Deed::Status { .. }]));
}
