//! The patch: exactly this, once, and only on the Deployment as it was read.

use holdpoint_sdk::Failure;
use holdpoint_sdk::fake::Reply;
use holdpoint_sdk::http::Error;
use holdpoint_sdk::rollback::StepEnd;
use serde_json::{Value, json};

use super::fake_api::{Api, DEPLOYMENT, template};
use super::{execute, plan};

fn why_unavailable(api: &Api, plan: &holdpoint_sdk::rollback::RollbackPlan) -> String {
    match execute(api, plan) {
        Err(Failure::Unavailable(why)) => why,
        other => panic!("not unavailable: {other:?}"),
    }
}

#[test]
fn the_patch_holds_for_the_deployment_as_it_was_read_and_is_exactly_this() {
    let api = Api::at_revision_5();

    let report = execute(&api, &plan(&api)).expect("a report");

    assert_eq!(report.end, StepEnd::Started);
    let [request] = api.patches().try_into().expect("one patch");
    assert_eq!((request.method.as_str(), request.url.as_str()), ("PATCH", DEPLOYMENT));
    assert_eq!(request.headers, [("content-type".to_owned(), "application/json-patch+json".to_owned())]);
    let patch: Value = serde_json::from_slice(request.body.as_deref().expect("a body")).expect("JSON");
    let cause = "Holdpoint set shop back from 2.0.0 to revision 4";
    let expected = json!([
        {"op": "test", "path": "/metadata/resourceVersion", "value": "100"},
        {"op": "replace", "path": "/spec/template", "value": template("shop:1.9.0")},
        {"op": "add", "path": "/metadata/annotations/kubernetes.io~1change-cause", "value": cause},
        {"op": "add", "path": "/metadata/annotations/holdpoint~1rollback-key", "value": "k-1"},
        {"op": "add", "path": "/metadata/annotations/holdpoint~1rollback-progress-before",
         "value": "2026-01-01T00:00:00Z"},
    ]);
    assert_eq!(patch, expected);
}

#[test]
fn a_second_time_under_the_same_key_changes_nothing() {
    let api = Api::at_revision_5();
    let plan = plan(&api);
    execute(&api, &plan).expect("a report");

    let again = execute(&api, &plan).expect("a report");

    assert_eq!(again.end, StepEnd::AlreadyDone);
    assert_eq!(api.patches().len(), 1);
}

#[test]
fn a_deployment_that_moved_on_after_the_plan_is_left_alone() {
    let moves: [(&str, Value); 3] = [
        ("/metadata/annotations/deployment.kubernetes.io~1revision", json!("6")),
        ("/metadata/generation", json!(10)),
        ("/spec/paused", json!(true)),
    ];
    for (place, value) in moves {
        let api = Api::at_revision_5();
        let plan = plan(&api);
        api.set(place, value);

        assert!(why_unavailable(&api, &plan).ends_with("nothing was changed"), "{place}");
        assert!(api.patches().is_empty(), "{place}");
    }
}

#[test]
fn a_revision_that_was_pruned_after_the_plan_is_not_replaced_by_another() {
    let api = Api::at_revision_5();
    let plan = plan(&api);
    api.sets.borrow_mut().retain(|set| set["metadata"]["uid"] != "uid-4");

    assert!(why_unavailable(&api, &plan).contains("pruned"));
    assert!(api.patches().is_empty());
}

#[test]
fn a_change_between_reading_and_patching_is_told_and_kept() {
    let api = Api::at_revision_5();
    let plan = plan(&api);
    let mut other = api.deployment.borrow().clone();
    other["metadata"]["resourceVersion"] = json!("150");
    api.meddle_with(other.clone());

    let why = why_unavailable(&api, &plan);

    assert!(why.contains("testing value failed") && why.contains("from resource version 100 to 150"), "{why}");
    assert!(why.ends_with("nothing was changed"), "{why}");
    assert_eq!(*api.deployment.borrow(), other);
}

#[test]
fn a_twin_that_was_faster_under_the_same_key_has_done_it() {
    let api = Api::at_revision_5();
    let plan = plan(&api);
    let mut other = api.deployment.borrow().clone();
    other["metadata"]["resourceVersion"] = json!("150");
    other["metadata"]["annotations"]["holdpoint/rollback-key"] = json!("k-1");
    api.meddle_with(other);

    assert_eq!(execute(&api, &plan).expect("a report").end, StepEnd::AlreadyDone);
}

#[test]
fn a_conflict_and_a_refusal_without_a_change_are_told() {
    for status in [409, 422] {
        let api = Api::at_revision_5();
        let plan = plan(&api);
        let words = json!({"message": "the object has been modified"});
        api.world().on("PATCH", DEPLOYMENT, Reply::status(status).json(&words));

        let why = why_unavailable(&api, &plan);

        assert!(why.contains("the object has been modified") && why.contains("as it was read"), "{why}");
    }
}

#[test]
fn any_other_answer_and_silence_are_unavailable() {
    let silence = Error::Timeout("after 10 s".into()).into();
    for reply in [Reply::status(403), Reply::status(500), Reply::status(202), silence] {
        let api = Api::at_revision_5();
        let plan = plan(&api);
        api.world().on("PATCH", DEPLOYMENT, reply);

        assert!(!why_unavailable(&api, &plan).contains("nothing was changed"));
    }
}

#[test]
fn a_step_of_another_planning_is_not_carried_out() {
    let api = Api::at_revision_5();
    let mut plan = plan(&api);
    plan.steps[0].payload = "{}".to_owned();

    assert!(matches!(execute(&api, &plan), Err(Failure::Internal(_))));
    assert!(api.patches().is_empty());
}
