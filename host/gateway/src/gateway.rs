//! The gateway of the process: what all calls share.

use std::sync::Arc;
use std::time::Duration;

use holdpoint_core::plan::limit::Limits;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::admit::Scope;
use crate::pool::Pools;
use crate::resolve::{Lookup, SystemLookup};
use crate::session::Session;
use crate::tls::TlsNotReady;

/// How the gateway works, whoever asks.
#[derive(Clone)]
pub struct Settings {
    /// How many exchanges may be under way at the same time, over all calls. Turns are given in the order in which
    /// they were asked for. At least one.
    pub connections: usize,
    /// What looks names up.
    pub lookup: Arc<dyn Lookup>,
    /// How long the first byte of an answer is waited for, connecting included.
    pub first_byte: Duration,
    /// How long the next bytes of an answer are waited for.
    pub between_bytes: Duration,
    /// After how many denials a call is no longer listened to.
    pub denials: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 64,
            lookup: Arc::new(SystemLookup),
            first_byte: Duration::from_secs(10),
            between_bytes: Duration::from_secs(10),
            denials: 20,
        }
    }
}

/// The one gateway. Cloning it is cheap and gives the same one.
///
/// Kept connections live on the async runtime that made them, so a gateway belongs to one runtime.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) shared: Arc<Shared>,
}

/// What all calls share.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) pools: Pools,
    pub(crate) turns: Semaphore,
}

/// Why there is no gateway.
#[derive(Debug, thiserror::Error)]
pub enum GatewayNotReady {
    /// TLS can't be set up.
    #[error("could not set up TLS")]
    Tls(#[source] TlsNotReady),
}

impl Gateway {
    /// Makes a gateway. Touches neither network nor files: authorities are read when an endpoint first needs them.
    ///
    /// # Errors
    /// When no safe version of TLS is available.
    pub fn new(settings: Settings) -> Result<Self, GatewayNotReady> {
        let pools = Pools::new(Arc::clone(&settings.lookup));
        pools.trust().none().map_err(GatewayNotReady::Tls)?;
        let turns = Semaphore::new(settings.connections.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { shared: Arc::new(Shared { settings, pools, turns }) })
    }

    /// Opens one call's slice of the gateway. Nothing in it lasts beyond the deadline.
    pub fn session(&self, scope: Scope, limits: &Limits, deadline: Instant) -> Session {
        Session::new(self.clone(), scope, limits, deadline)
    }
}
