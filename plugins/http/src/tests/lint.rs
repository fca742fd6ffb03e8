//! What is found when a plan is linted.

use holdpoint_sdk::check;
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::validate;

/// The places of all problems.
fn places(settings: &Value) -> Vec<String> {
    let problems = check::validate::<Settings>(validate::problems, &settings.to_string());
    problems.into_iter().map(|problem| problem.pointer).collect()
}

#[test]
fn good_settings_have_no_problem() {
    let settings = json!({
        "url": "endpoint:shop/{{release.version}}?key={{secret:key}}",
        "expect": {"headers": {"x-version": {"equals": "{{release.version}}"}}},
    });

    assert_eq!(places(&settings), Vec::<String>::new());
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let table = [
        (json!({}), ""),
        (json!({"url": "endpoint:shop/", "steps": [{"url": "endpoint:shop/"}]}), "/url"),
        (json!({"steps": [{"url": "endpoint:shop/"}], "expect": {"status": 200}, "method": "POST"}), ""),
        (json!({"url": "shop/"}), "/url"),
        (json!({"url": "endpoint:shop/{{id}}"}), "/url"),
        (json!({"url": "endpoint:shop/{{secret:key}}"}), "/url"),
        (json!({"url": "endpoint:shop/{{id"}), "/url"),
        (json!({"url": "endpoint:shop/", "headers": {"x/y": "{{id}}"}}), "/headers/x~1y"),
        (json!({"url": "endpoint:shop/", "json": {"a": ["{{id}}"]}}), "/json/a/0"),
        (json!({"url": "endpoint:shop/", "json": {}, "form": {}}), ""),
        (json!({"url": "endpoint:shop/", "expect": {"status": 42}}), "/expect/status"),
        (json!({"url": "endpoint:shop/", "expect": {"json": {"state": "exists"}}}), "/expect/json/state"),
        (json!({"url": "endpoint:shop/", "expect": {"json": {"/a": {"between": [2, 1]}}}}), "/expect/json/~1a"),
        (json!({"url": "endpoint:shop/", "expect": {"body": [{"regex": "("}]}}), "/expect/body/0"),
        (json!({"url": "endpoint:shop/", "expect": {"body": [{"contains": "{{secret:x}}"}]}}), "/expect/body/0"),
        (json!({"steps": [{"url": "endpoint:shop/", "capture": {"Id": {"json": "/a"}}}]}), "/steps/0/capture/Id"),
        (json!({"steps": [{"url": "endpoint:shop/", "capture": {"id": {"json": "a"}}}]}), "/steps/0/capture/id"),
        (json!({"steps": [{"url": "endpoint:shop/", "capture": {"id": {"xpath": "//a"}}}]}), "/steps/0/capture/id"),
        (json!({"url": "endpoint:shop/", "method": "get"}), "/method"),
        (json!({"url": "endpoint:shop/", "expcet": {}}), "/expcet"),
    ];
    for (settings, place) in table {
        assert_eq!(places(&settings), [place], "{settings}");
    }
}

#[test]
fn a_step_knows_what_earlier_steps_capture_and_not_what_it_captures_itself() {
    let settings = json!({"steps": [
        {"url": "endpoint:shop/{{id}}", "capture": {"id": {"json": "/id"}}},
        {"url": "endpoint:shop/{{id}}"},
    ]});

    assert_eq!(places(&settings), ["/steps/0/url"]);
}
