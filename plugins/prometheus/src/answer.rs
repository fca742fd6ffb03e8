//! Prometheus's answers, classed before anything is compared.
//!
//! Format: <https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries>.

use holdpoint_sdk::Sample;
use serde_json::Value;

use crate::promql::PART;

/// A classed number, and when it was taken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    /// The number, or why there is none.
    pub(crate) sample: Sample,
    /// When it was taken, in seconds since the Unix epoch.
    pub(crate) taken: Option<f64>,
    /// More of the reason than the class says.
    pub(crate) why: Option<String>,
}

impl Reading {
    /// Returns the reading of something that is no number.
    pub(crate) fn none(sample: Sample) -> Self {
        Self { sample, taken: None, why: None }
    }

    /// Returns it without its number, which is no evidence for this reason.
    pub(crate) fn worthless(self, why: String) -> Self {
        Self { sample: Sample::NoData, why: Some(why), ..self }
    }

    /// Whether there is a number.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.sample, Sample::Data(_))
    }
}

/// What a body holds.
enum Content<'a> {
    Scalar(&'a Value),
    Series(&'a [Value]),
    /// A string, a range, whatever else there may be.
    Other,
    /// Not what Prometheus answers when it can.
    Unusable,
}

/// Classes the body of an answer that shall be one number. Total: whatever arrives has a class.
pub(crate) fn only(body: &Value) -> Reading {
    match content(body) {
        Content::Scalar(value) => point(value),
        Content::Series([]) => Reading::none(Sample::NoData),
        Content::Series([one]) => series(one),
        Content::Series(_) => Reading::none(Sample::Ambiguous),
        Content::Other => Reading::none(Sample::WrongType),
        Content::Unusable => Reading::none(Sample::ProviderDown),
    }
}

/// Classes one part of an answer in parts. Total: whatever arrives has a class.
pub(crate) fn part(body: &Value, name: &str) -> Reading {
    let all = match content(body) {
        Content::Series(all) => all,
        Content::Scalar(_) | Content::Other => return Reading::none(Sample::WrongType),
        Content::Unusable => return Reading::none(Sample::ProviderDown),
    };
    let of = |one: &Value| one.get("metric").and_then(|labels| labels.get(PART)?.as_str().map(str::to_owned));
    if all.iter().any(|one| of(one).is_none()) {
        return Reading::none(Sample::WrongType);
    }
    let mut named = all.iter().filter(|one| of(one).is_some_and(|own| own == name));
    match (named.next(), named.next()) {
        (None, _) => Reading::none(Sample::NoData),
        (Some(one), None) => series(one),
        (Some(_), Some(_)) => Reading::none(Sample::Ambiguous),
    }
}

fn content(body: &Value) -> Content<'_> {
    if body.get("status").and_then(Value::as_str) != Some("success") {
        return Content::Unusable;
    }
    match (body.pointer("/data/resultType").and_then(Value::as_str), body.pointer("/data/result")) {
        (Some("scalar"), Some(value)) => Content::Scalar(value),
        (Some("vector"), Some(Value::Array(all))) => Content::Series(all),
        (Some("vector"), Some(_)) | (None, _) | (_, None) => Content::Unusable,
        (Some(_), Some(_)) => Content::Other,
    }
}

/// Classes one series. A native histogram has no value.
fn series(series: &Value) -> Reading {
    series.get("value").map_or_else(|| Reading::none(Sample::WrongType), point)
}

/// Classes one point: `[time, "number"]`. A number that can't say when it was taken could be of any time.
fn point(point: &Value) -> Reading {
    let Some(taken) = point.get(0).and_then(Value::as_f64) else {
        return Reading::none(Sample::WrongType);
    };
    let sample = match point.get(1).and_then(Value::as_str).map(str::parse::<f64>) {
        Some(Ok(number)) if number.is_nan() => Sample::NotANumber,
        Some(Ok(number)) if number.is_infinite() => Sample::NotFinite,
        Some(Ok(number)) => Sample::Data(number),
        Some(Err(_)) | None => Sample::WrongType,
    };
    Reading { sample, taken: Some(taken), why: None }
}
