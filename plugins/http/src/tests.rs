//! The check against a fake host.

mod flow;
mod lint;
mod recorded;
mod redirect;
mod single;

use holdpoint_sdk::fake::World;
use holdpoint_sdk::{Verdict, testing};
use serde_json::{Value, json};

use crate::settings::Settings;

#[test]
fn the_committed_schema_is_the_settings_own() {
    testing::assert_schema::<Settings>("settings.schema.json");
}

/// What the check says; for tests in which it says something.
fn verdict(world: &World, settings: &Value) -> Verdict {
    world.check(crate::flow::run, settings).expect("a verdict")
}

/// Why the check could not look; for tests in which it is denied.
fn denied(world: &World, settings: &Value) -> String {
    format!("{:?}", world.check(crate::flow::run, settings))
}

/// One GET of the shop's health, with expectations.
fn health(expect: &Value) -> Value {
    json!({"url": "endpoint:shop/health", "expect": expect})
}

/// The subjects of a verdict's findings, in order.
fn subjects(verdict: &Verdict) -> Vec<&str> {
    verdict.findings.iter().map(|finding| finding.subject.as_str()).collect()
}
