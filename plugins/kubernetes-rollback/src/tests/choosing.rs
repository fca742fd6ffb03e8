//! Which revision is chosen, and when none is.

use holdpoint_sdk::Failure;
use holdpoint_sdk::fake::{Reply, World};
use holdpoint_sdk::http::Error;
use holdpoint_sdk::rollback::{Readiness, Rollback};
use serde_json::json;

use super::fake_api::{Api, DEPLOYMENT, SETS, replica_set, template};
use super::{plan, read, ready, settings, settings_with, why_refused};

#[test]
fn the_highest_revision_below_the_current_one_is_planned_without_a_change() {
    let api = Api::at_revision_5();

    let plan = plan(&api);

    assert!(matches!(ready(&api, &settings()), Ok(Readiness::Ready)));
    assert_eq!(plan.summary, "sets shop back from revision 5 to 4 (shop: shop:1.9.0)");
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.steps[0].summary, format!("{}: PATCH {DEPLOYMENT}", plan.summary));
    assert_eq!(plan.steps[0].payload, r#"{"from":5,"to":4,"replica-set":"shop-hash4","uid":"uid-4"}"#);
    assert!(api.patches().is_empty());
}

#[test]
fn a_given_revision_is_taken() {
    let api = Api::at_revision_5();
    let settings = settings_with("to-revision", json!(3));
    let world = api.world();

    let plan = read(&settings).plan(&world.host(), &world.call(&settings)).expect("a plan");

    assert_eq!(plan.summary, "sets shop back from revision 5 to 3 (shop: shop:1.8.0)");
}

#[test]
fn the_given_revision_in_place_is_nothing_to_do_though_its_label_differs() {
    let readiness = ready(&Api::at_revision_5(), &settings_with("to-revision", json!(5)));

    assert!(matches!(readiness, Ok(Readiness::AlreadyThere(_))));
}

#[test]
fn a_pruned_revision_is_refused() {
    let why = why_refused(ready(&Api::at_revision_5(), &settings_with("to-revision", json!(2))));

    assert!(why.contains("no revision 2"), "{why}");
}

#[test]
fn a_first_revision_has_none_before_it() {
    let api = Api::at_revision_5();
    api.sets.borrow_mut().retain(|set| set["metadata"]["name"] == "shop-hash5");

    assert!(why_refused(ready(&api, &settings())).contains("no revision before 5"));
}

#[test]
fn a_replica_set_of_another_owner_is_no_revision() {
    let api = Api::at_revision_5();
    api.sets.borrow_mut().truncate(1);

    assert!(why_refused(ready(&api, &settings())).contains("no revision before 5"));
}

#[test]
fn a_paused_deployment_is_refused() {
    let api = Api::at_revision_5();
    api.set("/spec/paused", json!(true));

    assert!(why_refused(ready(&api, &settings())).contains("paused"));
}

#[test]
fn a_deployment_that_is_not_there_is_refused() {
    let world = World::new();
    world.on("GET", DEPLOYMENT, Reply::status(404));

    let readiness = read(&settings()).ready(&world.host(), &world.call(&settings()));

    assert!(why_refused(readiness).contains("no Deployment shop"));
}

#[test]
fn until_the_controller_has_seen_the_release_the_one_before_is_not_known() {
    let unseen = Api::at_revision_5();
    unseen.set("/metadata/generation", json!(10));
    let uncounted = Api::at_revision_5();
    uncounted.set("/metadata/annotations", json!({}));

    assert!(matches!(ready(&unseen, &settings()), Err(Failure::Unavailable(_))));
    assert!(matches!(ready(&uncounted, &settings()), Err(Failure::Unavailable(_))));
}

#[test]
fn a_revision_with_another_image_is_refused_with_both_sides() {
    let settings = settings_with("images", json!({"shop": "shop:1.8.0"}));

    let why = why_refused(ready(&Api::at_revision_5(), &settings));

    assert_eq!(why, "revision 4 has the image shop:1.9.0 in shop instead of shop:1.8.0");
    let settings = settings_with("images", json!({"proxy": "proxy:1"}));
    assert_eq!(why_refused(ready(&Api::at_revision_5(), &settings)), "revision 4 has no container proxy");
}

#[test]
fn images_of_the_previous_version_are_ready_or_already_there() {
    let settings = settings_with("images", json!({"shop": "shop:{{previous-version}}"}));
    let api = Api::at_revision_5();

    assert!(matches!(ready(&api, &settings), Ok(Readiness::Ready)));

    api.set("/spec/template", template("shop:1.9.0"));
    assert!(matches!(ready(&api, &settings), Ok(Readiness::AlreadyThere(_))));
}

#[test]
fn an_image_that_both_versions_have_does_not_say_that_the_previous_one_runs() {
    let settings = settings_with("images", json!({"shop": "shop:2.0.0"}));
    let api = Api::at_revision_5();
    let mut before = replica_set(4, "shop:2.0.0");
    before["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = json!("before");
    api.sets.borrow_mut()[1] = before;

    assert!(matches!(ready(&api, &settings), Ok(Readiness::Ready)));
}

#[test]
fn without_a_previous_version_an_image_that_names_it_is_refused() {
    let settings = settings_with("images", json!({"shop": "shop:{{previous-version}}"}));
    let api = Api::at_revision_5();
    let mut call = api.world().call(&settings);
    call.release.previous_version = None;

    let readiness = read(&settings).ready(&api.world().host(), &call);

    assert!(why_refused(readiness).contains("states no previous-version"));
}

#[test]
fn an_api_that_does_not_answer_as_it_should_is_unavailable() {
    let list = json!({"metadata": {"continue": "more"}, "items": [replica_set(4, "shop:1.9.0")]});
    let query = format!("{SETS}?labelSelector=app%3Dshop%2Ctier%20in%20%28a%2Cb%29");
    let table: [(&str, Reply); 5] = [
        (DEPLOYMENT, Reply::status(403).json(&json!({"message": "forbidden"}))),
        (DEPLOYMENT, Reply::status(200).text("hello")),
        (DEPLOYMENT, Error::Timeout("after 10 s".into()).into()),
        (&query, Reply::status(500)),
        (&query, Reply::status(200).json(&list)),
    ];
    for (url, reply) in table {
        let api = Api::at_revision_5();
        api.world().on("GET", url, reply.clone());

        assert!(matches!(ready(&api, &settings()), Err(Failure::Unavailable(_))), "{reply:?}");
    }
}
