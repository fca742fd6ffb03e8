//! What the tests share: a plan's scope in a few words, and servers on loopback that record what they receive.

use std::collections::BTreeMap;
use std::net::SocketAddr;
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
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

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
}

impl Recorder {
    pub(crate) async fn answering(answer: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let recorder = Self { address: listener.local_addr().unwrap(), heard: Arc::default() };
        let heard = Arc::clone(&recorder.heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = {
                    let mut heard = heard.lock().unwrap();
                    heard.push(Vec::new());
                    heard.len() - 1
                };
                tokio::spawn(serve(stream, answer, Arc::clone(&heard), number));
            }
        });
        recorder
    }

    /// How many connections were accepted.
    pub(crate) fn connections(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// All that came over a connection, as text.
    pub(crate) fn heard(&self, connection: usize) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()[connection]).into_owned()
    }
}

async fn serve(mut stream: TcpStream, answer: &[u8], heard: Arc<Mutex<Vec<Vec<u8>>>>, number: usize) {
    let mut answered = 0;
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let whole = {
            let mut heard = heard.lock().unwrap();
            heard[number].extend_from_slice(&buffer[..count]);
            heard[number].windows(4).filter(|window| window == b"\r\n\r\n").count()
        };
        while answered < whole {
            answered += 1;
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}
