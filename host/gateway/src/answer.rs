//! Answers: one request goes out and its answer is read under caps of time and size.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use holdpoint_core::facts::{Certificate, Content, Ended, Timings};
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::limit;
use http::HeaderMap;
use hyper_util::client::legacy::connect::HttpInfo;
use reqwest::tls::TlsInfo;
use reqwest::{Request, Response};
use tokio::time::timeout_at;

use crate::dial::{self, Connected, Phases};
use crate::failure;
use crate::pool::{KEPT, Pool};
use crate::record::{Ledger, micros};
use crate::refusal::Refusal;
use crate::request::size;

/// One answer. A status that speaks of an error is an answer too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case, in the order in which they came. Bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The body, up to the limit.
    pub body: Bytes,
    /// Whether the body was longer than the limit and has been cut.
    pub truncated: bool,
    /// The absolute URL that was asked.
    pub url: String,
    /// The address that answered.
    pub address: Option<SocketAddr>,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub protocol: String,
    /// How long each part took, in microseconds. Waiting for a turn is not part of it.
    pub timings: Timings,
    /// The server's own certificate, when it was `https`.
    pub certificate: Option<Certificate>,
}

impl HttpAnswer {
    /// As it stands in evidence.
    pub(crate) fn ended(&self, body: Content) -> Ended {
        Ended::Answered {
            status: self.status,
            headers: self.headers.clone(),
            body: (body.length > 0).then_some(body),
            truncated: self.truncated,
            address: self.address.map(|address| address.to_string()),
            protocol: self.protocol.clone(),
            timings: self.timings,
            certificate: self.certificate.clone(),
        }
    }
}

/// What one answer may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caps {
    pub(crate) end: tokio::time::Instant,
    pub(crate) first_byte: Duration,
    pub(crate) between_bytes: Duration,
    pub(crate) headers: limit::Bytes,
    pub(crate) body: u64,
}

/// An exchange with one endpoint.
pub(crate) struct Exchange<'a> {
    pub(crate) name: &'a EndpointName,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) pool: &'a Pool,
    pub(crate) ledger: &'a Ledger,
    pub(crate) caps: Caps,
}

impl Exchange<'_> {
    /// Sends the request and reads the answer.
    pub(crate) async fn carry_out(&self, request: Request) -> Result<HttpAnswer, Refusal> {
        let url = request.url().to_string();
        let asking = self.ask(request);
        let (mut response, start) = self.within(self.caps.first_byte, "the first byte of an answer", asking).await?;
        let first_byte = micros(start.elapsed());
        let headers = self.headers(response.headers())?;
        let (body, truncated) = self.body(&mut response).await?;
        let seen = response.extensions().get::<HttpInfo>();
        let phases = seen.and_then(|seen| self.pool.fresh.claim(seen.local_addr())).unwrap_or_default();
        let der = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        Ok(HttpAnswer {
            status: response.status().as_u16(),
            headers,
            body,
            truncated,
            url,
            address: response.remote_addr(),
            protocol: format!("{:?}", response.version()),
            timings: timings(phases, first_byte, micros(start.elapsed())),
            certificate: der.and_then(|der| self.pool.certificate(der)),
        })
    }

    /// Sends the request; tells when the exchange that was answered began.
    ///
    /// A server may close a kept connection at the moment at which a request goes out on it. That says nothing about
    /// the server, so a request that changes nothing is sent once more then, as RFC 9110 §9.2.2 allows. Each kept
    /// connection can be lost once; what fails on a connection that was made for it has failed.
    async fn ask(&self, mut request: Request) -> Result<(Response, Instant), reqwest::Error> {
        for _ in 0..KEPT {
            let Some(again) = request.method().is_safe().then(|| request.try_clone()).flatten() else { break };
            let start = Instant::now();
            match dial::watch(self.sent(request)).await {
                (Err(error), Connected::Before) if failure::hung_up(&error) => request = again,
                (result, Connected::Before | Connected::Anew) => return Ok((result?, start)),
            }
        }
        let start = Instant::now();
        Ok((self.sent(request).await?, start))
    }

    /// Sends the request, and notes that it left unless there was no connection that it could have left on.
    async fn sent(&self, request: Request) -> Result<Response, reqwest::Error> {
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.ledger.left(bytes);
        let result = self.pool.client.execute(request).await;
        if result.as_ref().is_err_and(reqwest::Error::is_connect) {
            self.ledger.stayed(bytes);
        }
        result
    }

    fn headers(&self, headers: &HeaderMap) -> Result<Vec<(String, String)>, Refusal> {
        let total =
            headers.iter().map(|(name, value)| size(name.as_str().len(), value.len())).fold(0, u64::saturating_add);
        if total > self.caps.headers.0 {
            let limit = self.caps.headers;
            let origin = &self.endpoint.origin;
            return Err(Refusal::Protocol(format!(
                "the answer of {origin} has {total} bytes of headers, over {limit}"
            )));
        }
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect())
    }

    /// Reads the body up to the cap. What is beyond is not read, and the connection is not used again.
    async fn body(&self, response: &mut Response) -> Result<(Bytes, bool), Refusal> {
        let cap = usize::try_from(self.caps.body).unwrap_or(usize::MAX);
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(mut chunk) = self.chunk(response).await? {
            let room = cap.saturating_sub(first.len() + rest.len());
            let truncated = chunk.len() > room;
            chunk.truncate(room);
            if first.is_empty() {
                first = chunk;
            } else {
                rest.extend_from_slice(&chunk);
            }
            if truncated {
                return Ok((joined(first, &rest), true));
            }
        }
        Ok((joined(first, &rest), false))
    }

    async fn chunk(&self, response: &mut Response) -> Result<Option<Bytes>, Refusal> {
        self.within(self.caps.between_bytes, "the next bytes of an answer", response.chunk()).await
    }

    async fn within<T>(
        &self,
        patience: Duration,
        awaited: &str,
        work: impl Future<Output = Result<T, reqwest::Error>>,
    ) -> Result<T, Refusal> {
        let until = (tokio::time::Instant::now() + patience).min(self.caps.end);
        match timeout_at(until, work).await {
            Ok(done) => done.map_err(|error| failure::of_client(&error, self.name, self.endpoint)),
            Err(_) => Err(self.too_late(until, awaited)),
        }
    }

    fn too_late(&self, until: tokio::time::Instant, awaited: &str) -> Refusal {
        let origin = &self.endpoint.origin;
        let why =
            if until == self.caps.end { "in the time of the request" } else { "in the time that it is waited for" };
        Refusal::Timeout(format!("{awaited} did not come from {origin} {why}"))
    }
}

fn joined(first: Bytes, rest: &BytesMut) -> Bytes {
    if rest.is_empty() {
        return first;
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(rest);
    whole.freeze()
}

fn timings(phases: Phases, first_byte: u64, total: u64) -> Timings {
    Timings {
        resolve: phases.resolve.map(micros),
        connect: phases.connect.map(micros),
        tls: phases.tls.map(micros),
        first_byte: Some(first_byte),
        total,
    }
}
