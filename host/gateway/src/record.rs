//! The record of one call: what was asked of the network and what came of it, bounded in rows and in bytes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use holdpoint_core::facts::{Asked, Content, Ended, Exchange};
use holdpoint_core::id::Digest;
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::limit;

use crate::carried::Shown;
use crate::denial::Denial;
use crate::refusal::Refusal;
use crate::time::Time;

/// What the gateway saw of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Each use of the network, in the order in which it was asked for. After the call's request limit or the breaker
    /// only the first refusal has a row.
    pub exchanges: Vec<Exchange>,
    /// The bodies that the exchanges speak of, each once. Those beyond four times the call's body limit are not
    /// kept; their digest and length still stand in the exchanges.
    pub bodies: Vec<(Digest, Bytes)>,
    /// Requests and operations that left the gateway: what came to no connection did not. One that was sent again, since a
    /// kept connection was closed under it, left twice.
    pub requests: u32,
    /// Requests and operations that were denied, all of them.
    pub denials: u32,
    /// Bytes sent, bodies only.
    pub sent: limit::Bytes,
    /// Bytes received, bodies only.
    pub received: limit::Bytes,
}

/// How much one call's record may hold, and when the call is no longer listened to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    /// How often the network may be asked for something.
    pub(crate) asked: u32,
    /// After how many denials everything is denied.
    pub(crate) denials: u32,
    /// How many bytes of bodies are kept.
    pub(crate) kept: u64,
}

/// The record while the call runs.
pub(crate) struct Ledger {
    time: Time,
    measure: Measure,
    state: Mutex<State>,
}

/// One row of the record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row(usize);

#[derive(Default)]
struct State {
    exchanges: Vec<Exchange>,
    bodies: BTreeMap<Digest, Bytes>,
    kept: u64,
    asked: u32,
    over_limit: u32,
    over_breaker: u32,
    requests: u32,
    denials: u32,
    sent: u64,
    received: u64,
}

impl Ledger {
    pub(crate) fn new(measure: Measure, time: Time) -> Self {
        Self { time, measure, state: Mutex::default() }
    }

    /// Opens a row, unless the call has used up what it may ask for. Until it is closed, it says that the call ended
    /// before it did.
    pub(crate) fn open(
        &self,
        asked: impl FnOnce(Option<Content>) -> Asked,
        body: Option<&Bytes>,
    ) -> Result<Row, Refusal> {
        // Outside the lock: a body may be large.
        let content = body.map(content);
        let mut state = self.state();
        state.asked = state.asked.saturating_add(1);
        if state.denials >= self.measure.denials {
            state.denials = state.denials.saturating_add(1);
            state.over_breaker = state.over_breaker.saturating_add(1);
            let refusal = Refusal::from(Denial::Breaker { denials: self.measure.denials });
            if state.over_breaker == 1 {
                self.push(&mut state, asked(content), ended(&refusal));
            }
            return Err(refusal);
        }
        if state.asked > self.measure.asked {
            state.over_limit = state.over_limit.saturating_add(1);
            let refusal = Refusal::Limit(format!("the call may ask {} times, and has", self.measure.asked));
            if state.over_limit == 1 {
                self.push(&mut state, asked(content), ended(&refusal));
            }
            return Err(refusal);
        }
        if let (Some(body), Some(content)) = (body, &content) {
            self.keep(&mut state, content.digest, body);
        }
        let why = "the call ended before this did".to_owned();
        Ok(self.push(&mut state, asked(content), Ended::Failed { part: "timeout".to_owned(), why }))
    }

    /// Notes which endpoint a row is for, and the canonical URL where there is one.
    pub(crate) fn admitted(&self, row: Row, endpoint: &EndpointName, canonical: Option<&str>) {
        let mut state = self.state();
        let Some(exchange) = state.exchanges.get_mut(row.0) else { return };
        exchange.endpoint = Some(endpoint.clone());
        if let (Asked::Http { url, .. }, Some(canonical)) = (&mut exchange.asked, canonical) {
            canonical.clone_into(url);
        }
    }

    /// Notes what the gateway added, with the names of secrets in the place of their values.
    pub(crate) fn added(&self, row: Row, shown: &Shown) {
        let mut state = self.state();
        if let Some(Exchange { asked: Asked::Http { url, headers, .. }, .. }) = state.exchanges.get_mut(row.0) {
            headers.extend_from_slice(&shown.headers);
            shown.url.clone_into(url);
        }
    }

    /// Notes that something leaves the gateway, with a body of so many bytes.
    pub(crate) fn left(&self, bytes: u64) {
        let mut state = self.state();
        state.requests = state.requests.saturating_add(1);
        state.sent = state.sent.saturating_add(bytes);
    }

    /// Takes that back: there was no connection that it could have left on.
    pub(crate) fn stayed(&self, bytes: u64) {
        let mut state = self.state();
        state.requests = state.requests.saturating_sub(1);
        state.sent = state.sent.saturating_sub(bytes);
    }

    /// Takes in what came back, and gives it its digest.
    pub(crate) fn received(&self, body: &Bytes) -> Content {
        let content = content(body);
        let mut state = self.state();
        state.received = state.received.saturating_add(content.length);
        self.keep(&mut state, content.digest, body);
        content
    }

    /// Closes a row with what came back.
    pub(crate) fn close(&self, row: Row, ended: Ended) {
        if let Some(exchange) = self.state().exchanges.get_mut(row.0) {
            exchange.ended = ended;
        }
    }

    /// Closes a row with why nothing came back.
    pub(crate) fn refuse(&self, row: Row, refusal: &Refusal) {
        let denied = match refusal {
            Refusal::Denied(denial) => Some(denial),
            Refusal::InvalidRequest(_)
            | Refusal::Dns(_)
            | Refusal::Connect(_)
            | Refusal::Tls(_)
            | Refusal::Timeout(_)
            | Refusal::Protocol(_)
            | Refusal::Limit(_) => None,
        };
        let mut state = self.state();
        if denied.is_some() {
            state.denials = state.denials.saturating_add(1);
        }
        if let Some(exchange) = state.exchanges.get_mut(row.0) {
            exchange.ended = ended(refusal);
            let meant = denied.and_then(|denial| denial.endpoint()).cloned();
            exchange.endpoint = exchange.endpoint.take().or(meant);
        }
    }

    /// Takes the record out. What still runs leaves no further trace.
    pub(crate) fn finish(&self) -> Recorded {
        let state = std::mem::take(&mut *self.state());
        Recorded {
            exchanges: state.exchanges,
            bodies: state.bodies.into_iter().collect(),
            requests: state.requests,
            denials: state.denials,
            sent: limit::Bytes(state.sent),
            received: limit::Bytes(state.received),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, state: &mut State, asked: Asked, ended: Ended) -> Row {
        let (at, after_micros) = (self.time.moment(), micros(self.time.since_begin()));
        state.exchanges.push(Exchange { at, after_micros, endpoint: None, asked, ended });
        Row(state.exchanges.len() - 1)
    }

    fn keep(&self, state: &mut State, digest: Digest, body: &Bytes) {
        let more = state.kept.saturating_add(length(Some(body)));
        if !state.bodies.contains_key(&digest) && more <= self.measure.kept {
            state.kept = more;
            state.bodies.insert(digest, body.clone());
        }
    }
}

/// What a refusal is in evidence.
fn ended(refusal: &Refusal) -> Ended {
    match refusal {
        Refusal::Denied(denial) => Ended::Denied { why: denial.to_string(), cure: denial.cure() },
        Refusal::InvalidRequest(why)
        | Refusal::Dns(why)
        | Refusal::Connect(why)
        | Refusal::Tls(why)
        | Refusal::Timeout(why)
        | Refusal::Protocol(why)
        | Refusal::Limit(why) => Ended::Failed { part: refusal.part().to_owned(), why: why.clone() },
    }
}

/// A body's digest and length.
fn content(body: &Bytes) -> Content {
    Content { digest: Digest::of(body), length: length(Some(body)) }
}

/// How many bytes a body has.
pub(crate) fn length(body: Option<&Bytes>) -> u64 {
    body.map_or(0, |body| u64::try_from(body.len()).unwrap_or(u64::MAX))
}

/// A length of time in whole microseconds.
pub(crate) fn micros(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
