//! Secrets: added by the gateway for one endpoint, never the guest's to write, and masked in whatever comes back.

use std::net::SocketAddr;

use holdpoint_core::facts::{Asked, Ended};
use holdpoint_core::name::SecretName;
use holdpoint_core::plan::endpoint::Scheme;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::secret::{Carrier, Secret, Source};
use holdpoint_gateway::{HttpRequest, NotASecret, Refusal, Session, Vault};

use crate::house::{OK, Recorder, endpoint, far, gateway, get, http_grant, name, scope};

const VALUE: &str = "canary-7f/3b&9d";

fn vault(value: &str, carrier: Carrier) -> Result<Vault, NotASecret> {
    let secret = Secret { source: Source::Variable("TOKEN".to_owned()), endpoint: name("shop"), carrier };
    Vault::new(&[(SecretName::parse("token").unwrap(), secret, value.to_owned().into())])
}

fn bearer() -> Carrier {
    Carrier::Header { name: "authorization".to_owned(), text: "Bearer {}".to_owned() }
}

/// A session with a secret for `shop`, and `other` at another address without one.
fn session(shop: SocketAddr, other: SocketAddr) -> Session {
    carrying(bearer(), shop, other)
}

fn carrying(carrier: Carrier, shop: SocketAddr, other: SocketAddr) -> Session {
    let at = |address: SocketAddr| endpoint(Scheme::Http, &address.ip().to_string(), address.port());
    let grants = [http_grant("shop", &["GET", "POST"], &["/**"]), http_grant("other", &["GET", "POST"], &["/**"])];
    let gateway = gateway();
    gateway.entrust(vault(VALUE, carrier).unwrap()).unwrap();
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
        let error = vault(value, bearer()).unwrap_err().to_string();
        assert!(value.is_empty() || !error.contains(value), "{error}");
    }
}

#[tokio::test]
async fn a_parameter_is_added_to_the_query_and_never_the_guests_to_write() {
    let shop = Recorder::answering(OK).await;
    let carrier = Carrier::Query { parameter: "api_key".to_owned() };
    let session = carrying(carrier, shop.address, shop.address);

    session.send(get("endpoint:shop/a?page=2")).await.unwrap();
    let refusal = session.send(get("endpoint:shop/a?x=1&api%5fkey=mine")).await.unwrap_err();

    assert!(shop.heard(0).starts_with("GET /a?page=2&api_key=canary-7f%2F3b%269d HTTP/1.1\r\n"), "{}", shop.heard(0));
    assert!(matches!(refusal, Refusal::Denied(_)), "{refusal}");
    let recorded = session.finish();
    let Asked::Http { url, .. } = &recorded.exchanges[0].asked else { panic!() };
    assert!(url.ends_with("/a?page=2&api_key={{secret:token}}"), "{url}");
    assert!(!format!("{recorded:?}").contains("canary"), "{recorded:?}");
}

#[tokio::test]
async fn a_placeholder_is_filled_for_its_endpoint_only_and_the_record_keeps_the_placeholder() {
    let shop = Recorder::answering(OK).await;
    let session = carrying(Carrier::Placeholder, shop.address, shop.address);
    let post = |url: &str, kind: &str, body: &str| HttpRequest {
        method: "POST".to_owned(),
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: Some(bytes::Bytes::copy_from_slice(body.as_bytes())),
        ..get(url)
    };

    let form = post("endpoint:shop/login", "application/x-www-form-urlencoded", "user=a&password={{secret:token}}");
    session.send(form).await.unwrap();
    assert!(shop.heard(0).ends_with("\r\n\r\nuser=a&password=canary-7f%2F3b%269d"), "{}", shop.heard(0));
    for (url, kind, body) in [
        ("endpoint:other/login", "text/plain", "{{secret:token}}"),
        ("endpoint:other/login?a={{secret:token}}", "text/plain", ""),
        ("endpoint:shop/{{secret:token}}", "text/plain", ""),
        ("endpoint:shop/login", "{{secret:token}}", ""),
        ("endpoint:shop/login", "text/plain", "{{secret:another}}"),
    ] {
        let refusal = session.send(post(url, kind, body)).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Denied(_)), "{url} {kind} {body}: {refusal}");
    }

    let recorded = session.finish();
    assert_eq!((recorded.requests, recorded.denials), (1, 5));
    assert!(!format!("{recorded:?}").contains("canary"), "{recorded:?}");
    assert!(recorded.bodies.iter().any(|(_, body)| body.ends_with(b"{{secret:token}}")), "{recorded:?}");
}

#[tokio::test]
async fn a_placeholder_is_denied_where_the_run_has_no_secrets() {
    let shop = Recorder::answering(OK).await;
    let session = crate::house::shop(shop.address);

    let refusal = session.send(get("endpoint:shop/?a=%7B%7Bsecret:token}}")).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Denied(_)), "{refusal}");
    assert_eq!(shop.connections(), 0);
}

#[tokio::test]
async fn a_value_that_a_guest_sends_itself_is_masked_in_the_record() {
    let shop = Recorder::answering(OK).await;
    let session = session(shop.address, shop.address);
    let body = Some(bytes::Bytes::from_static(b"pieced together: canary-7f/3b&9d"));

    session.send(HttpRequest { method: "POST".to_owned(), body, ..get("endpoint:other/a") }).await.unwrap();

    let recorded = session.finish();
    assert_eq!(recorded.bodies[0].1.as_ref(), b"pieced together: [secret token]");
}
