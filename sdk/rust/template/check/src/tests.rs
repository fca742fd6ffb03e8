//! The check against a world that is played: `cargo test`, without a sandbox.

use holdpoint_sdk::Outcome;
use holdpoint_sdk::fake::{Fixture, Reply, World};
use holdpoint_sdk::http::Error;
use serde_json::json;

use super::*;

#[test]
fn a_service_that_is_well_passes() {
    let fixture = Fixture::read(include_str!("../fixtures/healthy.json")).unwrap();

    let verdict = fixture.check(check).unwrap();

    assert_eq!(
        (verdict.outcome, verdict.summary.as_str()),
        (Outcome::Pass, "the service is well")
    );
}

#[test]
fn a_service_that_is_not_well_fails_with_both_sides() {
    let world = World::new();
    world.on("GET", "endpoint:shop/health", Reply::status(503));

    let verdict = world
        .check(check, &json!({"url": "endpoint:shop/health"}))
        .unwrap();

    assert_eq!(
        (verdict.outcome, verdict.summary.as_str()),
        (Outcome::Fail, "health: status is 503 instead of 200")
    );
}

#[test]
fn a_service_that_is_down_fails() {
    let world = World::new();
    world.on(
        "GET",
        "endpoint:shop/health",
        Error::Connect("refused".into()),
    );

    let verdict = world
        .check(check, &json!({"url": "endpoint:shop/health"}))
        .unwrap();

    assert_eq!(
        (verdict.outcome, verdict.summary.as_str()),
        (Outcome::Fail, "health does not answer")
    );
}

/// After a change of the settings: `HOLDPOINT_BLESS=1 cargo test` writes the schema anew.
#[test]
fn the_schema_that_is_shipped_is_the_settings_own() {
    holdpoint_sdk::testing::assert_schema::<Settings>("settings.schema.json");
}
