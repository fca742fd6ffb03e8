//! The import `net`: what lies below HTTP, through the same gateway.

use std::time::Duration;

use bytes::Bytes;
use holdpoint_gateway::{Layer, Transaction};

use crate::bindings::http::Error;
use crate::bindings::net::{Connection, Exchange, Host, Received, TlsFacts};
use crate::import::http::{certificate, refused};
use crate::state::State;

impl Host for State {
    async fn resolve(&mut self, target: String) -> wasmtime::Result<Result<Vec<String>, Error>> {
        let addresses = self.session.resolve(&target).await;
        Ok(addresses.map(|found| found.iter().map(ToString::to_string).collect()).map_err(refused))
    }

    async fn connect(&mut self, target: String, timeout: Option<u32>) -> wasmtime::Result<Result<Connection, Error>> {
        Ok(self.session.connect(&target, span(timeout)).await.map(|it| connected(&it)).map_err(refused))
    }

    async fn inspect_tls(&mut self, target: String, timeout: Option<u32>) -> wasmtime::Result<Result<TlsFacts, Error>> {
        let facts = self.session.inspect_tls(&target, span(timeout)).await;
        let facts = facts.map(|facts| TlsFacts {
            connection: connected(&facts.connection),
            handshake: facts.handshake,
            version: facts.version,
            cipher: facts.cipher,
            certificate: certificate(facts.certificate),
            labels: Vec::new(),
        });
        Ok(facts.map_err(refused))
    }

    async fn transact(&mut self, exchange: Exchange) -> wasmtime::Result<Result<Received, Error>> {
        let transaction = Transaction {
            target: exchange.target,
            layer: if exchange.secured { Layer::Secured } else { Layer::Plain },
            send: exchange.send.map(Bytes::from),
            until: exchange.until.map(Bytes::from),
            max_bytes: exchange.max_bytes,
            timeout: span(exchange.timeout_ms),
        };
        let received = self.session.transact(transaction).await.map(|received| Received {
            connection: connected(&received.connection),
            bytes: received.bytes.into(),
            elapsed: received.elapsed,
            labels: Vec::new(),
        });
        Ok(received.map_err(refused))
    }
}

fn span(millis: Option<u32>) -> Option<Duration> {
    millis.map(|millis| Duration::from_millis(u64::from(millis)))
}

fn connected(connection: &holdpoint_gateway::Connection) -> Connection {
    Connection {
        address: connection.address.to_string(),
        resolve: connection.resolve,
        connect: connection.connect,
        labels: Vec::new(),
    }
}
