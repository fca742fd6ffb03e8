//! Replies that a fake host gives.

use std::time::Duration;

use serde_json::Value;

use super::BEGINNING;
use crate::http::{Answer, Certificate, Error, Request, Timings};

/// How long a reply takes unless told otherwise.
const USUAL: Duration = Duration::from_millis(5);

/// A reply in the making: an answer, or why there is none.
#[derive(Clone, Debug)]
pub struct Reply {
    outcome: Result<Answer, Error>,
    time: Duration,
    /// The host's own limit on the body.
    limit: usize,
}

impl Reply {
    /// Returns an answer with this status, no headers and no body, after 5 ms.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let answer = Answer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            truncated: false,
            url: String::new(),
            address: Some("192.0.2.1:443".to_owned()),
            protocol: "HTTP/1.1".to_owned(),
            timings: Timings { resolve: None, connect: None, tls: None, first_byte: 0, total: 0 },
            certificate: None,
            labels: Vec::new(),
        };
        Self { outcome: Ok(answer), time: USUAL, limit: usize::MAX }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(self, name: &str, value: impl Into<String>) -> Self {
        // The host hands names on in lower case.
        let header = (name.to_ascii_lowercase(), value.into());
        self.with(|answer| answer.headers.push(header))
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        self.with(|answer| answer.body = body)
    }

    /// Sets the body to text.
    #[must_use]
    pub fn text(self, body: &str) -> Self {
        self.body(body).header("content-type", "text/plain; charset=utf-8")
    }

    /// Sets the body to HTML.
    #[must_use]
    pub fn html(self, body: &str) -> Self {
        self.body(body).header("content-type", "text/html; charset=utf-8")
    }

    /// Sets the body to JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string()).header("content-type", "application/json")
    }

    /// Takes this long.
    #[must_use]
    pub fn after(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Is cut by the host after so many bytes of the body, whatever the plugin asked for.
    #[must_use]
    pub fn cut_at(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Comes from a server with this certificate.
    #[must_use]
    pub fn certified(self, certificate: Certificate) -> Self {
        self.with(|answer| answer.certificate = Some(certificate))
    }

    pub(super) fn duration(&self) -> Duration {
        self.time
    }

    /// Returns what the plugin gets, under the limits that it set itself.
    pub(super) fn answer(self, request: &Request, url: String) -> Result<Answer, Error> {
        if let Some(limit) = request.timeout_ms.map(|limit| Duration::from_millis(limit.into()))
            && self.time > limit
        {
            return Err(Error::Timeout(format!("after {} ms", limit.as_millis())));
        }
        let mut answer = self.outcome?;
        let whole = answer.body.len();
        let limit = request.max_body.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let limit = limit.min(self.limit);
        answer.body.truncate(limit);
        answer.truncated = whole > limit;
        answer.url = url;
        answer.timings.total = u64::try_from(self.time.as_micros()).unwrap_or(u64::MAX);
        answer.timings.first_byte = answer.timings.total;
        Ok(answer)
    }

    fn with(mut self, change: impl FnOnce(&mut Answer)) -> Self {
        if let Ok(answer) = &mut self.outcome {
            change(answer);
        }
        self
    }
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        Self { outcome: Err(error), time: USUAL, limit: usize::MAX }
    }
}

/// Returns a certificate that is good for so many more days when the world begins.
#[must_use]
pub fn certificate(days_left: i64) -> Certificate {
    const DAY: i64 = 86_400;
    let now = i64::try_from(BEGINNING / 1000).unwrap_or(i64::MAX);
    Certificate {
        subject: "CN=shop.test".to_owned(),
        issuer: "CN=Test CA".to_owned(),
        names: vec!["shop.test".to_owned()],
        not_before: now - 90 * DAY,
        not_after: now + days_left * DAY,
        fingerprint: "ab".repeat(32),
    }
}
