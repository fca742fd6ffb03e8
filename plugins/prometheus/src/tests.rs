//! The check against a fake host that answers as Prometheus does.

mod answers;
mod lint;
mod questions;

use holdpoint_sdk::fake::{BEGINNING, Reply, World};
use holdpoint_sdk::{CheckResult, Sample, check, testing};
use serde_json::{Value, json};

use crate::look::run;
use crate::settings::Settings;
use crate::validate::problems;

#[test]
fn the_committed_schema_is_the_settings_own() {
    testing::assert_schema::<Settings>("settings.schema.json");
}

/// When the fake world begins, in seconds since the Unix epoch.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
const NOW: f64 = BEGINNING as f64 / 1_000.0;

/// Runs the check in a world where Prometheus always gives this reply.
fn said(settings: &Value, reply: Reply) -> CheckResult {
    asked(settings, reply, &[]).0
}

/// Runs the check as it would sample a signal.
fn sampled(settings: &Value, reply: Reply) -> CheckResult {
    asked(settings, reply, &[("purpose", "signal")]).0
}

/// Runs the check and returns the URL that it asked, too.
fn asked(settings: &Value, reply: Reply, labels: &[(&str, &str)]) -> (CheckResult, Option<String>) {
    let world = World::new();
    world.answer_with(move |_| Some(reply.clone()));
    let mut call = world.call(settings);
    call.labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let result = check::run(run, problems, &world.host(), &call);
    (result, world.requests().first().map(|request| request.url.clone()))
}

/// The answer to a query of one's own: a series for each value.
fn vector(values: &[&str]) -> Reply {
    let result: Vec<Value> = values.iter().map(|value| json!({"metric": {}, "value": [NOW, value]})).collect();
    body("vector", &Value::Array(result))
}

/// The answer to an indicator: a series for each part.
fn parts(parts: &[(&str, &str)]) -> Reply {
    let one = |(part, value): &(&str, &str)| json!({"metric": {"holdpoint": part}, "value": [NOW, value]});
    body("vector", &parts.iter().map(one).collect())
}

fn body(kind: &str, result: &Value) -> Reply {
    Reply::status(200).json(&json!({"status": "success", "data": {"resultType": kind, "result": result}}))
}

fn with(settings: &Value, more: &Value) -> Value {
    let mut whole = settings.clone();
    let (Some(whole_map), Some(more)) = (whole.as_object_mut(), more.as_object()) else {
        panic!("settings are objects");
    };
    whole_map.extend(more.clone());
    whole
}

fn query(more: &Value) -> Value {
    with(&json!({"prometheus": "endpoint:prometheus", "query": "up"}), more)
}

fn indicator(name: &str, more: &Value) -> Value {
    with(&json!({"prometheus": "endpoint:prometheus", "indicator": name}), more)
}

/// The class of a sample, as one word.
fn class(sample: Sample) -> &'static str {
    match sample {
        Sample::Data(_) => "data",
        Sample::NoData => "no-data",
        Sample::NotANumber => "not-a-number",
        Sample::NotFinite => "not-finite",
        Sample::Ambiguous => "ambiguous",
        Sample::WrongType => "wrong-type",
        Sample::ProviderDown => "provider-down",
    }
}
