//! A provider of metrics that speaks Prometheus' API for instant queries, as far as series are concerned.
//!
//! Format: <https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries>.

use std::borrow::Cow;

use bytes::Bytes;
use holdpoint_core::time::Moment;
use holdpoint_gateway::outside::{Scripted, Wanted};
use serde_json::{Value, json};
use url::form_urlencoded;

/// The label by which a query asks for several numbers at once, each told apart by its part's name.
const PART: &str = "\"holdpoint\", \"";

/// What a series is at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Numbers {
    pub(crate) value: f64,
    /// How many requests it is of, where the scenario says.
    pub(crate) traffic: Option<f64>,
    /// When the newest sample was taken, in seconds since the Unix epoch.
    pub(crate) newest: f64,
}

/// The query that a request asks; `None` when it is no instant query.
pub(crate) fn query<'a>(wanted: &'a Wanted<'_>) -> Option<Cow<'a, str>> {
    if !wanted.url.path().ends_with("/api/v1/query") {
        return None;
    }
    let named = |(name, value): (Cow<'a, str>, Cow<'a, str>)| (name == "query").then_some(value);
    let in_body = || form_urlencoded::parse(wanted.body.map(Bytes::as_ref).unwrap_or_default()).find_map(named);
    wanted.url.query_pairs().find_map(named).or_else(in_body)
}

/// Answers a query. Without numbers there is no series.
pub(crate) fn answer(query: &str, numbers: Option<Numbers>, now: Moment) -> Scripted {
    let at = seconds(now);
    let parts: Vec<&str> = query.split(PART).skip(1).filter_map(|rest| rest.split_once('"')).map(|it| it.0).collect();
    let result: Vec<Value> = match numbers {
        None => Vec::new(),
        Some(numbers) if parts.is_empty() => {
            vec![json!({"metric": {}, "value": [numbers.newest, text(numbers.value)]})]
        }
        Some(numbers) => parts
            .into_iter()
            .filter_map(|part| {
                let number = match part {
                    "value" => Some(numbers.value),
                    "traffic" => numbers.traffic,
                    "newest" => Some(numbers.newest),
                    _ => None,
                };
                Some(json!({"metric": {"holdpoint": part}, "value": [at, text(number?)]}))
            })
            .collect(),
    };
    let body = json!({"status": "success", "data": {"resultType": "vector", "result": result}}).to_string();
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Scripted { status: 200, headers, body: Bytes::from(body), truncated: false }
}

/// Whether a query also asks how many requests its number is of.
pub(crate) fn asks_for_traffic(query: &str) -> bool {
    query.contains(&format!("{PART}traffic\""))
}

/// A moment in seconds since the Unix epoch.
pub(crate) fn seconds(moment: Moment) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
    let millis = moment.0 as f64;
    millis / 1_000.0
}

/// A number as Prometheus writes it.
fn text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: Numbers = Numbers { value: 0.5, traffic: Some(600.0), newest: 99.0 };

    fn result(query: &str, numbers: Option<Numbers>) -> Value {
        let body: Value = serde_json::from_slice(&answer(query, numbers, Moment(100_000)).body).unwrap();
        body["data"]["result"].clone()
    }

    #[test]
    fn a_query_in_parts_is_answered_part_by_part() {
        let query = r#"label_replace(a, "holdpoint", "value", "", "") or label_replace(b, "holdpoint", "traffic", "", "")
            or label_replace(c, "holdpoint", "newest", "", "")"#;

        let of = |part, number| json!({"metric": {"holdpoint": part}, "value": [100.0, number]});
        assert_eq!(result(query, Some(NUMBERS)), json!([of("value", "0.5"), of("traffic", "600"), of("newest", "99")]));
        assert!(asks_for_traffic(query));
    }

    #[test]
    fn a_query_of_its_own_is_answered_with_one_series_at_its_own_time() {
        assert_eq!(result("errors", Some(NUMBERS)), json!([{"metric": {}, "value": [99.0, "0.5"]}]));
        assert_eq!(result("errors", Some(Numbers { value: f64::NAN, ..NUMBERS }))[0]["value"][1], "NaN");
        assert_eq!(result("errors", Some(Numbers { value: f64::NEG_INFINITY, ..NUMBERS }))[0]["value"][1], "-Inf");
    }

    #[test]
    fn without_numbers_there_is_no_series() {
        assert_eq!(result("errors", None), json!([]));
    }
}
