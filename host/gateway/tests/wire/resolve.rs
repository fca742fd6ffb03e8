//! Resolution and dialling: one lookup per connection, and only addresses that the endpoint allows.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use holdpoint_core::plan::endpoint::{AddressRule, Scheme};
use holdpoint_core::plan::limit::Limits;
use holdpoint_gateway::{Denial, Gateway, Lookup, Refusal, Session, Settings};

use crate::house::{After, Manner, OK, Recorder, endpoint, far, get, http_grant, scope};

/// A session on the endpoint `shop` at `shop.test`, where only these addresses are allowed.
fn session(lookup: Arc<dyn Lookup>, port: u16, allowed: &[&str]) -> Session {
    let gateway = Gateway::new(Settings { lookup, ..Settings::default() }).unwrap();
    let mut shop = endpoint(Scheme::Http, "shop.test", port);
    shop.addresses = allowed.iter().map(|rule| AddressRule::Network(rule.parse().unwrap())).collect();
    gateway.session(scope(&[("shop", shop)], &[http_grant("shop", &["GET"], &["/**"])]), &Limits::default(), far())
}

fn table(addresses: &[&str]) -> Arc<dyn Lookup> {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    Arc::new(BTreeMap::from([("shop.test".to_owned(), addresses)]))
}

/// Answers with the first address once, then with the second for ever.
struct Rebinding {
    answers: [IpAddr; 2],
    asked: AtomicUsize,
}

impl Lookup for Rebinding {
    fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[asked.min(1)];
        Box::pin(async move { Ok(vec![answer]) })
    }
}

#[tokio::test]
async fn of_mixed_answers_only_the_allowed_ones_are_dialled() {
    let allowed = Recorder::answering(OK).await;
    let forbidden =
        Recorder::at(format!("127.0.0.2:{}", allowed.address.port()).parse().unwrap(), Manner::answering(OK)).await;
    let answers = table(&["127.0.0.2", "::ffff:127.0.0.2", "169.254.169.254", "127.0.0.1", "10.0.0.1"]);
    let session = session(answers, allowed.address.port(), &["127.0.0.1/32"]);

    let answer = session.send(get("endpoint:shop/")).await.unwrap();

    assert_eq!(answer.address, Some(allowed.address));
    assert!(answer.timings.resolve.is_some());
    assert!(allowed.heard(0).contains(&format!("host: shop.test:{}\r\n", allowed.address.port())));
    assert_eq!((allowed.connections(), forbidden.connections()), (1, 0));
}

#[tokio::test]
async fn a_name_that_leads_nowhere_allowed_is_denied_with_the_line_that_would_allow_it() {
    let server = Recorder::answering(OK).await;
    let session = session(table(&["127.0.0.1"]), server.address.port(), &["10.0.0.0/8"]);

    let Err(Refusal::Denied(denial)) = session.send(get("endpoint:shop/")).await else { panic!() };

    assert!(matches!(*denial, Denial::Address { .. }));
    let cure = "[endpoint.shop]\naddresses = [\"10.0.0.0/8\", \"127.0.0.1\"]";
    assert_eq!(denial.cure().as_deref(), Some(cure));
    assert_eq!(server.connections(), 0);
    assert_eq!(session.finish().denials, 1);
}

#[tokio::test]
async fn an_address_in_the_url_is_classed_although_nobody_looks_it_up() {
    let server = Recorder::answering(OK).await;
    let mut shop = endpoint(Scheme::Http, "127.0.0.1", server.address.port());
    shop.addresses = vec![AddressRule::Public, AddressRule::Private];
    let scope = scope(&[("shop", shop)], &[http_grant("shop", &["GET"], &["/**"])]);
    let session = crate::house::gateway().session(scope, &Limits::default(), far());

    for url in ["endpoint:shop/".to_owned(), format!("http://{}/", server.address)] {
        let refusal = session.send(get(&url)).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Denied(_)), "{url}: {refusal}");
    }
    assert_eq!(server.connections(), 0);
    assert_eq!(session.finish().requests, 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_asked_once_per_connection_and_classed_each_time() {
    let closing = Manner { after: After::Closes, ..Manner::answering(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n") };
    let good = Recorder::of(closing).await;
    let bad = Recorder::at(format!("127.0.0.2:{}", good.address.port()).parse().unwrap(), Manner::answering(OK)).await;
    let answers = [good.address.ip(), bad.address.ip()];
    let lookup = Arc::new(Rebinding { answers, asked: AtomicUsize::new(0) });
    let session = session(Arc::clone(&lookup) as Arc<dyn Lookup>, good.address.port(), &["127.0.0.1/32"]);

    session.send(get("endpoint:shop/")).await.unwrap();
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 1);
    for _ in 0..3 {
        let refusal = session.send(get("endpoint:shop/")).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Denied(_)), "{refusal}");
    }
    assert_eq!((good.connections(), bad.connections()), (1, 0));
}

#[tokio::test]
async fn a_name_that_is_not_known_is_told_as_such() {
    let session = session(Arc::new(BTreeMap::new()), 80, &["127.0.0.1/32"]);

    let refusal = session.send(get("endpoint:shop/")).await.unwrap_err();

    assert_eq!(refusal, Refusal::Dns("could not resolve shop.test: unknown name".to_owned()));
}

#[tokio::test]
async fn a_name_without_addresses_is_told_as_such() {
    let session = session(table(&[]), 80, &["127.0.0.1/32"]);

    assert!(matches!(session.send(get("endpoint:shop/")).await, Err(Refusal::Dns(_))));
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_is_told_as_such() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let session = session(table(&["127.0.0.1"]), port, &["127.0.0.1/32"]);

    let refusal = session.send(get("endpoint:shop/")).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Connect(_)), "{refusal:?}");
}

/// Runs one test of this program again, in a process of its own where these variables are set.
fn again_with(test: &str, variables: &[(&str, String)]) -> std::process::Output {
    let mut program = std::process::Command::new(std::env::current_exe().unwrap());
    program.args(["--exact", test]).envs(variables.iter().cloned()).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_variables_have_no_effect() {
    let proxy = Recorder::answering(OK).await;
    let url = format!("http://{}", proxy.address);
    let variables =
        ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"].map(|name| (name, url.clone()));

    let tests = [
        "resolve::of_mixed_answers_only_the_allowed_ones_are_dialled",
        "tls::looking_at_tls_tells_version_cipher_and_certificate",
    ];
    for test in tests {
        let output = again_with(test, &variables);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
    }

    assert_eq!(proxy.connections(), 0);
}
