//! Judging an answer by what a step expects of it.

use holdpoint_sdk::finding::excerpt;
use holdpoint_sdk::http::{Answer, in_milliseconds};
use holdpoint_sdk::template::fill_json;
use holdpoint_sdk::{Failure, Finding, Findings, Measurement};
use serde_json::Value;

use crate::flow::Arrival;
use crate::settings::{BodyRule, Expect, HeaderRule, JsonRule};
use crate::values::Values;

/// One expectation, compared.
struct Claim {
    holds: bool,
    expected: String,
    observed: String,
}

/// Judges the answers of one step.
pub(crate) struct Judge<'a, 'v> {
    pub(crate) findings: &'a mut Findings,
    /// What every subject begins with: the step's name, in a flow.
    pub(crate) prefix: &'a str,
    pub(crate) values: &'a Values<'v>,
}

impl Judge<'_, '_> {
    /// Judges all of it, the status first.
    ///
    /// # Errors
    /// When an expectation names a value that there is not.
    pub(crate) fn judge(&mut self, expect: &Expect, arrival: &Arrival, now: u64) -> Result<(), Failure> {
        let answer = &arrival.answer;
        self.status(expect, answer);
        for (name, rule) in &expect.headers {
            self.header(name, rule, answer)?;
        }
        for rule in &expect.body {
            self.body(rule, answer)?;
        }
        if !expect.json.is_empty() {
            self.json(expect, answer)?;
        }
        self.size(expect, answer);
        self.latency(expect, in_milliseconds(arrival.total));
        self.certificate(expect, answer, now);
        Ok(())
    }

    fn status(&mut self, expect: &Expect, answer: &Answer) {
        if expect.status.contains(answer.status) {
            return self.findings.met();
        }
        let message = format!("is {} instead of {}", answer.status, expect.status);
        let finding = Finding::fail(&self.subject("status"), message);
        self.findings.add(finding.expected(&expect.status).observed(answer.status));
    }

    fn header(&mut self, name: &str, rule: &HeaderRule, answer: &Answer) -> Result<(), Failure> {
        let values: Vec<&str> = answer.headers_of(name).collect();
        let (holds, expected) = match rule {
            HeaderRule::Present => (!values.is_empty(), "any value".to_owned()),
            HeaderRule::Absent => (values.is_empty(), "no such header".to_owned()),
            HeaderRule::Equals(wanted) => {
                let wanted = wanted.fill(self.values)?;
                (values.contains(&wanted.as_str()), wanted)
            }
            HeaderRule::Contains(wanted) => {
                let wanted = wanted.fill(self.values)?;
                (values.iter().any(|value| value.contains(&wanted)), format!("contains `{wanted}`"))
            }
            HeaderRule::Regex(pattern) => {
                (values.iter().any(|value| pattern.matches(value)), format!("matches `{}`", pattern.as_str()))
            }
        };
        let observed = if values.is_empty() { "no such header".to_owned() } else { values.join(", ") };
        self.settle(&format!("header {name}"), Claim { holds, expected, observed });
        Ok(())
    }

    fn body(&mut self, rule: &BodyRule, answer: &Answer) -> Result<(), Failure> {
        let text = answer.text();
        let (holds, expected) = match rule {
            BodyRule::Equals(wanted) => {
                let wanted = wanted.fill(self.values)?;
                (text == wanted, wanted)
            }
            BodyRule::Contains(wanted) => {
                let wanted = wanted.fill(self.values)?;
                (text.contains(&wanted), format!("contains `{wanted}`"))
            }
            BodyRule::Lacks(wanted) => {
                let wanted = wanted.fill(self.values)?;
                (!text.contains(&wanted), format!("does not contain `{wanted}`"))
            }
            BodyRule::Regex(pattern) => (pattern.matches(&text), format!("matches `{}`", pattern.as_str())),
        };
        // What stands in the part that was cut off is not known, whichever way the rule looks.
        if answer.truncated {
            self.cut(answer);
        } else {
            self.settle("body", Claim { holds, expected, observed: text.into_owned() });
        }
        Ok(())
    }

    fn json(&mut self, expect: &Expect, answer: &Answer) -> Result<(), Failure> {
        if answer.truncated {
            self.cut(answer);
            return Ok(());
        }
        let Ok(body) = answer.json::<Value>() else {
            let observed = answer.text().into_owned();
            self.settle("body", Claim { holds: false, expected: "JSON".to_owned(), observed });
            return Ok(());
        };
        for (pointer, rule) in &expect.json {
            self.json_rule(pointer, rule, body.pointer(pointer))?;
        }
        Ok(())
    }

    fn json_rule(&mut self, pointer: &str, rule: &JsonRule, found: Option<&Value>) -> Result<(), Failure> {
        let number = found.and_then(Value::as_f64);
        let (holds, expected) = match rule {
            JsonRule::Exists => (found.is_some(), "something".to_owned()),
            JsonRule::Absent => (found.is_none(), "nothing".to_owned()),
            JsonRule::Equals(wanted) => {
                let wanted = fill_json(wanted, self.values)?;
                (found.is_some_and(|found| is_same(found, &wanted)), wanted.to_string())
            }
            JsonRule::Regex(pattern) => (
                found.and_then(Value::as_str).is_some_and(|text| pattern.matches(text)),
                format!("a text that matches `{}`", pattern.as_str()),
            ),
            JsonRule::AtLeast(least) => (number.is_some_and(|number| number >= *least), format!("≥ {least}")),
            JsonRule::AtMost(most) => (number.is_some_and(|number| number <= *most), format!("≤ {most}")),
            JsonRule::Between([least, most]) => {
                (number.is_some_and(|number| (*least..=*most).contains(&number)), format!("{least} to {most}"))
            }
        };
        let observed = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
        self.settle(&format!("json {pointer}"), Claim { holds, expected, observed });
        Ok(())
    }

    fn size(&mut self, expect: &Expect, answer: &Answer) {
        #[expect(clippy::cast_precision_loss, reason = "no body has 2^52 bytes")]
        let bytes = |bytes: u64| bytes as f64;
        let size = answer.body.len() as u64;
        let subject = self.subject("size");
        match expect.max_size {
            Some(most) if answer.truncated && size <= most => self.cut(answer),
            Some(most) => self.findings.expect_at_most(&subject, bytes(most), bytes(size), "bytes"),
            None => {}
        }
        match expect.min_size {
            Some(least) if answer.truncated && size < least => self.cut(answer),
            Some(least) => self.findings.expect_at_least(&subject, bytes(least), bytes(size), "bytes"),
            None => {}
        }
        if !answer.truncated {
            self.measure("size", bytes(size), "bytes");
        }
    }

    fn latency(&mut self, expect: &Expect, total_ms: f64) {
        if let Some(most) = expect.max_latency_ms {
            self.findings.expect_at_most(&self.subject("latency"), most, total_ms, "ms");
        }
        self.measure("latency", total_ms, "ms");
    }

    fn certificate(&mut self, expect: &Expect, answer: &Answer, now: u64) {
        let left = answer.certificate.as_ref().map(|certificate| certificate.days_left(now));
        if let Some(days) = left {
            self.measure("certificate-days-left", rounded(days), "days");
        }
        match (expect.certificate_days, left) {
            (None, _) => {}
            (Some(least), Some(left)) => {
                let subject = self.subject("certificate's time left");
                self.findings.expect_at_least(&subject, least, rounded(left), "days");
            }
            (Some(least), None) => {
                let expected = format!("good for {least} days");
                let observed = "none: the answer did not come over TLS".to_owned();
                self.settle("certificate", Claim { holds: false, expected, observed });
            }
        }
    }

    /// Counts an expectation, and adds what is wrong when it does not hold.
    fn settle(&mut self, subject: &str, claim: Claim) {
        if claim.holds {
            return self.findings.met();
        }
        let finding = Finding::fail(&self.subject(subject), "is not as expected");
        self.findings.add(finding.expected(claim.expected).observed(claim.observed));
    }

    fn subject(&self, subject: &str) -> String {
        format!("{}{subject}", self.prefix)
    }

    /// What could not be seen is neither so nor not so.
    fn cut(&mut self, answer: &Answer) {
        let (prefix, size) = (self.prefix, answer.body.len());
        self.findings.unknown(format!("{prefix}the body is longer than the {size} bytes that could be read"));
    }

    fn measure(&mut self, name: &str, value: f64, unit: &str) {
        let mut measurement = Measurement::of(name, value, unit);
        if let Some(step) = self.prefix.strip_suffix(": ") {
            measurement = measurement.label("step", excerpt(step));
        }
        self.findings.add_measurement(measurement);
    }
}

/// Whether two JSON values are the same, numbers compared as numbers.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| is_same(one, other)))
        }
        _ => one == other,
    }
}

/// Returns days with one decimal: more is noise.
fn rounded(days: f64) -> f64 {
    (days * 10.0).floor() / 10.0
}
