//! The fake host below HTTP: names, connections, certificates, exchanges.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::World;
use crate::http::{Certificate, Error};
use crate::net::{Connection, Exchange, Received, TlsFacts};

type Exchanger = Rc<dyn Fn(&Exchange) -> Result<Received, Error>>;

/// What has been arranged, by target.
#[derive(Default)]
pub(super) struct Network {
    names: BTreeMap<String, Result<Vec<String>, Error>>,
    connections: BTreeMap<String, Result<Connection, Error>>,
    servers: BTreeMap<String, Result<TlsFacts, Error>>,
    exchangers: BTreeMap<String, Exchanger>,
    exchanges: Vec<Exchange>,
}

impl World {
    /// Arranges what an endpoint's name resolves to.
    pub fn on_resolve(&self, target: &str, addresses: Result<Vec<String>, Error>) {
        self.state_mut().network.names.insert(target.to_owned(), addresses);
    }

    /// Arranges how a TCP connection to an endpoint ends; [`connection`] makes one.
    pub fn on_connect(&self, target: &str, connection: Result<Connection, Error>) {
        self.state_mut().network.connections.insert(target.to_owned(), connection);
    }

    /// Arranges how a TLS connection to an endpoint ends; [`tls`] makes one.
    pub fn on_inspect_tls(&self, target: &str, facts: Result<TlsFacts, Error>) {
        self.state_mut().network.servers.insert(target.to_owned(), facts);
    }

    /// Arranges what an endpoint says in an exchange; [`received`] makes an answer.
    pub fn on_transact(&self, target: &str, exchanger: impl Fn(&Exchange) -> Result<Received, Error> + 'static) {
        self.state_mut().network.exchangers.insert(target.to_owned(), Rc::new(exchanger));
    }

    /// Returns the exchanges so far.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.state().network.exchanges.clone()
    }

    pub(crate) fn resolve(&self, target: &str) -> Result<Vec<String>, Error> {
        self.state().network.names.get(target).cloned().unwrap_or_else(|| denied("resolve", target))
    }

    pub(crate) fn connect(&self, target: &str, _timeout: Option<u32>) -> Result<Connection, Error> {
        self.state().network.connections.get(target).cloned().unwrap_or_else(|| denied("connect", target))
    }

    pub(crate) fn inspect_tls(&self, target: &str, _timeout: Option<u32>) -> Result<TlsFacts, Error> {
        self.state().network.servers.get(target).cloned().unwrap_or_else(|| denied("inspect-tls", target))
    }

    pub(crate) fn transact(&self, exchange: &Exchange) -> Result<Received, Error> {
        self.state_mut().network.exchanges.push(exchange.clone());
        let exchanger = self.state().network.exchangers.get(&exchange.target).cloned();
        exchanger.map_or_else(|| denied("transact", &exchange.target), |exchanger| exchanger(exchange))
    }
}

fn denied<T>(operation: &str, target: &str) -> Result<T, Error> {
    Err(Error::Denied(format!("the test has arranged nothing for {operation} {target}")))
}

/// Returns a connection to an address with its port, made in 2 ms.
#[must_use]
pub fn connection(address: &str) -> Connection {
    Connection { address: address.to_owned(), resolve: 1_000, connect: 1_000, labels: Vec::new() }
}

/// Returns what came back in an exchange.
#[must_use]
pub fn received(bytes: impl Into<Vec<u8>>) -> Received {
    Received { connection: connection("192.0.2.1:1"), bytes: bytes.into(), elapsed: 1_000, labels: Vec::new() }
}

/// Returns what was seen of a TLS 1.3 server with this certificate.
#[must_use]
pub fn tls(certificate: Certificate) -> TlsFacts {
    TlsFacts {
        connection: connection("192.0.2.1:443"),
        handshake: 3_000,
        version: "TLSv1.3".to_owned(),
        cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
        certificate,
        labels: Vec::new(),
    }
}
