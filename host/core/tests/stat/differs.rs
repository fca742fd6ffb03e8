//! `differs` on noise: what it promises, in a size that fits a test run. `table` prints the full one.

use holdpoint_core::stat::class::Class;
use holdpoint_core::stat::differs::terms::{Points, Terms, Watch};
use holdpoint_core::stat::differs::{Compared, Judgement, judge};
use holdpoint_core::stat::sample::Sample;
use proptest::prelude::*;

use crate::noise::Noise;
use crate::watch::{Judge, metric, stepped};

/// Looks from the first judgeable point to 180, closely at first.
const LOOKS: [usize; 14] = [10, 20, 30, 33, 36, 40, 45, 51, 60, 75, 95, 120, 150, 180];

fn judged(baseline: &Sample, window: &Sample, terms: &Terms) -> Judgement {
    judge(&Compared { baseline: Some(baseline), window: Some(window), history: None }, terms)
}

#[test]
fn without_a_change_alarms_stay_rare_whatever_the_dependence_and_however_often_one_looks() {
    for rho in [0.0, 0.5, 0.8, 0.95] {
        let share = Judge::differs(180).share(250, &LOOKS, metric(rho, 0.0, 180));

        // About 1 % are expected; more than 3.5 % of 250 would be nine.
        assert!(share <= 0.035, "autocorrelation {rho}: {share}");
    }
}

#[test]
fn a_judge_that_takes_dependent_points_for_independent_does_raise_false_alarms() {
    let naive = Terms { points: Points::Independent, watch: Watch::Once, ..Terms::default() };

    let share = Judge::Differs(naive).share(100, &LOOKS, metric(0.8, 0.0, 180));

    assert!(share > 0.3, "{share}");
}

#[test]
fn a_rise_of_a_tenth_is_found_within_sixty_points_when_they_are_independent() {
    let share = Judge::differs(60).share(250, &LOOKS[..9], metric(0.0, 0.1, 60));

    assert!(share >= 0.93, "{share}");
}

#[test]
fn a_rise_of_a_tenth_is_found_within_a_hundred_and_eighty_points_that_remember() {
    let share = Judge::differs(180).share(150, &LOOKS, metric(0.5, 0.1, 180));

    assert!(share >= 0.9, "{share}");
}

/// Latency goes up by 34 % at minute 10 of 30, sampled every 10 seconds, after 10 minutes of baseline.
#[test]
fn a_step_in_the_middle_of_a_window_is_found() {
    let step = |rho| Judge::differs(180).share(150, &LOOKS, stepped(rho, (0.34, 60), [60, 180]));
    let soon = Judge::differs(180).share(150, &LOOKS[..12], stepped(0.0, (0.34, 60), [60, 180]));

    assert!(step(0.0) >= 0.97 && step(0.5) >= 0.85, "{} and {}", step(0.0), step(0.5));
    assert!(soon >= 0.9, "ten minutes after the step: {soon}");
}

#[test]
fn heavy_tails_raise_no_more_alarms() {
    let share = Judge::differs(180).share(250, &LOOKS, |noise: &mut Noise| [noise.heavy(180), noise.heavy(180)]);

    assert!(share <= 0.03, "{share}");
}

/// Half of it remembers by 0.95, half of it is fresh noise that hides this from a short look.
fn veiled(noise: &mut Noise, points: usize) -> Sample {
    let slow = noise.remembering(0.95, points);
    Sample::new(&slow.into_iter().map(|value| value + noise.normal()).collect::<Vec<_>>()).unwrap()
}

#[test]
fn a_long_past_shows_a_dependence_that_a_short_window_hides() {
    let mut noise = Noise::new(9);
    let (mut blind, mut knowing) = (0, 0);
    for _ in 0..100 {
        let [baseline, window, past] = [120, 120, 1_440].map(|points| veiled(&mut noise, points));
        let compared = Compared { baseline: Some(&baseline), window: Some(&window), history: None };
        blind += u32::from(judge(&compared, &Terms::default()).class.is_difference());
        let compared = Compared { history: Some(&past), ..compared };
        knowing += u32::from(judge(&compared, &Terms::default()).class.is_difference());
    }

    assert!(knowing <= 3 && blind > 3 * knowing.max(1), "{knowing} of 100 with a past, {blind} without");
}

fn series(points: std::ops::Range<usize>) -> impl Strategy<Value = Sample> {
    prop::collection::vec(prop_oneof![-3..3_i32, -1000..1000_i32], points)
        .prop_map(|values| Sample::new(&values.into_iter().map(f64::from).collect::<Vec<_>>()).unwrap())
}

fn mirrored(sample: &Sample) -> Sample {
    Sample::new(&sample.values().iter().map(|value| -value).collect::<Vec<_>>()).unwrap()
}

proptest! {
    #[test]
    fn every_comparison_has_a_class_and_its_bounds_in_order(first in series(1..90), second in series(1..90)) {
        let found = judged(&first, &second, &Terms::default());

        let facts = found.found.unwrap();
        prop_assert!(facts.interval.is_none_or(|it| it.low <= facts.shift && facts.shift <= it.high), "{facts:?}");
        prop_assert!(facts.p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{facts:?}");
        prop_assert!(!found.reason.is_empty() && !found.reason.ends_with('.'));
        prop_assert_eq!(found, judged(&first, &second, &Terms::default()));
    }

    #[test]
    fn a_difference_is_one_whose_chance_is_below_the_promise(first in series(30..60), second in series(30..60)) {
        let found = judged(&first, &second, &Terms::default());

        prop_assert_eq!(found.class.is_difference(), found.found.unwrap().p.unwrap() <= found.limits.alpha.as_f64());
    }

    #[test]
    fn upside_down_an_increase_is_a_decrease(first in series(10..60), second in series(10..60)) {
        let upright = judged(&first, &second, &Terms::default()).class;
        let upside_down = judged(&mirrored(&first), &mirrored(&second), &Terms::default()).class;

        let expected = match upright {
            Class::Increased => Class::Decreased,
            Class::Decreased => Class::Increased,
            Class::NoData | Class::TooEarly | Class::NoDifference => upright,
        };
        prop_assert_eq!(upside_down, expected);
    }

    #[test]
    fn units_make_no_difference(first in series(10..60), second in series(10..60)) {
        let in_other_units = |sample: &Sample| {
            Sample::new(&sample.values().iter().map(|value| value * 1024.0).collect::<Vec<_>>()).unwrap()
        };

        let plain = judged(&first, &second, &Terms::default()).class;

        prop_assert_eq!(judged(&in_other_units(&first), &in_other_units(&second), &Terms::default()).class, plain);
    }
}
