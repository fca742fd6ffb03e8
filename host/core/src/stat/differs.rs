//! `differs`: whether a window lies above or below a baseline, by the Mann–Whitney test, looked at as often as one
//! likes.
//!
//! Two things ruin such tests on service metrics, and both are paid for in width. Neighbouring points depend on each
//! other: U's variance is multiplied by the estimated [inflation](Dependence::inflation) of the ranks' means (Yue and
//! Wang, "The influence of serial correlation on the Mann–Whitney test for detecting a shift in median", Advances in
//! Water Resources 25, 2002), and that the inflation is itself an estimate costs degrees of freedom (Zwiers and von
//! Storch, "Taking serial correlation into account in tests of the mean", Journal of Climate 8, 1995). And a window that
//! is looked at while it grows gets many chances: the boundary (Siegmund, Sequential Analysis, 1985, chapter IV) holds
//! over all of them.
//!
//! What that achieves, by the ignored tests in `host/core/tests/stat/table.rs`, 1 % promised and a look after every point
//! from 10 to 180: without a change it raises a false alarm in 0.6 % of windows at autocorrelation 0, 1.2 % at 0.5, 1.3 % at
//! 0.8 and 1.9 % at 0.95 (where many windows end as too early to tell). A rise by one standard deviation is found in
//! 96 % of windows within 60 independent points, and in 98 % within 180 points at autocorrelation 0.5. A rise by 3.4
//! standard deviations that begins at point 60 of 180, after 60 points of baseline, is found in 99 % of windows within the
//! next 60 points at autocorrelation 0, and by the end in 95 % at 0.5.
//!
//! What it can't do: all of the window is compared, so that a change near its end shows only as far as it moves the whole. A
//! change at point 120 of 180 is found in 65 % of windows after 60 independent points of baseline, in 99 % after 180. And a
//! slow wandering beneath as much fresh noise isn't seen in so few points, and then 37 % of all windows raise a false
//! alarm, unless a [history](Compared::history) of about a thousand points shows it.
//!
//! Ranks don't see an order in time: a creep within the window is another rule's affair.

pub mod terms;
mod width;
mod reason;

use alloc::string::String;

use serde::Serialize;

use self::terms::Terms;
use self::width::{Clear, Width, dependence, least_effective};
use crate::stat::class::Class;
use crate::stat::dependence::Dependence;
use crate::stat::effect::Effect;
use crate::stat::promise::Alpha;
use crate::stat::sample::Sample;
use crate::stat::shift::{self, Interval};

/// The fewest points on either side from which a series can be judged by its ranks: fewer can't show how they depend
/// on each other.
pub const FEWEST: usize = 30;

/// The fewest points on either side from which a window can be judged [far out](FAR_OUT).
pub const FEWEST_FAR_OUT: usize = 10;

/// How many times everything that the baseline has shown a shift must come to, to be judged before there are
/// [`FEWEST`] points. No dependence and no tail that service metrics have reaches this by chance.
pub const FAR_OUT: f64 = 10.0;

/// The fewest independent points' worth on either side that is called a level.
pub const STEADY: f64 = 4.0;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared<'a> {
    /// What the window is held against; none when nothing was measured.
    pub baseline: Option<&'a Sample>,
    /// What is judged, in order of time; none when nothing was measured.
    pub window: Option<&'a Sample>,
    /// A longer past of the same metric, from which its dependence is estimated instead of from the baseline.
    pub history: Option<&'a Sample>,
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[must_use]
pub struct Judgement {
    /// What it came to.
    pub class: Class,
    /// Why, in words, without a full stop.
    pub reason: String,
    /// How many points the baseline and the window have.
    pub points: [usize; 2],
    /// What was found; none where a side has no points.
    pub found: Option<Found>,
    /// What it was held against.
    pub limits: Limits,
}

/// What was found when both sides have points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Found {
    /// By how much the window lies above the baseline (Hodges–Lehmann).
    pub shift: f64,
    /// The same as a share of the baseline's median; none where that is zero.
    pub relative: Option<f64>,
    /// Where the true shift lies, at all looks together with a probability of 1 - α. None where so few points can't
    /// say.
    pub interval: Option<Interval>,
    /// How large the difference is, whatever the numbers of points.
    pub effect: Effect,
    /// The probability that a difference beyond the tolerance as clear as this one turns up at any look by chance. Held
    /// against α. None before there are [`FEWEST`] points.
    pub p: Option<f64>,
    /// What was estimated about the dependence between neighbouring points.
    pub dependence: Dependence,
    /// How many independent points the less steady side counts as, by itself. Below [`STEADY`] it wanders, or creeps,
    /// over its whole length, and has no level that could be compared.
    pub effective: f64,
    /// By what the class was found.
    pub ground: Ground,
}

/// By what a class was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// By ranks.
    Ranks,
    /// By its sheer size, before there were enough points for ranks.
    FarOut,
    /// By nothing: there are too few points.
    Nothing,
}

/// What a difference was held against.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// The promised chance of a false alarm.
    pub alpha: Alpha,
    /// How far from the tolerance the test statistic must lie, in standard deviations.
    pub critical: f64,
    /// What counts as no difference, in the metric's unit.
    pub tolerance: f64,
}

/// Compares a window with a baseline. Total: whatever is compared has a class.
pub fn judge(compared: &Compared<'_>, terms: &Terms) -> Judgement {
    let points = [compared.baseline, compared.window].map(|side| side.map_or(0, Sample::count));
    let (Some(baseline), Some(window)) = (compared.baseline, compared.window) else {
        let limits = Limits { alpha: terms.alpha, critical: terms.critical(terms.looks(0)), tolerance: 0.0 };
        return said(Class::NoData, points, None, limits);
    };
    let looks = terms.looks(baseline.count().min(window.count()));
    let limits = Limits {
        alpha: terms.alpha,
        critical: terms.critical(looks),
        tolerance: terms.tolerance.at(baseline.median()),
    };
    let shift = shift::estimate(baseline, window);
    let dependence = dependence(compared, baseline, window, terms.points);
    let width = Width::of(&dependence, baseline, window, terms.points);
    let mut found = Found {
        shift,
        relative: relative(shift, baseline.median()),
        interval: width.interval([baseline, window], terms.points, limits.critical),
        effect: Effect::of(baseline, window),
        p: None,
        dependence,
        effective: least_effective(baseline, window, terms.points),
        ground: Ground::Nothing,
    };
    let class = if terms.has_enough(baseline, window) {
        let clear = Clear::of(baseline, window, limits.tolerance, terms.points, width);
        found.p = Some(terms.chance(looks, clear));
        found.ground = Ground::Ranks;
        terms.class(clear, limits.critical, &found)
    } else {
        let class = terms.class_far_out(baseline, window, shift);
        found.ground = if class.is_difference() { Ground::FarOut } else { Ground::Nothing };
        class
    };
    said(class, points, Some(found), limits)
}

fn said(class: Class, points: [usize; 2], found: Option<Found>, limits: Limits) -> Judgement {
    let reason = reason::words(class, points, found.as_ref(), &limits);
    Judgement { class, reason, points, found, limits }
}

fn relative(shift: f64, level: f64) -> Option<f64> {
    let share = shift / level.abs();
    if share.is_finite() { Some(share) } else { None }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::terms::{Points, Watch};
    use super::*;
    use crate::stat::promise::{Amount, Direction, Tolerance};

    fn judged(baseline: &[f64], window: &[f64], terms: &Terms) -> Judgement {
        let (baseline, window) = (Sample::new(baseline).unwrap(), Sample::new(window).unwrap());
        judge(&Compared { baseline: Some(&baseline), window: Some(&window), history: None }, terms)
    }

    fn class(baseline: &[f64], window: &[f64]) -> Class {
        judged(baseline, window, &Terms::default()).class
    }

    /// Points scattered around a level, without order in time.
    fn around(level: f64, points: u32) -> Vec<f64> {
        (0..points).map(|n| level + f64::from(n * 73 % 101) / 10.0 - 5.0).collect()
    }

    #[test]
    fn nothing_measured_is_no_data_on_either_side() {
        let some = Sample::new(&[1.0]).unwrap();

        for (baseline, window) in [(None, None), (Some(&some), None), (None, Some(&some))] {
            let found = judge(&Compared { baseline, window, history: None }, &Terms::default());
            assert_eq!((found.class, found.found), (Class::NoData, None));
        }
    }

    #[test]
    fn a_clear_shift_is_found_and_said_with_its_bounds() {
        let found = judged(&around(100.0, 60), &around(110.0, 60), &Terms::default());

        assert_eq!(found.class, Class::Increased);
        let facts = found.found.unwrap();
        let bounds = facts.interval.unwrap();
        assert!(bounds.low > 0.01 && bounds.low <= facts.shift && facts.shift <= bounds.high, "{facts:?}");
        assert!((facts.shift - 10.0).abs() < 1.0 && facts.p.unwrap() < 0.01);
        assert!(found.reason.starts_with("increased by 10.00 (10.0 %, between "), "{}", found.reason);
    }

    #[test]
    fn the_same_twice_is_no_difference() {
        let found = judged(&around(100.0, 60), &around(100.0, 60), &Terms::default());

        assert_eq!(found.class, Class::NoDifference);
        assert!(found.found.unwrap().p.unwrap() > 0.5);
    }

    #[test]
    fn before_thirty_points_it_is_too_early() {
        assert_eq!(class(&around(100.0, 29), &around(110.0, 60)), Class::TooEarly);
        assert_eq!(class(&around(100.0, 60), &around(110.0, 29)), Class::TooEarly);
        assert_eq!(class(&[200.0], &[180.0]), Class::TooEarly);
    }

    #[test]
    fn what_is_far_out_needs_no_thirty_points() {
        let baseline: Vec<f64> = (1..=10).map(f64::from).collect();
        let window = [100.0, 2.0, 300.0, 400.0, 5.0, 600.0, 700.0, 8.0, 900.0, 1_000.0];

        let found = judged(&baseline, &window, &Terms::default());

        assert_eq!((found.class, found.found.unwrap().ground), (Class::Increased, Ground::FarOut));
        assert!(found.reason.contains("ten times beyond everything"), "{}", found.reason);
        let only_drops = Terms { direction: Direction::Drop, ..Terms::default() };
        assert_eq!(judged(&baseline, &window, &only_drops).class, Class::TooEarly);
        assert_eq!(class(&[0.0; 10], &window), Class::TooEarly);
    }

    #[test]
    fn two_constants_that_differ_by_rounding_get_the_same_answer_every_time() {
        assert_eq!(class(&[1.0; 3], &[1.000_01; 3]), Class::TooEarly);
        assert_eq!(class(&[1.0; 60], &[1.000_01; 60]), Class::NoDifference);
        let strict = Terms { tolerance: Tolerance::NONE, ..Terms::default() };
        assert_eq!(judged(&[1.0; 60], &[1.000_01; 60], &strict).class, Class::Increased);
    }

    #[test]
    fn rare_errors_count_and_too_few_of_them_are_chance() {
        let with = |errors: usize| {
            let mut values = vec![0.0; 360];
            values.iter_mut().skip(7).step_by(23).take(errors).for_each(|value| *value = 1.0);
            values
        };

        assert_eq!(class(&with(0), &with(3)), Class::NoDifference);
        let found = judged(&with(0), &with(15), &Terms::default());
        assert_eq!(found.class, Class::Increased);
        assert!(found.reason.starts_with("increased in that 52 % of pairs have the larger value"), "{}", found.reason);
        assert_eq!(class(&with(15), &with(0)), Class::Decreased);
    }

    #[test]
    fn a_ramp_is_too_dependent_to_be_called_the_same() {
        let ramp: Vec<f64> = (70..130).map(f64::from).collect();
        let flat: Vec<f64> = (0..60).map(|n| f64::from(100 + n % 5)).collect();

        let found = judged(&flat, &ramp, &Terms::default());

        assert_eq!(found.class, Class::TooEarly);
        assert!(found.found.unwrap().effective < STEADY, "{found:?}");
    }

    #[test]
    fn a_difference_within_the_tolerance_is_none() {
        let terms =
            |share| Terms { tolerance: Tolerance::Relative(Amount::try_new(share).unwrap()), ..Terms::default() };

        assert_eq!(judged(&around(100.0, 60), &around(110.0, 60), &terms(0.05)).class, Class::Increased);
        assert_eq!(judged(&around(100.0, 60), &around(110.0, 60), &terms(0.1)).class, Class::NoDifference);
        assert_eq!(judged(&around(-100.0, 60), &around(-110.0, 60), &terms(0.05)).class, Class::Decreased);
    }

    #[test]
    fn only_the_direction_that_was_asked_for_is_found() {
        let terms = |direction| Terms { direction, ..Terms::default() };
        let [low, high] = [around(100.0, 60), around(110.0, 60)];

        assert_eq!(judged(&low, &high, &terms(Direction::Rise)).class, Class::Increased);
        assert_eq!(judged(&low, &high, &terms(Direction::Drop)).class, Class::NoDifference);
        assert_eq!(judged(&high, &low, &terms(Direction::Drop)).class, Class::Decreased);
        assert_eq!(judged(&high, &low, &terms(Direction::Rise)).class, Class::NoDifference);
    }

    #[test]
    fn a_single_look_needs_less_than_many() {
        let critical = |watch| judged(&[1.0], &[2.0], &Terms { watch, ..Terms::default() }).limits.critical;

        assert!((critical(Watch::Once) - 2.575_829_303_548_9).abs() < 1e-9);
        assert!(critical(Watch::Growing { most: 60 }) < critical(Watch::Growing { most: 180 }));
    }

    #[test]
    fn few_independent_points_are_judged_exactly() {
        let terms = Terms { points: Points::Independent, watch: Watch::Once, ..Terms::default() };
        let [low, high] = [[1.0, 2.0, 3.0, 4.0, 5.0], [11.0, 12.0, 13.0, 14.0, 15.0]];

        let found = judged(&low, &high, &terms);

        assert_eq!(found.class, Class::Increased);
        assert!((found.found.unwrap().p.unwrap() - 2.0 / 252.0).abs() < 1e-9);
        assert_eq!(found.found.unwrap().interval, Some(Interval { low: 6.0, high: 14.0 }));
        assert_eq!(judged(&low, &low, &terms).class, Class::NoDifference);
    }

    #[test]
    fn points_that_could_not_show_any_difference_show_no_sameness() {
        let terms = Terms { points: Points::Independent, watch: Watch::Once, ..Terms::default() };

        let found = judged(&[1.0, 2.0, 3.0], &[11.0, 12.0, 13.0], &terms);

        assert_eq!((found.class, found.found.unwrap().interval), (Class::TooEarly, None));
        assert!(found.reason.contains("no arrangement of so few points"), "{}", found.reason);
    }

    #[test]
    fn a_step_in_the_middle_of_a_window_is_no_dependence_and_is_said() {
        let window: Vec<f64> = around(118.0, 60).into_iter().chain(around(158.0, 60)).collect();

        let found = judged(&around(118.0, 60), &window, &Terms::default());

        assert_eq!(found.class, Class::Increased, "{}", found.reason);
        assert_eq!(found.found.unwrap().dependence.step, Some(60));
        assert!(found.reason.contains("baseline and window around a step at its point 61, 180 points"));
    }

    #[test]
    fn a_long_history_that_remembers_makes_the_test_wider() {
        let (baseline, window) = (Sample::new(&around(100.0, 40)).unwrap(), Sample::new(&around(104.0, 40)).unwrap());
        let slow: Vec<f64> = (0..2_000).map(|n| libm::sin(f64::from(n) / 9.0)).collect();
        let history = Sample::new(&slow).unwrap();
        let compared = Compared { baseline: Some(&baseline), window: Some(&window), history: None };

        let without = judge(&compared, &Terms::default());
        let with = judge(&Compared { history: Some(&history), ..compared }, &Terms::default());

        assert_eq!(without.class, Class::Increased);
        assert!(with.found.unwrap().dependence.rho > 0.9);
        assert_ne!(with.class, Class::Increased);
    }
}
