//! The judgement that a user of Kayenta expects: its classes for metrics, its scores for groups and runs.
//!
//! A compatibility preset after Kayenta's `NetflixACAJudge-v1.0`, for teams that bring their canary configs along, and
//! for holding other judges' cases against ours. It promises no error rate under dependence or repeated looks;
//! [`differs`](crate::stat::differs) does. Classes follow the original even where its interval is inexact. What differs,
//! on purpose:
//!
//! - **No noise.** Where both sides are constant the original spreads them by random noise of 1e-5 of the value; here
//!   they are spread by the same amount over the normal distribution's expected places, so that the answer is the same
//!   every time.
//! - **An error is no success.** A metric that can't be judged keeps its critical mark, and counts in its group like a
//!   required metric without values. In the original a run in which every metric fails to be judged scores 100.
//! - **What isn't finite is an error** instead of a value.

pub mod score;
mod solve;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::stat::effect::Effect;
use crate::stat::normal;
use crate::stat::outlier::{Missing, Outliers, Quantity};
use crate::stat::sample::{Refused, Sample, count};
use crate::stat::shift::Interval;

/// The confidence of the interval.
const CONFIDENCE: f64 = 0.98;
/// Which share of the estimated shift the interval must lie beyond.
const TOLERANCE: f64 = 0.25;
/// The spread of two constants, as a share of their values.
const SPREAD: f64 = 1e-5;

/// How one metric is judged: the part of a canary config that its `analysisConfigurations.canary` holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// The groups in whose scores it counts.
    pub groups: Vec<String>,
    /// Which difference is a failure.
    pub direction: Direction,
    /// What is done with missing values.
    pub missing: Missing,
    /// What is done with values far out.
    pub outliers: Outliers,
    /// How large a difference must be.
    pub effect: Bounds,
    /// Whether its failure alone fails the run.
    pub stakes: Stakes,
    /// Whether it must have values.
    pub demand: Demand,
    /// Whether it counts at all.
    pub voice: Voice,
}

/// Which difference is a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// An increase.
    Increase,
    /// A decrease.
    Decrease,
    /// Both.
    #[default]
    Either,
}

/// Whether a metric's failure alone fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stakes {
    /// It counts in its groups.
    #[default]
    Ordinary,
    /// It fails the run.
    Critical,
}

/// Whether a metric must have values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// Without values it doesn't count.
    #[default]
    Optional,
    /// Without values it counts as failed (`mustHaveData`).
    Required,
}

/// Whether a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// It does.
    #[default]
    Counted,
    /// It is judged and shown only (`muted`).
    Muted,
}

/// How large a difference must be to count, and to be critical.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Bounds {
    /// What is measured.
    pub measure: Measure,
    /// The least effect of an increase. By default that of no difference.
    pub allowed_increase: Option<f64>,
    /// The largest effect of a decrease.
    pub allowed_decrease: Option<f64>,
    /// The least effect of a critical increase.
    pub critical_increase: Option<f64>,
    /// The largest effect of a critical decrease.
    pub critical_decrease: Option<f64>,
}

/// How an effect is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The experiment's mean over the control's; 1 is no difference. Unknown when either is zero, and then not asked.
    #[default]
    MeanRatio,
    /// The probability that the experiment has the larger value; 0.5 is no difference.
    Cles,
}

/// A metric's class, by Kayenta's own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Class {
    /// No failure.
    Pass,
    /// The experiment is too high.
    High,
    /// The experiment is too low.
    Low,
    /// A side has no values.
    Nodata,
    /// A side has no values and must have some.
    NodataFailMetric,
    /// It can't be judged.
    Error,
}

/// A metric's class, and how it came to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[must_use]
pub struct Classified {
    /// The class.
    pub class: Class,
    /// Why, in words, without a full stop.
    pub reason: String,
    /// Whether this alone fails the run.
    pub stakes: Stakes,
    /// What was compared, where it came to a comparison.
    pub compared: Option<Compared>,
}

/// The numbers of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Compared {
    /// The estimated shift from control to experiment.
    pub shift: f64,
    /// The bounds as the original would find them: on heavily tied values the lower may exceed the upper.
    pub bounds: Interval,
    /// The effect by the metric's measure, if it has one.
    pub effect: Option<f64>,
}

/// Classifies a metric by its values in control and experiment, of which some may be missing.
pub fn classify(metric: &Metric, control: &[Option<f64>], experiment: &[Option<f64>]) -> Classified {
    let sides = [control, experiment].map(|side| settled(metric, side));
    match sides {
        [Err(Refused::Empty), _] | [_, Err(Refused::Empty)] => without_values(metric),
        [Err(refused), _] | [_, Err(refused)] => unjudged(metric, &format!("{refused}")),
        [Ok(control), Ok(experiment)] => compare(metric, &control, &experiment),
    }
}

/// One side after missing values and outliers.
fn settled(metric: &Metric, side: &[Option<f64>]) -> Result<Sample, Refused> {
    let sample = Sample::new(&metric.missing.settle(side.iter().copied()))?;
    Ok(metric.outliers.settle(sample, Quantity::Level).kept)
}

fn without_values(metric: &Metric) -> Classified {
    let (class, stakes) = match (metric.missing, metric.demand, metric.stakes) {
        (Missing::Zero, _, _) => (Class::Pass, Stakes::Ordinary),
        (Missing::Remove, Demand::Required, Stakes::Ordinary) => (Class::NodataFailMetric, Stakes::Ordinary),
        (Missing::Remove, Demand::Optional | Demand::Required, stakes) => (Class::Nodata, stakes),
    };
    Classified { class, reason: format!("missing values for {}", metric.name), stakes, compared: None }
}

fn unjudged(metric: &Metric, why: &str) -> Classified {
    let reason = format!("{} can't be judged: {why}", metric.name);
    Classified { class: Class::Error, reason, stakes: metric.stakes, compared: None }
}

fn passed(reason: &str) -> Classified {
    Classified { class: Class::Pass, reason: reason.into(), stakes: Stakes::Ordinary, compared: None }
}

fn compare(metric: &Metric, control: &Sample, experiment: &Sample) -> Classified {
    if control.ascending() == experiment.ascending() {
        return passed("both sides have the same values");
    }
    let same = control.least().total_cmp(&experiment.least()).is_eq();
    if control.is_constant() && experiment.is_constant() && same {
        return passed("there is only one value");
    }
    let spread = if control.is_constant() && experiment.is_constant() {
        [control, experiment].map(spread)
    } else {
        [Ok(control.clone()), Ok(experiment.clone())]
    };
    let [Ok(control), Ok(experiment)] = spread else { return unjudged(metric, "its values are too large") };
    match solve::shift(&control, &experiment, CONFIDENCE) {
        Some((shift, bounds)) => {
            let effect = metric.effect.measure.of(&control, &experiment);
            by_bounds(metric, Compared { shift, bounds, effect })
        }
        None => unjudged(metric, "all its values are tied"),
    }
}

/// A constant sample's values, moved to the places at which that many normally distributed ones are expected.
fn spread(constant: &Sample) -> Result<Sample, Refused> {
    let points = count(constant.count());
    let values: Vec<f64> = constant
        .values()
        .iter()
        .enumerate()
        .map(|(place, value)| value + value * SPREAD * normal::quantile((count(place) + 0.5) / points))
        .collect();
    Sample::new(&values)
}

fn by_bounds(metric: &Metric, compared: Compared) -> Classified {
    let reach = TOLERANCE * compared.shift.abs();
    let bounds = metric.effect;
    let at_least = |bound: Option<f64>| compared.effect.is_none_or(|effect| effect >= bounds.or_none(bound));
    let at_most = |bound: Option<f64>| compared.effect.is_none_or(|effect| effect <= bounds.or_none(bound));
    let (class, beyond) =
        if metric.direction.fails_up() && compared.bounds.low > reach && at_least(bounds.allowed_increase) {
            (Class::High, at_least(bounds.critical_increase))
        } else if metric.direction.fails_down() && compared.bounds.high < -reach && at_most(bounds.allowed_decrease) {
            (Class::Low, at_most(bounds.critical_decrease))
        } else {
            (Class::Pass, false)
        };
    let stakes = if beyond { metric.stakes } else { Stakes::Ordinary };
    Classified { class, reason: words(metric, class, stakes, reach), stakes, compared: Some(compared) }
}

fn words(metric: &Metric, class: Class, stakes: Stakes, reach: f64) -> String {
    let mark = match stakes {
        Stakes::Critical => " (critical)",
        Stakes::Ordinary => "",
    };
    let name = &metric.name;
    match class {
        Class::High => format!("{name} is high{mark}: its interval lies above {reach:.4}, a quarter of the shift"),
        Class::Low => format!("{name} is low{mark}: its interval lies below -{reach:.4}, a quarter of the shift"),
        Class::Pass | Class::Nodata | Class::NodataFailMetric | Class::Error => {
            format!("{name} passes: no allowed bound is exceeded")
        }
    }
}

impl Direction {
    fn fails_up(self) -> bool {
        match self {
            Self::Increase | Self::Either => true,
            Self::Decrease => false,
        }
    }

    fn fails_down(self) -> bool {
        match self {
            Self::Decrease | Self::Either => true,
            Self::Increase => false,
        }
    }
}

impl Measure {
    fn of(self, control: &Sample, experiment: &Sample) -> Option<f64> {
        let effect = Effect::of(control, experiment);
        match self {
            Self::MeanRatio => effect.mean_ratio,
            Self::Cles => Some(effect.superiority),
        }
    }
}

impl Bounds {
    /// A bound, or the effect of no difference.
    fn or_none(&self, bound: Option<f64>) -> f64 {
        bound.unwrap_or(match self.measure {
            Measure::MeanRatio => 1.0,
            Measure::Cles => 0.5,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(of: impl IntoIterator<Item = f64>) -> Vec<Option<f64>> {
        of.into_iter().map(Some).collect()
    }

    fn around(level: f64) -> Vec<Option<f64>> {
        values((0..60).map(|n| level + f64::from(n * 37 % 61) / 10.0))
    }

    fn class(metric: &Metric, control: &[Option<f64>], experiment: &[Option<f64>]) -> (Class, Stakes) {
        let found = classify(metric, control, experiment);
        (found.class, found.stakes)
    }

    #[test]
    fn a_direction_filters_what_is_high_or_low() {
        let towards = |direction| Metric { direction, ..Metric::default() };
        let [low, high] = [around(10.0), around(20.0)];

        assert_eq!(class(&towards(Direction::Either), &low, &high).0, Class::High);
        assert_eq!(class(&towards(Direction::Either), &high, &low).0, Class::Low);
        assert_eq!(class(&towards(Direction::Decrease), &low, &high).0, Class::Pass);
        assert_eq!(class(&towards(Direction::Increase), &high, &low).0, Class::Pass);
    }

    #[test]
    fn an_effect_within_its_bounds_passes_and_one_beyond_the_critical_bound_is_critical() {
        let bounds = |allowed, critical| Metric {
            stakes: Stakes::Critical,
            effect: Bounds { allowed_increase: allowed, critical_increase: critical, ..Bounds::default() },
            ..Metric::default()
        };
        let [low, high] = [around(10.0), around(20.0)];

        // The means are 13 and 23.
        assert_eq!(class(&bounds(Some(1.8), None), &low, &high), (Class::Pass, Stakes::Ordinary));
        assert_eq!(class(&bounds(Some(1.5), Some(1.8)), &low, &high), (Class::High, Stakes::Ordinary));
        assert_eq!(class(&bounds(None, Some(1.5)), &low, &high), (Class::High, Stakes::Critical));
    }

    #[test]
    fn missing_values_are_no_data_a_failure_or_zero_as_the_config_says() {
        let (some, none) = (around(10.0), [None, None]);
        let with = |missing, demand, stakes| Metric { missing, stakes, demand, ..Metric::default() };

        let judged = |metric| class(&metric, &some, &none);

        assert_eq!(
            judged(with(Missing::Remove, Demand::Optional, Stakes::Ordinary)),
            (Class::Nodata, Stakes::Ordinary)
        );
        assert_eq!(
            judged(with(Missing::Remove, Demand::Required, Stakes::Critical)),
            (Class::Nodata, Stakes::Critical)
        );
        assert_eq!(judged(with(Missing::Remove, Demand::Required, Stakes::Ordinary)).0, Class::NodataFailMetric);
        assert_eq!(judged(with(Missing::Zero, Demand::Optional, Stakes::Ordinary)).0, Class::Low);
        assert_eq!(class(&with(Missing::Zero, Demand::Required, Stakes::Critical), &some, &[]).0, Class::Pass);
    }

    #[test]
    fn equal_values_in_any_order_pass() {
        let (one, other) = (values([1.0, 2.0, 2.0]), values([2.0, 1.0, 2.0]));

        assert_eq!(class(&Metric::default(), &one, &other).0, Class::Pass);
        assert_eq!(class(&Metric::default(), &values([5.0]), &values([5.0, 5.0])).0, Class::Pass);
    }

    #[test]
    fn two_constants_get_the_same_class_every_time() {
        let constant = |value: f64, points: usize| values(core::iter::repeat_n(value, points));
        let judged = |low, high, points| class(&Metric::default(), &constant(low, points), &constant(high, points)).0;

        assert_eq!(judged(1.0, 1.000_01, 3), Class::Pass);
        assert_eq!(judged(1_000.0, 1_000.01, 60), Class::High);
        assert_eq!(judged(1_000.01, 1_000.0, 60), Class::Low);
        assert_eq!(class(&Metric::default(), &constant(1.0, 3), &constant(2.0, 3)).0, Class::High);
    }

    #[test]
    fn what_can_not_be_judged_is_an_error_and_stays_critical() {
        let metric = Metric { stakes: Stakes::Critical, ..Metric::default() };

        assert_eq!(class(&metric, &values([200.0]), &values([180.0])), (Class::Error, Stakes::Critical));
        assert_eq!(class(&metric, &values([f64::INFINITY]), &around(1.0)), (Class::Error, Stakes::Critical));
    }

    #[test]
    fn a_sparse_error_is_kept_only_without_the_outlier_filter() {
        let control = values([0.0; 360]);
        let errors = values((0..360).map(|n| if n % 18 == 0 { 1.0 } else { 0.0 }));
        let filtered = Metric { outliers: Outliers::FAR_OUT, ..Metric::default() };
        let rare = values((0..360).map(|n| if n % 120 == 0 { 1.0 } else { 0.0 }));

        assert_eq!(class(&filtered, &control, &rare), (Class::Pass, Stakes::Ordinary));
        assert!(classify(&filtered, &control, &rare).compared.is_none());
        assert!(classify(&Metric::default(), &control, &errors).compared.is_some());
    }
}
