//! The rollback against a deploy tool that is played: `cargo test`, without a sandbox.

use holdpoint_sdk::fake::{Reply, World};
use serde_json::Value;

use super::*;

fn settings() -> Value {
    json!({"tool": "endpoint:deploys"})
}

fn rollback() -> Settings {
    serde_json::from_value(settings()).unwrap()
}

/// A deploy tool that says this, in JSON, at an address.
fn tool(method: &str, path: &str, status: u16, said: Value) -> World {
    let world = World::new();
    world.on(
        method,
        &format!("endpoint:deploys{path}"),
        Reply::status(status).body(said.to_string()),
    );
    world
}

#[test]
fn it_is_ready_while_the_released_version_runs() {
    let world = tool("GET", "/version", 200, json!({"version": "2.0.0"}));

    let readiness = rollback()
        .ready(&world.host(), &world.call(&settings()))
        .unwrap();

    assert_eq!(readiness, Readiness::Ready);
}

#[test]
fn there_is_nothing_to_do_when_the_previous_version_runs_already() {
    let world = tool("GET", "/version", 200, json!({"version": "1.9.0"}));

    let readiness = rollback()
        .ready(&world.host(), &world.call(&settings()))
        .unwrap();

    assert_eq!(readiness, Readiness::AlreadyThere("1.9.0 runs".to_owned()));
}

#[test]
fn the_one_step_deploys_the_previous_version_under_the_key() {
    let world = tool("POST", "/deploys", 201, json!({"state": "running"}));
    let (host, call) = (world.host(), world.call(&settings()));
    let plan = rollback().plan(&host, &call).unwrap();

    let report = rollback()
        .execute(
            &host,
            &call,
            &plan.steps[0],
            Order {
                key: "k-1",
                fence: 3,
            },
        )
        .unwrap();

    assert_eq!(report.end, StepEnd::Started);
    let sent: Value = serde_json::from_slice(world.requests()[0].body.as_deref().unwrap()).unwrap();
    assert_eq!(sent, json!({"version": "1.9.0", "key": "k-1", "fence": 3}));
}

#[test]
fn a_state_that_nobody_knows_is_no_success() {
    let world = tool("GET", "/deploys/k-1", 200, json!({"state": "splendid"}));

    let status = rollback().status(
        &world.host(),
        &world.call(&settings()),
        &RollbackPlan::new("", vec![]),
        "k-1",
    );

    assert_eq!(status.unwrap().progress, Progress::Unknown);
}

/// After a change of the settings: `HOLDPOINT_BLESS=1 cargo test` writes the schema anew.
#[test]
fn the_schema_that_is_shipped_is_the_settings_own() {
    holdpoint_sdk::testing::assert_schema::<Settings>("settings.schema.json");
}
