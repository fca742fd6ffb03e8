//! The rollback against a fake host with a small Kubernetes API behind it.

mod carrying_out;
mod choosing;
mod fake_api;
mod following;

use holdpoint_sdk::rollback::{Order, Readiness, Rollback, RollbackPlan, StepReport};
use holdpoint_sdk::{Failure, rollback, testing};
use serde_json::{Value, json};

use crate::settings::Settings;
use fake_api::Api;

#[test]
fn the_committed_schema_is_the_settings_own() {
    testing::assert_schema::<Settings>("settings.schema.json");
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let table = [
        ("api", json!("kube"), "/api"),
        ("api", json!("endpoint:kube/v1"), "/api"),
        ("namespace", json!("Prod"), "/namespace"),
        ("namespace", json!("a/b"), "/namespace"),
        ("deployment", json!("shop?x"), "/deployment"),
        ("deployment", json!(".."), "/deployment"),
        ("to-revision", json!(0), "/to-revision"),
        ("images", json!({"a/b": "shop:{{version}}"}), "/images/a~1b"),
        ("revision", json!(1), "/revision"),
    ];
    for (name, value, told) in table {
        let mut settings = settings();
        settings[name] = value.clone();

        let problems = rollback::validate::<Settings>(&settings.to_string());

        let places: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(places, [told], "{name} = {value}");
    }
}

/// The settings of the shop's Deployment.
fn settings() -> Value {
    json!({"api": "endpoint:kube", "namespace": "prod", "deployment": "shop"})
}

/// The shop's settings with one more.
fn settings_with(name: &str, value: Value) -> Value {
    let mut settings = settings();
    settings[name] = value;
    settings
}

/// The settings as the sandbox reads them, its own rules included.
fn read(settings: &Value) -> Settings {
    rollback::accept(&settings.to_string()).expect("good settings")
}

fn ready(api: &Api, settings: &Value) -> Result<Readiness, Failure> {
    let world = api.world();
    read(settings).ready(&world.host(), &world.call(settings))
}

fn why_refused(readiness: Result<Readiness, Failure>) -> String {
    match readiness {
        Ok(Readiness::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

fn plan(api: &Api) -> RollbackPlan {
    let world = api.world();
    read(&settings()).plan(&world.host(), &world.call(&settings())).expect("a plan")
}

/// Carries the plan's one step out, under the key `k-1`.
fn execute(api: &Api, plan: &RollbackPlan) -> Result<StepReport, Failure> {
    let world = api.world();
    let order = Order { key: "k-1", fence: 1 };
    read(&settings()).execute(&world.host(), &world.call(&settings()), &plan.steps[0], order)
}
