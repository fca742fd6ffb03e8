//! Requests: rebuilt from checked parts, so that exactly one well-framed request goes over the wire.

use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::facts::{Asked, Content};
use holdpoint_core::plan::grant::Method;
use holdpoint_core::plan::limit;
use holdpoint_core::text::{fit, visible};
use http::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::placeholder::Outgoing;
use crate::refusal::Refusal;

/// The headers that belong to the host: where a request goes, how it is framed, what becomes of its connection.
const OURS: [&str; 10] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "expect",
    "http2-settings",
];

/// What a request names itself as, where the guest does not.
const AGENT: &str = concat!("holdpoint/", env!("CARGO_PKG_VERSION"));

/// One HTTP request of a guest, as it was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method, in capitals.
    pub method: String,
    /// `endpoint:NAME/path?query`, or an absolute URL within a granted endpoint.
    pub url: String,
    /// The headers. A name may come more than once.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Bytes>,
    /// How long the whole may take; lowered to the call's limits. Nothing means the limit.
    pub timeout: Option<Duration>,
    /// The largest body to read, in bytes; lowered to the call's limit. Nothing means the limit.
    pub max_body: Option<u64>,
}

impl HttpRequest {
    /// As it stands in evidence.
    pub(crate) fn asked(&self, headers: limit::Bytes, body: Option<Content>) -> Asked {
        let mut left = headers.0;
        let shown = self.headers.iter().map_while(|(name, value)| {
            left = left.checked_sub(size(name.len(), value.len()))?;
            Some((name.clone(), value.clone()))
        });
        Asked::Http {
            method: fit(&self.method, limit::Bytes(32)),
            url: fit(&self.url, limit::Bytes::kib(2)),
            headers: shown.collect(),
            body,
        }
    }
}

/// Why a request can't be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsendable {
    /// The method is none.
    #[error("{0}")]
    Method(String),
    /// The header is the host's.
    #[error("the header {0:?} is the host's: where a request goes and how it is framed is not the plugin's to say")]
    Ours(String),
    /// The header's name is none.
    #[error("{0:?} is not the name of a header")]
    Name(String),
    /// The header's value holds what a value can't.
    #[error("the value of header {0:?} holds a line break, a zero or another control character")]
    Value(String),
    /// There are too many headers.
    #[error("the headers have more than {0} in all")]
    TooMuch(limit::Bytes),
}

impl From<Unsendable> for Refusal {
    fn from(error: Unsendable) -> Self {
        Self::InvalidRequest(error.to_string())
    }
}

/// Takes a guest's method.
pub(crate) fn method(text: &str) -> Result<Method, Unsendable> {
    Method::parse(text).map_err(|_| {
        let shown = fit(text, limit::Bytes(32));
        Unsendable::Method(format!(
            "a method is one to sixteen capital letters, not CONNECT or TRACE: {shown:?} is not"
        ))
    })
}

/// Takes a guest's headers and adds the host's own.
pub(crate) fn headers(given: &[(String, String)], limit: limit::Bytes) -> Result<HeaderMap, Unsendable> {
    let mut left = limit.0;
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let shown = || visible(&name.chars().take(64).collect::<String>());
        left = left.checked_sub(size(name.len(), value.len())).ok_or(Unsendable::TooMuch(limit))?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Unsendable::Name(shown()))?;
        if OURS.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
            return Err(Unsendable::Ours(shown()));
        }
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Unsendable::Value(shown()))?;
        headers.try_append(name, value).map_err(|_| Unsendable::TooMuch(limit))?;
    }
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
    Ok(headers)
}

/// Builds the request that goes out.
pub(crate) fn build(method: &Method, outgoing: Outgoing) -> Result<reqwest::Request, Unsendable> {
    let method =
        reqwest::Method::from_bytes(method.as_str().as_bytes()).map_err(|_| Unsendable::Method(method.to_string()))?;
    let mut request = reqwest::Request::new(method, outgoing.url);
    *request.headers_mut() = outgoing.headers;
    *request.body_mut() = outgoing.body.map(Into::into);
    Ok(request)
}

/// What one header field takes, in bytes, its separators included.
pub(crate) fn size(name: usize, value: usize) -> u64 {
    u64::try_from(name.saturating_add(value).saturating_add(4)).unwrap_or(u64::MAX)
}
