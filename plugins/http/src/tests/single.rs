//! One request, every expectation: met, not met, and not to be known.

use std::time::Duration;

use holdpoint_sdk::fake::{Reply, World, certificate};
use holdpoint_sdk::http::Error;
use holdpoint_sdk::{Failure, Outcome, Sample};
use serde_json::{Value, json};

use super::{health, subjects, verdict};

/// The outcome of one expectation against one reply.
fn outcome(reply: Reply, expect: &Value) -> Outcome {
    let world = World::new();
    world.on("GET", "endpoint:shop/health", reply);
    verdict(&world, &health(expect)).outcome
}

#[test]
fn any_success_passes_unless_told_otherwise() {
    assert_eq!(outcome(Reply::status(204), &json!({})), Outcome::Pass);
    assert_eq!(outcome(Reply::status(302), &json!({})), Outcome::Fail);
    assert_eq!(outcome(Reply::status(404), &json!({"status": 404})), Outcome::Pass);
    assert_eq!(outcome(Reply::status(200), &json!({"status": ["3xx", 404]})), Outcome::Fail);
}

#[test]
fn a_wrong_status_shows_both_sides() {
    let world = World::new();
    world.on("GET", "endpoint:shop/health", Reply::status(503));

    let verdict = verdict(&world, &health(&json!({"status": ["2xx", 404]})));

    assert_eq!(verdict.summary, "status is 503 instead of 2xx or 404");
    assert_eq!(verdict.findings[0].expected.as_deref(), Some("2xx or 404"));
    assert_eq!(verdict.findings[0].observed.as_deref(), Some("503"));
}

#[test]
fn header_rules_hold_or_not() {
    let reply = || Reply::status(200).header("Content-Type", "application/json; charset=utf-8").header("vary", "a");
    let table = [
        (json!({"content-type": "present"}), Outcome::Pass),
        (json!({"x-debug": "present"}), Outcome::Fail),
        (json!({"x-debug": "absent"}), Outcome::Pass),
        (json!({"Content-Type": "absent"}), Outcome::Fail),
        (json!({"vary": {"equals": "a"}}), Outcome::Pass),
        (json!({"vary": {"equals": "A"}}), Outcome::Fail),
        (json!({"content-type": {"contains": "json"}}), Outcome::Pass),
        (json!({"content-type": {"regex": "^application/json(;|$)"}}), Outcome::Pass),
        (json!({"content-type": {"regex": "^text/"}}), Outcome::Fail),
        (json!({"x-debug": {"regex": ".*"}}), Outcome::Fail),
    ];
    for (rule, expected) in table {
        assert_eq!(outcome(reply(), &json!({"headers": rule})), expected, "{rule}");
    }
}

#[test]
fn one_of_several_values_of_a_header_is_enough() {
    let reply = Reply::status(200).header("via", "one").header("via", "two");

    assert_eq!(outcome(reply, &json!({"headers": {"via": {"equals": "two"}}})), Outcome::Pass);
}

#[test]
fn body_rules_hold_or_not() {
    let table = [
        (json!({"equals": "all good"}), Outcome::Pass),
        (json!({"equals": "all goo"}), Outcome::Fail),
        (json!({"contains": "good"}), Outcome::Pass),
        (json!({"contains": "bad"}), Outcome::Fail),
        (json!({"lacks": "bad"}), Outcome::Pass),
        (json!({"lacks": "good"}), Outcome::Fail),
        (json!({"regex": "^all \\w+$"}), Outcome::Pass),
        (json!({"regex": "^good"}), Outcome::Fail),
    ];
    for (rule, expected) in table {
        assert_eq!(outcome(Reply::status(200).text("all good"), &json!({"body": [rule]})), expected, "{rule}");
    }
}

#[test]
fn json_rules_hold_or_not() {
    let body = json!({"state": "up", "load": 0.5, "count": 3, "gone": null, "list": [{"a/b": true}]});
    let table = [
        (json!({"/state": {"equals": "up"}}), Outcome::Pass),
        (json!({"/state": {"equals": "down"}}), Outcome::Fail),
        (json!({"/count": {"equals": 3.0}}), Outcome::Pass),
        (json!({"/count": {"equals": "3"}}), Outcome::Fail),
        (json!({"/list": {"equals": [{"a/b": true}]}}), Outcome::Pass),
        (json!({"/list/0/a~1b": {"equals": true}}), Outcome::Pass),
        (json!({"/gone": "exists"}), Outcome::Pass),
        (json!({"/gone": "absent"}), Outcome::Fail),
        (json!({"/none": "exists"}), Outcome::Fail),
        (json!({"/none": "absent"}), Outcome::Pass),
        (json!({"/state": {"regex": "^u"}}), Outcome::Pass),
        (json!({"/count": {"regex": "3"}}), Outcome::Fail),
        (json!({"/load": {"at-most": 0.5}}), Outcome::Pass),
        (json!({"/load": {"at-least": 0.6}}), Outcome::Fail),
        (json!({"/count": {"between": [3, 5]}}), Outcome::Pass),
        (json!({"/count": {"between": [4, 5]}}), Outcome::Fail),
        (json!({"/state": {"at-least": 0}}), Outcome::Fail),
    ];
    for (rule, expected) in table {
        assert_eq!(outcome(Reply::status(200).json(&body), &json!({"json": rule})), expected, "{rule}");
    }
}

#[test]
fn a_page_where_json_should_be_is_a_fail_that_shows_the_page() {
    let world = World::new();
    world.on("GET", "endpoint:shop/health", Reply::status(200).html("<h1>Sorry</h1>"));

    let verdict = verdict(&world, &health(&json!({"json": {"/state": "exists"}})));

    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].observed.as_deref(), Some("<h1>Sorry</h1>"));
}

#[test]
fn an_answer_at_its_latency_budget_passes_and_one_above_fails() {
    let reply = |micros| Reply::status(200).after(Duration::from_micros(micros));

    assert_eq!(outcome(reply(300_000), &json!({"max-latency-ms": 300})), Outcome::Pass);
    assert_eq!(outcome(reply(300_001), &json!({"max-latency-ms": 300})), Outcome::Fail);
}

#[test]
fn a_body_at_its_limits_passes_and_one_beyond_fails() {
    let reply = || Reply::status(200).text("12345");

    assert_eq!(outcome(reply(), &json!({"max-size": 5, "min-size": 5})), Outcome::Pass);
    assert_eq!(outcome(reply(), &json!({"max-size": 4})), Outcome::Fail);
    assert_eq!(outcome(reply(), &json!({"min-size": 6})), Outcome::Fail);
}

#[test]
fn a_certificate_near_its_end_fails() {
    let reply = |days| Reply::status(200).certified(certificate(days));

    assert_eq!(outcome(reply(14), &json!({"certificate-days": 14})), Outcome::Pass);
    assert_eq!(outcome(reply(13), &json!({"certificate-days": 14})), Outcome::Fail);
    assert_eq!(outcome(reply(-1), &json!({"certificate-days": 0})), Outcome::Fail);
}

#[test]
fn no_certificate_at_all_is_not_a_long_lived_one() {
    assert_eq!(outcome(Reply::status(200), &json!({"certificate-days": 0})), Outcome::Fail);
}

#[test]
fn a_service_that_does_not_answer_fails() {
    let silences = [
        Error::Connect("refused".into()),
        Error::Dns("no such name".into()),
        Error::Tls("expired".into()),
        Error::Timeout("after 10 s".into()),
    ];
    for silence in silences {
        assert_eq!(outcome(silence.into(), &json!({})), Outcome::Fail);
    }
}

#[test]
fn an_answer_that_is_no_http_is_inconclusive() {
    assert_eq!(outcome(Error::Protocol("two status lines".into()).into(), &json!({})), Outcome::Inconclusive);
}

#[test]
fn a_denial_is_a_failure_of_its_own() {
    let denied = World::new().check(crate::flow::run, &health(&json!({})));

    assert!(matches!(denied, Err(Failure::Denied(_))));
}

#[test]
fn what_may_stand_in_the_part_that_was_cut_off_is_not_known() {
    // The host cuts at its own limit: the request asks for more than that.
    let cut = |expect: Value| {
        let world = World::new();
        world.answer_with(|_| Some(Reply::status(200).text("123456789").cut_at(4)));
        verdict(&world, &health(&expect)).outcome
    };

    assert_eq!(cut(json!({"body": [{"lacks": "9"}]})), Outcome::Inconclusive);
    assert_eq!(cut(json!({"json": {"/a": "absent"}})), Outcome::Inconclusive);
    assert_eq!(cut(json!({"max-size": 5})), Outcome::Inconclusive);
    assert_eq!(cut(json!({"max-size": 3})), Outcome::Fail);
    assert_eq!(cut(json!({"min-size": 4})), Outcome::Pass);
}

#[test]
fn latency_size_and_certificate_are_measured() {
    let world = World::new();
    let reply = Reply::status(200).text("12345").after(Duration::from_millis(7)).certified(certificate(30));
    world.on("GET", "endpoint:shop/health", reply);

    let verdict = verdict(&world, &health(&json!({})));

    let measured: Vec<_> =
        verdict.measurements.iter().map(|one| (one.name.as_str(), one.sample, one.unit.as_str())).collect();
    let expected = [
        ("size", Sample::Data(5.0), "bytes"),
        ("latency", Sample::Data(7.0), "ms"),
        ("certificate-days-left", Sample::Data(30.0), "days"),
    ];
    assert_eq!(measured, expected);
}

#[test]
fn the_request_is_as_the_settings_say() {
    let world = World::new();
    world.on("PUT", "endpoint:shop/items/1", Reply::status(200));
    let settings = json!({
        "url": "endpoint:shop/items/1", "method": "PUT", "headers": {"Accept": "text/plain", "Content-Type": "application/merge-patch+json"},
        "json": {"name": "tea"}, "timeout-ms": 1500, "expect": {"max-size": 9},
    });

    let verdict = verdict(&world, &settings);

    assert_eq!(verdict.outcome, Outcome::Pass);
    let request = &world.requests()[0];
    let headers = [("accept", "text/plain"), ("content-type", "application/merge-patch+json")];
    assert_eq!(request.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(request.body.as_deref(), Some(br#"{"name":"tea"}"#.as_slice()));
    assert_eq!((request.timeout_ms, request.max_body), (Some(1500), Some(10)));
}

#[test]
fn what_is_wrong_comes_before_all_else() {
    let world = World::new();
    world.on("GET", "endpoint:shop/health", Reply::status(500).text("oops"));

    let verdict = verdict(&world, &health(&json!({"body": [{"contains": "ok"}], "headers": {"etag": "present"}})));

    assert_eq!(verdict.summary, "status is 500 instead of 2xx (and 2 more)");
    assert_eq!(subjects(&verdict), ["status", "header etag", "body"]);
}
