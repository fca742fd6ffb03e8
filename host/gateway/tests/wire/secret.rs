//! Secrets: added by the gateway for one endpoint, never the guest's to write, and masked in whatever comes back.

use std::net::SocketAddr;

use holdpoint_core::facts::{Asked, Ended};
use holdpoint_core::name::SecretName;
use holdpoint_core::plan::endpoint::Scheme;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::secret::{Secret, Source};
use holdpoint_gateway::{HttpRequest, NotASecret, Refusal, Session, Vault};

use crate::house::{OK, Recorder, endpoint, far, gateway, get, http_grant, name, scope};

const VALUE: &str = "canary-7f/3b&9d";

fn vault(value: &str) -> Result<Vault, NotASecret> {
    let secret = Secret {
        source: Source::Variable("TOKEN".to_owned()),
        endpoint: name("shop"),
        header: "authorization".to_owned(),
        text: "Bearer {}".to_owned(),
    };
    Vault::new(&[(SecretName::parse("token").unwrap(), secret, value.to_owned().into())])
}

/// A session with a secret for `shop`, and `other` at another address without one.
fn session(shop: SocketAddr, other: SocketAddr) -> Session {
    let at = |address: SocketAddr| endpoint(Scheme::Http, &address.ip().to_string(), address.port());
    let grants = [http_grant("shop", &["GET"], &["/**"]), http_grant("other", &["GET"], &["/**"])];
    let gateway = gateway();
    gateway.entrust(vault(VALUE).unwrap()).unwrap();
    gateway.session(scope(&[("shop", at(shop)), ("other", at(other))], &grants), &Limits::default(), far())
}

fn answer(headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn a_secret_goes_to_its_endpoint_and_to_no_other() {
    let (shop, other) = (Recorder::answering(OK).await, Recorder::answering(OK).await);
    let session = session(shop.address, other.address);

    session.send(get("endpoint:shop/a")).await.unwrap();
    session.send(get("endpoint:other/a")).await.unwrap();

    assert!(shop.heard(0).contains(&format!("authorization: Bearer {VALUE}\r\n")), "{}", shop.heard(0));
    assert!(!other.heard(0).contains("authorization"), "{}", other.heard(0));
}

#[tokio::test]
async fn the_record_names_the_secret_and_never_holds_it() {
    let shop = Recorder::answering(&answer(&format!("x-echo: {VALUE}\r\n"), VALUE)).await;
    let session = session(shop.address, shop.address);

    session.send(get("endpoint:shop/a")).await.unwrap();

    let recorded = session.finish();
    let Asked::Http { headers, .. } = &recorded.exchanges[0].asked else { panic!() };
    assert_eq!(headers[0], ("authorization".to_owned(), "Bearer {{secret:token}}".to_owned()));
    assert!(!format!("{recorded:?}").contains("canary"), "{recorded:?}");
    assert_eq!(recorded.bodies[0].1.as_ref(), b"[secret token]");
}

#[tokio::test]
async fn a_guest_that_writes_the_header_itself_is_denied_before_anything_leaves() {
    let shop = Recorder::answering(OK).await;
    let session = session(shop.address, shop.address);
    let headers = vec![("AUTHORIZATION".to_owned(), "Bearer mine".to_owned())];

    let refusal = session.send(HttpRequest { headers, ..get("endpoint:shop/a") }).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Denied(_)), "{refusal}");
    assert_eq!(shop.connections(), 0);
    let recorded = session.finish();
    assert!(matches!(recorded.exchanges[0].ended, Ended::Denied { .. }), "{recorded:?}");
}

#[tokio::test]
async fn an_echo_is_masked_in_headers_and_body_from_every_endpoint() {
    let headers = format!("authorization: anything\r\nx-echo: a {VALUE} b\r\n");
    let body = "plain canary-7f/3b&9d, form canary-7f%2F3b%269d, html canary-7f/3b&amp;9d, \
                hex 63616E6172792D37662F336226396 4, whole 63616e6172792d37662f336226 3964, base64 Y2FuYXJ5LTdmLzNiJjlk";
    let body = body.replace("96 4", "964").replace("26 3964", "263964");
    let shop = Recorder::answering(&answer(&headers, &body)).await;
    let session = session(shop.address, shop.address);

    for url in ["endpoint:shop/a", "endpoint:other/a"] {
        let answer = session.send(get(url)).await.unwrap();

        let sign = "[secret token]";
        assert!(answer.headers.contains(&("x-echo".to_owned(), format!("a {sign} b"))), "{:?}", answer.headers);
        let told = String::from_utf8(answer.body.to_vec()).unwrap();
        let masked = format!("plain {sign}, form {sign}, html {sign}, hex {sign}, whole {sign}, base64 {sign}");
        assert_eq!(told, masked, "{url}");
    }
    let answer = session.send(get("endpoint:shop/a")).await.unwrap();
    assert!(!answer.headers.iter().any(|(name, _)| name == "authorization"), "{:?}", answer.headers);
}

#[tokio::test]
async fn a_short_body_limit_never_cuts_a_secret_open() {
    let shop = Recorder::answering(&answer("", &format!("echo: {VALUE}!"))).await;
    let session = session(shop.address, shop.address);

    for most in 7..12 {
        let answer = session.send(HttpRequest { max_body: Some(most), ..get("endpoint:shop/a") }).await.unwrap();

        assert_eq!((answer.body.as_ref(), answer.truncated), (b"echo: [secret token]".as_slice(), true), "{most}");
    }
}

#[tokio::test]
async fn an_answer_that_could_hide_a_secret_is_neither_asked_for_nor_taken() {
    let shop = Recorder::answering(&answer("content-encoding: gzip\r\n", "whatever")).await;
    let session = session(shop.address, shop.address);
    let with = |name: &str, value: &str| HttpRequest {
        headers: vec![(name.to_owned(), value.to_owned())],
        ..get("endpoint:shop/a")
    };

    let compressed = session.send(with("accept-encoding", "gzip")).await.unwrap_err();
    let partial = session.send(with("range", "bytes=0-0")).await.unwrap_err();

    assert!(matches!(compressed, Refusal::Protocol(_)), "{compressed}");
    assert!(shop.heard(0).contains("accept-encoding: identity\r\n"), "{}", shop.heard(0));
    assert!(matches!(partial, Refusal::InvalidRequest(_)), "{partial}");
    assert_eq!(shop.connections(), 1);
}

#[test]
fn a_value_that_cannot_be_masked_or_sent_is_no_secret_and_is_not_told() {
    for value in ["", "tiny5", "line\nbreak", " spaced-out", "käsekuchen"] {
        let error = vault(value).unwrap_err().to_string();
        assert!(value.is_empty() || !error.contains(value), "{error}");
    }
}
