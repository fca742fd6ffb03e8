//! Gates: what follows from the checks of a phase. (D-1, D-2, D-3, D-4, D-7, D-8, D-9, D-10)

use holdpoint_core::decision::Decided;
use holdpoint_core::facts::Facts;
use holdpoint_core::outcome::{Called, FaultKind, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::check::{Check, Urgency};
use holdpoint_core::plan::people::{Escalation, Patience};
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::response::Response;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::course::Doing;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Event;
use holdpoint_core::time::Span;

use crate::scene::*;

/// A plan that waits for nobody, so that each case has an end.
fn impatient(phases: Vec<Phase>) -> Plan {
    let plan = plan(phases);
    Plan { escalation: Escalation { patience: Patience::None, ..plan.escalation }, ..plan }
}

/// How a run of one check ends, or what it is at.
fn end_of(check: Check, outcome: Outcome) -> &'static str {
    let name = check.name.clone();
    let mut scene = Scene::start(with_rollback(impatient(vec![phase("smoke", vec![check])])));
    scene.ends(name.as_str(), outcome);
    match scene.course().doing() {
        Doing::RollingBack => "rolling back",
        Doing::Ended => scene.run.ending().map_or("", Ending::words),
        Doing::Judging { .. } | Doing::Shifting { .. } | Doing::Holding { .. } => "open",
    }
}

#[test]
fn a_run_whose_every_check_passes_is_confirmed() {
    // D-7
    let mut scene = Scene::start(plan(vec![
        phase("smoke", vec![major("home"), major("login")]),
        phase("verify", vec![major("orders")]),
    ]));

    scene.ends("home", pass());
    let onward = scene.ends("login", warn());
    assert_eq!(called(&onward), ["orders"]);
    scene.ends("orders", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert_eq!(scene.course().decision().map(|it| it.decided), Some(Decided::Confirm));
}

#[test]
fn only_pass_and_warn_let_a_run_go_forward() {
    // D-1, D-9
    assert_eq!(end_of(major("home"), pass()), "confirmed");
    assert_eq!(end_of(major("home"), warn()), "confirmed");
    assert_eq!(end_of(major("home"), fail()), "rolling back");
    assert_eq!(end_of(major("home"), inconclusive()), "escalated");
    assert_eq!(end_of(major("home"), timeout()), "escalated");
    assert_eq!(end_of(major("home"), error(FaultKind::Unavailable)), "escalated");
    assert_eq!(end_of(major("home"), error(FaultKind::Trap)), "escalated");
    assert_eq!(end_of(major("home"), Outcome::Cancelled { why: "the host stops".into() }), "escalated");
}

#[test]
fn a_call_that_claims_to_be_waived_or_skipped_lets_nothing_through() {
    // D-1: these are words of the run alone.
    let waived = Outcome::Waived { by: "plugin".into(), reason: "trust me".into() };
    assert_eq!(end_of(major("home"), waived), "escalated");
    assert_eq!(end_of(major("home"), Outcome::Skipped { why: "no need".into() }), "escalated");
}

#[test]
fn the_severity_says_what_a_fail_asks_for() {
    // D-2
    assert_eq!(end_of(critical("home"), fail()), "rolling back");
    assert_eq!(end_of(major("home"), fail()), "rolling back");
    assert_eq!(end_of(minor("home"), fail()), "hotfix");
}

#[test]
fn the_plan_overrides_what_an_outcome_asks_for() {
    // D-2, D-9: what could not be found out rolls back only when the plan says so.
    let lenient = Check { on_fail: Response::Escalate, ..major("home") };
    assert_eq!(end_of(lenient, fail()), "escalated");
    let strict = Check { on_inconclusive: Response::RollBack, ..major("home") };
    assert_eq!(end_of(strict, timeout()), "rolling back");
    let owing = Check { on_inconclusive: Response::Hotfix, ..major("home") };
    assert_eq!(end_of(owing, inconclusive()), "hotfix");
}

#[test]
fn a_critical_fail_is_answered_at_once_and_what_runs_is_cancelled() {
    // D-2
    let smoke =
        Phase { parallel: 2.try_into().unwrap(), ..phase("smoke", vec![critical("pay"), major("a"), major("b")]) };
    let mut scene = Scene::start(with_rollback(plan(vec![smoke, phase("verify", vec![major("later")])])));
    let running = scene.call_of("a").unwrap();

    let commands = scene.ends("pay", fail());

    assert_eq!(cancelled(&commands), [running]);
    assert!(matches!(commands.last(), Some(Command::RollBack { .. })));
    assert_eq!(scene.word("a"), "cancelled");
    assert_eq!(scene.word("b"), "skipped");
    assert_eq!(scene.word("later"), "skipped");
}

#[test]
fn a_major_fail_waits_for_the_gate() {
    // D-2
    let mut scene = Scene::start(with_rollback(plan(vec![phase("smoke", vec![major("home"), major("login")])])));

    assert_eq!(scene.ends("home", fail()), []);
    scene.ends("login", pass());

    assert_eq!(scene.course().doing(), &Doing::RollingBack);
}

#[test]
fn a_response_that_lets_the_run_go_on_is_never_in_a_hurry() {
    // D-2
    let urgent = Check { urgency: Urgency::AtOnce, ..minor("style") };
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![urgent, major("home")])]));

    assert_eq!(scene.ends("style", fail()), []);
    scene.ends("home", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Hotfix));
}

#[test]
fn the_strongest_response_wins_at_a_gate() {
    // D-3
    let order = [Response::Note, Response::Hotfix, Response::Escalate, Response::RollBack];
    for (weaker, stronger) in order.iter().zip(order.iter().skip(1)) {
        let checks = vec![Check { on_fail: *weaker, ..major("a") }, Check { on_fail: *stronger, ..major("b") }];
        let mut scene = Scene::start(with_rollback(plan(vec![phase("smoke", checks)])));

        scene.ends("a", fail());
        scene.ends("b", fail());

        let gates = scene.course().gates();
        assert_eq!(gates.first().and_then(|gate| gate.strongest), Some(*stronger));
    }
}

#[test]
fn a_hotfix_lets_the_run_go_on_and_is_owed_at_the_end() {
    // D-4
    let mut scene =
        Scene::start(plan(vec![phase("smoke", vec![minor("style")]), phase("verify", vec![major("orders")])]));

    let onward = scene.ends("style", fail());
    assert_eq!(called(&onward), ["orders"]);
    scene.ends("orders", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Hotfix));
    assert!(scene.why().contains("check style (minor): fail, asks for hotfix"), "{}", scene.why());
}

#[test]
fn something_noted_beside_a_pass_is_confirmed() {
    // D-3
    let noted = Check { on_fail: Response::Note, ..minor("style") };
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![noted, major("home")])]));

    scene.ends("style", fail());
    scene.ends("home", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn a_run_in_which_nothing_speaks_for_the_release_is_never_confirmed() {
    // D-7, D-9: an outage never confirms a release, even where the plan merely notes it.
    let noted = Check { on_inconclusive: Response::Note, ..major("metrics") };
    assert_eq!(end_of(noted, error(FaultKind::Unavailable)), "escalated");

    let scene = Scene::start(impatient(vec![phase("smoke", vec![])]));
    assert_eq!(scene.run.ending(), Some(Ending::Escalated));
}

#[test]
fn a_gate_that_only_observes_judges_and_lets_everything_through() {
    // D-10
    let smoke = observing(phase("smoke", vec![critical("pay"), major("home")]));
    let mut scene = Scene::start(with_rollback(plan(vec![smoke, phase("verify", vec![major("orders")])])));

    assert_eq!(scene.ends("pay", fail()), [], "what runs beside it goes on");
    let onward = scene.ends("home", fail());
    assert_eq!(called(&onward), ["orders"]);
    scene.ends("orders", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    let gates = scene.course().gates();
    let observed = gates.first().unwrap();
    assert_eq!((observed.arming, observed.strongest), (Arming::ObserveOnly, Some(Response::RollBack)));
    assert!(scene.why().contains("armed it would be roll-back"), "{}", scene.why());
}

#[test]
fn what_a_gate_observes_can_not_speak_for_the_release() {
    // D-7, D-10
    let noted = Check { on_inconclusive: Response::Note, ..major("metrics") };
    let phases = vec![observing(phase("trial", vec![major("home")])), phase("verify", vec![noted])];
    let mut scene = Scene::start(impatient(phases));

    scene.ends("home", pass());
    scene.ends("metrics", inconclusive());

    assert_eq!(scene.run.ending(), Some(Ending::Escalated));
}

#[test]
fn no_more_checks_run_at_a_time_than_the_phase_allows() {
    let smoke = Phase { parallel: 2.try_into().unwrap(), ..phase("smoke", vec![major("a"), major("b"), major("c")]) };
    let mut scene = Scene::start(plan(vec![smoke]));
    assert_eq!(called(&scene.commands), ["a", "b"]);

    let next = scene.ends("b", pass());

    assert_eq!(called(&next), ["c"]);
}

#[test]
fn what_has_not_ended_within_the_budget_counts_as_timed_out() {
    // D-1
    let smoke = Phase { parallel: 2.try_into().unwrap(), ..phase("smoke", vec![major("a"), major("b"), major("c")]) };
    let mut scene = Scene::start(impatient(vec![smoke]));
    scene.ends("a", pass());

    let commands = scene.sleeps();

    assert_eq!(scene.now().0, Span::from_secs(120).as_millis());
    assert_eq!(cancelled(&commands).len(), 2);
    assert_eq!([scene.word("a"), scene.word("b"), scene.word("c")], ["pass", "timeout", "timeout"]);
    assert_eq!(scene.run.ending(), Some(Ending::Escalated));
}

#[test]
fn a_pass_that_comes_after_the_budget_counts_for_nothing() {
    // D-1
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![major("slow")])]));
    scene.sleeps();

    let late = scene.ends("slow", pass());

    assert_eq!(late, [], "the end of a cancelled call is expected, and silent");
    assert_eq!(scene.word("slow"), "timeout");
    assert!(matches!(scene.course().doing(), Doing::Holding { .. }));
}

#[test]
fn a_decision_says_why_down_to_the_evidence() {
    // D-8
    let mut scene = Scene::start(impatient(vec![phase("smoke", vec![major("home"), major("login")])]));
    scene.ends("home", pass());
    scene.ends("login", fail());

    let why = scene.why();

    let lines: Vec<&str> = why.lines().map(str::trim_start).collect();
    let expected = [
        "the plan waits for no answer: a person must decide",
        "the plan names no rollback",
        "gate smoke: roll-back",
        "check login (major): fail, asks for roll-back",
        "answered 500",
    ];
    assert_eq!(lines.get(..5), Some(&expected[..]), "{why}");
    assert!(lines.get(5).is_some_and(|line| line.starts_with("evidence of call #2: sha256:")), "{why}");
    assert_eq!(lines.len(), 6, "what passed does not stand in the way: {why}");
}

#[test]
fn a_decision_says_why_as_data() {
    // D-8
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![major("home")])]));
    scene.ends("home", pass());

    let decision = serde_json::to_value(scene.course().decision()).unwrap();

    assert_eq!(decision.pointer("/decided").and_then(|it| it.as_str()), Some("confirm"));
    let check = decision.pointer("/reason/because/0/because/0").unwrap();
    assert_eq!(check.pointer("/ground/ground").and_then(|it| it.as_str()), Some("check"));
    let verdict = check.pointer("/because/0/ground/account").and_then(|it| it.as_str());
    assert_eq!(verdict, Some("as it should be"));
    assert!(check.pointer("/because/0/because/0/ground/digest").is_some());
}

#[test]
fn a_pass_on_fewer_requests_than_asked_for_is_not_one() {
    // D-1
    for (least, word) in [(0, "pass"), (1, "pass"), (2, "inconclusive")] {
        let looking = Check { min_evidence: least, ..major("home") };
        let mut scene = Scene::start(plan(vec![phase("smoke", vec![looking])]));
        let call = scene.call_of("home").unwrap();
        let facts = Facts { requests: 1, ..Facts::none() };

        scene.happens(Event::CallEnded { call, called: Called { outcome: pass(), facts } });

        assert_eq!(scene.word("home"), word, "of at least {least}");
    }
}
