//! The rollout against a deploy tool that is played: `cargo test`, without a sandbox.

use holdpoint_sdk::fake::{Reply, World};
use serde_json::Value;

use super::*;

fn settings() -> Value {
    json!({"tool": "endpoint:deploys"})
}

fn rollout() -> Settings {
    serde_json::from_value(settings()).unwrap()
}

/// A deploy tool that gives a version this share.
fn tool(version: &str, percent: u32) -> World {
    let world = World::new();
    let said = json!({"version": version, "percent": percent}).to_string();
    world.on(
        "GET",
        "endpoint:deploys/traffic",
        Reply::status(200).body(said),
    );
    world.on("POST", "endpoint:deploys/traffic", Reply::status(201));
    world
}

#[test]
fn a_larger_share_can_be_given() {
    let world = tool("2.0.0", 10);

    let readiness = rollout()
        .ready(&world.host(), &world.call(&settings()), &Share::of(25))
        .unwrap();

    assert_eq!(readiness, Readiness::Ready);
}

#[test]
fn traffic_is_never_taken_away() {
    let world = tool("2.0.0", 50);

    let readiness = rollout()
        .ready(&world.host(), &world.call(&settings()), &Share::of(25))
        .unwrap();

    assert_eq!(
        readiness,
        Readiness::Refused("it has 50 % already".to_owned())
    );
}

#[test]
fn a_share_is_asked_for_under_its_key() {
    let world = tool("2.0.0", 10);
    let order = Order {
        key: "k-1",
        fence: 3,
    };

    let report = rollout()
        .shift(
            &world.host(),
            &world.call(&settings()),
            &Share::of(25),
            order,
        )
        .unwrap();

    assert_eq!(report.end, ShiftEnd::Started);
    let sent: Value = serde_json::from_slice(world.requests()[0].body.as_deref().unwrap()).unwrap();
    assert_eq!(
        sent,
        json!({"version": "2.0.0", "percent": 25, "key": "k-1", "fence": 3})
    );
}

#[test]
fn another_version_in_its_place_is_a_failure() {
    let world = tool("1.9.0", 100);

    let status = rollout()
        .status(
            &world.host(),
            &world.call(&settings()),
            &Share::of(25),
            "k-1",
        )
        .unwrap();

    assert_eq!(status.progress, Progress::Failed);
}

/// After a change of the settings: `HOLDPOINT_BLESS=1 cargo test` writes the schema anew.
#[test]
fn the_schema_that_is_shipped_is_the_settings_own() {
    holdpoint_sdk::testing::assert_schema::<Settings>("settings.schema.json");
}
