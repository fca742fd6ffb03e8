//! Kayenta's classes against a plain reading of its rules (`reference/kayenta.json`, written by `reference/rank.py`).

use holdpoint_core::stat::kayenta::{Class, Metric, classify};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    kind: String,
    control: Vec<f64>,
    experiment: Vec<f64>,
    class: Class,
    low: Option<f64>,
    high: Option<f64>,
    shift: Option<f64>,
}

#[test]
fn classes_and_bounds_are_those_of_the_rules() {
    let reference: Reference = serde_json::from_str(include_str!("reference/kayenta.json")).unwrap();

    assert!(reference.cases.len() > 200);
    for (number, case) in reference.cases.iter().enumerate() {
        let place = format!("case {number}, {}", case.kind);
        let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();

        let found = classify(&Metric::default(), &some(&case.control), &some(&case.experiment));

        assert_eq!(found.class, case.class, "{place}");
        let numbers = found.compared.map(|it| [it.bounds.low, it.bounds.high, it.shift]);
        let expected = [case.low, case.high, case.shift].map(Option::unwrap_or_default);
        for (found, expected) in numbers.unwrap_or_default().iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{place}: {found} is not {expected}");
        }
    }
}
