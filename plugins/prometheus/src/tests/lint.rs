//! What a plan is told about its settings before it runs.

use holdpoint_sdk::check;
use serde_json::{Value, json};

use super::{indicator, query};
use crate::settings::Settings;
use crate::validate::problems;

/// The places of all problems.
fn places(settings: &Value) -> Vec<String> {
    let problems = check::validate::<Settings>(problems, &settings.to_string());
    problems.into_iter().map(|problem| problem.pointer).collect()
}

#[test]
fn either_an_indicator_or_a_query_is_asked() {
    assert_eq!(places(&json!({"prometheus": "endpoint:prometheus", "fail-above": 1.0})), [""]);
    assert_eq!(places(&indicator("error-rate", &json!({"query": "up", "fail-above": 0.1}))), ["/query"]);
    assert_eq!(places(&query(&json!({"query": " ", "fail-above": 1.0}))), ["/query"]);
}

#[test]
fn a_threshold_may_be_left_to_a_signals_rules_and_a_warning_alone_not() {
    assert!(places(&indicator("error-rate", &json!({}))).is_empty());
    assert_eq!(places(&indicator("error-rate", &json!({"warn-above": 0.1}))), [""]);
}

#[test]
fn a_parameter_that_would_say_nothing_is_refused() {
    let refused = [
        ("error-rate", json!({"quantile": 0.5}), "/quantile"),
        ("error-rate", json!({"unit": "percent"}), "/unit"),
        ("latency", json!({"errors": [500]}), "/errors"),
        ("latency", json!({"capacity": 5}), "/capacity"),
        ("throughput", json!({"min-traffic": 5}), "/min-traffic"),
        ("saturation", json!({"range": "1m"}), "/range"),
        ("saturation", json!({"code-label": "code"}), "/code-label"),
        ("dependency-health", json!({"labels": {"job": "x"}, "errors": [500]}), "/errors"),
    ];
    for (name, settings, place) in refused {
        assert_eq!(places(&indicator(name, &settings)), [place], "{name} {settings}");
    }
    assert_eq!(places(&query(&json!({"metric": "up", "range": "5m"}))), ["/metric", "/range"]);
    assert!(places(&query(&json!({"unit": "orders", "name": "orders"}))).is_empty());
}

#[test]
fn what_stands_unquoted_in_the_query_must_be_a_name() {
    let forged = "up) or vector(0) #";
    let cases = [
        (json!({"metric": forged}), vec!["/metric"]),
        (json!({"code-label": "a\"b"}), vec!["/code-label"]),
        (json!({"labels": {"a=\"b\",c": "d"}}), vec!["/labels/a=\"b\",c"]),
        (json!({"labels": {"__name__": "up"}}), vec!["/labels/__name__"]),
        (json!({"labels": {"path": []}}), vec!["/labels/path"]),
        (json!({"labels": {"version": "{{version}}"}}), vec!["/labels/version"]),
        (json!({"labels": {"version": ["{{release.version"]}}), vec!["/labels/version"]),
        (json!({"labels": {"token": {"not": "{{secret:token}}"}}}), vec!["/labels/token"]),
        (json!({"labels": {"token": {"regex": "{{secret:token}}"}}}), vec!["/labels/token"]),
        (json!({"metric": "queue_length"}), vec!["/metric"]),
    ];
    for (settings, wanted) in cases {
        assert_eq!(places(&indicator("error-rate", &settings)), wanted, "{settings}");
    }
    assert_eq!(places(&indicator("saturation", &json!({"metric": "used", "capacity": forged}))), ["/capacity"]);
    assert!(places(&indicator("error-rate", &json!({"metric": "job:requests:rate5m_total"}))).is_empty());
}

#[test]
fn a_threshold_stands_where_it_gets_worse_and_within_a_ratio() {
    assert_eq!(places(&indicator("error-rate", &json!({"fail-below": 0.1}))), ["/fail-below"]);
    assert_eq!(places(&indicator("error-rate", &json!({"fail-above": 2.0}))), ["/fail-above"]);
    let health = json!({"labels": {"job": "inventory"}, "fail-above": 0.9});
    assert_eq!(places(&indicator("dependency-health", &health)), ["/fail-above"]);
    assert!(places(&indicator("latency", &json!({"fail-above": 300.0, "unit": "ms"}))).is_empty());
    assert!(places(&indicator("throughput", &json!({"fail-above": 900.0, "fail-below": 10.0}))).is_empty());
}

#[test]
fn a_value_that_could_find_nothing_is_refused() {
    let cases = [
        ("latency", json!({"quantile": 95}), "/quantile"),
        ("latency", json!({"unit": "h"}), "/unit"),
        ("latency", json!({"min-traffic": -1}), "/min-traffic"),
        ("error-rate", json!({"errors": []}), "/errors"),
        ("error-rate", json!({"errors": ["5xx", "50x"]}), "/errors/1"),
        ("error-rate", json!({"range": "five minutes"}), "/range"),
        ("error-rate", json!({"max-age-s": 0}), "/max-age-s"),
        ("saturation", json!({"metric": "used", "capacity": 0}), "/capacity"),
        ("saturation", json!({"convention": "open-telemetry"}), "/convention"),
        ("dependency-health", json!({}), "/labels"),
    ];
    for (name, settings, place) in cases {
        assert_eq!(places(&indicator(name, &settings)), [place], "{name} {settings}");
    }
}
