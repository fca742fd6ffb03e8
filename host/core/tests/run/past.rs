//! The past as a baseline: what the last confirmed runs saw, and what is none of it.

use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::plan::window::{Baseline, Comparator, Counts, Rule, Signal};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Answer, Event};
use holdpoint_core::run::past::{MOST_SAMPLES, Past, PastRun};
use holdpoint_core::stat::promise::{Alpha, Amount, Direction, Tolerance};
use holdpoint_core::stat::sequential::tally::Counting;
use holdpoint_core::verdict::Sample;

use crate::scene::{Scene, error};
use crate::watching::{above, bound, measured, name, no_data, number, rolled_back_at, seen, signal, watch, watched};

const LAST: Baseline = Baseline::History { runs: 3 };

fn rise(percent: f64) -> Rule {
    Rule { comparator: Comparator::Rise { percent: bound(percent), baseline: LAST }, ..above(0.0) }
}

fn plan_of(rules: Vec<Rule>) -> Plan {
    watched(vec![signal("latency", rules)])
}

/// Noise that is the same each time.
fn noise(count: u32) -> f64 {
    f64::from((count * 7919) % 101) / 101.0 - 0.5
}

/// A run that is watched to its end.
fn lived(name: &str, plan: &Plan, past: Past, sample: impl FnMut(&str, u32) -> Outcome) -> Scene {
    let mut scene = Scene::start_after(name, plan.clone(), past);
    watch(&mut scene, sample);
    scene
}

/// The past of a plan whose runs were confirmed at these levels, the newest last. The first of them have nothing to be
/// compared with, and a person says that they are well.
fn past_of(plan: &Plan, levels: &[f64]) -> Past {
    let mut past = Past::default();
    for (place, level) in levels.iter().enumerate() {
        let mut scene = lived(&format!("run-{place}"), plan, past.clone(), |_, count| number(level + noise(count)));
        if scene.run.ending().is_none() {
            scene.answers(Answer::Confirm { reason: "looked at by hand".into() });
        }
        assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
        past.runs.insert(0, PastRun::of(&scene.run, plan).unwrap());
    }
    past
}

#[test]
fn the_median_of_the_last_confirmed_runs_is_what_is_usual() {
    let plan = plan_of(vec![rise(20.0)]);
    let past = past_of(&plan, &[100.0, 110.0, 102.0]);

    let slower = lived("run-9", &plan, past.clone(), |_, count| number(130.0 + noise(count)));
    let same = lived("run-9", &plan, past, |_, count| number(118.0 + noise(count)));

    assert_eq!(rolled_back_at(&slower), 0);
    assert_eq!(same.run.ending(), Some(Ending::Confirmed));
    let found = &seen(&slower, "latency").rules()[0].fired.as_ref().unwrap().found;
    assert!(found.contains("in the confirmed runs run-2, run-1, run-0"), "{found}");
}

#[test]
fn only_as_many_runs_count_as_the_rule_says() {
    let plan = plan_of(vec![rise(20.0)]);
    let mut past = past_of(&plan, &[100.0, 100.0, 100.0, 110.0, 110.0, 115.0]);
    let last = |past: &Past| past.runs.iter().map(|run| run.run.to_string()).collect::<Vec<_>>();
    assert_eq!(last(&past).len(), 6);

    let well = lived("run-9", &plan, past.clone(), |_, _| number(125.0));
    past.runs.drain(..3);
    let ill = lived("run-9", &plan, past, |_, _| number(125.0));

    assert_eq!(well.run.ending(), Some(Ending::Confirmed));
    assert_eq!(rolled_back_at(&ill), 0);
}

#[test]
fn two_runs_are_no_past_and_that_is_told() {
    let plan = plan_of(vec![rise(20.0)]);
    let past = past_of(&plan, &[100.0, 100.0]);
    assert_eq!(past.lacks(&plan)[0].0.as_str(), "latency");

    let mut scene = lived("run-9", &plan, past, |_, _| number(100.0));

    assert!(matches!(scene.commands.last(), Some(Command::Ask { .. })));
    let asked = &scene.course().phases()[0].gate().unwrap().asked[0].cause;
    assert_eq!(asked.word, "inconclusive");
    let told = "rises by more than 20 % over the last 3 confirmed runs could be judged at 0 of 61 samples: 2 of at least 3 \
                confirmed runs have measured it and were well: run-1, run-0";
    assert!(asked.account.contains(told), "{}", asked.account);
    scene.answers(Answer::Confirm { reason: "looked at by hand".into() });
    assert!(PastRun::of(&scene.run, &plan).is_some(), "somebody has to be the first");
}

#[test]
fn a_rule_that_only_observes_needs_no_past() {
    let plan = plan_of(vec![Rule { arming: Arming::ObserveOnly, ..rise(20.0) }]);

    let scene = lived("run-9", &plan, Past::default(), |_, _| number(100.0));

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn a_run_that_was_not_well_is_no_baseline() {
    let plan = plan_of(vec![Rule { arming: Arming::ObserveOnly, ..rise(20.0) }, above(150.0)]);
    let after = |sample: fn(u32) -> Outcome| {
        let mut scene = lived("run-0", &plan, Past::default(), |_, count| sample(count));
        if matches!(scene.commands.last(), Some(Command::Ask { .. })) {
            scene.answers(Answer::Confirm { reason: "it will do".into() });
        }
        (scene.run.ending(), PastRun::of(&scene.run, &plan).is_some())
    };

    let well = after(|count| number(100.0 + noise(count)));
    let thin = after(|count| if count % 3 == 0 { number(100.0) } else { no_data() });
    let blind = after(|_| error(holdpoint_core::outcome::FaultKind::Unavailable));

    assert_eq!(well, (Some(Ending::Confirmed), true));
    assert_eq!(thin, (Some(Ending::Confirmed), false));
    assert_eq!(blind, (Some(Ending::Confirmed), false));
}

#[test]
fn a_run_that_was_rolled_back_or_rehearsed_is_no_baseline() {
    let plan = plan_of(vec![rise(20.0), above(150.0)]);
    let rolled_back = lived("run-0", &plan, Past::default(), |_, _| number(200.0));
    let mut rehearsed = Scene::start_in(holdpoint_core::run::event::Mode::Rehearsal, plan.clone());
    watch(&mut rehearsed, |_, _| number(100.0));
    rehearsed.answers(Answer::Confirm { reason: "a play".into() });
    assert_eq!(rehearsed.run.ending(), Some(Ending::Confirmed));

    assert_eq!(PastRun::of(&rolled_back.run, &plan), None);
    assert_eq!(PastRun::of(&rehearsed.run, &plan), None);
}

#[test]
fn a_signal_that_was_measured_in_another_way_is_no_baseline() {
    let plan = plan_of(vec![Rule { arming: Arming::ObserveOnly, ..rise(20.0) }]);
    let scene = lived("run-0", &plan, Past::default(), |_, _| number(100.0));
    let with = |change: fn(&mut Signal)| {
        let mut plan = plan.clone();
        change(&mut plan.phases[0].window.as_mut().unwrap().signals[0]);
        PastRun::of(&scene.run, &plan).is_some()
    };

    assert!(with(|signal| signal.interval = signal.interval.times(2)));
    assert!(!with(|signal| signal.check.settings = "{\"query\":\"another\"}".into()));
    assert!(!with(|signal| signal.measurement = Some("p99".into())));
    assert!(!with(|signal| signal.rules.clear()), "what nothing compares with is not frozen");
}

#[test]
fn ranks_means_and_counts_are_compared_with_the_past_too() {
    let (direction, alpha) = (Direction::Rise, Alpha::DEFAULT);
    let tolerance = Tolerance::Relative(Amount::try_new(0.02).unwrap());
    let counts = Counts { events: "errors".into(), of: "requests".into(), counting: Counting::Requests };
    let comparators = [
        Comparator::Differs { baseline: LAST, direction, tolerance, alpha },
        Comparator::Sequential { counts: None, baseline: LAST, direction, tolerance, alpha },
        Comparator::Sequential { counts: Some(counts.clone()), baseline: LAST, direction, tolerance, alpha },
    ];
    for comparator in comparators {
        let rule = Rule { comparator, ..above(0.0) };
        let kept = Signal {
            measurement: Some("value".into()),
            counts: vec![counts.clone()],
            ..signal("latency", vec![rule.clone()])
        };
        let plan = watched(vec![kept]);
        let sample = |level: f64, count: u32| {
            let errors = (level / 10.0 + 3.0 * noise(count)).round();
            measured(&[
                ("value", Sample::Number(level + noise(count))),
                ("errors", Sample::Number(errors)),
                ("requests", Sample::Number(1_000.0)),
            ])
        };
        let mut past = Past::default();
        for place in 0..3 {
            let mut scene =
                lived(&format!("run-{place}"), &plan, past.clone(), |_, count| sample(100.0, count + place));
            scene.answers(Answer::Confirm { reason: "looked at by hand".into() });
            past.runs.insert(0, PastRun::of(&scene.run, &plan).unwrap());
        }

        let worse = lived("run-9", &plan, past.clone(), |_, count| sample(200.0, count));
        let same = lived("run-9", &plan, past, |_, count| sample(100.0, count));

        assert!(rolled_back_at(&worse) < 600, "{rule:?}");
        assert_eq!(same.run.ending(), Some(Ending::Confirmed), "{rule:?}");
        let found = &seen(&worse, "latency").rules()[0].fired.as_ref().unwrap().found;
        assert!(found.ends_with("; before: the confirmed runs run-2, run-1, run-0"), "{found}");
    }
}

#[test]
fn what_is_frozen_has_a_bound_and_is_folded_without_a_store() {
    let plan = plan_of(vec![rise(20.0)]);
    let mut long = plan.clone();
    let window = long.phases[0].window.as_mut().unwrap();
    window.length = Some(window.length.unwrap().times(10));
    let past = past_of(&long, &[100.0, 100.0, 100.0]);
    assert_eq!(past.runs[0].signals[&name("latency")].numbers.len(), MOST_SAMPLES);
    let scene = lived("run-9", &long, past, |_, _| number(130.0));

    let mut again = Run::new();
    for entry in &scene.history {
        let written = serde_json::to_string(entry).unwrap();
        again.step(&serde_json::from_str::<Entry>(&written).unwrap());
    }

    assert_eq!(again, scene.run);
}

#[test]
fn a_journal_that_was_written_without_a_past_is_folded() {
    let scene = lived("run-0", &plan_of(vec![above(150.0)]), Past::default(), |_, _| number(100.0));
    let mut first = serde_json::to_value(&scene.history[0]).unwrap();
    assert!(first["what"]["event"].as_object_mut().unwrap().remove("past").is_some());

    let read: Entry = serde_json::from_value(first).unwrap();

    assert!(matches!(read.what, What::Event { event: Event::Started { past: None, .. } }));
}
