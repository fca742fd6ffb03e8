//! Below HTTP: resolve, connect, look at TLS, exchange a few bytes, through the same grants and the same addresses.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use holdpoint_core::facts::{Asked, Certificate, Ended, Timings};
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::grant::NetOperation;
use holdpoint_core::plan::limit;
use holdpoint_core::text::fit;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout_at;
use tokio_rustls::client::TlsStream;

use crate::denial::written;
use crate::failure;
use crate::outside::{self, Play, Reached};
use crate::placeholder::Fill;
use crate::record::{Row, length, micros};
use crate::refusal::Refusal;
use crate::session::{Session, Turn};
use crate::shake;

/// What was seen while connecting. Times in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The address that answered.
    pub address: SocketAddr,
    /// How long name resolution took.
    pub resolve: u64,
    /// How long the TCP connection took.
    pub connect: u64,
}

/// What was seen of a TLS server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// The TCP connection beneath.
    pub connection: Connection,
    /// How long the handshake took, in microseconds.
    pub handshake: u64,
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: String,
    /// The cipher suite's standard name.
    pub cipher: String,
    /// The server's own certificate, verified.
    pub certificate: Certificate,
}

/// A few bytes out, a few bytes in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transaction {
    /// `endpoint:NAME`.
    pub target: String,
    /// How to speak.
    pub layer: Layer,
    /// What to send after connecting; nothing to listen first.
    pub send: Option<Bytes>,
    /// Read until these bytes have come; without them, until the peer closes or `max_bytes` have come.
    pub until: Option<Bytes>,
    /// The most to read, in bytes. Lowered to the call's limit.
    pub max_bytes: u32,
    /// How long the whole may take. Lowered to the call's limits.
    pub timeout: Option<Duration>,
}

/// How to speak below HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layer {
    /// TCP in the clear.
    #[default]
    Plain,
    /// TLS from the first byte.
    Secured,
}

/// What came back of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The connection.
    pub connection: Connection,
    /// The bytes.
    pub bytes: Bytes,
    /// From connected (and, where secured, shaken hands) to the last byte, in microseconds.
    pub elapsed: u64,
}

/// What stands in evidence of an operation that worked.
struct Seen {
    address: String,
    timings: Timings,
    certificate: Option<Certificate>,
    body: Option<Bytes>,
}

/// What a guest wants.
struct Wish<'a> {
    operation: NetOperation,
    target: &'a str,
    timeout: Option<Duration>,
    body: Option<&'a Bytes>,
}

impl<'a> Wish<'a> {
    fn new(operation: NetOperation, target: &'a str, timeout: Option<Duration>) -> Self {
        Self { operation, target, timeout, body: None }
    }
}

/// An operation under way.
struct Operation<'a> {
    session: &'a Session,
    name: &'a EndpointName,
    endpoint: &'a Endpoint,
    /// How many bytes are to be sent once there is a connection.
    body: u64,
    end: tokio::time::Instant,
    start: Instant,
}

impl Session {
    /// Resolves the host of a granted endpoint. Only addresses that may be dialled are returned.
    ///
    /// # Errors
    /// When it is not granted, or nothing that may be dialled is found.
    pub async fn resolve(&self, target: &str) -> Result<Vec<IpAddr>, Refusal> {
        let wish = Wish::new(NetOperation::Resolve, target, None);
        let row = self.open(&wish)?;
        let result = async {
            let (operation, _turn) = self.begin(row, &wish).await?;
            if let Some(play) = self.play() {
                let (_, connection) = operation.played(play, &wish)?;
                return Ok((vec![connection.address.ip()], operation.seen(&connection, None)));
            }
            let addresses = operation.addresses().await?;
            self.ledger.left(0);
            let took = micros(operation.start.elapsed());
            let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let timings = Timings { resolve: Some(took), total: took, ..Timings::default() };
            Ok((addresses, Seen { address: texts.join(", "), timings, certificate: None, body: None }))
        };
        self.close(row, result.await)
    }

    /// Opens a TCP connection to a granted endpoint and closes it.
    ///
    /// # Errors
    /// When it is not granted, or no connection comes about in time.
    pub async fn connect(&self, target: &str, timeout: Option<Duration>) -> Result<Connection, Refusal> {
        let wish = Wish::new(NetOperation::Connect, target, timeout);
        let row = self.open(&wish)?;
        let result = async {
            let (operation, _turn) = self.begin(row, &wish).await?;
            let connection = match self.play() {
                Some(play) => operation.played(play, &wish)?.1,
                None => operation.connect().await?.1,
            };
            let seen = operation.seen(&connection, None);
            Ok((connection, seen))
        };
        self.close(row, result.await)
    }

    /// Opens a TLS connection to a granted endpoint, verifies it and closes it.
    ///
    /// # Errors
    /// When it is not granted, no connection comes about in time, or the certificate does not verify.
    pub async fn inspect_tls(&self, target: &str, timeout: Option<Duration>) -> Result<TlsFacts, Refusal> {
        let wish = Wish::new(NetOperation::InspectTls, target, timeout);
        let row = self.open(&wish)?;
        let result = async {
            let (operation, _turn) = self.begin(row, &wish).await?;
            if self.play().is_some() {
                return Err(Refusal::Tls("a rehearsal has no certificates to show".to_owned()));
            }
            let (stream, connection) = operation.connect().await?;
            let (mut stream, handshake) = operation.shake_hands(stream).await?;
            let facts = shake::facts(stream.get_ref().1, connection, handshake)
                .ok_or_else(|| Refusal::Tls("the server showed no certificate that can be read".to_owned()))?;
            // The farewell is a courtesy: what was looked for is known, and a peer that does not answer loses nothing.
            let _ = timeout_at(operation.end, stream.shutdown()).await;
            let mut seen = operation.seen(&facts.connection, Some(handshake));
            seen.certificate = Some(facts.certificate.clone());
            Ok((facts, seen))
        };
        self.close(row, result.await)
    }

    /// Opens a connection to a granted endpoint, sends, reads and closes it.
    ///
    /// # Errors
    /// When it is not granted, no connection comes about in time, or what is waited for does not come.
    pub async fn transact(&self, transaction: Transaction) -> Result<Received, Refusal> {
        let mut wish = Wish::new(NetOperation::Transact, &transaction.target, transaction.timeout);
        let shown = self.shown(transaction.send.as_ref());
        wish.body = shown.as_ref();
        let row = self.open(&wish)?;
        let result = self.transaction(row, &wish, &transaction).await;
        self.close(row, result)
    }

    async fn transaction(
        &self,
        row: Row,
        wish: &Wish<'_>,
        transaction: &Transaction,
    ) -> Result<(Received, Seen), Refusal> {
        let (operation, _turn) = self.begin(row, wish).await?;
        if let Some(play) = self.play() {
            let (bytes, connection) = operation.played(play, wish)?;
            let most = usize::try_from(transaction.max_bytes).unwrap_or(usize::MAX).min(bytes.len());
            let (bytes, elapsed) = (bytes.slice(..most), connection.connect);
            let seen = Seen { body: Some(bytes.clone()), ..operation.seen(&connection, None) };
            return Ok((Received { connection, bytes, elapsed }, seen));
        }
        let (stream, connection) = operation.connect().await?;
        let (bytes, elapsed, handshake) = match transaction.layer {
            Layer::Plain => {
                let (bytes, elapsed) = operation.converse(stream, transaction).await?;
                (bytes, elapsed, None)
            }
            Layer::Secured => {
                let (stream, handshake) = operation.shake_hands(stream).await?;
                let (bytes, elapsed) = operation.converse(stream, transaction).await?;
                (bytes, elapsed, Some(handshake))
            }
        };
        let bytes = match self.vault() {
            Some(vault) => vault.hide_bytes(bytes),
            None => bytes,
        };
        let mut seen = operation.seen(&connection, handshake);
        seen.body = Some(bytes.clone());
        Ok((Received { connection, bytes, elapsed }, seen))
    }

    fn open(&self, wish: &Wish<'_>) -> Result<Row, Refusal> {
        let asked = |body| Asked::Net {
            operation: written(wish.operation).to_owned(),
            target: fit(wish.target, limit::Bytes(256)),
            body,
        };
        self.ledger.open(asked, wish.body)
    }

    async fn begin(&self, row: Row, wish: &Wish<'_>) -> Result<(Operation<'_>, Turn<'_>), Refusal> {
        let (name, endpoint) = self.scope.admit_net(wish.operation, wish.target)?;
        self.ledger.admitted(row, name, None);
        if let Some(body) = wish.body {
            Fill { endpoint: name, values: None }.none(body, "what is sent below HTTP")?;
        }
        let turn = self.turn().await?;
        let end = self.end(wish.timeout);
        let body = length(wish.body);
        Ok((Operation { session: self, name, endpoint, body, end, start: Instant::now() }, turn))
    }

    fn close<T>(&self, row: Row, result: Result<(T, Seen), Refusal>) -> Result<T, Refusal> {
        match result {
            Ok((found, Seen { address, timings, certificate, body })) => {
                let body = body.map(|body| self.ledger.received(&body));
                self.ledger.close(row, Ended::Reached { address, body, timings, certificate });
                Ok(found)
            }
            Err(refusal) => {
                self.ledger.refuse(row, &refusal);
                Err(refusal)
            }
        }
    }
}

impl Operation<'_> {
    async fn addresses(&self) -> Result<Vec<IpAddr>, Refusal> {
        let vetted = self.session.gateway.shared.pools.vetted(self.endpoint);
        let until = self.connecting_until();
        let found = timeout_at(until, vetted.addresses()).await.map_err(|_| self.late("the name was not resolved"))?;
        found.map_err(|error| failure::of_resolution(&error, self.name, self.endpoint))
    }

    /// Has the operation answered by a play.
    fn played(&self, play: &Play, wish: &Wish<'_>) -> Result<(Bytes, Connection), Refusal> {
        let played = play.outside.reach(&Reached {
            caller: &play.caller,
            endpoint: self.name,
            operation: wish.operation,
            send: wish.body,
            at: play.time.moment(),
        });
        if !played.end.as_ref().is_err_and(Refusal::is_before_sending) {
            self.session.ledger.left(self.body);
        }
        let (end, took) = play.ended(played, self.session.bounds.patience(wish.timeout));
        let connection =
            Connection { address: outside::address(self.endpoint.origin.port), resolve: 0, connect: micros(took) };
        Ok((end?, connection))
    }

    /// Connects to the first address that answers. Nothing is looked up again.
    async fn connect(&self) -> Result<(TcpStream, Connection), Refusal> {
        let addresses = self.addresses().await?;
        let resolve = micros(self.start.elapsed());
        let mut last = self.late("no connection came about");
        for address in addresses {
            let address = SocketAddr::new(address, self.endpoint.origin.port);
            let dialling = Instant::now();
            match timeout_at(self.connecting_until(), TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    let connect = micros(dialling.elapsed());
                    self.session.ledger.left(self.body);
                    return Ok((stream, Connection { address, resolve, connect }));
                }
                Ok(Err(error)) => {
                    last = Refusal::Connect(format!("could not connect to {address}: {}", failure::chain(&error)));
                }
                Err(_) => return Err(self.late("no connection came about")),
            }
        }
        Err(last)
    }

    async fn shake_hands(&self, stream: TcpStream) -> Result<(TlsStream<TcpStream>, u64), Refusal> {
        let began = Instant::now();
        let trust = self.session.gateway.shared.pools.trust();
        let shaking = shake::hands(trust, (self.endpoint, self.session.certificate(self.name)), stream)?;
        let shaken = timeout_at(self.connecting_until(), shaking)
            .await
            .map_err(|_| self.late("the TLS handshake was not complete"))?;
        let stream = shaken.map_err(|error| failure::of_handshake(&error, self.name, self.endpoint))?;
        Ok((stream, micros(began.elapsed())))
    }

    async fn converse<S>(&self, mut stream: S, transaction: &Transaction) -> Result<(Bytes, u64), Refusal>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let began = Instant::now();
        let most = u64::from(transaction.max_bytes).min(self.session.bounds.body);
        let talk = async {
            if let Some(send) = &transaction.send {
                stream.write_all(send).await?;
                stream.flush().await?;
            }
            read(&mut stream, usize::try_from(most).unwrap_or(usize::MAX), transaction.until.as_deref()).await
        };
        let said = timeout_at(self.end, talk).await.map_err(|_| self.late("what was waited for did not come"))?;
        let broke = |error| Refusal::Protocol(format!("the connection to {} broke: {error}", self.endpoint.origin));
        Ok((said.map_err(|error| broke(failure::chain(&error)))?, micros(began.elapsed())))
    }

    fn connecting_until(&self) -> tokio::time::Instant {
        let patience = Duration::from_millis(self.endpoint.connect_timeout.as_millis());
        let began = tokio::time::Instant::from_std(self.start);
        (began + patience).min(self.end)
    }

    fn seen(&self, connection: &Connection, handshake: Option<u64>) -> Seen {
        let timings = Timings {
            resolve: Some(connection.resolve),
            connect: Some(connection.connect),
            tls: handshake,
            first_byte: None,
            // In a play all of it is the connection's.
            total: self.session.play().map_or_else(|| micros(self.start.elapsed()), |_| connection.connect),
        };
        Seen { address: connection.address.to_string(), timings, certificate: None, body: None }
    }

    fn late(&self, what: &str) -> Refusal {
        Refusal::Timeout(format!("{what} in time, with {}", self.endpoint.origin))
    }
}

/// Reads until the marker has come, the peer closes, or so many bytes have come.
async fn read<S: AsyncRead + Unpin>(stream: &mut S, most: usize, until: Option<&[u8]>) -> std::io::Result<Bytes> {
    let mut read = BytesMut::new();
    while read.len() < most {
        let before = read.len();
        let mut part = stream.take(u64::try_from(most - before).unwrap_or(u64::MAX));
        if part.read_buf(&mut read).await? == 0 || until.is_some_and(|marker| has_come(&read, before, marker)) {
            break;
        }
    }
    Ok(read.freeze())
}

/// Whether the marker has come with what was read last. It may have begun before; what lies further back was looked
/// through already.
fn has_come(read: &[u8], before: usize, marker: &[u8]) -> bool {
    let open = before.saturating_sub(marker.len().saturating_sub(1));
    !marker.is_empty() && read.get(open..).is_some_and(|new| new.windows(marker.len()).any(|window| window == marker))
}
