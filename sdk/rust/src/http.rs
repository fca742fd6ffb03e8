//! HTTP: build a request, send it, read the answer.
//!
//! No redirect is followed and no cookie kept: each request stands alone and passes the host's gate by itself.

mod encoding;

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Host;
pub use crate::bindings::check::holdpoint::plugin::http::{Answer, Certificate, Error, Request, Timings};
use crate::host::milliseconds;
pub use encoding::{form_encoded, query_encoded};

/// A request in the making.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Outgoing<'h> {
    host: &'h Host,
    request: Request,
    /// Why it can't be sent, told when it is.
    flaw: Option<String>,
}

impl<'h> Outgoing<'h> {
    pub(crate) fn new(host: &'h Host, method: String, url: String) -> Self {
        let request = Request {
            method,
            url,
            headers: Vec::new(),
            body: None,
            timeout_ms: None,
            max_body: None,
            labels: Vec::new(),
        };
        Self { host, request, flaw: None }
    }

    /// Adds a header. Host and framing headers are the host's and are refused when the request is sent.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter. A placeholder for a secret is left as it is.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let mark = if self.request.url.contains('?') { '&' } else { '?' };
        self.request.url.push(mark);
        self.request.url.push_str(&query_encoded(name));
        self.request.url.push('=');
        self.request.url.push_str(&query_encoded(value));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.request.body = Some(body.into());
        self
    }

    /// Sets the body to JSON and says so.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body(bytes).header("content-type", "application/json"),
            Err(error) => {
                self.flaw = Some(format!("the body can't be written as JSON: {error}"));
                self
            }
        }
    }

    /// Sets the body to an HTML form's fields and says so. A placeholder for a secret is left as it is.
    pub fn form<N: AsRef<str>, V: AsRef<str>>(self, fields: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs: Vec<String> = fields
            .into_iter()
            .map(|(name, value)| format!("{}={}", form_encoded(name.as_ref()), form_encoded(value.as_ref())))
            .collect();
        self.body(pairs.join("&")).header("content-type", "application/x-www-form-urlencoded")
    }

    /// Gives up after this time. Without it the call's own deadline holds.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.request.timeout_ms = Some(milliseconds(time));
        self
    }

    /// Reads at most so many bytes of the body; a longer one is cut and marked as truncated.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.request.max_body = Some(bytes);
        self
    }

    /// Sends the request and waits for the answer. Any status is an answer.
    ///
    /// # Errors
    /// When there is no answer; see [`Error`].
    pub fn send(self) -> Result<Answer, Error> {
        let host = self.host;
        host.send(&self.build()?)
    }

    /// Returns the request itself, for [`Host::send_all`].
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] when the body could not be written.
    pub fn build(self) -> Result<Request, Error> {
        match self.flaw {
            Some(flaw) => Err(Error::InvalidRequest(flaw)),
            None => Ok(self.request),
        }
    }
}

/// An answer that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl Display for Malformed {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl Answer {
    /// Returns the first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_of(name).next()
    }

    /// Returns all headers of this name, in any case, in the order in which they came.
    pub fn headers_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns the body as text; what is not UTF-8 is shown as a replacement character.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    /// When the body was cut, is not JSON, or is not of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Malformed> {
        if self.truncated {
            let told = format!("the answer of {} was cut after {} bytes", self.url, self.body.len());
            return Err(Malformed(told));
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| Malformed(format!("the answer of {} is not the JSON it should be: {error}", self.url)))
    }

    /// Returns what a JSON pointer finds in the body, if it finds anything.
    ///
    /// # Errors
    /// When the body was cut or is not JSON.
    pub fn pointer(&self, pointer: &str) -> Result<Option<Value>, Malformed> {
        Ok(self.json::<Value>()?.pointer(pointer).cloned())
    }

    /// Returns how long the whole took, in milliseconds.
    #[must_use]
    pub fn total_ms(&self) -> f64 {
        in_milliseconds(self.timings.total)
    }

    /// Returns how long it took until the first byte of the headers, in milliseconds.
    #[must_use]
    pub fn first_byte_ms(&self) -> f64 {
        in_milliseconds(self.timings.first_byte)
    }
}

impl Certificate {
    /// Returns for how many days the certificate is still good at a moment (see [`Host::now`]); negative when it
    /// has ended.
    #[must_use]
    pub fn days_left(&self, now: u64) -> f64 {
        const DAY: f64 = 86_400.0;
        let now = i64::try_from(now / 1000).unwrap_or(i64::MAX);
        #[expect(clippy::cast_precision_loss, reason = "no certificate lives 2^52 seconds")]
        let left = self.not_after.saturating_sub(now) as f64;
        left / DAY
    }
}

/// Returns microseconds as milliseconds.
#[must_use]
pub fn in_milliseconds(microseconds: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no request takes 2^52 microseconds")]
    let exact = microseconds as f64;
    exact / 1000.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Reply, World, certificate};

    #[test]
    fn a_request_carries_what_was_put_into_it() {
        let world = World::new();
        let host = world.host();

        let request = host
            .post("endpoint:shop/api?x=1")
            .query("q", "a b")
            .header("accept", "*/*")
            .json(&json!({"a": 1}))
            .timeout(Duration::from_millis(250))
            .max_body(99)
            .build()
            .expect("a request");

        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "endpoint:shop/api?x=1&q=a%20b"));
        let headers = [("accept", "*/*"), ("content-type", "application/json")];
        assert_eq!(request.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(request.body.as_deref(), Some(br#"{"a":1}"#.as_slice()));
        assert_eq!((request.timeout_ms, request.max_body), (Some(250), Some(99)));
    }

    #[test]
    fn less_than_a_millisecond_is_not_no_time_at_all() {
        let world = World::new();

        let request = world.host().get("endpoint:shop/").timeout(Duration::from_nanos(1)).build();

        assert_eq!(request.expect("a request").timeout_ms, Some(1));
    }

    #[test]
    fn a_body_that_is_no_json_is_an_invalid_request_and_is_not_sent() {
        let world = World::new();
        let keys_that_json_lacks = std::collections::BTreeMap::from([((1, 2), 3)]);

        let answer = world.host().post("endpoint:shop/").json(&keys_that_json_lacks).send();

        assert!(matches!(answer, Err(Error::InvalidRequest(_))));
        assert!(world.requests().is_empty());
    }

    #[test]
    fn headers_are_found_in_any_case_and_in_order() {
        let world = World::new();
        world.on("GET", "endpoint:shop/", Reply::status(200).header("Set-Cookie", "a=1").header("set-cookie", "b=2"));

        let answer = world.host().get("endpoint:shop/").send().expect("an answer");

        assert_eq!(answer.header("SET-COOKIE"), Some("a=1"));
        assert_eq!(answer.headers_of("Set-Cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
    }

    #[test]
    fn a_body_that_was_cut_is_never_read_as_json() {
        let world = World::new();
        world.on("GET", "endpoint:shop/", Reply::status(200).text("12345"));

        let answer = world.host().get("endpoint:shop/").max_body(2).send().expect("an answer");

        // The two bytes that came would be a number.
        assert_eq!(answer.text(), "12");
        assert!(answer.json::<u32>().is_err());
        assert!(answer.pointer("").is_err());
    }

    #[test]
    fn a_certificate_that_has_ended_has_less_than_no_days_left() {
        let world = World::new();

        assert!((certificate(3).days_left(world.host().now()) - 3.0).abs() < 1e-9);
        assert!(certificate(-1).days_left(world.host().now()) < 0.0);
    }
}
