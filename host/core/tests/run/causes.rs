//! Causes: what failed first, which path a failure takes, and that neither lets anything through.

use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Check, Severity, Urgency};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::people::{Escalation, Path, Patience, Pattern, Silence, Way};
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::window::{Comparator, Rule, Signal};
use holdpoint_core::reason::{Ground, Reason};
use holdpoint_core::response::Response;
use holdpoint_core::rollback::{Readiness, Reply};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Answer;
use holdpoint_core::time::{Elapsed, Span};
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finds};

use crate::scene::*;
use crate::watching::*;

const AT_FAULT: &str = "the service may not be at fault";

fn below(number: f64) -> Rule {
    Rule { comparator: Comparator::Below { bound: bound(number) }, ..above(0.0) }
}

fn asks(response: Response, rule: Rule) -> Rule {
    Rule { response, urgency: Urgency::of_rule(response), ..rule }
}

/// The signal that looks at what the service needs: 1 is up, and anything below 0.9 is not.
fn needs(rule: Rule) -> Signal {
    let own = signal("inventory", vec![Rule { cause: RootCause::Dependency, ..rule }]);
    Signal { check: Check { cause: RootCause::Dependency, ..own.check }, ..own }
}

/// A window over a dependency, which is merely noted, and the service's own errors.
fn both() -> Vec<Signal> {
    vec![needs(asks(Response::Note, below(0.9))), signal("errors", vec![above(0.05)])]
}

/// Each signal is well until this sample, and bad from it on.
fn failing(scene: &mut Scene, dependency: u32, own: u32) {
    watch(scene, |name, count| {
        if name == "inventory" {
            number(if count < dependency { 1.0 } else { 0.0 })
        } else {
            number(if count < own { 0.01 } else { 0.5 })
        }
    });
}

/// The reason for which it was decided last.
fn why(scene: &Scene) -> Reason {
    scene.course().decision().expect("something was decided").reason.clone()
}

/// The hint in a tree of reasons, with what stands below it.
fn hint(reason: &Reason) -> Option<&Reason> {
    match &reason.ground {
        Ground::DependencyFirst { .. } => Some(reason),
        _ => reason.because.iter().find_map(hint),
    }
}

fn is_rolled_back(scene: &Scene) -> bool {
    scene.commands.iter().any(|command| matches!(command, Command::RollBack { .. }))
}

fn path(pattern: Pattern) -> Path {
    Path { pattern, response: None, ways: vec![], to: None, answer_within: None }
}

fn pattern(cause: RootCause, severity: Severity) -> Pattern {
    Pattern { cause: Some(cause), severity: Some(severity) }
}

const ANY: Pattern = Pattern { cause: None, severity: None };
const DEPENDENCY: Pattern = Pattern { cause: Some(RootCause::Dependency), severity: None };

fn with_paths(plan: Plan, paths: Vec<Path>) -> Plan {
    Plan { escalation: Escalation { paths, ..plan.escalation }, ..plan }
}

/// A plan of one phase with these checks, a rollback, and these paths.
fn checked(checks: Vec<Check>, paths: Vec<Path>) -> Plan {
    with_paths(with_rollback(plan(vec![phase("smoke", checks)])), paths)
}

fn dependency(check: Check) -> Check {
    Check { cause: RootCause::Dependency, ..check }
}

#[test]
fn a_dependency_that_fails_first_is_told_with_how_much_earlier() {
    let mut scene = Scene::start(watched(both()));

    failing(&mut scene, 7, 9);

    assert!(is_rolled_back(&scene), "a hint decides nothing");
    let reason = why(&scene);
    let hint = hint(&reason).unwrap_or_else(|| panic!("no hint in {reason}"));
    let Ground::DependencyFirst { dependency, own, ahead } = &hint.ground else { unreachable!() };
    assert_eq!((dependency, own.as_ref(), *ahead), (&name("inventory"), Some(&name("errors")), Span::from_secs(20)));
    let told = reason.to_string();
    assert!(told.contains("the service may not be at fault: dependency inventory failed 20s before errors"), "{told}");
    assert!(told.contains("inventory (dependency) from 1m10s on: is below 0.9: 0 against 0.9 at least"), "{told}");
    assert!(told.contains("errors (unknown) from 1m30s on: is above 0.05: 0.5 against 0.05 at most"), "{told}");
}

#[test]
fn a_dependency_that_fails_at_the_same_sample_is_told() {
    let mut scene = Scene::start(watched(both()));

    failing(&mut scene, 5, 5);

    let told = why(&scene).to_string();
    assert!(told.contains("dependency inventory failed at the same time as errors"), "{told}");
}

#[test]
fn a_dependency_that_fails_after_the_service_is_no_excuse() {
    let slow = Rule { held: Span::from_secs(30), ..above(0.05) };
    let signals = vec![needs(asks(Response::Note, below(0.9))), signal("errors", vec![slow])];
    let mut scene = Scene::start(watched(signals));

    failing(&mut scene, 4, 3);

    assert!(is_rolled_back(&scene));
    assert!(seen(&scene, "inventory").rules()[0].fired.is_some(), "it has failed by then");
    assert_eq!(hint(&why(&scene)), None);
}

#[test]
fn nothing_is_said_of_a_dependency_that_was_well_throughout() {
    let mut scene = Scene::start(watched(both()));

    failing(&mut scene, u32::MAX, 5);

    assert!(is_rolled_back(&scene));
    assert!(!why(&scene).to_string().contains(AT_FAULT), "{}", why(&scene));
}

#[test]
fn a_dependency_that_could_not_be_found_out_is_no_excuse() {
    // D-9
    let mut scene = Scene::start(watched(both()));

    watch(&mut scene, |name, count| match name {
        "inventory" => no_data(),
        _ => number(if count < 5 { 0.01 } else { 0.5 }),
    });

    assert!(is_rolled_back(&scene));
    assert_eq!(hint(&why(&scene)), None);
}

#[test]
fn a_dependency_that_had_recovered_by_then_is_no_excuse() {
    let mut scene = Scene::start(watched(both()));

    watch(&mut scene, |name, count| match name {
        "inventory" => number(if count == 2 { 0.0 } else { 1.0 }),
        _ => number(if count < 20 { 0.01 } else { 0.5 }),
    });

    assert!(seen(&scene, "inventory").rules()[0].fired.is_some());
    assert_eq!(hint(&why(&scene)), None);
}

#[test]
fn a_dependency_that_recovers_while_the_service_goes_on_failing_is_told() {
    let slow = Rule { held: MINUTE, ..above(0.05) };
    let signals = vec![needs(asks(Response::Note, below(0.9))), signal("errors", vec![slow])];
    let mut scene = Scene::start(watched(signals));

    watch(&mut scene, |name, count| match name {
        "inventory" => number(if (3..5).contains(&count) { 0.0 } else { 1.0 }),
        _ => number(if count < 4 { 0.01 } else { 0.5 }),
    });

    let told = why(&scene).to_string();
    assert!(told.contains("dependency inventory failed 10s before errors"), "{told}");
    assert!(told.contains("inventory (dependency) from 30s on until 50s"), "{told}");
}

#[test]
fn a_dependency_that_is_failing_and_has_not_fired_yet_is_told() {
    let patient = Rule { held: MINUTE.times(5), ..below(0.9) };
    let mut scene = Scene::start(watched(vec![needs(patient), signal("errors", vec![above(0.05)])]));

    failing(&mut scene, 3, 6);

    assert!(seen(&scene, "inventory").rules()[0].fired.is_none());
    let told = why(&scene).to_string();
    assert!(told.contains("dependency inventory failed 30s before errors"), "{told}");
}

#[test]
fn a_later_phase_that_sees_the_dependency_well_takes_the_excuse_away() {
    let patient = || needs(Rule { held: MINUTE.times(20), ..below(0.9) });
    let phases = vec![watching("before", vec![patient()]), watching("after", vec![patient(), both().remove(1)])];
    let (mut recovered, mut still) = (Scene::start(plan(phases.clone())), Scene::start(plan(phases)));

    // The 61st sample of the inventory is the last before traffic moves.
    watch(&mut recovered, |name, count| match name {
        "inventory" => number(if (50..61).contains(&count) { 0.0 } else { 1.0 }),
        _ => number(if count < 5 { 0.01 } else { 0.5 }),
    });
    watch(&mut still, |name, count| match name {
        "inventory" => number(if count < 50 { 1.0 } else { 0.0 }),
        _ => number(if count < 5 { 0.01 } else { 0.5 }),
    });

    assert_eq!(hint(&why(&recovered)), None);
    assert!(hint(&why(&still)).is_some(), "{}", why(&still));
}

#[test]
fn what_had_recovered_of_the_service_itself_is_not_what_failed_first() {
    let rules = vec![Rule { arming: Arming::ObserveOnly, ..above(0.2) }, Rule { held: MINUTE, ..above(0.05) }];
    let mut scene = Scene::start(watched(vec![both().remove(0), signal("errors", rules)]));

    watch(&mut scene, |name, count| match (name, count) {
        ("inventory", count) => number(if count < 20 { 1.0 } else { 0.0 }),
        (_, 3) => number(0.5),
        (_, count) => number(if count < 22 { 0.01 } else { 0.5 }),
    });

    let told = why(&scene).to_string();
    assert!(told.contains("dependency inventory failed 20s before errors"), "{told}");
}

#[test]
fn rules_that_only_observe_count_for_the_hint_on_both_sides() {
    let observe = |rule: Rule| Rule { arming: Arming::ObserveOnly, ..rule };
    let needed = || needs(observe(below(0.9)));
    let mut excused = Scene::start(watched(vec![needed(), signal("errors", vec![above(0.05)])]));
    let rules = vec![observe(above(0.2)), Rule { held: MINUTE, ..above(0.05) }];
    let mut guilty = Scene::start(watched(vec![needed(), signal("errors", rules)]));

    failing(&mut excused, 3, 4);
    failing(&mut guilty, 4, 3);

    assert!(hint(&why(&excused)).is_some(), "{}", why(&excused));
    assert!(is_rolled_back(&guilty));
    assert_eq!(hint(&why(&guilty)), None);
}

#[test]
fn when_only_the_dependency_failed_it_is_said_so() {
    let mut scene =
        Scene::start(watched(vec![needs(asks(Response::Escalate, below(0.9))), signal("errors", vec![above(0.05)])]));

    failing(&mut scene, 3, u32::MAX);

    let Some(Command::Ask { question, .. }) = scene.commands.last() else { panic!("{:?}", scene.commands.last()) };
    let told = "the service may not be at fault: dependency inventory failed, and nothing of the service's own has";
    assert!(question.contains(told), "{question}");
}

#[test]
fn a_confirmed_release_needs_no_excuse() {
    let mut scene = Scene::start(watched(both()));

    failing(&mut scene, 5, u32::MAX);

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert!(!scene.why().contains(AT_FAULT), "{}", scene.why());
}

#[test]
fn checks_fail_when_the_look_began_that_found_them_bad() {
    let together = vec![dependency(minor("inventory")), critical("orders")];
    let mut at_once = Scene::start(checked(together, vec![]));
    let in_turn = phase("smoke", vec![minor("orders"), dependency(minor("inventory"))]);
    let mut afterwards = Scene::start(plan(vec![Phase { parallel: 1.try_into().unwrap(), ..in_turn }]));

    at_once.waits(Span::from_secs(2));
    at_once.ends("inventory", fail());
    at_once.ends("orders", fail());
    afterwards.waits(Span::from_secs(1));
    afterwards.ends("orders", fail());
    afterwards.ends("inventory", fail());

    let told = why(&at_once).to_string();
    assert!(told.contains("dependency inventory failed at the same time as orders"), "{told}");
    assert_eq!(afterwards.run.ending(), Some(Ending::Hotfix));
    assert_eq!(hint(&why(&afterwards)), None);
}

#[test]
fn what_a_person_waived_has_still_failed_first() {
    let needed = Check { on_fail: Response::Escalate, ..dependency(major("inventory")) };
    let phases = vec![phase("before", vec![needed]), phase("after", vec![critical("orders")])];
    let mut scene = Scene::start(with_rollback(plan(phases)));

    scene.ends("inventory", fail());
    scene.waits(Span::from_secs(30));
    scene.answers(Answer::Confirm { reason: "known to be down".into() });
    scene.ends("orders", fail());

    let told = why(&scene).to_string();
    assert!(told.contains("dependency inventory failed 30s before orders"), "{told}");
}

#[test]
fn a_release_that_was_rolled_back_keeps_its_excuse_to_the_end() {
    let mut scene = Scene::start(watched(both()));
    failing(&mut scene, 7, 9);

    scene.replies(Reply::Readiness { readiness: Readiness::AlreadyThere { why: "1.0.0 is live".into() } });
    scene.ends("back", pass());

    assert_eq!(scene.run.ending(), Some(Ending::RolledBack));
    assert!(scene.why().contains(AT_FAULT), "{}", scene.why());
}

#[test]
fn a_journal_gives_the_same_hint_each_time_it_is_folded() {
    let mut scene = Scene::start(watched(both()));
    failing(&mut scene, 7, 9);

    let again = Run::fold(&scene.history);

    let decisions = again.course().unwrap().decisions();
    assert_eq!(decisions, scene.course().decisions());
    assert!(decisions.iter().any(|decision| hint(&decision.reason).is_some()));
}

#[test]
fn a_plugins_suspicion_is_shown_and_decides_nothing() {
    let suspects = || {
        let labels = vec![("cause".into(), "dependency".into())];
        let draft = Draft { finds: Finds::Fail, summary: "503".into(), findings: vec![], measurements: vec![], labels };
        Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
    };
    let paths = || vec![Path { response: Some(Response::Escalate), ..path(DEPENDENCY) }];
    let mut check = Scene::start(checked(vec![major("orders")], paths()));
    let mut sampled = Scene::start(with_paths(watched(vec![signal("orders", vec![])]), paths()));

    check.ends("orders", suspects());
    watch(&mut sampled, |_, count| if count < 2 { number(1.0) } else { suspects() });

    for scene in [check, sampled] {
        assert!(is_rolled_back(&scene), "the path is for what the plan calls a dependency");
        let told = why(&scene).to_string();
        assert!(told.contains("the plugin suspects: dependency"), "{told}");
        assert!(!told.contains(AT_FAULT), "{told}");
        assert_eq!(scene.course().decision().unwrap().path, None);
    }
}

#[test]
fn a_path_says_what_is_done_who_is_asked_how_and_for_how_long() {
    let taken = Path {
        response: Some(Response::Escalate),
        ways: vec![Way::Page, Way::Ticket],
        to: Some("platform on-call".into()),
        answer_within: Some(MINUTE.times(10)),
        ..path(pattern(RootCause::Dependency, Severity::Critical))
    };
    let mut scene = Scene::start(checked(vec![dependency(critical("inventory"))], vec![taken]));

    let commands = scene.ends("inventory", fail());

    let [Command::Ask { number: _, commander, question, within, ways }] = commands.as_slice() else {
        panic!("{commands:?}")
    };
    assert_eq!((commander.as_str(), *within), ("platform on-call", Some(MINUTE.times(10))));
    assert_eq!(ways, &[Way::Page, Way::Ticket]);
    let told = "escalation path 1 (dependency, critical): platform on-call, to be told by: page, ticket";
    assert!(question.contains(told), "{question}");
    let decision = scene.course().decision().unwrap();
    let taken = decision.path.as_ref().unwrap();
    assert_eq!((taken.number, taken.person.as_str(), decision.decided.as_str()), (1, "platform on-call", "escalate"));
}

#[test]
fn without_a_path_that_fits_everything_is_as_it_was() {
    let paths = vec![
        Path { response: Some(Response::Escalate), ..path(pattern(RootCause::Dependency, Severity::Critical)) },
        Path { response: Some(Response::Escalate), ..path(Pattern { cause: Some(RootCause::Data), severity: None }) },
    ];
    let mut scene = Scene::start(checked(vec![dependency(major("inventory"))], paths));

    scene.ends("inventory", fail());

    assert!(is_rolled_back(&scene));
    assert_eq!(scene.course().decision().unwrap().path, None);
}

#[test]
fn the_first_path_that_fits_is_taken() {
    let paths = vec![
        Path { to: Some("platform".into()), ..path(pattern(RootCause::Dependency, Severity::Critical)) },
        Path { to: Some("partner".into()), ..path(DEPENDENCY) },
        Path { to: Some("everybody".into()), ..path(ANY) },
    ];
    for (check, person) in [
        (dependency(critical("one")), "platform"),
        (dependency(major("one")), "partner"),
        (critical("one"), "everybody"),
    ] {
        let mut scene = Scene::start(checked(vec![check], paths.clone()));
        scene.ends("one", fail());
        let taken = scene.course().decision().unwrap().path.clone().unwrap();
        assert_eq!(taken.person, person);
    }
}

#[test]
fn a_path_never_lets_through_what_would_have_stopped_the_run() {
    for weak in [Response::Note, Response::Hotfix] {
        let paths = vec![Path { response: Some(weak), ..path(ANY) }];
        let mut check = Scene::start(checked(vec![critical("home")], paths.clone()));
        let mut rule = Scene::start(with_paths(
            watched(vec![signal("errors", vec![asks(Response::Escalate, above(0.05))])]),
            paths,
        ));

        check.ends("home", fail());
        failing(&mut rule, 0, 3);

        assert!(is_rolled_back(&check), "{weak:?}");
        assert!(matches!(rule.commands.last(), Some(Command::Ask { .. })), "{weak:?}");
    }
}

#[test]
fn a_path_may_note_what_would_only_have_been_a_hotfix() {
    let paths = vec![Path { response: Some(Response::Note), ..path(DEPENDENCY) }];
    let checks = vec![major("home"), dependency(minor("inventory"))];
    let mut noted = Scene::start(checked(checks.clone(), paths));
    let mut owed = Scene::start(checked(checks, vec![]));

    for scene in [&mut noted, &mut owed] {
        scene.ends("home", pass());
        scene.ends("inventory", fail());
    }

    assert_eq!((noted.run.ending(), owed.run.ending()), (Some(Ending::Confirmed), Some(Ending::Hotfix)));
}

#[test]
fn a_path_that_stops_is_followed_as_soon_as_a_rule_fires() {
    let paths = vec![Path { response: Some(Response::RollBack), ..path(DEPENDENCY) }];
    let signals = vec![needs(asks(Response::Note, below(0.9)))];
    let mut scene = Scene::start(with_paths(watched(signals), paths));

    failing(&mut scene, 6, u32::MAX);

    assert_eq!(rolled_back_at(&scene), 60);
}

#[test]
fn the_strongest_response_still_wins_across_causes() {
    let taken = Path { response: Some(Response::Escalate), to: Some("platform".into()), ..path(DEPENDENCY) };
    let checks = vec![dependency(major("inventory")), major("orders")];
    let mut scene = Scene::start(checked(checks, vec![taken]));

    scene.ends("inventory", fail());
    scene.ends("orders", fail());

    assert!(is_rolled_back(&scene), "{}", why(&scene));
    assert_eq!(scene.course().decision().unwrap().path, None, "the path is not for what decided");
    assert!(why(&scene).to_string().contains("check inventory (major, dependency): fail, asks for escalate"));
}

#[test]
fn what_was_seen_to_be_bad_chooses_the_path_before_what_could_not_be_found_out() {
    let taken = |to: &str, cause| Path { to: Some(to.into()), ..path(Pattern { cause: Some(cause), severity: None }) };
    let paths = vec![taken("developers", RootCause::Code), taken("platform", RootCause::Dependency)];
    let bad = Check { on_fail: Response::Escalate, ..dependency(major("inventory")) };
    let code = |check| Check { cause: RootCause::Code, ..check };
    let mut scene = Scene::start(checked(vec![code(major("orders")), bad.clone()], paths.clone()));
    let worse = Check { severity: Severity::Critical, urgency: Urgency::AtTheGate, ..bad.clone() };
    let both_bad = vec![code(Check { on_fail: Response::Escalate, ..major("orders") }), worse];
    let mut severe = Scene::start(checked(both_bad, paths.clone()));
    let alike = vec![bad, code(Check { on_fail: Response::Escalate, ..major("orders") })];
    let mut equal = Scene::start(checked(alike, paths));

    scene.ends("orders", timeout());
    scene.ends("inventory", fail());
    for scene in [&mut severe, &mut equal] {
        scene.ends("orders", fail());
        scene.ends("inventory", fail());
    }

    let person = |scene: &Scene| scene.course().decision().unwrap().path.as_ref().unwrap().person.clone();
    assert_eq!((person(&scene).as_str(), person(&severe).as_str()), ("platform", "platform"));
    assert_eq!(person(&equal), "developers", "the first path of the plan");
}

#[test]
fn what_could_not_be_found_out_keeps_its_own_response_and_takes_the_path_s_people() {
    // D-9
    let taken = Path { response: Some(Response::RollBack), to: Some("platform".into()), ..path(DEPENDENCY) };
    let mut scene = Scene::start(checked(vec![dependency(critical("inventory"))], vec![taken]));

    let commands = scene.ends("inventory", timeout());

    let [Command::Ask { commander, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(commander, "platform");
}

#[test]
fn silence_on_a_path_is_waited_for_as_long_as_the_path_says() {
    let taken = Path { response: Some(Response::Escalate), answer_within: Some(MINUTE.times(10)), ..path(DEPENDENCY) };
    let plan = checked(vec![dependency(major("inventory"))], vec![taken]);
    let holds =
        Plan { escalation: Escalation { on_silence: Silence::Holds, ..plan.escalation.clone() }, ..plan.clone() };
    let mut bad = Scene::start(plan);
    let mut held = Scene::start(holds);

    bad.ends("inventory", fail());
    held.ends("inventory", fail());
    bad.sleeps();
    let again = held.sleeps();

    assert_eq!((bad.now(), is_rolled_back(&bad)), (Elapsed(600_000), true));
    assert!(why(&bad).to_string().contains("nobody answered within 10m"), "{}", why(&bad));
    assert!(matches!(again.as_slice(), [Command::Ask { within: Some(it), .. }] if *it == MINUTE.times(10)));
}

#[test]
fn a_path_gives_patience_to_a_plan_that_has_none() {
    let taken = Path { response: Some(Response::Escalate), answer_within: Some(MINUTE), ..path(DEPENDENCY) };
    let plan = checked(vec![dependency(major("inventory")), major("orders")], vec![taken]);
    let plan = Plan { escalation: Escalation { patience: Patience::None, ..plan.escalation }, ..plan };
    let mut scene = Scene::start(plan);

    scene.ends("orders", pass());
    let commands = scene.ends("inventory", fail());

    assert!(matches!(commands.as_slice(), [Command::Ask { .. }]), "{commands:?}");
    assert_eq!(scene.run.ending(), None);
}

#[test]
fn a_gate_that_only_observes_says_what_the_path_would_have_done_and_does_nothing() {
    let taken = Path { response: Some(Response::Escalate), ways: vec![Way::Page], ..path(DEPENDENCY) };
    let observed: Phase = observing(phase("trial", vec![dependency(critical("inventory"))]));
    let phases = vec![observed, phase("smoke", vec![major("home")])];
    let mut scene = Scene::start(with_paths(plan(phases), vec![taken]));

    scene.ends("inventory", fail());
    scene.ends("home", pass());

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert!(scene.why().contains("armed it would be escalate"), "{}", scene.why());
    assert_eq!(scene.course().decision().unwrap().path, None);
}

#[test]
fn a_decision_that_lets_the_release_stay_takes_a_path_too() {
    let taken = Path { ways: vec![Way::Ticket], to: Some("warehouse team".into()), ..path(DEPENDENCY) };
    let mut scene = Scene::start(checked(vec![major("home"), dependency(minor("inventory"))], vec![taken]));

    scene.ends("home", pass());
    scene.ends("inventory", fail());

    assert_eq!(scene.run.ending(), Some(Ending::Hotfix));
    assert!(scene.why().contains("warehouse team, to be told by: ticket"), "{}", scene.why());
}
