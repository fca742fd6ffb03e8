//! The gateway of the process: what all calls share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use holdpoint_core::plan::limit::Limits;
use tokio::time::Instant;

use crate::admit::Scope;
use crate::outside::Play;
use crate::pool::{KEPT, Pool, Pools};
use crate::resolve::{Lookup, SystemLookup};
use crate::session::Session;
use crate::tls::TlsNotReady;
use crate::turn::Turns;
use crate::vault::{AlreadyEntrusted, Vault};

/// How the gateway works, whoever asks.
#[derive(Clone)]
pub struct Settings {
    /// How many connections the process may hold, over all calls: those of exchanges under way, and those kept for
    /// later ones. No call has more than its share of the turns, and the one that has the fewest gets the
    /// next. At least one exchange is always let on.
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
    pub(crate) turns: Turns,
    pub(crate) vault: OnceLock<Vault>,
}

/// Why there is no gateway.
#[derive(Debug, thiserror::Error)]
pub enum GatewayNotReady {
    /// TLS can't be set up.
    #[error("could not set up TLS")]
    Tls(#[source] TlsNotReady),
}

impl Shared {
    /// Keeps the process within its connections: each pool keeps up to [`KEPT`], and the one that is used now may do so
    /// beside all exchanges that can be under way. What remains beyond those that are under way is for the other pools.
    pub(crate) fn make_room(&self, current: &Arc<Pool>) {
        self.pools.make_room(current, self.turns.free() / KEPT);
    }
}

impl Gateway {
    /// Makes a gateway. Touches neither network nor files: authorities are read when an endpoint first needs them.
    ///
    /// # Errors
    /// When no safe version of TLS is available.
    pub fn new(settings: Settings) -> Result<Self, GatewayNotReady> {
        let pools = Pools::new(Arc::clone(&settings.lookup));
        pools.trust().none().map_err(GatewayNotReady::Tls)?;
        let under_way = settings.connections.saturating_sub(KEPT).max(1);
        let turns = Turns::new(under_way);
        Ok(Self { shared: Arc::new(Shared { settings, pools, turns, vault: OnceLock::new() }) })
    }

    /// Hands over the secrets of the run. What was asked before went out without them.
    ///
    /// # Errors
    /// When that was done already.
    pub fn entrust(&self, vault: Vault) -> Result<(), AlreadyEntrusted> {
        self.shared.vault.set(vault).map_err(|_| AlreadyEntrusted)?;
        self.shared.pools.forget();
        Ok(())
    }

    /// Whether the run has secrets.
    pub fn keeps_secrets(&self) -> bool {
        self.shared.vault.get().is_some()
    }

    /// A text without any secret of the run: whatever a guest could say goes through this before it is kept.
    pub fn masked(&self, text: String) -> String {
        match self.shared.vault.get() {
            Some(vault) => vault.hide_text(text),
            None => text,
        }
    }

    /// Opens one call's slice of the gateway. Nothing in it lasts beyond the deadline.
    pub fn session(&self, scope: Scope, limits: &Limits, deadline: Instant) -> Session {
        Session::new(self.clone(), scope, limits, deadline, None)
    }

    /// Opens one call's slice of a play: what is admitted is answered by it, and nothing leaves.
    pub fn played(&self, scope: Scope, limits: &Limits, deadline: Instant, play: Play) -> Session {
        Session::new(self.clone(), scope, limits, deadline, Some(play))
    }
}
