//! Rank statistics against SciPy on classic data sets (`reference/rank.json`, written by `reference/rank.py`).

use std::collections::BTreeMap;

use holdpoint_core::stat::effect::Effect;
use holdpoint_core::stat::mann_whitney::{Alternative, MannWhitney, Method};
use holdpoint_core::stat::rank::Ranking;
use holdpoint_core::stat::sample::Sample;
use holdpoint_core::stat::shift;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    first: Vec<f64>,
    second: Vec<f64>,
    ranks: Vec<f64>,
    u: f64,
    normal: Chances,
    exact: Option<Chances>,
    shift: f64,
    intervals: BTreeMap<String, Option<[f64; 2]>>,
    superiority: f64,
    mean_ratio: Option<f64>,
    variance: f64,
    quantiles: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Chances {
    larger: f64,
    smaller: f64,
    either: f64,
}

impl Case {
    fn samples(&self) -> [Sample; 2] {
        [&self.first, &self.second].map(|values| Sample::new(values).unwrap())
    }

    fn agrees(&self, what: &str, [found, expected]: [f64; 2], within: f64) {
        let scale = expected.abs().max(1.0);
        assert!((found - expected).abs() <= within * scale, "{}, {what}: {found} is not {expected}", self.name);
    }

    fn chances_agree(&self, method: Method, expected: &Chances) {
        let [first, second] = self.samples();
        let p = |alternative| {
            let found = MannWhitney::by(method, &first, &second, alternative);
            assert_eq!(found.method, method, "{}", self.name);
            found.p
        };
        self.agrees("p for larger", [p(Alternative::Larger), expected.larger], 1e-12);
        self.agrees("p for smaller", [p(Alternative::Smaller), expected.smaller], 1e-12);
        self.agrees("p for either", [p(Alternative::Either), expected.either], 1e-12);
    }
}

fn cases() -> Vec<Case> {
    let reference: Reference = serde_json::from_str(include_str!("reference/rank.json")).unwrap();
    assert!(reference.cases.len() > 10);
    reference.cases
}

#[test]
fn ranks_and_statistics_are_the_published_ones() {
    for case in cases() {
        let [first, second] = case.samples();
        let ranking = Ranking::of(&first, &second);
        let effect = Effect::of(&first, &second);

        assert_eq!([ranking.first, ranking.second].concat(), case.ranks, "{}", case.name);
        let u = MannWhitney::test(&first, &second, Alternative::Either).u;
        case.agrees("U", [u, case.u], 1e-12);
        case.agrees("superiority", [effect.superiority, case.superiority], 1e-12);
        case.agrees("delta", [effect.delta, 2.0 * case.superiority - 1.0], 1e-12);
        assert_eq!(effect.mean_ratio.is_some(), case.mean_ratio.is_some());
        case.agrees("mean ratio", [effect.mean_ratio, case.mean_ratio].map(Option::unwrap_or_default), 1e-12);
        case.agrees("variance", [first.variance().unwrap(), case.variance], 1e-12);
        for (share, expected) in &case.quantiles {
            case.agrees(share, [first.quantile(share.parse().unwrap()), *expected], 1e-12);
        }
    }
}

#[test]
fn approximate_probabilities_are_the_published_ones() {
    for case in cases() {
        case.chances_agree(Method::Normal, &case.normal);
    }
}

#[test]
fn counted_probabilities_are_the_published_ones_with_ties_too() {
    let counted: Vec<Case> = cases().into_iter().filter(|case| case.exact.is_some()).collect();

    assert!(counted.len() > 8);
    for case in counted {
        case.chances_agree(Method::Exact, case.exact.as_ref().unwrap());
    }
}

#[test]
fn shifts_and_their_intervals_are_the_published_ones() {
    for case in cases() {
        let [first, second] = case.samples();

        case.agrees("shift", [shift::estimate(&first, &second), case.shift], 1e-12);
        for (confidence, expected) in &case.intervals {
            let found = shift::interval(&first, &second, confidence.parse().unwrap());
            assert_eq!(found.map(|it| [it.low, it.high]), *expected, "{} at {confidence}", case.name);
        }
    }
}
