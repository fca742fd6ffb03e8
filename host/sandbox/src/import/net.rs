//! The import `net`: what lies below HTTP, through the same gateway.

use std::time::Duration;

use bytes::Bytes;
use holdpoint_gateway::{Layer, Transaction};
use serde::de::DeserializeOwned;

use crate::bindings::http::Error;
use crate::bindings::net::{Connection, Exchange, Host, Received, TlsFacts};
use crate::import::http::{certificate, refused};
use crate::state::State;
use crate::world::{Question, World};

const RESOLVE: &str = "net.resolve";
const CONNECT: &str = "net.connect";
const INSPECT_TLS: &str = "net.inspect-tls";
const TRANSACT: &str = "net.transact";

impl Host for State {
    async fn resolve(&mut self, target: String) -> wasmtime::Result<Result<Vec<String>, Error>> {
        let question = Question::new(RESOLVE, &target, &target);
        let Some(session) = self.world.session() else { return self.world.remembered(&question) };
        let addresses = session.resolve(&target).await;
        let answer = addresses.map(|found| found.iter().map(ToString::to_string).collect()).map_err(refused);
        self.world.note(&question, &answer);
        self.world.go_on()?;
        Ok(answer)
    }

    async fn connect(&mut self, target: String, timeout: Option<u32>) -> wasmtime::Result<Result<Connection, Error>> {
        let question = Question::new(CONNECT, &(&target, timeout), &target);
        let Some(session) = self.world.session() else { return self.world.remembered(&question) };
        let answer = session.connect(&target, span(timeout)).await.map(|it| connected(&it)).map_err(refused);
        self.world.note(&question, &answer);
        self.world.go_on()?;
        Ok(answer)
    }

    async fn inspect_tls(&mut self, target: String, timeout: Option<u32>) -> wasmtime::Result<Result<TlsFacts, Error>> {
        let question = Question::new(INSPECT_TLS, &(&target, timeout), &target);
        let Some(session) = self.world.session() else { return self.world.remembered(&question) };
        let facts = session.inspect_tls(&target, span(timeout)).await;
        let answer = facts.map(|facts| TlsFacts {
            connection: connected(&facts.connection),
            handshake: facts.handshake,
            version: facts.version,
            cipher: facts.cipher,
            certificate: certificate(facts.certificate),
            labels: Vec::new(),
        });
        let answer = answer.map_err(refused);
        self.world.note(&question, &answer);
        self.world.go_on()?;
        Ok(answer)
    }

    async fn transact(&mut self, exchange: Exchange) -> wasmtime::Result<Result<Received, Error>> {
        let question = Question::new(TRANSACT, &exchange, &exchange.target);
        let Some(session) = self.world.session() else { return self.world.remembered(&question) };
        let transaction = Transaction {
            target: exchange.target,
            layer: if exchange.secured { Layer::Secured } else { Layer::Plain },
            send: exchange.send.map(Bytes::from),
            until: exchange.until.map(Bytes::from),
            max_bytes: exchange.max_bytes,
            timeout: span(exchange.timeout_ms),
        };
        let received = session.transact(transaction).await.map(|received| Received {
            connection: connected(&received.connection),
            bytes: received.bytes.into(),
            elapsed: received.elapsed,
            labels: Vec::new(),
        });
        let answer = received.map_err(refused);
        self.world.note(&question, &answer);
        self.world.go_on()?;
        Ok(answer)
    }
}

impl World {
    /// What was noted of something small. Only asked in a replay.
    fn remembered<T: DeserializeOwned>(&self, question: &Question) -> wasmtime::Result<T> {
        let noted = self.recalled(question)?;
        noted.ok_or_else(|| wasmtime::Error::msg("there is no record to come from"))
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
