//! The check against a fake host that answers as Prometheus does.

use holdpoint_sdk::fake::{Reply, World};
use holdpoint_sdk::{CheckResult, Failure, Outcome, Sample, testing};
use serde_json::{Value, json};

use crate::look::run;
use crate::settings::Settings;

#[test]
fn the_committed_schema_is_the_settings_own() {
    testing::assert_schema::<Settings>("settings.schema.json");
}

fn said(reply: Reply) -> CheckResult {
    let world = World::new();
    world.answer_with(move |_| Some(reply.clone()));
    let settings = json!({
        "prometheus": "endpoint:prometheus", "query": "up", "name": "errors", "fail-above": 2.0, "warn-above": 1.0,
        "max-age-s": 1e12,
    });
    world.check(run, &settings)
}

fn vector(values: &[&str]) -> Reply {
    let result: Vec<Value> = values.iter().map(|value| json!({"metric": {}, "value": [1.0, value]})).collect();
    Reply::status(200).json(&json!({"status": "success", "data": {"resultType": "vector", "result": result}}))
}

fn outcome(reply: Reply) -> (Outcome, Sample) {
    let verdict = said(reply).unwrap();
    (verdict.outcome, verdict.measurements[0].sample)
}

#[test]
fn a_number_is_held_against_the_thresholds() {
    assert_eq!(outcome(vector(&["0.5"])).0, Outcome::Pass);
    assert_eq!(outcome(vector(&["1.5"])).0, Outcome::Warn);
    assert_eq!(outcome(vector(&["2.5"])).0, Outcome::Fail);
}

#[test]
fn a_scalar_is_a_number() {
    let scalar = json!({"status": "success", "data": {"resultType": "scalar", "result": [1.0, "0.5"]}});
    assert_eq!(outcome(Reply::status(200).json(&scalar)).0, Outcome::Pass);
}

#[test]
fn what_is_not_a_number_has_its_class_and_never_passes() {
    let string = json!({"status": "success", "data": {"resultType": "string", "result": [1.0, "0.5"]}});
    let cases = [
        (vector(&[]), "NoData"),
        (vector(&["NaN"]), "NotANumber"),
        (vector(&["+Inf"]), "NotFinite"),
        (vector(&["0", "0"]), "Ambiguous"),
        (vector(&["zero"]), "WrongType"),
        (Reply::status(200).json(&string), "WrongType"),
        (Reply::status(503), "ProviderDown"),
        (Reply::status(422).json(&json!({"status": "error", "error": "too many"})), "ProviderDown"),
        (Reply::status(200).json(&json!({})), "ProviderDown"),
    ];
    for (reply, class) in cases {
        let (outcome, sample) = outcome(reply);
        assert_eq!(outcome, Outcome::Inconclusive, "{class}");
        assert!(format!("{sample:?}").contains(class), "{sample:?} is not {class}");
    }
}

#[test]
fn a_query_that_prometheus_cannot_read_is_an_error_of_the_settings() {
    let reply = Reply::status(400).json(&json!({"status": "error", "errorType": "bad_data", "error": "parse error"}));
    assert!(matches!(said(reply), Err(Failure::Settings(words)) if words.contains("parse error")));
}

#[test]
fn a_stale_sample_counts_as_none() {
    let world = World::new();
    world.answer_with(|_| Some(vector(&["0.5"])));
    let settings = json!({"prometheus": "endpoint:prometheus", "query": "up", "fail-above": 2.0, "max-age-s": 60.0});
    assert_eq!(world.check(run, &settings).unwrap().outcome, Outcome::Inconclusive);
}
