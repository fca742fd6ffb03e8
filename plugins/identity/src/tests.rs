//! The check against a fake host.

use holdpoint_sdk::fake::{Reply, World};
use holdpoint_sdk::{Failure, Outcome, testing};
use serde_json::{Value, json};

use crate::look::run;
use crate::settings::Settings;

#[test]
fn the_committed_schema_is_the_settings_own() {
    testing::assert_schema::<Settings>("settings.schema.json");
}

/// A world in which the replicas answer in turn, each with its version.
fn world(versions: &[(&str, &str)]) -> World {
    let world = World::new();
    let answers = versions
        .iter()
        .map(|(replica, version)| Reply::status(200).json(&json!({"version": version, "replica": replica})));
    world.on_each("GET", "endpoint:shop/version", answers.collect::<Vec<_>>());
    world
}

fn settings(samples: u32) -> Value {
    json!({
        "url": "endpoint:shop/version",
        "samples": samples,
        "version": {"pointer": "/version"},
        "replica": {"pointer": "/replica"},
    })
}

/// The version that the fake call's release states.
fn approved(world: &World) -> String {
    world.call(&json!({})).release.version
}

#[test]
fn every_replica_as_approved_passes() {
    let version = approved(&World::new());
    let world = world(&[("a", &version), ("b", &version)]);
    let verdict = world.check(run, &settings(2)).unwrap();
    assert_eq!(verdict.outcome, Outcome::Pass, "{verdict:?}");
}

#[test]
fn one_replica_with_something_else_fails_and_is_named() {
    let version = approved(&World::new());
    let world = world(&[("a", &version), ("b", "0.0.0-other")]);
    let verdict = world.check(run, &settings(2)).unwrap();
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].subject, "version of b");
    assert_eq!(verdict.findings[0].observed.as_deref(), Some("0.0.0-other"));
}

#[test]
fn a_fact_that_is_not_stated_by_the_service_fails() {
    let world = World::new();
    world.on("GET", "endpoint:shop/version", Reply::status(200).json(&json!({"replica": "a"})));
    assert_eq!(world.check(run, &settings(1)).unwrap().outcome, Outcome::Fail);
}

#[test]
fn a_fact_that_the_release_does_not_state_is_an_error_of_the_settings() {
    let mut settings = settings(1);
    settings["digest"] = json!({"pointer": "/digest"});
    let world = world(&[("a", "1")]);
    let mut call = world.call(&settings);
    call.release.artifact = None;
    let settings: Settings = serde_json::from_value(settings).unwrap();
    assert!(matches!(run(&settings, &world.host(), &call), Err(Failure::Settings(_))));
}

#[test]
fn fewer_replicas_than_asked_for_is_inconclusive() {
    let version = approved(&World::new());
    let world = world(&[("a", &version), ("a", &version)]);
    let mut settings = settings(2);
    settings["at-least-replicas"] = json!(2);
    assert_eq!(world.check(run, &settings).unwrap().outcome, Outcome::Inconclusive);
}

#[test]
fn the_digest_is_read_from_the_artifact() {
    let digest = format!("sha256:{}", "15".repeat(32));
    let world = World::new();
    world.on("GET", "endpoint:shop/version", Reply::status(200).json(&json!({"digest": digest})));
    let settings = json!({"url": "endpoint:shop/version", "samples": 1, "digest": {"pointer": "/digest"}});
    let mut call = world.call(&settings);
    call.release.artifact = Some(format!("pkg:oci/shop@{}?tag=1", digest.replace(':', "%3A")));
    let settings: Settings = serde_json::from_value(settings).unwrap();
    assert_eq!(run(&settings, &world.host(), &call).unwrap().outcome, Outcome::Pass);
}
