//! What each answer is taken for.

use holdpoint_sdk::fake::Reply;
use holdpoint_sdk::http::Error;
use holdpoint_sdk::{Failure, Outcome, Sample};
use serde_json::{Value, json};

use super::{NOW, body, class, indicator, parts, query, said, sampled, vector};

fn own() -> Value {
    query(&json!({"name": "errors", "fail-above": 2.0, "warn-above": 1.0}))
}

fn error_rate() -> Value {
    indicator("error-rate", &json!({"fail-above": 0.02}))
}

/// Outcome and class of the number, for one reply.
fn taken_for(settings: &Value, reply: Reply) -> (Outcome, &'static str) {
    let verdict = said(settings, reply).expect("a verdict");
    (verdict.outcome, class(verdict.measurements[0].sample))
}

#[test]
fn a_number_is_held_against_the_thresholds() {
    assert_eq!(taken_for(&own(), vector(&["0.5"])), (Outcome::Pass, "data"));
    assert_eq!(taken_for(&own(), vector(&["1.5"])), (Outcome::Warn, "data"));
    assert_eq!(taken_for(&own(), vector(&["2.5"])), (Outcome::Fail, "data"));
}

#[test]
fn what_is_counted_is_measured_beside_the_share() {
    let settings = indicator("error-rate", &json!({"fail-above": 0.02, "counts-over": "10s"}));
    let seen =
        [("value", "0.01"), ("traffic", "3000"), ("newest", &NOW.to_string()), ("errors", "3"), ("requests", "100")];

    let verdict = said(&settings, parts(&seen)).expect("a verdict");
    let less = said(&settings, parts(&seen[..4])).expect("a verdict");

    let measured = |verdict: &holdpoint_sdk::Verdict| -> Vec<(String, &str)> {
        verdict.measurements.iter().skip(2).map(|it| (it.name.clone(), class(it.sample))).collect()
    };
    assert_eq!(measured(&verdict), [("errors".to_owned(), "data"), ("requests".to_owned(), "data")]);
    assert_eq!(verdict.measurements[2].sample, Sample::Data(3.0));
    assert_eq!(measured(&less)[1], ("requests".to_owned(), "no-data"));
}

#[test]
fn a_scalar_is_a_number() {
    assert_eq!(taken_for(&own(), body("scalar", &json!([NOW, "0.5"]))), (Outcome::Pass, "data"));
}

#[test]
fn what_is_no_number_has_its_class_and_never_passes() {
    let histogram = json!([{"metric": {}, "histogram": [NOW, {"count": "1"}]}]);
    let cases = [
        (vector(&[]), "no-data"),
        (vector(&["NaN"]), "not-a-number"),
        (vector(&["+Inf"]), "not-finite"),
        (vector(&["-Inf"]), "not-finite"),
        (vector(&["1e999"]), "not-finite"),
        (vector(&["0", "0"]), "ambiguous"),
        (vector(&["zero"]), "wrong-type"),
        (body("string", &json!([NOW, "0.5"])), "wrong-type"),
        (body("matrix", &json!([{"metric": {}, "values": [[NOW, "0.5"]]}])), "wrong-type"),
        (body("vector", &histogram), "wrong-type"),
        (body("vector", &json!([{"metric": {}, "value": [NOW, 0.5]}])), "wrong-type"),
        (body("vector", &json!([{"metric": {}, "value": [null, "0.5"]}])), "wrong-type"),
        (body("vector", &json!([{"metric": {}, "value": []}])), "wrong-type"),
        (body("vector", &json!([{"metric": {}, "value": [NOW - 121.0, "0.5"]}])), "no-data"),
        (body("vector", &json!([{"metric": {}, "value": [NOW + 31.0, "0.5"]}])), "no-data"),
    ];
    for (reply, wanted) in cases {
        assert_eq!(taken_for(&own(), reply.clone()), (Outcome::Inconclusive, wanted), "{reply:?}");
    }
}

#[test]
fn a_prometheus_that_gives_no_usable_answer_is_down() {
    let success = json!({"status": "success", "data": {"resultType": "vector", "result": []}}).to_string();
    let error = json!({"status": "error", "errorType": "execution", "error": "too many samples"});
    let warned = json!({"status": "error", "error": "half", "warnings": ["a store did not answer"]});
    for reply in [
        Reply::status(200),
        Reply::status(200).body(&success.as_bytes()[..success.len() - 9]),
        Reply::status(200).body(success.clone()).cut_at(20),
        Reply::status(200).html("<html>welcome</html>"),
        Reply::status(200).json(&json!({"up": 1})),
        Reply::status(200).json(&json!([])),
        Reply::status(200).json(&json!({"status": "success"})),
        Reply::status(200).json(&json!({"status": "success", "data": {"resultType": "scalar"}})),
        body("vector", &json!("none")),
        Reply::status(200).json(&warned),
        Reply::status(204),
        Reply::status(302).header("location", "https://login.test/"),
        Reply::status(400).html("<html>request header too large</html>"),
        Reply::status(401),
        Reply::status(403),
        Reply::status(404).text("404 page not found"),
        Reply::status(422).json(&error),
        Reply::status(500),
        Reply::status(503).json(&error),
        // The body of an error counts as little as its status.
        Reply::status(503).body(success),
        Error::Connect("refused".to_owned()).into(),
        Error::Timeout("after 8 s".to_owned()).into(),
        Error::Protocol("the answer was not whole".to_owned()).into(),
        Error::Dns("no such name".to_owned()).into(),
        Error::Tls("not trusted".to_owned()).into(),
    ] {
        for settings in [own(), error_rate()] {
            assert_eq!(
                taken_for(&settings, reply.clone()),
                (Outcome::Inconclusive, "provider-down"),
                "{settings} {reply:?}"
            );
        }
    }
}

#[test]
fn a_query_that_prometheus_cannot_read_is_an_error_of_the_settings() {
    let reply = Reply::status(400).json(&json!({"status": "error", "errorType": "bad_data", "error": "parse error"}));

    assert!(matches!(said(&own(), reply), Err(Failure::Settings(words)) if words.contains("parse error")));
}

#[test]
fn a_denial_is_none_of_prometheus_doing() {
    let denied = said(&own(), Error::Denied("add a grant".to_owned()).into());

    assert_eq!(denied, Err(Failure::Denied("add a grant".to_owned())));
}

#[test]
fn prometheus_is_too_slow_before_the_call_is() {
    let late = vector(&["0.5"]).after(std::time::Duration::from_millis(8_001));

    assert_eq!(taken_for(&own(), late), (Outcome::Inconclusive, "provider-down"));
}

#[test]
fn an_answer_that_prometheus_doubts_is_worth_nothing_unless_the_plan_says_so() {
    let doubted = json!({
        "status": "success", "warnings": ["a store did not answer"],
        "data": {"resultType": "vector", "result": [{"metric": {}, "value": [NOW, "0.5"]}]},
    });
    let reply = Reply::status(200).json(&doubted);

    assert_eq!(taken_for(&own(), reply.clone()), (Outcome::Inconclusive, "provider-down"));
    let noted = query(&json!({"fail-above": 2.0, "warnings": "note"}));
    let verdict = said(&noted, reply).expect("a verdict");
    assert_eq!(verdict.outcome, Outcome::Pass);
    assert!(verdict.findings.iter().any(|finding| finding.message == "a store did not answer"));
}

#[test]
fn an_indicator_measures_its_number_and_the_traffic_behind_it() {
    let newest = format!("{}", NOW - 7.5);
    let answer = parts(&[("traffic", "2400.5"), ("newest", &newest), ("value", "0.01")]);

    let verdict = said(&error_rate(), answer).expect("a verdict");

    assert_eq!(verdict.outcome, Outcome::Pass);
    let told = |at: usize| {
        let measured = &verdict.measurements[at];
        (measured.name.as_str(), measured.sample, measured.unit.as_str())
    };
    assert_eq!(told(0), ("error-rate", Sample::Data(0.01), "ratio"));
    assert_eq!(told(1), ("traffic", Sample::Data(2400.5), "requests"));
    // Not when Prometheus was asked, which would hide that the series stands still.
    assert_eq!(verdict.measurements[0].taken_at, Some(holdpoint_sdk::fake::BEGINNING - 7_500));
}

#[test]
fn an_indicator_beyond_its_threshold_fails() {
    let answer = parts(&[("value", "0.021"), ("traffic", "100"), ("newest", &NOW.to_string())]);

    assert_eq!(taken_for(&error_rate(), answer), (Outcome::Fail, "data"));
}

#[test]
fn what_too_little_stands_behind_is_no_evidence() {
    let now = NOW.to_string();
    let (old, ahead) = ((NOW - 121.0).to_string(), (NOW + 31.0).to_string());
    let cases = [
        ("nothing at all", parts(&[]), "no-data"),
        ("0/0", parts(&[("value", "NaN"), ("traffic", "0"), ("newest", &now)]), "no-data"),
        ("half a request", parts(&[("value", "0"), ("traffic", "0.5"), ("newest", &now)]), "no-data"),
        ("a number of unknown traffic", parts(&[("value", "0"), ("newest", &now)]), "no-data"),
        ("traffic that is none", parts(&[("value", "0"), ("traffic", "NaN"), ("newest", &now)]), "no-data"),
        ("a series that has ended", parts(&[("value", "0"), ("traffic", "9")]), "no-data"),
        ("a series that stands still", parts(&[("value", "0"), ("traffic", "9"), ("newest", &old)]), "no-data"),
        ("a series from the future", parts(&[("value", "0"), ("traffic", "9"), ("newest", &ahead)]), "no-data"),
        ("NaN of requests", parts(&[("value", "NaN"), ("traffic", "9"), ("newest", &now)]), "not-a-number"),
        ("infinite", parts(&[("value", "+Inf"), ("traffic", "9"), ("newest", &now)]), "not-finite"),
        ("twice", parts(&[("value", "0"), ("value", "1"), ("traffic", "9"), ("newest", &now)]), "ambiguous"),
        ("not asked for", vector(&["0"]), "wrong-type"),
        ("a scalar", body("scalar", &json!([NOW, "0"])), "wrong-type"),
    ];
    for (what, reply, wanted) in cases {
        assert_eq!(taken_for(&error_rate(), reply), (Outcome::Inconclusive, wanted), "{what}");
    }
}

#[test]
fn as_much_traffic_as_the_plan_wants_is_enough() {
    let settings = indicator("latency", &json!({"fail-above": 0.5, "min-traffic": 100}));
    let answer = |count: &str| parts(&[("value", "0.2"), ("traffic", count), ("newest", &NOW.to_string())]);

    assert_eq!(taken_for(&settings, answer("99.9")), (Outcome::Inconclusive, "no-data"));
    assert_eq!(taken_for(&settings, answer("100")), (Outcome::Pass, "data"));
}

#[test]
fn a_throughput_of_none_is_a_number() {
    let settings = indicator("throughput", &json!({"fail-below": 10.0}));
    let answer = parts(&[("value", "0"), ("traffic", "0"), ("newest", &NOW.to_string())]);

    assert_eq!(taken_for(&settings, answer), (Outcome::Fail, "data"));
}

#[test]
fn a_gauge_has_no_traffic() {
    let settings = indicator("saturation", &json!({"fail-above": 0.9}));
    let answer = parts(&[("value", "0.5"), ("newest", &NOW.to_string())]);

    let verdict = said(&settings, answer).expect("a verdict");

    assert_eq!((verdict.outcome, verdict.measurements.len()), (Outcome::Pass, 1));
}

#[test]
fn without_a_threshold_only_a_signal_is_satisfied_with_a_number() {
    let settings = indicator("error-rate", &json!({}));
    let answer = || parts(&[("value", "0.5"), ("traffic", "100"), ("newest", &NOW.to_string())]);

    let as_check = said(&settings, answer()).expect("a verdict");
    let as_signal = sampled(&settings, answer()).expect("a verdict");
    let no_answer = sampled(&settings, Reply::status(503)).expect("a verdict");

    assert_eq!(as_check.outcome, Outcome::Inconclusive);
    assert_eq!((as_signal.outcome, as_signal.measurements[0].sample), (Outcome::Pass, Sample::Data(0.5)));
    assert_eq!(no_answer.outcome, Outcome::Inconclusive);
}
