//! Below HTTP: resolve, connect, look at a certificate, exchange a few bytes.

use std::time::Duration;

pub use crate::bindings::check::holdpoint::plugin::net::{Connection, Exchange, Received, TlsFacts};
use crate::host::milliseconds;
use crate::http::Error;
use crate::{Endpoint, Host};

/// The most that an exchange reads unless told otherwise, in bytes.
pub const MAX_BYTES: u32 = 64 * 1024;

impl Host {
    /// Resolves an endpoint's name to the addresses that may be dialled.
    ///
    /// # Errors
    /// When it may not or can't be resolved.
    pub fn resolve(&self, endpoint: &Endpoint) -> Result<Vec<String>, Error> {
        self.imports.resolve(endpoint.as_str())
    }

    /// Opens a TCP connection and closes it. Without a timeout the call's own deadline holds.
    ///
    /// # Errors
    /// When it may not or can't be opened.
    pub fn connect(&self, endpoint: &Endpoint, timeout: Option<Duration>) -> Result<Connection, Error> {
        self.imports.connect(endpoint.as_str(), timeout.map(milliseconds))
    }

    /// Opens a TLS connection, verifies it and closes it. Without a timeout the call's own deadline holds.
    ///
    /// # Errors
    /// When it may not or can't be opened, or does not verify.
    pub fn inspect_tls(&self, endpoint: &Endpoint, timeout: Option<Duration>) -> Result<TlsFacts, Error> {
        self.imports.inspect_tls(endpoint.as_str(), timeout.map(milliseconds))
    }

    /// Opens a connection, sends, reads and closes it. [`Exchange::with`] begins an exchange.
    ///
    /// # Errors
    /// When it may not or can't be carried out.
    pub fn transact(&self, exchange: &Exchange) -> Result<Received, Error> {
        self.imports.transact(exchange)
    }
}

impl Exchange {
    /// Begins an exchange that only listens: plain TCP, until the peer closes or [`MAX_BYTES`] have come.
    #[must_use]
    pub fn with(endpoint: &Endpoint) -> Self {
        Self {
            target: endpoint.as_str().to_owned(),
            secured: false,
            send: None,
            until: None,
            max_bytes: MAX_BYTES,
            timeout_ms: None,
            labels: Vec::new(),
        }
    }

    /// Speaks TLS first.
    #[must_use]
    pub fn over_tls(mut self) -> Self {
        self.secured = true;
        self
    }

    /// Sends these bytes after connecting.
    #[must_use]
    pub fn sending(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.send = Some(bytes.into());
        self
    }

    /// Reads until these bytes have come.
    #[must_use]
    pub fn until(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.until = Some(bytes.into());
        self
    }

    /// Reads at most so many bytes.
    #[must_use]
    pub fn at_most(mut self, bytes: u32) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Gives up after this time.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.timeout_ms = Some(milliseconds(time));
        self
    }
}

impl Received {
    /// Returns the bytes as text; what is not UTF-8 is shown as a replacement character.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
