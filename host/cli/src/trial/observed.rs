//! What came of a call, in the words of fixtures.

use std::collections::BTreeMap;

use bytes::Bytes;
use holdpoint_core::facts::{Asked, Content, Evidence};
use holdpoint_core::id::Digest;
use holdpoint_core::outcome::{Fault, Outcome};
use holdpoint_core::verdict::{Finding, Measurement, Sample, Verdict};
use holdpoint_sandbox::SettingsProblem;
use serde_json::{Map, Value as Json, json};

/// What came of a call, by the keys of `expect`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    /// By the keys of `expect`. `message` is all that an error tells.
    pub(crate) said: Map<String, Json>,
    /// The kind of an error.
    pub(crate) kind: Option<String>,
}

impl Observed {
    /// What a check's call came to.
    pub(crate) fn of_check(outcome: &Outcome) -> Self {
        let mut observed = Self::default();
        observed.put("outcome", json!(outcome.word()));
        match outcome {
            Outcome::Said { verdict } => observed.verdict(verdict),
            Outcome::Error { fault } => observed.fault(fault),
            Outcome::Timeout { message, .. } => observed.put("message", json!(message)),
            Outcome::Skipped { why } | Outcome::Cancelled { why } => observed.put("message", json!(why)),
            Outcome::Waived { reason, .. } => observed.put("message", json!(reason)),
        }
        observed
    }

    /// What a rollback's or a rollout's call came to, as it stands in journals.
    pub(crate) fn of_reply(reply: &Json) -> Self {
        let mut observed = Self::default();
        match reply.get("fault").map(|fault| serde_json::from_value::<Fault>(fault.clone())) {
            Some(Ok(fault)) => {
                observed.put("outcome", json!("error"));
                observed.fault(&fault);
            }
            Some(Err(_)) | None => observed.put("reply", reply.clone()),
        }
        observed
    }

    /// With what was seen of the call.
    pub(crate) fn see(&mut self, evidence: &Evidence, bodies: &[(Digest, Bytes)]) {
        let log = evidence.log.iter().map(|line| json!({ "severity": line.severity, "text": line.message }));
        self.put("log", log.collect());
        let bodies: BTreeMap<&Digest, &Bytes> = bodies.iter().map(|(digest, bytes)| (digest, bytes)).collect();
        let requests = evidence.exchanges.iter().filter_map(|exchange| request(&exchange.asked, &bodies));
        self.put("requests", requests.collect());
    }

    /// With what the plugin found wrong with its settings.
    pub(crate) fn find(&mut self, problems: &[SettingsProblem]) {
        let problem = |it: &SettingsProblem| json!({ "pointer": it.pointer, "message": it.message, "hint": it.hint });
        self.put("problems", problems.iter().map(problem).collect());
    }

    fn put(&mut self, key: &str, value: Json) {
        self.said.insert(key.to_owned(), value);
    }

    fn verdict(&mut self, verdict: &Verdict) {
        self.put("summary", json!(verdict.summary()));
        self.put("findings", verdict.findings().iter().map(finding).collect());
        self.put("measurements", verdict.measurements().iter().map(measurement).collect());
        self.put("labels", json!(verdict.labels()));
    }

    fn fault(&mut self, fault: &Fault) {
        self.kind = serde_json::to_value(fault.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
        let told = std::iter::once(&fault.message).chain(&fault.frames).chain(&fault.last_log);
        self.put("message", json!(told.cloned().collect::<Vec<_>>().join("\n")));
    }

    /// How it ended, in a word: the kind of an error where there is one.
    pub(crate) fn word(&self) -> &str {
        let outcome = || self.said.get("outcome").and_then(Json::as_str);
        self.kind.as_deref().or_else(outcome).unwrap_or("answered")
    }
}

fn finding(finding: &Finding) -> Json {
    json!({
        "level": finding.level, "subject": finding.subject, "message": finding.message, "expected": finding.expected,
        "observed": finding.observed, "labels": finding.labels,
    })
}

fn measurement(measurement: &Measurement) -> Json {
    let sample = match measurement.sample {
        Sample::Number(number) => json!(number),
        Sample::NoData
        | Sample::NotANumber
        | Sample::NotFinite
        | Sample::Ambiguous
        | Sample::WrongType
        | Sample::ProviderDown => json!(measurement.sample),
    };
    json!({
        "name": measurement.name, "sample": sample, "unit": measurement.unit,
        "taken-at": measurement.taken_at.map(|taken| taken.0), "labels": measurement.labels,
    })
}

fn request(asked: &Asked, bodies: &BTreeMap<&Digest, &Bytes>) -> Option<Json> {
    let Asked::Http { method, url, headers, body } = asked else { return None };
    let mut request = json!({ "method": method, "url": url, "headers": headers });
    if let Some(body) = body.as_ref() {
        let (key, value) = content(body, bodies);
        request[key] = value;
    }
    Some(request)
}

/// A body as text where it is text, else in hexadecimal digits.
fn content(content: &Content, bodies: &BTreeMap<&Digest, &Bytes>) -> (&'static str, Json) {
    let empty = Bytes::new();
    let bytes = bodies.get(&content.digest).copied().unwrap_or(&empty);
    if let Ok(text) = str::from_utf8(bytes) {
        return ("body", json!(text));
    }
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    ("body-hex", json!(digits.concat()))
}
