//! The plugin against a fake host.

use holdpoint_sdk::fake::{Reply, World};
use holdpoint_sdk::rollback::{Order, Progress, Readiness, Rollback as _, StepEnd};
use holdpoint_sdk::{Call, Failure, testing};
use serde_json::{Value, json};

use crate::settings::Settings;

const ORDER: Order<'_> = Order { key: "holdpoint-run", fence: 1 };

#[test]
fn the_committed_schema_is_the_settings_own() {
    testing::assert_schema::<Settings>("settings.schema.json");
}

fn raw() -> Value {
    json!({
        "already-there": {"url": "endpoint:switch/api/state", "pointer": "/live", "equals": "blue"},
        "status": {"url": "endpoint:switch/api/operations?key={{key}}", "pointer": "/state"},
        "steps": [{
            "id": "switch",
            "summary": "send traffic to {{previous-version}}",
            "url": "endpoint:switch/api/switch",
            "body": {"to": "blue", "version": "{{previous-version}}"},
        }],
    })
}

fn settings(raw: &Value) -> Settings {
    serde_json::from_value(raw.clone()).unwrap()
}

fn call(world: &World) -> Call {
    let mut call = world.call(&raw());
    call.release.previous_version = Some("1.4.0".to_owned());
    call
}

#[test]
fn a_step_is_sent_with_its_key_and_its_facts() {
    let world = World::new();
    world.on("POST", "endpoint:switch/api/switch", Reply::status(200).json(&json!({"state": "complete"})));
    let settings = settings(&raw());
    let call = call(&world);
    let plan = settings.plan(&world.host(), &call).unwrap();
    assert_eq!(plan.steps[0].summary, "send traffic to 1.4.0 (POST endpoint:switch/api/switch)");

    let report = settings.execute(&world.host(), &call, &plan.steps[0], ORDER).unwrap();

    assert_eq!(report.end, StepEnd::Done);
    let sent = &world.requests()[0];
    assert!(sent.headers.contains(&("Idempotency-Key".to_owned(), "holdpoint-run".to_owned())), "{:?}", sent.headers);
    let body: Value = serde_json::from_slice(sent.body.as_deref().unwrap()).unwrap();
    assert_eq!(body, json!({"to": "blue", "version": "1.4.0"}));
}

#[test]
fn a_fact_that_is_not_stated_refuses_and_sends_nothing() {
    let world = World::new();
    let settings = settings(&raw());
    let mut call = call(&world);
    call.release.previous_version = None;
    assert!(
        matches!(settings.ready(&world.host(), &call), Ok(Readiness::Refused(why)) if why.contains("previous-version"))
    );
    assert!(world.requests().is_empty());
}

#[test]
fn the_previous_version_that_runs_already_is_recognised() {
    let world = World::new();
    world.on("GET", "endpoint:switch/api/state", Reply::status(200).json(&json!({"live": "blue"})));
    let ready = settings(&raw()).ready(&world.host(), &call(&world)).unwrap();
    assert!(matches!(ready, Readiness::AlreadyThere(_)));
}

#[test]
fn accepted_means_started_and_a_refusal_is_an_error() {
    let world = World::new();
    world.on_each("POST", "endpoint:switch/api/switch", [Reply::status(202), Reply::status(409)]);
    let settings = settings(&raw());
    let call = call(&world);
    let plan = settings.plan(&world.host(), &call).unwrap();
    let report = settings.execute(&world.host(), &call, &plan.steps[0], ORDER).unwrap();
    assert_eq!(report.end, StepEnd::Started);
    let refused = settings.execute(&world.host(), &call, &plan.steps[0], ORDER);
    assert!(matches!(refused, Err(Failure::Unavailable(_))), "{refused:?}");
}

fn progress(reply: Reply) -> Progress {
    let world = World::new();
    world.on("GET", "endpoint:switch/api/operations?key=holdpoint-run", reply);
    let settings = settings(&raw());
    let call = call(&world);
    let plan = settings.plan(&world.host(), &call).unwrap();
    settings.status(&world.host(), &call, &plan, ORDER.key).unwrap().progress
}

#[test]
fn the_status_word_tells_how_far_it_is() {
    assert_eq!(progress(Reply::status(200).json(&json!({"state": "complete"}))), Progress::Complete);
    assert_eq!(progress(Reply::status(200).json(&json!({"state": "under-way"}))), Progress::UnderWay);
    assert_eq!(progress(Reply::status(200).json(&json!({"state": "failed"}))), Progress::Failed);
    assert_eq!(progress(Reply::status(404)), Progress::NotBegun);
}

#[test]
fn a_status_that_nobody_understands_is_unknown_and_never_complete() {
    assert_eq!(progress(Reply::status(200).json(&json!({"state": "splendid"}))), Progress::Unknown);
    assert_eq!(progress(Reply::status(200).json(&json!({}))), Progress::Unknown);
    assert_eq!(progress(Reply::status(500)), Progress::Unknown);
}

#[test]
fn steps_of_one_name_and_unknown_templates_are_told_at_lint_time() {
    let mut raw = raw();
    let step = raw["steps"][0].clone();
    raw["steps"] = json!([step, step]);
    raw["status"]["url"] = json!("endpoint:switch/{{colour}}");
    assert_eq!(settings(&raw).validate().len(), 2);
}

#[test]
fn every_flaw_is_told_with_its_place() {
    let mut raw = raw();
    raw["already-there"] = json!({"url": "switch/api", "pointer": "live", "equals": "{{secret:colour}}"});
    raw["steps"][0]["url"] = json!("file:///{{version}}");
    raw["steps"][0]["headers"] = json!({"x-by": "{{who}}"});
    raw["steps"][0]["body"] = json!({"list": [{"a/b": "{{what}}"}, "{{open"]});
    raw["status"]["url"] = json!("endpoint:switch/{{colour}}");

    let problems = settings(&raw).validate();

    let places: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    let expected = [
        "/steps/0/url",
        "/steps/0/headers/x-by",
        "/steps/0/body/list/0/a~1b",
        "/steps/0/body/list/1",
        "/already-there/url",
        "/already-there/equals",
        "/already-there/pointer",
        "/status/url",
    ];
    assert_eq!(places, expected);
}

#[test]
fn a_fact_stays_in_its_place_in_a_url_and_in_a_text_body() {
    let odd = "1.4.0/../x?y=\"&z";
    for (kind, body) in [
        ("application/json; charset=utf-8", r#"{"v": "1.4.0/../x?y=\"&z"}"#),
        ("application/x-www-form-urlencoded", r#"{"v": "1.4.0%2F..%2Fx%3Fy%3D%22%26z"}"#),
        ("text/plain", r#"{"v": "1.4.0/../x?y="&z"}"#),
    ] {
        let world = World::new();
        world.on("POST", "endpoint:switch/to/1.4.0%2F..%2Fx%3Fy%3D%22%26z", Reply::status(200));
        let mut raw = raw();
        raw["steps"][0]["url"] = json!("endpoint:switch/to/{{previous-version}}");
        raw["steps"][0]["headers"] = json!({"Content-Type": kind});
        raw["steps"][0]["body"] = json!(r#"{"v": "{{previous-version}}"}"#);
        let settings = settings(&raw);
        let mut call = call(&world);
        call.release.previous_version = Some(odd.to_owned());
        let plan = settings.plan(&world.host(), &call).unwrap();

        settings.execute(&world.host(), &call, &plan.steps[0], ORDER).unwrap();

        assert_eq!(String::from_utf8(world.requests()[0].body.clone().unwrap()).unwrap(), body, "{kind}");
    }
}

#[test]
fn a_fact_that_names_a_secret_refuses_and_sends_nothing() {
    let world = World::new();
    let mut call = call(&world);
    call.release.previous_version = Some("{{secret:deploy-token}}".to_owned());

    let ready = settings(&raw()).ready(&world.host(), &call).unwrap();

    assert!(matches!(&ready, Readiness::Refused(why) if why.contains("`previous-version`")), "{ready:?}");
    assert!(world.requests().is_empty());
}

#[test]
fn an_error_page_never_says_that_the_previous_version_runs() {
    let world = World::new();
    world.on("GET", "endpoint:switch/api/state", Reply::status(502).json(&json!({"live": "blue"})));

    let ready = settings(&raw()).ready(&world.host(), &call(&world)).unwrap();

    assert!(matches!(ready, Readiness::Ready), "{ready:?}");
}

#[test]
fn with_several_steps_each_has_its_own_key() {
    let world = World::new();
    world.on("POST", "endpoint:switch/api/switch", Reply::status(200));
    let mut raw = raw();
    let mut second = raw["steps"][0].clone();
    second["id"] = json!("second");
    raw["steps"].as_array_mut().unwrap().push(second);
    let settings = settings(&raw);
    let call = call(&world);
    let plan = settings.plan(&world.host(), &call).unwrap();
    settings.execute(&world.host(), &call, &plan.steps[1], ORDER).unwrap();
    let key = ("Idempotency-Key".to_owned(), "holdpoint-run-second".to_owned());
    assert!(world.requests()[0].headers.contains(&key));
}

/// How far a whole of two steps is by what the tool says of each; `None` is an operation that it doesn't know.
fn together(first: Option<&str>, second: Option<&str>) -> Progress {
    let world = World::new();
    let mut raw = raw();
    let mut step = raw["steps"][0].clone();
    step["id"] = json!("second");
    raw["steps"].as_array_mut().unwrap().push(step);
    for (id, state) in [("switch", first), ("second", second)] {
        let reply = state.map_or(Reply::status(404), |state| Reply::status(200).json(&json!({"state": state})));
        world.on("GET", &format!("endpoint:switch/api/operations?key=holdpoint-run-{id}"), reply);
    }
    let settings = settings(&raw);
    let call = call(&world);
    let plan = settings.plan(&world.host(), &call).unwrap();
    settings.status(&world.host(), &call, &plan, ORDER.key).unwrap().progress
}

#[test]
fn a_whole_of_several_steps_is_as_far_as_they_are() {
    assert_eq!(together(None, None), Progress::NotBegun);
    assert_eq!(together(Some("under-way"), None), Progress::UnderWay);
    assert_eq!(together(Some("complete"), None), Progress::Partial);
    assert_eq!(together(Some("complete"), Some("under-way")), Progress::UnderWay);
    assert_eq!(together(Some("complete"), Some("complete")), Progress::Complete);
    assert_eq!(together(Some("failed"), Some("complete")), Progress::Failed);
    assert_eq!(together(Some("splendid"), Some("complete")), Progress::Unknown);
}
