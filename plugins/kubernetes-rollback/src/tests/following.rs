//! How far it is, by what the controller says.

use holdpoint_sdk::fake::Reply;
use holdpoint_sdk::rollback::{Progress, Rollback, RollbackPlan};
use serde_json::{Value, json};

use super::fake_api::{Api, DEPLOYMENT, template};
use super::{execute, plan, read, settings};

/// An API on which the rollback was carried out and seen by the controller, and its plan.
fn under_way() -> (Api, RollbackPlan) {
    let api = Api::at_revision_5();
    let plan = plan(&api);
    execute(&api, &plan).expect("a report");
    api.set("/status/observedGeneration", json!(10));
    api.set("/status/updatedReplicas", json!(1));
    (api, plan)
}

fn progress(api: &Api, plan: &RollbackPlan) -> Progress {
    let world = api.world();
    let report = read(&settings()).status(&world.host(), &world.call(&settings()), plan, "k-1");
    report.expect("a report").progress
}

/// How far it is when the controller says so.
fn said(pointer: &str, value: Value) -> Progress {
    let (api, plan) = under_way();
    api.set("/status/updatedReplicas", json!(3));
    api.set(pointer, value);
    progress(&api, &plan)
}

fn deadline_exceeded(at: &str) -> Value {
    json!([{
        "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out",
        "lastUpdateTime": at,
    }])
}

#[test]
fn before_the_patch_nothing_has_begun() {
    let api = Api::at_revision_5();
    let plan = plan(&api);

    assert_eq!(progress(&api, &plan), Progress::NotBegun);
}

#[test]
fn another_rollbacks_key_is_not_this_ones() {
    let (api, plan) = under_way();
    api.set("/metadata/annotations/holdpoint~1rollback-key", json!("k-0"));

    assert_eq!(progress(&api, &plan), Progress::NotBegun);
}

#[test]
fn a_status_from_before_the_patch_does_not_count() {
    let api = Api::at_revision_5();
    let plan = plan(&api);
    execute(&api, &plan).expect("a report");

    // All replicas are updated and available, of the release that is being rolled back.
    assert_eq!(progress(&api, &plan), Progress::UnderWay);
}

#[test]
fn it_is_complete_when_every_replica_is_updated_available_and_alone() {
    assert_eq!(said("/status/updatedReplicas", json!(3)), Progress::Complete);
    assert_eq!(said("/status/updatedReplicas", json!(2)), Progress::UnderWay);
    assert_eq!(said("/status/availableReplicas", json!(2)), Progress::UnderWay);
    assert_eq!(said("/status/replicas", json!(4)), Progress::UnderWay);
    assert_eq!(said("/spec/replicas", json!(4)), Progress::UnderWay);
}

#[test]
fn a_deployment_that_is_paused_midway_is_partial() {
    let (api, plan) = under_way();
    api.set("/spec/paused", json!(true));

    assert_eq!(progress(&api, &plan), Progress::Partial);
}

#[test]
fn a_deadline_that_was_exceeded_is_a_failure() {
    assert_eq!(said("/status/conditions", deadline_exceeded("2026-01-01T00:10:00Z")), Progress::Failed);
}

#[test]
fn a_deadline_that_the_bad_release_exceeded_is_not_the_rollbacks() {
    let api = Api::at_revision_5();
    api.set("/status/conditions", deadline_exceeded("2026-01-01T00:05:00Z"));
    let plan = plan(&api);
    execute(&api, &plan).expect("a report");
    api.set("/status/observedGeneration", json!(10));
    api.set("/status/updatedReplicas", json!(1));

    assert_eq!(progress(&api, &plan), Progress::UnderWay);
    api.set("/status/conditions", deadline_exceeded("2026-01-01T00:20:00Z"));
    assert_eq!(progress(&api, &plan), Progress::Failed);
}

#[test]
fn a_template_that_someone_changed_afterwards_is_a_failure() {
    let (api, plan) = under_way();
    api.set("/spec/template", template("shop:2.0.1"));
    api.set("/status/updatedReplicas", json!(3));

    assert_eq!(progress(&api, &plan), Progress::Failed);
}

#[test]
fn what_is_gone_is_unknown() {
    let (api, plan) = under_way();
    api.sets.borrow_mut().retain(|set| set["metadata"]["name"] != "shop-hash4");
    assert_eq!(progress(&api, &plan), Progress::Unknown);

    let (api, plan) = under_way();
    api.world().on("GET", DEPLOYMENT, Reply::status(404));
    assert_eq!(progress(&api, &plan), Progress::Unknown);
}
