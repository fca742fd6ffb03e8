//! The judgement of a Kayenta user on control and experiment from a file: one metric's class, or a run's score.

use holdpoint_core::stat::kayenta::score::{Scored, Scoring, score};
use holdpoint_core::stat::kayenta::{Classified, Metric, classify};
use holdpoint_core::text::visible;
use holdpoint_core::verdict::Sample;
use holdpoint_plan::Code;
use serde_json::{Map, Value as Json, json};

use super::answer::{Answer, word};
use super::case::Given;
use super::reader::Reader;
use super::series::{Series, number};
use super::tree::{Entry, Node};

/// What is judged.
#[derive(Debug)]
pub(crate) enum Kayenta {
    /// One metric, by its class.
    Metric(Sides),
    /// A run of several, by its score.
    Run {
        /// How it is scored.
        scoring: Scoring,
        /// Its metrics.
        metrics: Vec<Sides>,
    },
}

/// A metric with its values.
#[derive(Debug)]
pub(crate) struct Sides {
    metric: Metric,
    control: Series,
    experiment: Series,
}

/// The keys of a metric.
const METRIC: [&str; 9] = ["name", "groups", "direction", "missing", "outliers", "effect", "stakes", "demand", "voice"];
/// The keys of a scoring.
const SCORING: [&str; 3] = ["pass", "marginal", "group-weights"];
/// From which score on a run passes, and is marginal, where the file does not say.
const BANDS: [f64; 2] = [95.0, 75.0];

impl Kayenta {
    /// Reads what is judged. A single metric has the case's baseline as control and its window as experiment; those of a
    /// run have their own.
    pub(super) fn read(rule: &Node, given: &mut Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        if rule.get("metrics").is_some() {
            return run(rule, reader);
        }
        let metric = metric(rule, &METRIC, reader);
        let (control, experiment) = (given.series("baseline", reader), given.series("window", reader));
        Some(Self::Metric(Sides { metric: metric?, control: control?, experiment: experiment? }))
    }

    /// Everything that it may come to.
    pub(super) fn classes(&self) -> &'static [&'static str] {
        match self {
            Self::Metric(_) => &["Pass", "High", "Low", "Nodata", "NodataFailMetric", "Error"],
            Self::Run { .. } => &["Pass", "Marginal", "Fail"],
        }
    }

    /// Tries it.
    pub(super) fn judge(&self) -> Answer {
        match self {
            Self::Metric(sides) => {
                let found = sides.classify();
                let figures = sides.figures(&found);
                Answer::new("kayenta", word(found.class), found.reason, figures)
            }
            Self::Run { scoring, metrics } => judge_run(scoring, metrics),
        }
    }
}

fn judge_run(scoring: &Scoring, metrics: &[Sides]) -> Answer {
    let classified: Vec<(Metric, Classified)> =
        metrics.iter().map(|sides| (sides.metric.clone(), sides.classify())).collect();
    let Scored { score, band, reason, groups } = score(scoring, &classified);
    let shown: Vec<Json> = metrics.iter().zip(&classified).map(|(sides, (_, found))| sides.described(found)).collect();
    let figures = json!({
        "estimate": score,
        "groups": groups,
        "metrics": shown,
        "thresholds": { "pass": scoring.pass, "marginal": scoring.marginal },
    });
    Answer::new("kayenta", word(band), reason, figures)
}

/// Values as Kayenta sees them: what is not a number is missing, and an infinite one can't be judged.
fn values(series: &Series) -> Vec<Option<f64>> {
    let infinite = |sample: &Sample| (*sample == Sample::NotFinite).then_some(f64::INFINITY);
    series.0.iter().map(|sample| number(*sample).or_else(|| infinite(sample))).collect()
}

impl Sides {
    fn classify(&self) -> Classified {
        classify(&self.metric, &values(&self.control), &values(&self.experiment))
    }

    fn figures(&self, found: &Classified) -> Json {
        let compared = found.compared.as_ref();
        json!({
            "points": { "baseline": self.control.0.len(), "window": self.experiment.0.len() },
            "estimate": compared.map(|compared| compared.shift),
            "interval": compared.map(|compared| compared.bounds),
            "statistics": { "effect": compared.and_then(|compared| compared.effect) },
            "stakes": found.stakes,
            "thresholds": self.metric.effect,
            "missing": { "baseline": self.control.left_out(), "window": self.experiment.left_out() },
        })
    }

    /// As one of several.
    fn described(&self, found: &Classified) -> Json {
        let mut json = json!({
            "name": self.metric.name, "groups": self.metric.groups, "class": found.class, "reason": found.reason
        });
        if let (Some(object), Json::Object(figures)) = (json.as_object_mut(), self.figures(found)) {
            object.extend(figures);
        }
        json
    }
}

fn metric(node: &Node, keys: &[&str], reader: &mut Reader<'_>) -> Option<Metric> {
    let entries = reader.entries(node, "a metric of \"kayenta\"", keys)?;
    let known: Vec<&Entry> = entries.iter().filter(|entry| METRIC.contains(&&*entry.key)).collect();
    let metric: Metric = reader.terms(&known, &[], &Map::new())?;
    // The name is told in reasons: nothing of it may steer a terminal.
    Some(Metric { name: visible(&metric.name), ..metric })
}

fn run(rule: &Node, reader: &mut Reader<'_>) -> Option<Kayenta> {
    reader.entries(rule, "\"kayenta\"", &["metrics", "scoring"]);
    let scoring = match rule.get("scoring") {
        Some(node) => scoring(node, reader),
        None => Some(default_scoring()),
    };
    let node = rule.get("metrics")?;
    let Some(nodes) = node.list().filter(|nodes| !nodes.is_empty()) else {
        reader.error(Code::WrongType, node.at, "\"metrics\" must be a list of at least one metric");
        return None;
    };
    let metrics: Vec<Sides> = nodes.iter().filter_map(|node| sides(node, reader)).collect();
    (metrics.len() == nodes.len()).then_some(Kayenta::Run { scoring: scoring?, metrics })
}

fn sides(node: &Node, reader: &mut Reader<'_>) -> Option<Sides> {
    let keys: Vec<&str> = METRIC.into_iter().chain(["control", "experiment"]).collect();
    let metric = metric(node, &keys, reader)?;
    let owner = format!("metric {:?}", metric.name);
    let [control, experiment] = ["control", "experiment"].map(|key| {
        let node = reader.required(node, &owner, key)?;
        Series::read(node, &format!("{key:?} of {owner}"), reader)
    });
    Some(Sides { metric, control: control?, experiment: experiment? })
}

fn scoring(node: &Node, reader: &mut Reader<'_>) -> Option<Scoring> {
    let entries = reader.entries(node, "\"scoring\"", &SCORING)?;
    let known: Vec<&Entry> = entries.iter().filter(|entry| SCORING.contains(&&*entry.key)).collect();
    let base = json!(default_scoring());
    let scoring: Scoring = reader.terms(&known, &[], base.as_object()?)?;
    let Some(flaw) = flaw(&scoring) else { return Some(scoring) };
    reader.error(Code::BadValue, node.at, &flaw);
    None
}

/// Why a run can't be scored so: a score is from 0 to 100, and no weight makes more of it.
fn flaw(scoring: &Scoring) -> Option<String> {
    let Scoring { group_weights, pass, marginal } = scoring;
    let weights: f64 = group_weights.values().sum();
    if !(0.0..=100.0).contains(marginal) || !(0.0..=100.0).contains(pass) {
        return Some(format!("\"pass\" is {pass} and \"marginal\" is {marginal}, and a score is from 0 to 100"));
    }
    if marginal > pass {
        return Some(format!("\"marginal\" is {marginal}, above \"pass\", which is {pass}"));
    }
    if group_weights.values().any(|weight| *weight < 0.0) || weights > 100.0 {
        return Some(format!(
            "\"group-weights\" sum up to {weights}; none is negative, and all together are at most 100"
        ));
    }
    None
}

fn default_scoring() -> Scoring {
    let [pass, marginal] = BANDS;
    Scoring { group_weights: std::collections::BTreeMap::new(), pass, marginal }
}
