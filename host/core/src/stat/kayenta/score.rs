//! Scores: what the classes of all metrics come to, by groups and for the run.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Class, Classified, Metric, Stakes, Voice};
use crate::stat::sample::count;

/// The share of metrics without values, in percent, from which a run fails.
const TOO_MANY_WITHOUT_VALUES: f64 = 50.0;

/// How a run is scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scoring {
    /// The weights of groups, in percent. Those without one share what is left of 100.
    #[serde(default)]
    pub group_weights: BTreeMap<String, f64>,
    /// From which score on a run passes.
    pub pass: f64,
    /// From which score on it is marginal.
    pub marginal: f64,
}

/// A run's score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[must_use]
pub struct Scored {
    /// From 0 to 100, unless weights exceed 100; two decimals.
    pub score: f64,
    /// The band that it falls into.
    pub band: Band,
    /// Why, in words, without a full stop.
    pub reason: String,
    /// The scores of the groups. One without any counted metric reports 0 and counts as 100, as in the original.
    pub groups: BTreeMap<String, Group>,
}

/// A group's score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Group {
    /// The share of its counted metrics that pass, in percent.
    pub score: f64,
    /// How many of its metrics count.
    pub counted: usize,
    /// Its weight, in percent.
    pub weight: f64,
}

/// Which band a score falls into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Band {
    /// At least the pass threshold.
    Pass,
    /// At least the marginal threshold.
    Marginal,
    /// Neither.
    Fail,
}

/// Scores a run. Muted metrics are left out first.
pub fn score(scoring: &Scoring, metrics: &[(Metric, Classified)]) -> Scored {
    let heard: Vec<&(Metric, Classified)> = metrics
        .iter()
        .filter(|(metric, _)| match metric.voice {
            Voice::Counted => true,
            Voice::Muted => false,
        })
        .collect();
    let groups = groups(scoring, &heard);
    let (score, reason) = if let Some((_, failed)) = heard.iter().find(|(_, found)| fails_the_run(found)) {
        (0.0, format!("a critical metric failed: {}", failed.reason))
    } else if without_values(&heard) >= TOO_MANY_WITHOUT_VALUES {
        (0.0, format!("{TOO_MANY_WITHOUT_VALUES} % or more of the metrics have no values"))
    } else {
        let score = summary(&groups);
        (score, format!("{score} of 100; {} passes, {} is marginal", scoring.pass, scoring.marginal))
    };
    Scored { score, band: scoring.band(score), reason, groups }
}

fn fails_the_run(found: &Classified) -> bool {
    match (found.stakes, found.class) {
        (Stakes::Ordinary, _) | (Stakes::Critical, Class::Pass) => false,
        (Stakes::Critical, Class::High | Class::Low | Class::Nodata | Class::NodataFailMetric | Class::Error) => true,
    }
}

/// The share of metrics without values, in percent.
fn without_values(metrics: &[&(Metric, Classified)]) -> f64 {
    let without = metrics.iter().filter(|(_, found)| found.class == Class::Nodata).count();
    if without == 0 { 0.0 } else { count(without) / count(metrics.len()) * 100.0 }
}

fn groups(scoring: &Scoring, metrics: &[&(Metric, Classified)]) -> BTreeMap<String, Group> {
    let names: BTreeSet<&String> = metrics.iter().flat_map(|(metric, _)| &metric.groups).collect();
    let unweighted = names.iter().filter(|name| !scoring.group_weights.contains_key(**name)).count();
    let left = (100.0 - scoring.group_weights.values().sum::<f64>()) / count(unweighted.max(1));
    let group = |name: &String| {
        let weight = scoring.group_weights.get(name).copied().unwrap_or(left);
        Group { weight, ..of_classes(metrics, name) }
    };
    names.into_iter().map(|name| (name.clone(), group(name))).collect()
}

/// The share of passes among what counts in a group.
fn of_classes(metrics: &[&(Metric, Classified)], name: &String) -> Group {
    let (mut passes, mut counted) = (0, 0);
    for (_, found) in metrics.iter().filter(|(metric, _)| metric.groups.contains(name)) {
        match found.class {
            Class::Pass => {
                passes += 1;
                counted += 1;
            }
            Class::High | Class::Low | Class::NodataFailMetric | Class::Error => counted += 1,
            Class::Nodata => {}
        }
    }
    let score = if counted == 0 { 0.0 } else { count(passes) / count(counted) * 100.0 };
    Group { score, counted, weight: 0.0 }
}

/// The weighted sum, rounded to two decimals, halves away from zero.
fn summary(groups: &BTreeMap<String, Group>) -> f64 {
    let total: f64 = groups
        .values()
        .map(|group| (if group.counted == 0 { 100.0 } else { group.score }) * (group.weight / 100.0))
        .sum();
    libm::round(total * 100.0) / 100.0
}

impl Scoring {
    /// The band that a score falls into; thresholds belong to the better one.
    pub fn band(&self, score: f64) -> Band {
        if score >= self.pass {
            Band::Pass
        } else if score >= self.marginal {
            Band::Marginal
        } else {
            Band::Fail
        }
    }

    /// Whether an analysis of several runs stops at this score. Here the marginal threshold belongs to the worse side:
    /// a score on it is marginal, and stops.
    pub fn stops_at(&self, score: f64) -> bool {
        score <= self.marginal
    }

    /// Whether an analysis whose last run has this score succeeds.
    pub fn succeeds_with(&self, last: f64) -> bool {
        last > self.marginal && last >= self.pass
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "scores are rounded")]
mod tests {
    use alloc::borrow::ToOwned;
    use alloc::vec;

    use super::*;

    const SCORING: Scoring = Scoring { group_weights: BTreeMap::new(), pass: 95.0, marginal: 75.0 };

    fn metric(group: &str, class: Class) -> (Metric, Classified) {
        let metric = Metric { groups: vec![group.to_owned()], ..Metric::default() };
        (metric, Classified { class, reason: String::new(), stakes: Stakes::Ordinary, compared: None })
    }

    fn critical(group: &str, class: Class) -> (Metric, Classified) {
        let (metric, found) = metric(group, class);
        (metric, Classified { stakes: Stakes::Critical, ..found })
    }

    fn weighted(weights: &[(&str, f64)]) -> Scoring {
        let group_weights = weights.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        Scoring { group_weights, ..SCORING }
    }

    #[test]
    fn a_group_scores_the_share_of_its_passes() {
        let found = score(&SCORING, &[metric("a", Class::Pass), metric("a", Class::High), metric("a", Class::Low)]);

        assert_eq!((found.score, found.band), (33.33, Band::Fail));
    }

    #[test]
    fn groups_without_a_weight_share_what_is_left() {
        let metrics = [metric("a", Class::High), metric("b", Class::Pass), metric("c", Class::Pass)];

        assert_eq!(score(&weighted(&[("a", 25.0), ("b", 75.0)]), &metrics[..2]).score, 75.0);
        assert_eq!(score(&weighted(&[("a", 50.0)]), &metrics).score, 50.0);
        assert_eq!(score(&SCORING, &metrics).score, 66.67);
    }

    #[test]
    fn a_group_without_values_counts_in_full_until_half_of_all_are_missing() {
        let some = [metric("a", Class::Pass), metric("a", Class::Pass), metric("b", Class::Nodata)];

        let found = score(&SCORING, &some);

        assert_eq!((found.score, found.groups["b"].score), (100.0, 0.0));
        assert_eq!(score(&SCORING, &some[1..]).score, 0.0);
    }

    #[test]
    fn a_missing_required_metric_counts_as_failed() {
        let found = score(&SCORING, &[metric("a", Class::Pass), metric("a", Class::NodataFailMetric)]);

        assert_eq!(found.score, 50.0);
    }

    #[test]
    fn a_critical_metric_that_does_not_pass_fails_the_run() {
        for class in [Class::High, Class::Low, Class::Nodata, Class::Error] {
            assert_eq!(score(&SCORING, &[metric("a", Class::Pass), critical("b", class)]).score, 0.0);
        }
        assert_eq!(score(&SCORING, &[metric("a", Class::Pass), critical("b", Class::Pass)]).score, 100.0);
    }

    #[test]
    fn muted_metrics_do_not_count() {
        let (loud, found) = critical("a", Class::High);
        let muted = (Metric { voice: Voice::Muted, ..loud }, found);

        assert_eq!(score(&SCORING, &[muted, metric("a", Class::Pass)]).score, 100.0);
    }

    #[test]
    fn errors_are_no_success() {
        let found = score(&SCORING, &[metric("a", Class::Error), metric("b", Class::Error)]);

        assert_eq!((found.score, found.band), (0.0, Band::Fail));
    }

    #[test]
    fn bands_include_their_thresholds_and_the_stop_rule_does_not() {
        assert_eq!(
            [95.0, 94.99, 75.0, 74.99].map(|score| SCORING.band(score)),
            [Band::Pass, Band::Marginal, Band::Marginal, Band::Fail]
        );
        assert!(SCORING.stops_at(75.0) && !SCORING.stops_at(75.01));
        assert!(SCORING.succeeds_with(95.0) && !SCORING.succeeds_with(94.0));
    }
}
