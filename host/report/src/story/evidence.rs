//! Evidence: what the host saw of one call, cut to what people read.
//!
//! Headers and bodies are left out: they may hold what must not be shown. The evidence itself is found by its digest.

use std::collections::BTreeMap;

use holdpoint_core::facts::{Asked, Ended, Evidence, Exchange, Timings};
use holdpoint_core::id::Digest;
use serde::Serialize;

use crate::words;

/// How many requests are told of one call.
const REQUESTS: usize = 200;
/// How many of the last log lines are told of one call.
const LOG_LINES: usize = 40;

/// What was seen of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Seen {
    pub(crate) digest: String,
    /// Whether it was there to be told. When not, nothing below is known.
    pub(crate) kept: bool,
    pub(crate) requests: Vec<Request>,
    /// How many requests are not told here.
    pub(crate) requests_left_out: usize,
    pub(crate) log: Vec<Line>,
    /// How many log lines came before the first that is told, the dropped ones included.
    pub(crate) log_left_out: u64,
}

/// One use of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Request {
    pub(crate) after_micros: u64,
    pub(crate) endpoint: Option<String>,
    /// The HTTP method or the operation.
    pub(crate) method: String,
    pub(crate) target: String,
    /// `answered`, `reached`, `denied` or `failed`.
    pub(crate) ended: &'static str,
    pub(crate) status: Option<u16>,
    pub(crate) protocol: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) received_bytes: Option<u64>,
    pub(crate) timings: Option<Parts>,
    pub(crate) certificate_until: Option<i64>,
    /// Why it was denied or failed.
    pub(crate) why: Option<String>,
    /// The line of a plan that would allow it.
    pub(crate) cure: Option<String>,
}

/// How long each part took, in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Parts {
    pub(crate) resolve: Option<u64>,
    pub(crate) connect: Option<u64>,
    pub(crate) tls: Option<u64>,
    pub(crate) first_byte: Option<u64>,
    pub(crate) total: u64,
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Line {
    pub(crate) after_micros: u64,
    pub(crate) severity: String,
    pub(crate) message: String,
}

/// Tells the evidence of this digest.
pub(crate) fn of(digest: Digest, kept: &BTreeMap<Digest, Evidence>) -> Seen {
    let mut seen = Seen {
        digest: digest.to_string(),
        kept: false,
        requests: Vec::new(),
        requests_left_out: 0,
        log: Vec::new(),
        log_left_out: 0,
    };
    let Some(evidence) = kept.get(&digest) else { return seen };
    let earlier = evidence.log.len().saturating_sub(LOG_LINES);
    seen.kept = true;
    seen.requests = evidence.exchanges.iter().take(REQUESTS).map(Request::of).collect();
    seen.requests_left_out = evidence.exchanges.len().saturating_sub(REQUESTS);
    seen.log = evidence.log.iter().skip(earlier).map(Line::of).collect();
    seen.log_left_out = evidence.log_dropped.saturating_add(u64::try_from(earlier).unwrap_or(u64::MAX));
    seen
}

impl Line {
    fn of(line: &holdpoint_core::facts::LogLine) -> Self {
        Self { after_micros: line.after_micros, severity: line.severity.clone(), message: line.message.clone() }
    }
}

impl Request {
    fn of(exchange: &Exchange) -> Self {
        let (method, target) = match &exchange.asked {
            Asked::Http { method, url, .. } => (method.clone(), url.clone()),
            Asked::Net { operation, target, .. } => (operation.clone(), target.clone()),
        };
        let blank = Self {
            after_micros: exchange.after_micros,
            endpoint: exchange.endpoint.as_ref().map(ToString::to_string),
            method,
            target,
            ended: "failed",
            status: None,
            protocol: None,
            address: None,
            received_bytes: None,
            timings: None,
            certificate_until: None,
            why: None,
            cure: None,
        };
        blank.ended(&exchange.ended)
    }

    fn ended(self, ended: &Ended) -> Self {
        match ended {
            Ended::Answered { status, body, address, protocol, timings, certificate, .. } => Self {
                ended: "answered",
                status: Some(*status),
                protocol: Some(protocol.clone()),
                address: address.clone(),
                received_bytes: body.as_ref().map(|body| body.length),
                timings: Some(Parts::of(timings)),
                certificate_until: certificate.as_ref().map(|certificate| certificate.not_after),
                ..self
            },
            Ended::Reached { address, body, timings, certificate } => Self {
                ended: "reached",
                address: Some(address.clone()),
                received_bytes: body.as_ref().map(|body| body.length),
                timings: Some(Parts::of(timings)),
                certificate_until: certificate.as_ref().map(|certificate| certificate.not_after),
                ..self
            },
            Ended::Denied { why, cure } => Self { ended: "denied", why: Some(why.clone()), cure: cure.clone(), ..self },
            Ended::Failed { part, why } => Self { ended: "failed", why: Some(format!("{part}: {why}")), ..self },
        }
    }

    /// Whether the gateway denied it.
    pub(crate) fn is_denied(&self) -> bool {
        self.ended == "denied"
    }

    /// What came of it, in words.
    pub(crate) fn words(&self) -> String {
        match (self.status, &self.why) {
            (Some(status), _) => status.to_string(),
            (None, Some(why)) => format!("{}: {why}", self.ended),
            (None, None) => self.ended.to_owned(),
        }
    }
}

impl Parts {
    const fn of(timings: &Timings) -> Self {
        Self {
            resolve: timings.resolve,
            connect: timings.connect,
            tls: timings.tls,
            first_byte: timings.first_byte,
            total: timings.total,
        }
    }

    /// The parts that were needed, in words.
    pub(crate) fn words(&self) -> String {
        let parts =
            [("resolve", self.resolve), ("connect", self.connect), ("tls", self.tls), ("first byte", self.first_byte)];
        let parts = parts.into_iter().filter_map(|(name, took)| Some(format!("{name} {}", words::micros(took?))));
        parts.collect::<Vec<_>>().join(", ")
    }
}
