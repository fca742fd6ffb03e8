//! The plugin against a fake host.

use holdpoint_sdk::fake::{Reply, World};
use holdpoint_sdk::rollout::{Order, Progress, Readiness, Rollout as _, Share, ShiftEnd, StatusReport};
use holdpoint_sdk::{Call, Failure, testing};
use serde_json::{Value, json};

use crate::settings::Settings;

const ORDER: Order<'_> = Order { key: "holdpoint-run-shift-25", fence: 1 };

#[test]
fn the_committed_schema_is_the_settings_own() {
    testing::assert_schema::<Settings>("settings.schema.json");
}

fn raw() -> Value {
    json!({
        "shift": {
            "url": "endpoint:switch/api/weights",
            "body": {"to": "green", "percent": "{{percent}}", "note": "{{version}} at {{percent}} %"},
        },
        "status": {"url": "endpoint:switch/api/operations?key={{key}}", "pointer": "/state"},
        "share": {"url": "endpoint:switch/api/state", "pointer": "/weights/green"},
    })
}

fn settings(raw: &Value) -> Settings {
    serde_json::from_value(raw.clone()).unwrap()
}

fn call(world: &World) -> Call {
    let mut call = world.call(&raw());
    call.release.version = "1.5.0".to_owned();
    call
}

#[test]
fn a_share_is_asked_for_as_a_number_under_the_key() {
    let world = World::new();
    world.on("POST", "endpoint:switch/api/weights", Reply::status(200).json(&json!({"state": "complete"})));

    let report = settings(&raw()).shift(&world.host(), &call(&world), &Share::of(25), ORDER).unwrap();

    assert_eq!(report.end, ShiftEnd::Done);
    let sent = &world.requests()[0];
    let key = ("Idempotency-Key".to_owned(), "holdpoint-run-shift-25".to_owned());
    assert!(sent.headers.contains(&key), "{:?}", sent.headers);
    let body: Value = serde_json::from_slice(sent.body.as_deref().unwrap()).unwrap();
    assert_eq!(body, json!({"to": "green", "percent": 25, "note": "1.5.0 at 25 %"}));
}

#[test]
fn accepted_means_started_and_a_refusal_is_an_error() {
    let world = World::new();
    world.on_each("POST", "endpoint:switch/api/weights", [Reply::status(202), Reply::status(409)]);
    let settings = settings(&raw());
    let call = call(&world);

    let first = settings.shift(&world.host(), &call, &Share::of(25), ORDER).unwrap();
    let second = settings.shift(&world.host(), &call, &Share::of(25), ORDER);

    assert_eq!(first.end, ShiftEnd::Started);
    assert!(matches!(second, Err(Failure::Unavailable(_))), "{second:?}");
}

/// What is said of a shift to 25 % when the tool says these.
fn status(state: Reply, share: Reply) -> StatusReport {
    let world = World::new();
    world.on("GET", "endpoint:switch/api/operations?key=holdpoint-run-shift-25", state);
    world.on("GET", "endpoint:switch/api/state", share);
    settings(&raw()).status(&world.host(), &call(&world), &Share::of(25), ORDER.key).unwrap()
}

fn stated(state: &str) -> Reply {
    Reply::status(200).json(&json!({"state": state}))
}

fn shared(percent: &Value) -> Reply {
    Reply::status(200).json(&json!({"weights": {"green": percent}}))
}

#[test]
fn the_status_word_tells_how_far_it_is() {
    let progress = |state: Reply| status(state, shared(&json!(25))).progress;

    assert_eq!(progress(stated("complete")), Progress::Complete);
    assert_eq!(progress(stated("under-way")), Progress::UnderWay);
    assert_eq!(progress(stated("failed")), Progress::Failed);
    assert_eq!(progress(stated("partial")), Progress::Failed);
    assert_eq!(progress(stated("splendid")), Progress::Unknown);
    assert_eq!(progress(Reply::status(404)), Progress::NotBegun);
    assert_eq!(progress(Reply::status(500)), Progress::Unknown);
}

#[test]
fn a_complete_shift_tells_the_share_that_there_is() {
    let report = status(stated("complete"), shared(&json!(10)));

    assert_eq!((report.progress, report.percent), (Progress::Complete, Some(10)));
}

#[test]
fn a_share_that_can_not_be_read_leaves_it_unknown() {
    for share in [Reply::status(500), shared(&json!("a quarter")), shared(&Value::Null), shared(&json!(-1))] {
        let report = status(stated("complete"), share);

        assert_eq!((report.progress, report.percent), (Progress::Unknown, None), "{}", report.summary);
    }
}

#[test]
fn what_can_not_be_filled_in_refuses_and_sends_nothing() {
    let world = World::new();
    let mut call = call(&world);
    call.release.version = "{{secret:deploy-token}}".to_owned();

    let ready = settings(&raw()).ready(&world.host(), &call, &Share::of(5)).unwrap();

    assert!(matches!(&ready, Readiness::Refused(why) if why.contains("`version`")), "{ready:?}");
    assert!(world.requests().is_empty());
}

#[test]
fn a_tool_that_does_not_answer_well_is_not_ready() {
    let world = World::new();
    world.on("GET", "endpoint:switch/api/state", Reply::status(503));
    let mut raw = raw();
    raw["ready"] = json!({"url": "endpoint:switch/api/state"});

    let ready = settings(&raw).ready(&world.host(), &call(&world), &Share::of(5)).unwrap();

    assert!(matches!(ready, Readiness::Refused(_)), "{ready:?}");
}

#[test]
fn every_flaw_is_told_with_its_place() {
    let raw = json!({
        "ready": {"url": "switch/api"},
        "shift": {
            "url": "endpoint:switch/{{colour}}",
            "headers": {"x-by": "{{who}}"},
            "body": {"percent": "{{percents}}"},
            "expect": [],
            "started": [],
        },
        "status": {"url": "endpoint:switch/{{key}}", "pointer": "state"},
        "share": {"url": "endpoint:switch/api", "pointer": "weights"},
    });

    let problems = settings(&raw).validate();

    let places: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    let expected = [
        "/shift/url",
        "/shift/headers/x-by",
        "/shift/body/percent",
        "/shift/expect",
        "/ready/url",
        "/status/pointer",
        "/share/pointer",
    ];
    assert_eq!(places, expected);
}
