//! Events that are counted: rules that know how many requests a sample stands on.

use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::window::{Baseline, Comparator, Counts, Rule, Signal};
use holdpoint_core::run::ending::Ending;
use holdpoint_core::stat::promise::{Alpha, Amount, Direction, Tolerance};
use holdpoint_core::stat::sequential::tally::{Counting, Tally};
use holdpoint_core::verdict::Sample;

use crate::scene::{Scene, plan, with_rollback};
use crate::watching::{above, bound, measured, name, rolled_back_at, seen, signal, watch, watched, watching};

fn counts(counting: Counting) -> Counts {
    Counts { events: "errors".into(), of: "requests".into(), counting }
}

fn rises(baseline: Baseline, counting: Counting) -> Rule {
    Rule {
        comparator: Comparator::Sequential {
            counts: Some(counts(counting)),
            baseline,
            direction: Direction::Rise,
            tolerance: Tolerance::Relative(Amount::try_new(0.1).unwrap()),
            alpha: Alpha::DEFAULT,
        },
        ..above(0.0)
    }
}

/// A signal that keeps its counts; its own measurement is their share.
fn counted(name: &str, rules: Vec<Rule>) -> Signal {
    let counts = vec![counts(Counting::Requests)];
    Signal { measurement: Some("share".into()), counts, ..signal(name, rules) }
}

fn tally(events: f64, of: f64) -> Outcome {
    measured(&[
        ("share", Sample::Number(events / of)),
        ("errors", Sample::Number(events)),
        ("requests", Sample::Number(of)),
    ])
}

/// Errors that come now and then, so that this many of a thousand requests fail.
fn errors_at(count: u32, share: f64) -> f64 {
    let total = |samples: u32| (f64::from(samples) * 1_000.0 * share).floor();
    total(count + 1) - total(count)
}

#[test]
fn a_share_of_errors_that_doubles_is_found_against_each_kind_of_baseline() {
    let run = |baseline: &str, share: f64| {
        let against = match baseline {
            "constant" => Baseline::Constant { value: bound(0.01) },
            signal => Baseline::Signal { name: name(signal) },
        };
        let phases = vec![
            watching("preflight", vec![counted("before", vec![])]),
            watching(
                "observe",
                vec![counted("stable", vec![]), counted("canary", vec![rises(against, Counting::Requests)])],
            ),
        ];
        let mut scene = Scene::start(with_rollback(plan(phases)));
        watch(&mut scene, |signal, count| {
            tally(errors_at(count, if signal == "canary" { share } else { 0.01 }), 1_000.0)
        });
        scene
    };
    for baseline in ["constant", "before", "stable"] {
        let (worse, same) = (run(baseline, 0.02), run(baseline, 0.01));

        assert!(rolled_back_at(&worse) < 600 + 300, "{baseline}");
        assert_eq!(same.run.ending(), Some(Ending::Confirmed), "{baseline}");
        let fired = seen(&worse, "canary").rules()[0].fired.clone().unwrap();
        assert!(fired.found.contains("0.01"), "{baseline}: {}", fired.found);
    }
}

#[test]
fn the_same_share_says_more_among_more_requests() {
    let fires_at = |requests: f64| {
        let rule = rises(Baseline::Constant { value: bound(0.01) }, Counting::Requests);
        let mut scene = Scene::start(watched(vec![counted("errors", vec![rule])]));
        watch(&mut scene, |_, _| tally(0.05 * requests, requests));
        seen(&scene, "errors").rules()[0].fired.clone().map(|fired| fired.at.0 / 1_000)
    };

    let (busy, quiet) = (fires_at(10_000.0), fires_at(20.0));

    assert!(busy < quiet, "{busy:?} and {quiet:?}");
    assert!(busy.is_some_and(|at| at <= 60), "{busy:?}");
}

#[test]
fn a_rate_is_counted_per_unit_of_exposure() {
    let rule = Rule {
        comparator: match rises(Baseline::Constant { value: bound(2.0) }, Counting::Exposure).comparator {
            Comparator::Sequential { counts: Some(counts), baseline, direction, tolerance, alpha } => {
                Comparator::Sequential {
                    counts: Some(Counts { events: "restarts".into(), of: "hours".into(), ..counts }),
                    baseline,
                    direction,
                    tolerance,
                    alpha,
                }
            }
            other => other,
        },
        ..above(0.0)
    };
    let kept = Counts { events: "restarts".into(), of: "hours".into(), counting: Counting::Exposure };
    let run = |restarts: f64| {
        let watched_one = Signal {
            measurement: Some("restarts".into()),
            counts: vec![kept.clone()],
            ..signal("restarts", vec![rule.clone()])
        };
        let mut scene = Scene::start(watched(vec![watched_one]));
        // More events than units of exposure are no contradiction.
        watch(&mut scene, |_, _| measured(&[("restarts", Sample::Number(restarts)), ("hours", Sample::Number(3.0))]));
        scene
    };

    assert!(rolled_back_at(&run(30.0)) < 300);
    assert_eq!(run(6.0).run.ending(), Some(Ending::Confirmed));
}

#[test]
fn a_sample_whose_counts_can_not_be_is_no_data() {
    let rule = rises(Baseline::Constant { value: bound(0.01) }, Counting::Requests);
    let share = ("share", Sample::Number(0.0));
    let cases: [(&str, &[(&str, Sample)]); 7] = [
        ("no measurement \"errors\"", &[share]),
        ("requests is not known", &[share, ("errors", Sample::Number(1.0)), ("requests", Sample::NotANumber)]),
        ("no measurement \"requests\"", &[share, ("errors", Sample::Number(1.0))]),
        (
            "there are more events than requests",
            &[share, ("errors", Sample::Number(3.0)), ("requests", Sample::Number(2.0))],
        ),
        (
            "events are counted in whole numbers",
            &[share, ("errors", Sample::Number(0.4)), ("requests", Sample::Number(2.0))],
        ),
        (
            "errors is -1, which is no count",
            &[share, ("errors", Sample::Number(-1.0)), ("requests", Sample::Number(2.0))],
        ),
        ("several of \"errors\"", &[share, ("errors", Sample::Number(1.0)), ("errors", Sample::Number(1.0))]),
    ];
    for (why, measurements) in cases {
        let mut scene = Scene::start(watched(vec![counted("errors", vec![rule.clone()])]));

        watch(&mut scene, |_, _| measured(measurements));

        let asked = &scene.course().phases()[0].gate().unwrap().asked[0].cause;
        assert_eq!(asked.word, "inconclusive", "{why}");
        assert!(asked.account.contains(why), "{why}: {}", asked.account);
    }
}

#[test]
fn what_a_provider_extrapolates_of_the_requests_is_rounded() {
    let rule = rises(Baseline::Constant { value: bound(0.01) }, Counting::Requests);
    let mut scene = Scene::start(watched(vec![counted("errors", vec![rule])]));

    watch(&mut scene, |_, _| tally(1.0, 240.4));

    assert_eq!(seen(&scene, "errors").taken()[0].tallies, [Tally { events: 1, of: 240 }]);
}
