//! Laws that hold whatever comes in.

use holdpoint_core::stat::class::Class;
use holdpoint_core::stat::dependence::Dependence;
use holdpoint_core::stat::promise::{Alpha, Amount, Direction, Tolerance};
use holdpoint_core::stat::sample::{Sample, count};
use holdpoint_core::stat::sequential::design::Design;
use holdpoint_core::stat::sequential::mean::Mean;
use holdpoint_core::stat::sequential::share::Share;
use holdpoint_core::stat::sequential::share_after::ShareAfter;
use holdpoint_core::stat::sequential::share_pair::SharePair;
use holdpoint_core::stat::sequential::tally::{Counting, Tally};
use holdpoint_core::stat::trend::{self, Series};
use holdpoint_core::time::Elapsed;
use proptest::collection::vec;
use proptest::prelude::*;

/// Numbers of every size and kind, ties among them.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-50_i32..50).prop_map(f64::from),
        4 => -1e3..1e3,
        1 => -1e150..1e150,
        1 => prop::num::f64::ANY,
    ]
}

fn finite(limit: f64) -> impl Strategy<Value = f64> {
    prop_oneof![3 => (-20_i32..20).prop_map(f64::from), 1 => -limit..limit]
}

fn any_design() -> impl Strategy<Value = Design> {
    let direction = prop_oneof![Just(Direction::Rise), Just(Direction::Drop), Just(Direction::Either)];
    (1e-6..0.5, direction, 0.0..2.0, any::<bool>(), any::<u32>()).prop_map(
        |(alpha, direction, tolerated, relative, horizon)| {
            let amount = Amount::try_new(tolerated).unwrap();
            let tolerance = if relative { Tolerance::Relative(amount) } else { Tolerance::Absolute(amount) };
            Design { alpha: Alpha::try_new(alpha).unwrap(), direction, tolerance, horizon }
        },
    )
}

fn any_tally() -> impl Strategy<Value = Tally> {
    prop_oneof![
        4 => (0_u64..200).prop_flat_map(|of| (0..=of).prop_map(move |events| Tally { events, of })),
        1 => (any::<u64>(), any::<u64>()).prop_map(|(events, of)| Tally { events, of }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn means_are_judged_whatever_comes_in(design in any_design(), baseline in vec(finite(1e150), 1..80),
                                          window in vec(any_number(), 0..80)) {
        let mut judge = Mean::against_baseline(design, &Sample::new(&baseline).unwrap());
        for value in window {
            let taken = judge.push(value).is_ok();
            prop_assert_eq!(taken, value.is_finite() && value.abs() <= Sample::LARGEST);
        }
        let judgement = judge.judge();
        prop_assert_eq!(judgement.class, judge.class());
        prop_assert!(!judgement.reason().is_empty() && !judgement.log_e.is_nan());
        let text = serde_json::to_string(&judgement).unwrap();
        prop_assert_eq!(serde_json::to_string(&judge.judge()).unwrap(), text);
    }

    #[test]
    fn a_finding_lies_outside_its_interval(baseline in vec(finite(1e3), 30..60), window in vec(finite(1e3), 8..60),
                                           shift in -40.0..40.0) {
        let mut judge = Mean::against_baseline(Design::default(), &Sample::new(&baseline).unwrap());
        for value in window {
            judge.push(value + shift).unwrap();
        }
        let judgement = judge.judge();
        if let Some(interval) = judgement.interval {
            let (low, high) = (interval.low.unwrap_or(f64::MIN), interval.high.unwrap_or(f64::MAX));
            prop_assert!(low <= high);
            match judgement.class {
                Class::Increased => prop_assert!(low >= -1e-6),
                Class::Decreased => prop_assert!(high <= 1e-6),
                Class::NoDifference => prop_assert!(low <= 1e-6 && high >= -1e-6),
                Class::NoData | Class::TooEarly => prop_assert!(false, "no interval was due"),
            }
        }
    }

    #[test]
    fn turning_values_upside_down_turns_the_finding(baseline in vec(finite(1e3), 30..60),
                                                    window in vec(finite(1e3), 8..60), shift in -40.0..40.0) {
        let judged = |sign: f64| {
            let baseline: Vec<f64> = baseline.iter().map(|value| sign * value).collect();
            let mut judge = Mean::against_baseline(Design::default(), &Sample::new(&baseline).unwrap());
            for value in &window {
                judge.push(sign * (value + shift)).unwrap();
            }
            judge.class()
        };
        let turned = match judged(1.0) {
            Class::Increased => Class::Decreased,
            Class::Decreased => Class::Increased,
            same @ (Class::NoData | Class::TooEarly | Class::NoDifference) => same,
        };
        prop_assert_eq!(judged(-1.0), turned);
    }

    #[test]
    fn shares_are_judged_whatever_comes_in(design in any_design(), level in 0.0..=1.0, before in vec(any_tally(), 0..40),
                                           window in vec(any_tally(), 0..60)) {
        let possible: Vec<Tally> =
            before.into_iter().filter(|tally| tally.check(Counting::Requests).is_ok()).collect();
        let mut share = Share::against_constant(design, Counting::Requests, level).unwrap();
        let mut after = ShareAfter::against_baseline(design, Counting::Requests, &possible).unwrap();
        let mut pair = SharePair::start(design, Counting::Requests);
        for (place, tally) in window.iter().enumerate() {
            let taken = tally.check(Counting::Requests).is_ok();
            prop_assert_eq!(share.push(*tally).is_ok(), taken);
            prop_assert_eq!(after.push(*tally).is_ok(), taken);
            let other = possible.get(place).copied().unwrap_or(Tally { events: 0, of: 1 });
            prop_assert_eq!(pair.push(*tally, other).is_ok(), taken);
        }
        for (judgement, class) in
            [(share.judge(), share.class()), (after.judge(), after.class()), (pair.judge(), pair.class())]
        {
            prop_assert_eq!(judgement.class, class);
            prop_assert!(!judgement.log_e.is_nan() && !judgement.reason().is_empty());
            prop_assert!(judgement.effective >= 0.0);
        }
    }

    #[test]
    fn a_share_goes_on_where_it_was_put_away(window in vec((0_u64..5, 5_u64..50), 1..60)) {
        let mut here = SharePair::start(Design::default(), Counting::Requests);
        let mut there = here;
        for (events, of) in window {
            for judge in [&mut here, &mut there] {
                judge.push(Tally { events, of }, Tally { events: 1, of: 20 }).unwrap();
            }
            there = serde_json::from_str(&serde_json::to_string(&there).unwrap()).unwrap();
        }
        prop_assert_eq!(here.judge(), there.judge());
    }

    #[test]
    fn a_dependence_is_never_a_gain(baseline in vec(finite(1e150), 0..60), window in vec(finite(1e150), 0..60)) {
        let found = Dependence::estimate(&baseline, &window);

        prop_assert!(found.inflation >= 1.0 && found.inflation.is_finite());
        prop_assert!(found.freedom > 0.0 && (-1.0..=1.0).contains(&found.rho));
        prop_assert!(found.effective(window.len()) <= count(window.len()));
    }

    #[test]
    fn a_dependence_knows_no_unit(baseline in vec(-1e3..1e3, 20..60), window in vec(-1e3..1e3, 20..60),
                                  factor in 1e-3..1e3) {
        let scaled = |values: &[f64]| values.iter().map(|value| factor * value + 7.0).collect::<Vec<_>>();

        let found = Dependence::estimate(&baseline, &window);
        let other = Dependence::estimate(&scaled(&baseline), &scaled(&window));

        prop_assert!((found.inflation / other.inflation - 1.0).abs() < 1e-6, "{} {}", found, other);
    }

    #[test]
    fn trends_are_judged_whatever_comes_in(design in any_design(), steps in vec((0_u64..100_000, finite(1e150)), 1..60)) {
        let mut at = 0;
        let readings: Vec<(Elapsed, f64)> = steps.into_iter().map(|(step, value)| {
            at += step;
            (Elapsed(at), value)
        }).collect();
        let judgement = trend::judge(&design, &Series::new(&readings).unwrap(), None);

        prop_assert!(!judgement.reason().is_empty() && !judgement.log_e.is_nan());
        if let Some(interval) = judgement.interval {
            prop_assert!(interval.low.unwrap_or(f64::MIN) <= interval.high.unwrap_or(f64::MAX));
        }
    }
}
