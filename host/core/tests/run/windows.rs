//! Windows: signals that are sampled, rules that fire, and data that is not there. (S-1 to S-6)

use holdpoint_core::outcome::{FaultKind, Outcome};
use holdpoint_core::plan::check::Urgency;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::window::{Baseline, Comparator, Rule, Signal, Traffic, Window};
use holdpoint_core::response::Response;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Answer;
use holdpoint_core::stat::promise::{Alpha, Amount, Direction, Tolerance};
use holdpoint_core::time::{Moment, Span};
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finds, Measurement, Sample};

use crate::scene::{Scene, called, cancelled, ended, error, fail, phase, plan, timeout, with_rollback};
use crate::watching::*;

#[test]
fn a_quiet_window_is_confirmed_at_its_end() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));

    watch(&mut scene, |_, _| number(0.001));

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert_eq!((seen(&scene, "errors").taken().len(), scene.now().0), (61, 600_000));
    assert!(scene.course().phases()[0].gate().unwrap().asked[0].cause.account.contains("61 of 61"));
}

#[test]
fn a_bound_is_not_above_itself_and_what_is_above_it_fires_at_once() {
    let rules = vec![above(0.02)];
    let mut at_it = Scene::start(watched(vec![signal("errors", rules.clone())]));
    let mut beyond = Scene::start(watched(vec![signal("errors", rules)]));

    watch(&mut at_it, |_, _| number(0.02));
    watch(&mut beyond, |_, count| number(if count == 7 { 0.020_000_1 } else { 0.02 }));

    assert_eq!(at_it.run.ending(), Some(Ending::Confirmed));
    assert_eq!(rolled_back_at(&beyond), 70);
}

#[test]
fn a_rule_fires_when_its_condition_has_held_for_the_whole_time_and_not_before() {
    let rule = Rule { held: MINUTE.times(5), ..above(0.02) };
    let mut broken_once = Scene::start(watched(vec![signal("errors", vec![rule.clone()])]));
    let mut unbroken = Scene::start(watched(vec![signal("errors", vec![rule])]));

    watch(&mut broken_once, |_, count| number(if count % 30 == 29 { 0.01 } else { 0.03 }));
    watch(&mut unbroken, |_, count| number(if count < 5 { 0.01 } else { 0.03 }));

    assert_eq!(broken_once.run.ending(), Some(Ending::Confirmed));
    assert_eq!(rolled_back_at(&unbroken), 50 + 300);
}

#[test]
fn a_sample_without_data_neither_breaks_nor_lengthens_the_span() {
    let rule = Rule { held: MINUTE, ..above(0.02) };
    let mut scene = Scene::start(watched(vec![signal("errors", vec![rule])]));

    // Above from the first sample on, and no data at the second and at the seventh, which would be the minute.
    watch(&mut scene, |_, count| if count == 1 || count == 6 { no_data() } else { number(0.03) });

    assert_eq!(rolled_back_at(&scene), 70);
}

#[test]
fn the_stronger_of_two_rules_wins_and_the_weaker_one_escalates() {
    let slow = Rule { held: MINUTE.times(5), response: Response::Escalate, urgency: Urgency::AtOnce, ..above(0.02) };
    let plan = || watched(vec![signal("errors", vec![slow.clone(), above(0.05)])]);
    let (mut creeping, mut breaking) = (Scene::start(plan()), Scene::start(plan()));

    watch(&mut creeping, |_, _| number(0.03));
    watch(&mut breaking, |_, count| number(if count < 10 { 0.03 } else { 0.06 }));

    assert!(matches!(creeping.commands.last(), Some(Command::Ask { .. })), "{:?}", creeping.commands.last());
    assert_eq!(creeping.now().0, 300_000);
    assert_eq!(rolled_back_at(&breaking), 100);
    let Some(Command::Ask { question, .. }) = creeping.commands.last() else { unreachable!() };
    assert!(question.contains("errors is above 0.02 for 5m: 0.03 against 0.02 at most"), "{question}");
}

#[test]
fn a_provider_that_goes_down_never_confirms_and_never_rolls_back() {
    for gone in [timeout(), error(FaultKind::Unavailable), measured(&[("value", Sample::ProviderDown)]), no_data()] {
        let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));

        watch(&mut scene, |_, count| if count < 50 { number(0.001) } else { gone.clone() });

        assert!(matches!(scene.commands.last(), Some(Command::Ask { .. })), "{:?}", scene.commands.last());
        assert_eq!(scene.course().phases()[0].gate().unwrap().asked[0].cause.word, "inconclusive");
    }
}

#[test]
fn no_class_but_a_number_is_a_breach_or_a_pass() {
    let classes = [
        Sample::NoData,
        Sample::NotANumber,
        Sample::NotFinite,
        Sample::Ambiguous,
        Sample::WrongType,
        Sample::ProviderDown,
    ];
    for class in classes {
        for rule in [above(0.02), Rule { comparator: Comparator::Below { bound: bound(0.02) }, ..above(0.0) }] {
            let mut scene = Scene::start(watched(vec![signal("errors", vec![rule])]));

            watch(&mut scene, |_, _| measured(&[("value", class)]));

            assert_eq!(scene.course().decision().unwrap().decided.as_str(), "escalate", "{class:?}");
        }
    }
}

#[test]
fn too_little_data_is_told_by_what_is_missing() {
    let account = |sample: fn(u32) -> Outcome| {
        let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));
        watch(&mut scene, |_, count| sample(count));
        scene.course().phases()[0].gate().unwrap().asked[0].cause.account.clone()
    };

    let never = account(|_| no_data());
    let gap = account(|count| if (20..24).contains(&count) { no_data() } else { number(0.0) });
    let thin = account(|count| if count % 8 == 1 { no_data() } else { number(0.0) });
    let enough = account(|count| if count % 12 == 1 { no_data() } else { number(0.0) });

    assert!(never.starts_with("none of 61 samples was data"), "{never}");
    assert!(gap.starts_with("data was missing for 40s, and may be for 30s"), "{gap}");
    assert!(thin.starts_with("53 of 61 samples were data, and 90 % must be"), "{thin}");
    assert!(enough.starts_with("56 of 61 samples"), "{enough}");
}

#[test]
fn a_sample_that_the_provider_took_long_ago_is_no_data() {
    let frozen = |seconds_ago: i64, now: u64| {
        let at = 1_800_000_000_000 + i64::try_from(now).unwrap() - seconds_ago * 1_000;
        let Outcome::Said { verdict } = number(0.0) else { unreachable!() };
        let measurements =
            verdict.measurements().iter().cloned().map(|it| Measurement { taken_at: Some(Moment(at)), ..it }).collect();
        let draft =
            Draft { finds: Finds::Pass, summary: "looked".into(), findings: vec![], measurements, labels: vec![] };
        Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
    };
    for (age, ending) in [(20, Some(Ending::Confirmed)), (21, None)] {
        let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));

        watch(&mut scene, |_, count| frozen(age, u64::from(count) * 10_000));

        assert_eq!(scene.run.ending(), ending, "{age} s");
    }
}

#[test]
fn three_requests_are_no_evidence() {
    let traffic = Some(Traffic { measurement: "requests".into(), least: bound(100.0) });
    let signal = Signal { measurement: Some("error-rate".into()), traffic, ..signal("errors", vec![above(0.02)]) };
    let sample =
        |rate, requests| measured(&[("error-rate", Sample::Number(rate)), ("requests", Sample::Number(requests))]);
    let mut quiet = Scene::start(watched(vec![signal.clone()]));
    let mut busy = Scene::start(watched(vec![signal]));

    watch(&mut quiet, |_, count| if count == 5 { sample(1.0, 3.0) } else { sample(0.0, 1_000.0) });
    watch(&mut busy, |_, count| if count == 5 { sample(1.0, 100.0) } else { sample(0.0, 1_000.0) });

    assert_eq!(quiet.run.ending(), Some(Ending::Confirmed));
    assert_eq!(rolled_back_at(&busy), 50);
}

#[test]
fn what_the_plugin_itself_calls_bad_is_bad() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![])]));

    watch(&mut scene, |_, count| if count == 3 { fail() } else { number(0.0) });

    assert_eq!(scene.course().decision().unwrap().decided.as_str(), "roll-back");
}

#[test]
fn a_rise_is_measured_against_what_an_earlier_phase_saw() {
    let rise = |percent| Rule {
        comparator: Comparator::Rise {
            percent: bound(percent),
            baseline: Baseline::Signal { name: name("errors-before") },
        },
        ..above(0.0)
    };
    let run = |percent| {
        let phases = vec![
            watching("preflight", vec![signal("errors-before", vec![])]),
            watching("observe", vec![signal("errors", vec![rise(percent)])]),
        ];
        let mut scene = Scene::start(with_rollback(plan(phases)));
        // The median before is 0.010, whatever the two wild ones say.
        watch(&mut scene, |name, count| match (name, count) {
            ("errors-before", 3 | 4) => number(0.5),
            ("errors-before", _) => number(0.010),
            (_, count) => number(if count < 20 { 0.010 } else { 0.014 }),
        });
        scene
    };

    let (fires, quiet) = (run(30.0), run(50.0));

    assert_eq!(rolled_back_at(&fires), 600 + 200);
    assert_eq!(quiet.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn two_cohorts_are_compared_at_the_same_moment() {
    let drop = Rule {
        comparator: Comparator::Drop { percent: bound(20.0), baseline: Baseline::Signal { name: name("stable") } },
        ..above(0.0)
    };
    let mut scene = Scene::start(watched(vec![signal("stable", vec![]), signal("canary", vec![drop])]));

    // Traffic falls for both in the night; the canary loses more from its thirtieth sample on.
    watch(&mut scene, |name, count| {
        let night = 100.0 - f64::from(count);
        number(if name == "canary" && count >= 30 { night * 0.7 } else { night })
    });

    assert_eq!(rolled_back_at(&scene), 300);
}

#[test]
fn a_difference_in_ranks_is_found_and_explained() {
    let differs = Rule {
        comparator: Comparator::Differs {
            baseline: Baseline::Signal { name: name("before") },
            direction: Direction::Rise,
            tolerance: Tolerance::Relative(Amount::try_new(0.02).unwrap()),
            alpha: Alpha::DEFAULT,
        },
        ..above(0.0)
    };
    let run = |factor: f64| {
        let phases = vec![
            watching("preflight", vec![signal("before", vec![])]),
            watching("observe", vec![signal("latency", vec![differs.clone()])]),
        ];
        let mut scene = Scene::start(with_rollback(plan(phases)));
        watch(&mut scene, |name, count| {
            let jitter = f64::from((count * 7919) % 101) / 101.0;
            number((100.0 + 10.0 * jitter) * if name == "latency" { factor } else { 1.0 })
        });
        scene
    };

    let (slower, same) = (run(1.3), run(1.0));

    assert!(rolled_back_at(&slower) < 1_200);
    assert_eq!(same.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn a_rule_that_only_observes_is_told_and_does_nothing() {
    let rule = Rule { arming: Arming::ObserveOnly, ..above(0.02) };
    let mut scene = Scene::start(watched(vec![signal("errors", vec![rule])]));

    watch(&mut scene, |_, count| number(if count == 4 { 0.5 } else { 0.0 }));

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    assert!(seen(&scene, "errors").rules()[0].fired.is_some());
    assert!(scene.course().phases()[0].gate().unwrap().asked[0].cause.account.contains("only observe"));
}

#[test]
fn a_slow_call_costs_the_samples_that_it_missed_and_no_others() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));

    let commands = scene.commands.clone();
    assert_eq!(called(&commands), ["errors"]);
    scene.waits(Span::from_secs(25));
    assert!(called(&scene.ends("errors", number(0.0))).is_empty());
    let next = scene.run.wakes().unwrap().at;

    assert_eq!(next.0, 30_000);
}

#[test]
fn a_waiver_lets_the_run_go_on_past_a_window_that_could_not_be_judged() {
    let phases = vec![watching("observe", vec![signal("errors", vec![above(0.02)])]), phase("verify", vec![])];
    let mut scene = Scene::start(with_rollback(plan(phases)));
    watch(&mut scene, |_, _| no_data());

    scene.answers(Answer::Confirm { reason: "the provider is being replaced".into() });

    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
    let asked = scene.course().phases()[0].asked();
    assert_eq!((asked[0].cause.word, asked[0].response), ("waived", None));
}

#[test]
fn an_interrupted_window_stops_its_calls() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));

    let commands = scene.is_interrupted();

    assert!(commands.iter().any(|command| matches!(command, Command::Cancel { .. })), "{commands:?}");
    assert_eq!(scene.run.ending(), Some(Ending::Cancelled));
}

#[test]
fn a_mean_that_rises_is_found_by_a_bet_that_is_looked_at_after_every_sample() {
    let sequential = |baseline| Rule {
        comparator: Comparator::Sequential {
            counts: None,
            baseline,
            direction: Direction::Rise,
            tolerance: Tolerance::Relative(Amount::try_new(0.02).unwrap()),
            alpha: Alpha::DEFAULT,
        },
        ..above(0.0)
    };
    let jitter = |count: u32| f64::from((count * 7919) % 101) / 101.0 - 0.5;
    let run = |baseline: &str, factor: f64| {
        let baseline = match baseline {
            "constant" => Baseline::Constant { value: bound(100.0) },
            signal => Baseline::Signal { name: name(signal) },
        };
        let phases = vec![
            watching("preflight", vec![signal("before", vec![])]),
            watching("observe", vec![signal("stable", vec![]), signal("latency", vec![sequential(baseline)])]),
        ];
        let mut scene = Scene::start(with_rollback(plan(phases)));
        watch(&mut scene, |signal, count| {
            let noise = jitter(count + if signal == "stable" { 31 } else { 0 });
            number((100.0 + 10.0 * noise) * if signal == "latency" { factor } else { 1.0 })
        });
        scene
    };
    for baseline in ["constant", "before", "stable"] {
        let (slower, same) = (run(baseline, 1.3), run(baseline, 1.0));

        assert!(rolled_back_at(&slower) < 1_200, "{baseline}");
        assert_eq!(same.run.ending(), Some(Ending::Confirmed), "{baseline}");
    }
}

#[test]
fn a_leak_is_found_before_it_reaches_any_bound() {
    let trend = Rule {
        comparator: Comparator::Trend {
            direction: Direction::Rise,
            tolerance: Tolerance::Relative(Amount::try_new(0.05).unwrap()),
            alpha: Alpha::DEFAULT,
        },
        ..above(0.0)
    };
    let run = |slope: f64| {
        let mut scene = Scene::start(watched(vec![signal("memory", vec![above(400.0), trend.clone()])]));
        watch(&mut scene, |_, count| {
            let jitter = f64::from((count * 7919) % 101) / 101.0;
            number(100.0 + slope * f64::from(count) + 5.0 * jitter)
        });
        scene
    };

    let (leaking, steady) = (run(1.0), run(0.0));

    assert!(rolled_back_at(&leaking) < 600);
    assert_eq!(steady.run.ending(), Some(Ending::Confirmed));
    assert!(seen(&leaking, "memory").rules()[0].fired.is_none());
}

#[test]
fn data_that_is_missing_at_the_start_is_missing_for_as_long_as_anywhere_else() {
    for (missing, ending) in [(3, Some(Ending::Confirmed)), (4, None)] {
        let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));

        watch(&mut scene, |_, count| if count < missing { no_data() } else { number(0.0) });

        assert_eq!(scene.run.ending(), ending, "{missing} samples");
    }
}

#[test]
fn samples_that_were_never_taken_at_the_start_are_a_gap_too() {
    let window = |phase: Phase| {
        let window = phase.window.map(|window| Window { delay: Span::from_secs(10), coverage: 50, ..window });
        Phase { window, ..phase }
    };
    let mut scene = Scene::start(plan(vec![window(watching("observe", vec![signal("errors", vec![above(0.02)])]))]));

    // The host slept through the first minute and a half.
    scene.waits(Span::from_secs(90));
    scene.sleeps();
    watch(&mut scene, |_, _| number(0.0));

    assert_eq!(scene.run.ending(), None);
    let account = &scene.course().phases()[0].gate().unwrap().asked[0].cause.account;
    assert!(account.starts_with("data was missing for 1m20s"), "{account}");
}

#[test]
fn the_end_of_a_window_waits_for_its_last_sample_and_wakes_nobody_meanwhile() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));
    for _ in 0..60 {
        scene.ends("errors", number(0.0));
        scene.sleeps();
    }

    let wake = scene.run.wakes().unwrap();

    assert_eq!(scene.now().0, 600_000);
    assert_eq!((wake.at.0, wake.why.as_str()), (620_000, "a slow sample of phase observe"));
    scene.ends("errors", number(0.0));
    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn a_sample_whose_call_never_ends_is_given_up_and_the_window_goes_on() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));
    let hanging = scene.call_of("errors").unwrap();

    let commands = scene.sleeps();

    assert_eq!(scene.now().0, 20_000);
    assert_eq!((cancelled(&commands), called(&commands)), (vec![hanging], vec![]));
    let taken = &seen(&scene, "errors").taken()[0];
    assert_eq!((taken.sample, taken.call), (Sample::ProviderDown, hanging));
    assert_eq!(scene.happens(ended(hanging, number(1.0))), [], "it ends in silence");
    watch(&mut scene, |_, _| number(0.0));
    assert_eq!(scene.run.ending(), Some(Ending::Confirmed));
}

#[test]
fn a_rule_that_is_only_noted_does_not_hide_that_the_rest_could_not_be_found_out() {
    let noted = Rule { response: Response::Note, ..above(0.02) };
    let mut scene = Scene::start(watched(vec![signal("errors", vec![noted])]));

    watch(&mut scene, |_, count| match count {
        0 => number(0.5),
        1..=20 => number(0.0),
        _ => no_data(),
    });

    assert!(matches!(scene.commands.last(), Some(Command::Ask { .. })), "{:?}", scene.commands.last());
    assert_eq!(scene.course().phases()[0].gate().unwrap().asked[0].cause.word, "inconclusive");
}

#[test]
fn a_rule_that_is_answered_at_once_does_not_wait_for_a_stronger_one_that_is_not() {
    let stronger = Rule { urgency: Urgency::AtTheGate, ..above(0.02) };
    let hasty = Rule { response: Response::Escalate, ..above(0.05) };
    let mut scene = Scene::start(watched(vec![signal("errors", vec![stronger, hasty])]));

    watch(&mut scene, |_, count| number(if count < 10 { 0.03 } else { 0.06 }));

    assert_eq!(rolled_back_at(&scene), 100, "the gate closes at once, and the strongest wins there");
}

#[test]
fn a_host_that_slept_past_the_end_of_a_window_samples_nothing_more_for_it() {
    let mut scene = Scene::start(watched(vec![signal("errors", vec![above(0.02)])]));
    scene.ends("errors", number(0.0));
    scene.waits(MINUTE.times(11));

    scene.sleeps();

    assert_eq!(seen(&scene, "errors").taken().len(), 1);
    let account = &scene.course().phases()[0].gate().unwrap().asked[0].cause.account;
    assert!(account.starts_with("data was missing for 10m, and may be for 30s"), "{account}");
}

#[test]
fn the_evidence_of_a_rule_is_of_the_sample_at_which_it_fired() {
    let at_the_gate = Rule { urgency: Urgency::AtTheGate, ..above(0.02) };
    let mut scene = Scene::start(watched(vec![signal("errors", vec![at_the_gate])]));

    watch(&mut scene, |_, count| number(if count == 7 { 0.5 } else { 0.0 }));

    let cause = &scene.course().phases()[0].gate().unwrap().asked[0].cause;
    let eighth = &seen(&scene, "errors").taken()[7];
    assert_eq!((cause.call, cause.evidence), (Some(eighth.call), eighth.evidence));
    assert!(eighth.evidence.is_some());
}

#[test]
fn a_rule_whose_baseline_has_no_data_could_not_be_judged() {
    let rise = Rule {
        comparator: Comparator::Rise {
            percent: bound(30.0),
            baseline: Baseline::Signal { name: name("errors-before") },
        },
        ..above(0.0)
    };
    let account = |rule: Rule| {
        let mut before = signal("errors-before", vec![]);
        before.check.on_inconclusive = Response::Note;
        let phases = vec![watching("preflight", vec![before]), watching("observe", vec![signal("errors", vec![rule])])];
        let mut scene = Scene::start(with_rollback(plan(phases)));
        watch(&mut scene, |name, _| if name == "errors" { number(0.5) } else { no_data() });
        let gate = scene.course().phases()[1].gate().unwrap();
        (gate.asked[0].cause.word, gate.asked[0].cause.account.clone(), scene.run.ending())
    };

    let (armed, why, holds) = account(rise.clone());
    let (noted, _, goes_on) = account(Rule { response: Response::Note, ..rise.clone() });
    let (observed, _, goes_on_too) = account(Rule { arming: Arming::ObserveOnly, ..rise });

    assert_eq!((armed, holds), ("inconclusive", None));
    let told = "whether it rises by more than 30 % over errors-before could be judged at 0 of 61 samples: its baseline";
    assert!(why.starts_with(told), "{why}");
    assert_eq!([noted, observed], ["pass", "pass"]);
    assert_eq!([goes_on, goes_on_too], [Some(Ending::Confirmed); 2]);
}

#[test]
fn a_cohort_that_falls_silent_leaves_the_other_one_unjudged() {
    let drop = Rule {
        comparator: Comparator::Drop { percent: bound(20.0), baseline: Baseline::Signal { name: name("stable") } },
        ..above(0.0)
    };
    for (silent_from, ending) in [(56, Some(Ending::Confirmed)), (40, None)] {
        let mut stable = signal("stable", vec![]);
        stable.check.on_inconclusive = Response::Note;
        let mut scene = Scene::start(watched(vec![stable, signal("canary", vec![drop.clone()])]));

        watch(&mut scene, |name, count| if name == "stable" && count >= silent_from { no_data() } else { number(1.0) });

        assert_eq!(scene.run.ending(), ending, "silent from sample {silent_from} on");
    }
}

#[test]
fn a_comparison_of_too_few_samples_is_not_the_same_as_no_difference() {
    let differs = Rule {
        comparator: Comparator::Differs {
            baseline: Baseline::Signal { name: name("before") },
            direction: Direction::Rise,
            tolerance: Tolerance::Relative(Amount::try_new(0.02).unwrap()),
            alpha: Alpha::DEFAULT,
        },
        ..above(0.0)
    };
    let short = |name: &str, signals| {
        let phase = watching(name, signals);
        let window = phase.window.map(|window| Window { length: Some(Span::from_secs(20)), ..window });
        Phase { window, ..phase }
    };
    let phases = vec![
        short("preflight", vec![signal("before", vec![])]),
        short("observe", vec![signal("after", vec![differs])]),
    ];
    let mut scene = Scene::start(with_rollback(plan(phases)));

    watch(&mut scene, |_, count| number(100.0 + f64::from(count)));

    assert_eq!(scene.run.ending(), None);
    assert_eq!(scene.course().phases()[1].gate().unwrap().asked[0].cause.word, "inconclusive");
}
