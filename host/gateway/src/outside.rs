//! The outside as a play: what stands in the place of the network when a run is rehearsed. It is asked only for what a
//! grant covers, since admission is the same as in life.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::facts::Timings;
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::grant::NetOperation;
use holdpoint_core::time::Moment;
use http::HeaderMap;
use url::Url;

use crate::answer::HttpAnswer;
use crate::record::micros;
use crate::refusal::Refusal;
use crate::time::Time;

/// Whoever answers in the place of the network.
pub trait Outside: Send + Sync {
    /// What comes of a request that was admitted.
    fn answer(&self, wanted: &Wanted<'_>) -> Played<Scripted>;

    /// What comes of an operation below HTTP that was admitted: the bytes that are received, none where none are asked
    /// for.
    fn reach(&self, reached: &Reached<'_>) -> Played<Bytes>;
}

/// A request that was admitted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The name of the check that asks, or `rollback`.
    pub caller: &'a str,
    /// The endpoint that it is for.
    pub endpoint: &'a EndpointName,
    /// The method.
    pub method: &'a str,
    /// The whole URL. A secret that would be in it is.
    pub url: &'a Url,
    /// The headers, those of the host and of secrets among them.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: Option<&'a Bytes>,
    /// When it leaves.
    pub at: Moment,
}

/// An operation below HTTP that was admitted.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'a> {
    /// The name of the check that asks, or `rollback`.
    pub caller: &'a str,
    /// The endpoint that it is for.
    pub endpoint: &'a EndpointName,
    /// What is done there.
    pub operation: NetOperation,
    /// What is sent.
    pub send: Option<&'a Bytes>,
    /// When it begins.
    pub at: Moment,
}

/// How something ends, and after how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played<T> {
    /// How long it takes.
    pub after: Duration,
    /// What comes back, or why nothing does.
    pub end: Result<T, Refusal>,
}

/// An answer as it is scripted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripted {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
    /// Whether there was more of it, which nobody has.
    pub truncated: bool,
}

/// What one call is played with.
#[derive(Clone)]
pub struct Play {
    /// Who answers.
    pub outside: Arc<dyn Outside>,
    /// The name of the check that is called, or `rollback`.
    pub caller: String,
    /// The call's time.
    pub time: Time,
    /// How long the call may take by that time.
    pub within: Duration,
}

impl Play {
    /// Whether the call's time is over.
    pub(crate) fn is_over(&self) -> bool {
        self.within <= self.time.since_begin()
    }

    /// Lets the time of something pass that may take so long, and tells what came of it and how long it took.
    pub(crate) fn ended<T>(&self, played: Played<T>, most: Duration) -> (Result<T, Refusal>, Duration) {
        let left = self.within.saturating_sub(self.time.since_begin());
        let most = most.min(left);
        let took = played.after.min(most);
        self.time.pass(took);
        if most < played.after {
            return (Err(Refusal::Timeout(format!("no answer came within {} ms", most.as_millis()))), took);
        }
        (played.end, took)
    }
}

/// The address of everything in a play: one that is kept for documentation, RFC 5737.
pub(crate) const fn address(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), port)
}

impl Scripted {
    /// As the guest gets it, cut at so many bytes.
    pub(crate) fn received(self, url: &Url, took: Duration, most: u64) -> HttpAnswer {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let cut = self.body.len() > most;
        let took = micros(took);
        HttpAnswer {
            status: self.status,
            headers: self.headers,
            body: if cut { self.body.slice(..most) } else { self.body },
            truncated: cut || self.truncated,
            url: url.to_string(),
            address: None,
            protocol: "HTTP/1.1".to_owned(),
            timings: Timings { first_byte: Some(took), total: took, ..Timings::default() },
            certificate: None,
        }
    }
}
