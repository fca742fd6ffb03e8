//! What Prometheus is asked for each indicator, word for word.

use holdpoint_sdk::http::query_encoded;
use holdpoint_sdk::{Failure, check};
use serde_json::{Value, json};

use super::{asked, class, indicator, parts, query};
use crate::question::{Parts, Question};
use crate::settings::Settings;
use crate::validate::problems;

fn question(settings: &Value) -> Question {
    assert_eq!(check::validate::<Settings>(problems, &settings.to_string()), [], "{settings}");
    let settings: Settings = serde_json::from_value(settings.clone()).expect("settings");
    Question::of(&settings).expect("a question")
}

fn asked_for(name: &str, more: &Value) -> Parts {
    match question(&indicator(name, more)) {
        Question::Parts(parts) => parts,
        Question::Own(query) => panic!("{query}"),
    }
}

#[test]
fn an_error_rate_is_the_share_of_requests_with_an_error_code() {
    let asked = asked_for("error-rate", &json!({}));

    let (all, wrong) = (r#"http_requests_total{code!=""}"#, r#"http_requests_total{code!="",code=~"5.."}"#);
    assert_eq!(
        asked,
        Parts {
            value: format!("(sum(rate({wrong}[5m])) or 0 * sum(rate({all}[5m]))) / sum(rate({all}[5m]))"),
            traffic: Some(format!("sum(increase({all}[5m]))")),
            newest: format!("max(timestamp({all}))"),
            counts: vec![],
            min_traffic: Some(1.0),
        }
    );
}

#[test]
fn what_is_counted_is_the_difference_of_two_scrapes() {
    let asked = asked_for("error-rate", &json!({"counts-over": "10s"}));

    let (all, wrong) = (r#"http_requests_total{code!=""}"#, r#"http_requests_total{code!="",code=~"5.."}"#);
    let delta =
        |of: &str| format!("sum(({of} - {of} offset 10s >= 0) or ({of} and on (job, instance) {all} offset 10s))");
    let requests = delta(all);
    let errors = format!("({} or 0 * {requests})", delta(wrong));
    assert_eq!(asked.counts, [("errors", errors), ("requests", requests)]);
    let throughput = asked_for("throughput", &json!({"counts-over": "1m"}));
    assert_eq!(throughput.counts.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["requests"]);
}

#[test]
fn what_is_counted_begins_and_ends_with_a_whole_step_of_the_calendar() {
    for (over, step) in [("7s", 7), ("40s", 20), ("5m", 30), ("31s", 1)] {
        let settings = indicator("error-rate", &json!({"counts-over": over}));

        let (_, url) = asked(&settings, parts(&[("value", "0.1")]), &[]);

        let time = super::BEGINNING / 1_000 / step * step;
        assert!(url.as_ref().is_some_and(|url| url.ends_with(&format!("&time={time}"))), "{over}: {url:?}");
    }
}

#[test]
fn what_was_a_day_ago_is_asked_of_that_moment_and_as_fresh_as_it_was_then() {
    let settings = indicator("error-rate", &json!({"ago": "24h"}));
    let (then, stale) = ((super::NOW - 86_400.0).to_string(), (super::NOW - 86_700.0).to_string());
    let answer = |newest: &str| parts(&[("value", "0.1"), ("traffic", "500"), ("newest", newest)]);

    let (seen, url) = asked(&settings, answer(&then), &[("purpose", "signal")]);
    let (old, _) = asked(&settings, answer(&stale), &[("purpose", "signal")]);
    let (ahead, _) = asked(&settings, answer(&super::NOW.to_string()), &[("purpose", "signal")]);

    assert!(url.is_some_and(|url| url.ends_with(&format!("&time={}", super::BEGINNING / 1_000 - 86_400))));
    let measured = seen.expect("a verdict").measurements[0].clone();
    assert_eq!((class(measured.sample), measured.taken_at), ("data", None));
    assert_eq!(class(old.expect("a verdict").measurements[0].sample), "no-data");
    assert_eq!(class(ahead.expect("a verdict").measurements[0].sample), "no-data");
}

#[test]
fn an_error_rate_has_the_metric_labels_codes_and_range_of_the_plan() {
    let settings = json!({
        "metric": "shop_requests_total", "labels": {"path": {"not": ["/metrics", "/health"]}, "job": "shop"},
        "errors": ["5xx", 429], "range": "30s", "min-traffic": 50, "code-label": "status",
    });

    let asked = asked_for("error-rate", &settings);

    let all = r#"shop_requests_total{job="shop",path!~"/metrics|/health",status!=""}"#;
    assert_eq!(asked.traffic, Some(format!("sum(increase({all}[30s]))")));
    let wrong =
        r#"sum(rate(shop_requests_total{job="shop",path!~"/metrics|/health",status!="",status=~"5..|429"}[30s]))"#;
    assert!(asked.value.contains(wrong), "{}", asked.value);
    assert_eq!(asked.min_traffic, Some(50.0));
}

#[test]
fn a_request_without_a_code_is_an_error_where_the_plan_says_so() {
    let asked = asked_for("error-rate", &json!({"errors": ["5xx", ""]}));

    assert!(asked.value.starts_with(r#"(sum(rate(http_requests_total{code=~"5..|"}[5m]))"#), "{}", asked.value);
    assert_eq!(asked.traffic.as_deref(), Some("sum(increase(http_requests_total[5m]))"));
}

#[test]
fn a_latency_is_a_quantile_over_all_series_of_a_histogram() {
    let asked = asked_for("latency", &json!({"labels": {"job": "shop"}}));

    assert_eq!(
        asked.value,
        r#"histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{job="shop"}[5m])))"#
    );
    let count = r#"http_request_duration_seconds_count{job="shop"}"#;
    assert_eq!(asked.traffic, Some(format!("sum(increase({count}[5m]))")));
    assert_eq!(asked.newest, format!("max(timestamp({count}))"));
}

#[test]
fn a_latency_is_told_in_the_unit_that_the_plan_wants() {
    let end = |settings: &Value| asked_for("latency", settings).value.rsplit_once("])))").expect("a rate").1.to_owned();

    assert_eq!(end(&json!({"unit": "s"})), "");
    assert_eq!(end(&json!({"unit": "ms", "quantile": 0.99})), " * 1000");
    assert_eq!(end(&json!({"metric": "request_duration_milliseconds"})), " / 1000");
    assert_eq!(end(&json!({"metric": "request_duration_milliseconds_bucket", "unit": "ms"})), "");
}

#[test]
fn a_saturation_is_how_full_the_fullest_is() {
    let value = |settings: &Value| asked_for("saturation", settings).value;

    assert_eq!(
        value(&json!({"labels": {"job": "shop"}})),
        r#"max(process_open_fds{job="shop"} / (process_max_fds{job="shop"} > 0))"#
    );
    assert_eq!(value(&json!({"metric": "pool_used", "capacity": "pool_size"})), "max(pool_used / (pool_size > 0))");
    assert_eq!(value(&json!({"metric": "pool_utilization_ratio"})), "max(pool_utilization_ratio)");
    assert_eq!(
        value(&json!({"metric": "process_cpu_seconds_total", "capacity": 4, "range": "1m"})),
        "max(rate(process_cpu_seconds_total[1m]) / 4)"
    );
}

#[test]
fn a_dependency_is_as_healthy_as_its_worst_gauge() {
    let asked = asked_for("dependency-health", &json!({"labels": {"job": "inventory"}, "range": "2m"}));

    assert_eq!(asked.value, r#"min(avg_over_time(up{job="inventory"}[2m]))"#);
    assert_eq!((asked.traffic, asked.min_traffic), (None, None));
    assert_eq!(asked.newest, r#"min(timestamp(up{job="inventory"}))"#);
}

#[test]
fn a_dependency_is_as_healthy_as_the_calls_to_it() {
    let settings = json!({"convention": "open-telemetry", "labels": {"server_address": "inventory"}});

    let asked = asked_for("dependency-health", &settings);

    let metric = "http_client_request_duration_seconds_count";
    let wrong = format!(r#"{metric}{{server_address="inventory",http_response_status_code=~"5..|"}}"#);
    let all = format!(r#"{metric}{{server_address="inventory"}}"#);
    assert_eq!(asked.value, format!("1 - (sum(rate({wrong}[5m])) or 0 * sum(rate({all}[5m]))) / sum(rate({all}[5m]))"));
    assert_eq!(asked.min_traffic, Some(1.0));
}

#[test]
fn a_throughput_is_counted_by_the_minute() {
    let settings = json!({"metric": "shop_orders_total", "labels": {"state": "accepted"}, "range": "1m"});

    let asked = asked_for("throughput", &settings);

    let counted = r#"shop_orders_total{state="accepted"}"#;
    assert_eq!(asked.value, format!("60 * sum(rate({counted}[1m]))"));
    assert_eq!((asked.traffic, asked.min_traffic), (Some(format!("sum(increase({counted}[1m]))")), None));
}

#[test]
fn opentelemetry_has_names_of_its_own() {
    let value = |name: &str| asked_for(name, &json!({"convention": "open-telemetry"})).value;

    let all = r#"http_server_request_duration_seconds_count{http_response_status_code!=""}"#;
    assert!(value("error-rate").contains(all), "{}", value("error-rate"));
    assert!(value("latency").contains("(http_server_request_duration_seconds_bucket[5m])"));
    assert!(value("throughput").contains("(http_server_request_duration_seconds_count[5m])"));
}

#[test]
fn all_parts_are_asked_for_in_one_request() {
    let settings = indicator("saturation", &json!({"fail-above": 0.9}));

    let (_, url) = asked(&settings, parts(&[]), &[]);

    let written = concat!(
        r#"label_replace(max(process_open_fds / (process_max_fds > 0)), "holdpoint", "value", "", "")"#,
        r#" or label_replace(max(timestamp(process_open_fds)), "holdpoint", "newest", "", "")"#
    );
    assert_eq!(url, Some(format!("endpoint:prometheus/api/v1/query?query={}", query_encoded(written))));
}

#[test]
fn a_query_of_ones_own_is_asked_as_it_stands() {
    assert_eq!(question(&query(&json!({"fail-above": 1.0}))), Question::Own("up".to_owned()));
}

#[test]
fn a_label_can_name_the_version_that_was_released() {
    let settings = indicator(
        "throughput",
        &json!({
            "labels": {"version": "{{release.version}}", "build": {"not": ["{{release.previous-version}}"]}},
            "fail-below": 1.0,
        }),
    );

    let (_, url) = asked(&settings, parts(&[]), &[]);

    let series = query_encoded(r#"http_requests_total{build!~"1\\.9\\.0",version="2.0.0"}"#);
    assert!(url.as_ref().is_some_and(|url| url.contains(&series)), "{url:?}");
}

#[test]
fn a_fact_that_the_release_does_not_state_is_not_asked_for() {
    let settings = indicator("throughput", &json!({"labels": {"revision": "{{release.revision}}"}, "fail-below": 1.0}));

    let (result, url) = asked(&settings, parts(&[]), &[]);

    assert!(matches!(result, Err(Failure::Settings(why)) if why.contains("release.revision")));
    assert_eq!(url, None);
}
