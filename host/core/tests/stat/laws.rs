//! Laws that hold for all samples: symmetry, invariance, and the order of bounds.
#![expect(clippy::float_cmp, reason = "these laws hold to the last bit")]

use holdpoint_core::stat::effect::Effect;
use holdpoint_core::stat::kayenta::{Metric, classify};
use holdpoint_core::stat::mann_whitney::{Alternative, MannWhitney, Method};
use holdpoint_core::stat::outlier::{Outliers, Quantity};
use holdpoint_core::stat::sample::Sample;
use holdpoint_core::stat::shift;
use proptest::prelude::*;

/// Any finite value that a sample accepts, the awkward ones often.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-5..5_i32).prop_map(f64::from),
        4 => -1e3..1e3_f64,
        1 => -1e150..1e150_f64,
        1 => prop::sample::select(vec![0.0, -0.0, 5e-324, -5e-324, 1e-300, 1e150, -1e150, 0.1, 1.000_000_000_000_000_2]),
    ]
}

fn sample(most: usize) -> impl Strategy<Value = Sample> {
    prop::collection::vec(value(), 1..most).prop_map(|values| Sample::new(&values).unwrap())
}

/// Small integers: many ties, and exact arithmetic.
fn tied(most: usize) -> impl Strategy<Value = Sample> {
    prop::collection::vec(-8..8_i32, 1..most)
        .prop_map(|values| Sample::new(&values.into_iter().map(f64::from).collect::<Vec<_>>()).unwrap())
}

fn mapped(sample: &Sample, change: impl Fn(f64) -> f64) -> Sample {
    Sample::new(&sample.values().iter().map(|value| change(*value)).collect::<Vec<_>>()).unwrap()
}

proptest! {
    #[test]
    fn estimates_lie_between_their_bounds(first in sample(60), second in sample(60), confidence in 0.5..0.9999_f64) {
        let estimate = shift::estimate(&first, &second);
        if let Some(bounds) = shift::interval(&first, &second, confidence) {
            prop_assert!(bounds.low <= estimate && estimate <= bounds.high, "{bounds:?} and {estimate}");
        }
    }

    #[test]
    fn more_confidence_never_makes_an_interval_narrower(first in sample(40), second in sample(40)) {
        let intervals = [0.8, 0.95, 0.99].map(|confidence| shift::interval(&first, &second, confidence));
        for pair in intervals.windows(2) {
            if let [Some(less), Some(more)] = pair {
                prop_assert!(more.low <= less.low && less.high <= more.high);
            }
            prop_assert!(pair[0].is_some() || pair[1].is_none());
        }
    }

    #[test]
    fn the_two_sides_can_be_exchanged(first in tied(30), second in tied(30)) {
        let there = MannWhitney::test(&first, &second, Alternative::Larger);
        let back = MannWhitney::test(&second, &first, Alternative::Smaller);

        prop_assert!((there.u + back.u - there.pairs).abs() < 1e-9);
        prop_assert!((there.p - back.p).abs() < 1e-12);
        prop_assert_eq!(shift::estimate(&first, &second), 0.0 - shift::estimate(&second, &first));
    }

    #[test]
    fn ranks_only_see_the_order(first in tied(30), second in tied(30)) {
        let stretched = |sample: &Sample| mapped(sample, |value| value.powi(3) + value);

        for alternative in [Alternative::Larger, Alternative::Smaller, Alternative::Either] {
            let plain = MannWhitney::test(&first, &second, alternative);
            prop_assert_eq!(plain, MannWhitney::test(&stretched(&first), &stretched(&second), alternative));
        }
    }

    #[test]
    fn a_shift_moves_with_its_samples(first in tied(30), second in tied(30), by in -100..100_i32) {
        let by = f64::from(by);
        let moved = shift::estimate(&first, &mapped(&second, |value| value + by));

        prop_assert_eq!(moved, shift::estimate(&first, &second) + by);
        let doubled = shift::estimate(&mapped(&first, |value| 2.0 * value), &mapped(&second, |value| 2.0 * value));
        prop_assert_eq!(doubled, 2.0 * shift::estimate(&first, &second));
    }

    #[test]
    fn a_shift_is_the_median_of_all_differences(first in sample(20), second in sample(20)) {
        let mut all: Vec<f64> =
            first.values().iter().flat_map(|low| second.values().iter().map(move |high| high - low)).collect();
        all.sort_by(f64::total_cmp);
        let middle = f64::midpoint(all[(all.len() - 1) / 2], all[all.len() / 2]);

        prop_assert_eq!(shift::estimate(&first, &second), middle);
    }

    #[test]
    fn probabilities_are_probabilities_and_the_two_methods_are_neighbours(first in tied(20), second in tied(20)) {
        let [exact, normal] =
            [Method::Exact, Method::Normal].map(|method| MannWhitney::by(method, &first, &second, Alternative::Either).p);

        prop_assert!((0.0..=1.0).contains(&exact) && (0.0..=1.0).contains(&normal));
        if first.count().min(second.count()) >= 10 {
            prop_assert!((exact - normal).abs() < 0.05, "{exact} and {normal}");
        }
    }

    #[test]
    fn effects_stay_in_their_ranges(first in sample(40), second in sample(40)) {
        let effect = Effect::of(&first, &second);

        prop_assert!((0.0..=1.0).contains(&effect.superiority) && (-1.0..=1.0).contains(&effect.delta));
        prop_assert!(effect.mean_ratio.is_none_or(f64::is_finite));
    }

    #[test]
    fn a_filter_loses_nothing_and_keeps_something(sample in sample(60), factor in 0.0..5.0_f64) {
        let before = sample.count();
        let found = Outliers::Fence { factor }.settle(sample, Quantity::Level);

        prop_assert_eq!(found.kept.count() + found.removed.len(), before);
    }

    #[test]
    fn whatever_kayenta_is_given_has_a_class(
        control in prop::collection::vec(prop::option::of(any::<f64>()), 0..20),
        experiment in prop::collection::vec(prop::option::of(any::<f64>()), 0..20),
    ) {
        let metric = Metric { outliers: Outliers::FAR_OUT, ..Metric::default() };

        let found = classify(&metric, &control, &experiment);

        prop_assert_eq!(found, classify(&metric, &control, &experiment));
    }
}
