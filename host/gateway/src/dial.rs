//! Dialling: connections to vetted addresses and to nothing else, and how long each part of making one took.
//!
//! The HTTP client dials by itself. What is of interest happens inside it in three places that it lets us stand in:
//! its resolver, its connector, and the store that TLS asks for earlier sessions when a handshake begins. They tell
//! each other through a task-local mark. Which exchange a new connection served first is known by its own local
//! address.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;
use tower::{Layer, Service};

/// How many unclaimed connections are remembered. More than a pool ever keeps.
const REMEMBERED: usize = 256;

/// How long the parts of making a connection took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Phases {
    pub(crate) resolve: Option<Duration>,
    pub(crate) connect: Option<Duration>,
    pub(crate) tls: Option<Duration>,
}

#[derive(Default)]
struct Marks {
    resolved: Option<Instant>,
    handshake: Option<Instant>,
}

tokio::task_local! {
    static MARKS: RefCell<Marks>;
    static DIALLED: Cell<Connected>;
}

/// Which connection a request was tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connected {
    /// One that was kept from before.
    Before,
    /// One that had to be made.
    Anew,
}

/// Carries a request out and tells whether a connection had to be made for it.
pub(crate) async fn watch<T>(request: impl Future<Output = T>) -> (T, Connected) {
    let watched = async { (request.await, DIALLED.with(Cell::get)) };
    DIALLED.scope(Cell::new(Connected::Before), watched).await
}

/// Notes that the name of the connection being made is resolved.
pub(crate) fn mark_resolved() {
    // Outside a connection attempt there is nobody to tell.
    let _ = MARKS.try_with(|marks| marks.borrow_mut().resolved = Some(Instant::now()));
}

fn mark_handshake() {
    let _ = MARKS.try_with(|marks| marks.borrow_mut().handshake.get_or_insert_with(Instant::now).elapsed());
}

/// The connections that nobody has used yet, by their local address.
#[derive(Clone, Default)]
pub(crate) struct Fresh(Arc<Mutex<BTreeMap<SocketAddr, Phases>>>);

impl Fresh {
    fn keep(&self, local: SocketAddr, phases: Phases) {
        let mut fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if fresh.len() >= REMEMBERED {
            fresh.clear();
        }
        fresh.insert(local, phases);
    }

    /// Takes the times of a connection that is used for the first time; `None` when it is a kept one.
    pub(crate) fn claim(&self, local: SocketAddr) -> Option<Phases> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&local)
    }
}

/// Wraps a client's connector so that the parts of each new connection are timed.
#[derive(Clone)]
pub(crate) struct Timed(pub(crate) Fresh);

impl<S> Layer<S> for Timed {
    type Service = TimedConnector<S>;

    fn layer(&self, inner: S) -> TimedConnector<S> {
        TimedConnector { inner, fresh: self.0.clone() }
    }
}

/// A connector whose parts are timed.
#[derive(Clone)]
pub(crate) struct TimedConnector<S> {
    inner: S,
    fresh: Fresh,
}

/// Any error of a connector.
type BoxError = Box<dyn Error + Send + Sync>;

/// A connection was made, and the handshake on it did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("the TLS handshake failed")]
pub(crate) struct HandshakeFailed(#[source] BoxError);

impl<S, To> Service<To> for TimedConnector<S>
where
    S: Service<To, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: Connection + Send,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, to: To) -> Self::Future {
        // A client may also dial ahead, for no request in particular.
        let _ = DIALLED.try_with(|dialled| dialled.set(Connected::Anew));
        let connecting = self.inner.call(to);
        let fresh = self.fresh.clone();
        Box::pin(MARKS.scope(RefCell::default(), async move {
            let start = Instant::now();
            let connection = connecting.await.map_err(named)?;
            let phases = MARKS.with(|marks| phases(start, Instant::now(), &marks.borrow()));
            let mut extensions = http::Extensions::new();
            connection.connected().get_extras(&mut extensions);
            if let Some(seen) = extensions.get::<HttpInfo>() {
                fresh.keep(seen.local_addr(), phases);
            }
            Ok(connection)
        }))
    }
}

/// Tells an error of the handshake from one of the connection beneath.
fn named(error: BoxError) -> BoxError {
    let shaking = MARKS.with(|marks| marks.borrow().handshake.is_some());
    if shaking { Box::new(HandshakeFailed(error)) } else { error }
}

fn phases(start: Instant, end: Instant, marks: &Marks) -> Phases {
    let dialling = marks.resolved.unwrap_or(start);
    Phases {
        resolve: marks.resolved.map(|resolved| resolved - start),
        connect: Some(marks.handshake.unwrap_or(end).saturating_duration_since(dialling)),
        tls: marks.handshake.map(|began| end.saturating_duration_since(began)),
    }
}

/// A store of TLS sessions that keeps none. That it is asked for one is how we know that a handshake begins.
pub(crate) struct Handshakes;

impl fmt::Debug for Handshakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handshakes")
    }
}

impl ClientSessionStore for Handshakes {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        mark_handshake();
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        mark_handshake();
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {}

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        mark_handshake();
        None
    }
}
