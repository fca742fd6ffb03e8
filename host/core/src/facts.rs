//! What the host itself saw of a call. A plugin can claim anything but this.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::id::Digest;
use crate::name::EndpointName;
use crate::plan::limit::Bytes;
use crate::time::{Moment, Span};

/// The sums of what the host saw of one call. Stands in the journal beside the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How long it took by the wall clock.
    pub wall: Span,
    /// How long it held the CPU, in microseconds.
    pub cpu_micros: u64,
    /// The most linear memory it had.
    pub peak_memory: Bytes,
    /// Requests that left the gateway.
    pub requests: u32,
    /// Requests that the gateway denied.
    pub denials: u32,
    /// Bytes sent, bodies only.
    pub sent: Bytes,
    /// Bytes received, bodies only.
    pub received: Bytes,
    /// The digest of the whole evidence, which is kept beside the journal; absent when nothing ran.
    pub evidence: Option<Digest>,
}

impl Facts {
    /// The facts of a call that never ran.
    pub const fn none() -> Self {
        Self {
            wall: Span::ZERO,
            cpu_micros: 0,
            peak_memory: Bytes(0),
            requests: 0,
            denials: 0,
            sent: Bytes(0),
            received: Bytes(0),
            evidence: None,
        }
    }
}

/// Everything the host saw of one call. Kept by its digest beside the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// What went over the network, and what was denied, in the order in which it was asked for.
    pub exchanges: Vec<Exchange>,
    /// The log, as much as was kept.
    pub log: Vec<LogLine>,
    /// How many log lines were dropped.
    pub log_dropped: u64,
    /// The digest of everything that the plugin was answered, from which the call can be replayed; absent when it asked
    /// for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub world: Option<Digest>,
}

/// One use of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// When it began, for people.
    pub at: Moment,
    /// When it began, after the start of the call, in microseconds.
    pub after_micros: u64,
    /// The endpoint that it was for; absent when no endpoint matched.
    pub endpoint: Option<EndpointName>,
    /// What was asked.
    pub asked: Asked,
    /// What came of it.
    pub ended: Ended,
}

/// What a guest asked of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Asked {
    /// An HTTP request.
    Http {
        /// The method as the guest gave it, cut to what can be shown.
        method: String,
        /// The URL: absolute where it could be parsed, else as the guest gave it.
        url: String,
        /// The headers that the guest set.
        headers: Vec<(String, String)>,
        /// The body's digest and length, if there was one.
        body: Option<Content>,
    },
    /// An operation below HTTP.
    Net {
        /// The operation, as it is written in a grant.
        operation: String,
        /// The target.
        target: String,
        /// What was sent, if anything.
        body: Option<Content>,
    },
}

/// What came of a use of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Ended {
    /// An HTTP answer.
    Answered {
        /// The status code.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
        /// The body as far as it was read.
        body: Option<Content>,
        /// Whether the body was cut at the limit.
        truncated: bool,
        /// The address that answered.
        address: Option<String>,
        /// `HTTP/1.1` or `HTTP/2.0`.
        protocol: String,
        /// How long each part took.
        timings: Timings,
        /// The server's certificate.
        certificate: Option<Certificate>,
    },
    /// An operation below HTTP that worked.
    Reached {
        /// The address that answered, or the addresses that were resolved.
        address: String,
        /// What came back, if anything.
        body: Option<Content>,
        /// How long each part took.
        timings: Timings,
        /// The server's certificate.
        certificate: Option<Certificate>,
    },
    /// The gateway did not let it out.
    Denied {
        /// Why, in words.
        why: String,
        /// The line of a plan that would allow it, where one could.
        cure: Option<String>,
    },
    /// It went out and nothing usable came back.
    Failed {
        /// Which part failed: `dns`, `connect`, `tls`, `timeout`, `protocol`, `limit` or `invalid-request`.
        part: String,
        /// Why, in words.
        why: String,
    },
}

/// Some bytes, by their digest. The bytes are kept beside the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The digest.
    pub digest: Digest,
    /// How many there are.
    pub length: u64,
}

/// How long each part of an exchange took, in microseconds. Parts that a kept connection did not need are absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timings {
    /// Name resolution.
    pub resolve: Option<u64>,
    /// The TCP connection.
    pub connect: Option<u64>,
    /// The TLS handshake.
    pub tls: Option<u64>,
    /// From the start to the answer's first byte.
    pub first_byte: Option<u64>,
    /// From the start to the end.
    pub total: u64,
}

/// What a server's certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject's distinguished name.
    pub subject: String,
    /// The issuer's distinguished name.
    pub issuer: String,
    /// The names and addresses that it is good for.
    pub names: Vec<String>,
    /// Valid from, in seconds since the Unix epoch.
    pub not_before: i64,
    /// Valid until, in seconds since the Unix epoch.
    pub not_after: i64,
    /// The SHA-256 of the whole certificate, in hexadecimal.
    pub fingerprint: String,
}

/// One line of a plugin's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When, after the start of the call, in microseconds.
    pub after_micros: u64,
    /// `debug`, `info`, `warn`, `error`, `stdout` or `stderr`.
    pub severity: String,
    /// The line, controls made visible.
    pub message: String,
}
