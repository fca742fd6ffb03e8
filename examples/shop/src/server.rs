//! Servers that run until they are told to stop, and finish what they are answering.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, serve::Listener};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::tls::CertificateError;

/// How long answers under way may take once a stop was asked for.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// Why the shop or a part of it could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can't be listened on.
    #[error("could not listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The certificates of the https listener could not be made.
    #[error("could not set up https")]
    Certificate(#[from] CertificateError),
    /// The address of a part that was just started is not an origin.
    #[error("could not point the switch at a version")]
    Url(#[from] crate::origin::BadUrl),
}

/// Some servers with one stop. Dropping it asks them to stop; [`Servers::stop`] also waits.
pub(crate) struct Servers {
    stop: watch::Sender<()>,
    running: JoinSet<()>,
}

impl Servers {
    pub(crate) fn new() -> Self {
        Self { stop: watch::Sender::new(()), running: JoinSet::new() }
    }

    /// Answers on a listener with these routes until the stop.
    pub(crate) fn serve<L>(&mut self, listener: L, routes: Router)
    where
        L: Listener,
        L::Addr: std::fmt::Debug,
    {
        let mut stop = self.stop.subscribe();
        // Ends on a word and on a dropped sender alike, so that no server outlives its handle.
        let stopped = async move { drop(stop.changed().await) };
        let server = axum::serve(listener, routes).with_graceful_shutdown(stopped);
        self.running.spawn(async move { drop(server.await) });
    }

    /// Stops listening, lets answers under way finish, and returns at the latest after five seconds.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(());
        let finished = async { while self.running.join_next().await.is_some() {} };
        drop(tokio::time::timeout(FINISH_WITHIN, finished).await);
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // The sender of the stop goes with this and ends the servers. A dropped set would abort them, and
        // cut off the answers under way.
        self.running.detach_all();
    }
}

/// Listens on an address; port 0 takes a free one.
///
/// # Errors
/// When the address is taken or not this machine's.
pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}
