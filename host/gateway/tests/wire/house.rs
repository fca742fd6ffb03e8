//! What the tests share: a plan's scope in a few words, and servers on loopback that record what they receive.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdpoint_core::manifest::Request;
use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::plan::endpoint::{AddressRule, Endpoint, Origin, Scheme};
use holdpoint_core::plan::grant::{Effective, Grant, Method, NetOperation, PathPattern};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::policy::{HostPolicy, HostScope};
use holdpoint_core::time::Span;
use holdpoint_gateway::{Gateway, HttpRequest, Scope, Session, Settings};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

pub(crate) fn endpoint(scheme: Scheme, host: &str, port: u16) -> Endpoint {
    Endpoint {
        origin: Origin { scheme, host: host.to_owned(), port },
        base_path: String::new(),
        addresses: vec![AddressRule::Network("127.0.0.0/8".parse().unwrap())],
        authorities: Vec::new(),
        connect_timeout: Span::from_secs(5),
    }
}

pub(crate) fn name(text: &str) -> EndpointName {
    EndpointName::parse(text).unwrap()
}

pub(crate) fn http_grant(endpoint: &str, methods: &[&str], paths: &[&str]) -> Grant {
    Grant::Http {
        endpoint: name(endpoint),
        methods: methods.iter().map(|method| Method::parse(method).unwrap()).collect(),
        paths: paths.iter().map(|path| PathPattern::parse(path).unwrap()).collect(),
    }
}

pub(crate) fn net_grant(endpoint: &str, operations: &[NetOperation]) -> Grant {
    Grant::Net { endpoint: name(endpoint), operations: operations.iter().copied().collect() }
}

/// What is in force where the manifest asks for all of it and the host allows all of it.
pub(crate) fn effective(grants: &[Grant]) -> Effective {
    let methods: std::collections::BTreeSet<Method> = grants
        .iter()
        .filter_map(|grant| match grant {
            Grant::Http { methods, .. } => Some(methods.clone()),
            Grant::Net { .. } => None,
        })
        .flatten()
        .collect();
    let operations: std::collections::BTreeSet<NetOperation> = NetOperation::ALL.iter().map(|(_, op)| *op).collect();
    let policy = HostPolicy {
        caps: Limits::default(),
        hosts: HostScope::Unrestricted,
        addresses: Vec::new(),
        methods: methods.clone(),
        operations: operations.clone(),
    };
    let requests = [Request::Http { methods, why: String::new() }, Request::Net { operations, why: String::new() }];
    Effective::of(&requests, grants, &policy)
}

pub(crate) fn scope(endpoints: &[(&str, Endpoint)], grants: &[Grant]) -> Scope {
    let endpoints: BTreeMap<_, _> = endpoints.iter().map(|(text, endpoint)| (name(text), endpoint.clone())).collect();
    Scope { plugin: PluginName::parse("probe").unwrap(), endpoints: Arc::new(endpoints), effective: effective(grants) }
}

pub(crate) fn gateway() -> Gateway {
    Gateway::new(Settings::default()).unwrap()
}

pub(crate) fn far() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

pub(crate) fn get(url: &str) -> HttpRequest {
    HttpRequest { method: "GET".to_owned(), url: url.to_owned(), ..HttpRequest::default() }
}

/// A session that may GET, HEAD and POST everything on the endpoint `shop` at this address.
pub(crate) fn shop(address: SocketAddr) -> Session {
    shop_within(address, &Limits::default())
}

pub(crate) fn shop_within(address: SocketAddr, limits: &Limits) -> Session {
    let shop = endpoint(Scheme::Http, &address.ip().to_string(), address.port());
    let scope = scope(&[("shop", shop)], &[http_grant("shop", &["GET", "HEAD", "POST"], &["/**"])]);
    gateway().session(scope, limits, far())
}

/// A server that answers each request with the same bytes, and keeps what it received.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    load: Arc<Load>,
}

/// How many requests are being answered, and how many were at most.
#[derive(Default)]
struct Load {
    now: AtomicUsize,
    peak: AtomicUsize,
}

/// How a server behaves.
#[derive(Clone)]
pub(crate) struct Manner {
    /// What it answers each request with.
    pub(crate) answer: Vec<u8>,
    /// How long it thinks before it answers.
    pub(crate) thinks: Duration,
    /// What becomes of the connection after an answer.
    pub(crate) after: After,
    /// Whether TLS is spoken, and as whom.
    pub(crate) tls: Option<TlsAcceptor>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum After {
    /// It is kept.
    Keeps,
    /// It is closed.
    Closes,
}

impl Manner {
    pub(crate) fn answering(answer: &[u8]) -> Self {
        Self { answer: answer.to_vec(), thinks: Duration::ZERO, after: After::Keeps, tls: None }
    }
}

impl Recorder {
    pub(crate) async fn answering(answer: &[u8]) -> Self {
        Self::of(Manner::answering(answer)).await
    }

    pub(crate) async fn of(manner: Manner) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), manner).await
    }

    pub(crate) async fn at(address: SocketAddr, manner: Manner) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let recorder = Self { address: listener.local_addr().unwrap(), heard: Arc::default(), load: Arc::default() };
        let server = recorder.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().welcome(stream, manner.clone()));
            }
        });
        recorder
    }

    /// How many connections were accepted.
    pub(crate) fn connections(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// How many requests were being answered at the same time, at most.
    pub(crate) fn peak(&self) -> usize {
        self.load.peak.load(Ordering::SeqCst)
    }

    /// All that came over a connection, as text.
    pub(crate) fn heard(&self, connection: usize) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()[connection]).into_owned()
    }

    async fn welcome(self, stream: TcpStream, manner: Manner) {
        let number = {
            let mut heard = self.heard.lock().unwrap();
            heard.push(Vec::new());
            heard.len() - 1
        };
        match &manner.tls {
            None => self.serve(stream, &manner, number).await,
            Some(tls) => {
                if let Ok(stream) = tls.accept(stream).await {
                    self.serve(stream, &manner, number).await;
                }
            }
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(&self, mut stream: S, manner: &Manner, number: usize) {
        let mut answered = 0;
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            let whole = {
                let mut heard = self.heard.lock().unwrap();
                heard[number].extend_from_slice(&buffer[..count]);
                heard[number].windows(4).filter(|window| window == b"\r\n\r\n").count()
            };
            while answered < whole {
                answered += 1;
                let now = self.load.now.fetch_add(1, Ordering::SeqCst) + 1;
                self.load.peak.fetch_max(now, Ordering::SeqCst);
                tokio::time::sleep(manner.thinks).await;
                self.load.now.fetch_sub(1, Ordering::SeqCst);
                if stream.write_all(&manner.answer).await.is_err() || manner.after == After::Closes {
                    let _ = stream.shutdown().await;
                    return;
                }
            }
        }
    }
}
