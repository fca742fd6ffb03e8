//! Prometheus's answers, classed before anything is compared.

use holdpoint_sdk::Sample;
use serde_json::Value;

/// A classed answer, and when Prometheus took it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Classed {
    /// The number, or why there is none.
    pub(crate) sample: Sample,
    /// When it was taken, in seconds since the Unix epoch.
    pub(crate) taken: Option<f64>,
}

impl Classed {
    fn without_number(sample: Sample) -> Self {
        Self { sample, taken: None }
    }
}

/// Classes the body of a successful answer. Total: whatever arrives has a class.
pub(crate) fn classify(body: &Value) -> Classed {
    if body.pointer("/status").and_then(Value::as_str) != Some("success") {
        return Classed::without_number(Sample::ProviderDown);
    }
    let result = body.pointer("/data/result");
    match body.pointer("/data/resultType").and_then(Value::as_str) {
        Some("scalar") => result.map_or(Classed::without_number(Sample::NoData), point),
        Some("vector") => match result.and_then(Value::as_array).map(Vec::as_slice) {
            Some([]) => Classed::without_number(Sample::NoData),
            Some([one]) => one.get("value").map_or(Classed::without_number(Sample::WrongType), point),
            Some(_) => Classed::without_number(Sample::Ambiguous),
            None => Classed::without_number(Sample::WrongType),
        },
        Some(_) => Classed::without_number(Sample::WrongType),
        None => Classed::without_number(Sample::ProviderDown),
    }
}

/// Classes one point: `[time, "number"]`.
fn point(point: &Value) -> Classed {
    let taken = point.get(0).and_then(Value::as_f64);
    let sample = match point.get(1).and_then(Value::as_str).map(str::parse::<f64>) {
        Some(Ok(number)) if number.is_nan() => Sample::NotANumber,
        Some(Ok(number)) if number.is_infinite() => Sample::NotFinite,
        Some(Ok(number)) => Sample::Data(number),
        Some(Err(_)) | None => Sample::WrongType,
    };
    Classed { sample, taken }
}
