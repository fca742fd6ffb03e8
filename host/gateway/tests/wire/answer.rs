//! What comes back: any status is an answer, no redirect is followed, caps hold, and garbage is told as such.

use std::time::Duration;

use holdpoint_core::facts::{Asked, Ended};
use holdpoint_core::plan::endpoint::Scheme;
use holdpoint_core::plan::limit::{Bytes, Limits};
use holdpoint_core::time::Span;
use holdpoint_gateway::{Gateway, HttpRequest, Refusal, Session, Settings};
use tokio::time::Instant;

use crate::house::{After, Manner, OK, Recorder, endpoint, far, get, http_grant, scope, shop, shop_within};

/// A session with a gateway that waits for nothing longer than this.
fn impatient(server: &Recorder, first_byte: Duration, between_bytes: Duration) -> Session {
    let gateway = Gateway::new(Settings { first_byte, between_bytes, ..Settings::default() }).unwrap();
    let shop = endpoint(Scheme::Http, "127.0.0.1", server.address.port());
    gateway.session(scope(&[("shop", shop)], &[http_grant("shop", &["GET"], &["/**"])]), &Limits::default(), far())
}

const MOMENT: Duration = Duration::from_millis(100);
const AGES: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_status_that_speaks_of_an_error_is_an_answer() {
    let server = Recorder::answering(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nX-A: 1\r\nx-a: \xff2\r\n\r\n").await;

    let answer = shop(server.address).send(get("endpoint:shop/")).await.unwrap();

    assert_eq!((answer.status, answer.protocol.as_str(), answer.truncated), (503, "HTTP/1.1", false));
    let headers = [("content-length", "0"), ("x-a", "1"), ("x-a", "\u{fffd}2")];
    assert_eq!(answer.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(answer.address, Some(server.address));
    assert_eq!(answer.url, format!("http://{}/", server.address));
    assert_eq!(answer.certificate, None);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let other = Recorder::answering(OK).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("http://{}/stolen", other.address);
        let answer = format!("HTTP/1.1 {status} Away\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let server = Recorder::answering(answer.as_bytes()).await;

        let answer = shop(server.address).send(get("endpoint:shop/")).await.unwrap();

        assert_eq!(answer.status, status);
        assert!(answer.headers.contains(&("location".to_owned(), location)));
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn the_next_hop_of_a_redirect_passes_the_same_gate() {
    let other = Recorder::answering(OK).await;
    let server = Recorder::answering(OK).await;
    let session = shop(server.address);

    let refusal = session.send(get(&format!("http://{}/", other.address))).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Denied(_)), "{refusal}");
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_body_is_cut_exactly_at_the_limit() {
    let server = Recorder::answering(
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"
            .iter()
            .copied()
            .chain([b'x'; 1000])
            .collect::<Vec<_>>()
            .as_slice(),
    )
    .await;
    for (limit, kept, truncated) in [(999, 999, true), (1000, 1000, false), (1001, 1000, false), (0, 0, true)] {
        let limits = Limits { body: Bytes(limit), ..Limits::default() };
        let session = shop_within(server.address, &limits);

        let answer = session.send(get("endpoint:shop/")).await.unwrap();

        assert_eq!((answer.body.len(), answer.truncated), (kept, truncated), "limit {limit}");
        let Ended::Answered { truncated: recorded, .. } = session.finish().exchanges[0].ended else { panic!() };
        assert_eq!(recorded, truncated);
    }
}

#[tokio::test]
async fn a_guest_can_lower_the_cap_of_a_body_and_not_raise_it() {
    let server = Recorder::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabcdef").await;
    let session = shop_within(server.address, &Limits { body: Bytes(4), ..Limits::default() });
    for (asked, kept) in [(3, "abc"), (u64::MAX, "abcd"), (0, "")] {
        let request = HttpRequest { max_body: Some(asked), ..get("endpoint:shop/") };
        let answer = session.send(request).await.unwrap();
        assert_eq!((answer.body.as_ref(), answer.truncated), (kept.as_bytes(), true));
    }
}

#[tokio::test]
async fn a_packed_body_is_handed_on_as_it_came() {
    let server =
        Recorder::answering(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00")
            .await;

    let answer = shop(server.address).send(get("endpoint:shop/")).await.unwrap();

    assert_eq!(answer.body.as_ref(), b"\x1f\x8b\x08\x00");
    assert!(!server.heard(0).contains("accept-encoding"));
}

#[tokio::test]
async fn an_answer_that_is_not_whole_or_not_http_is_told_as_such() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(5_000));
    let large = format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 0\r\n\r\n", "y".repeat(40 * 1024));
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1024 * 1024));
    let answers: [&[u8]; 12] = [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00\xff\x16\x03\x01",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nHTTP/1.1 404 Gone\r\n\r\n",
        b"HTTP/1.1 99999 What\r\n\r\n",
        many.as_bytes(),
        large.as_bytes(),
        endless.as_bytes(),
    ];
    for bytes in answers {
        let server = Recorder::of(Manner { after: After::Closes, ..Manner::answering(bytes) }).await;
        let session = shop(server.address);

        let refusal = session.send(get("endpoint:shop/")).await.unwrap_err();

        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        assert!(matches!(refusal, Refusal::Protocol(_)), "{shown:?}: {refusal:?}");
        let Ended::Failed { part, .. } = &session.finish().exchanges[0].ended else { panic!("{shown:?}") };
        assert_eq!(part, "protocol");
    }
}

#[tokio::test]
async fn a_server_that_does_not_begin_to_answer_is_left() {
    let server = Recorder::of(Manner { thinks: AGES, ..Manner::answering(OK) }).await;

    let refusal = impatient(&server, MOMENT, AGES).send(get("endpoint:shop/")).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Timeout(_)), "{refusal:?}");
}

#[tokio::test]
async fn a_server_that_stops_in_the_middle_is_left() {
    let server = Recorder::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome").await;

    let refusal = impatient(&server, AGES, MOMENT).send(get("endpoint:shop/")).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Timeout(_)), "{refusal:?}");
}

#[tokio::test]
async fn whatever_time_a_guest_asks_for_it_gets_no_more_than_the_limit_and_the_deadline() {
    let server = Recorder::of(Manner { thinks: AGES, ..Manner::answering(OK) }).await;
    let limits = Limits { request_time: Span::from_millis(100), ..Limits::default() };
    let limited = shop_within(server.address, &limits);
    for timeout in [None, Some(Duration::ZERO), Some(Duration::from_nanos(1)), Some(Duration::MAX)] {
        let refusal = limited.send(HttpRequest { timeout, ..get("endpoint:shop/") }).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Timeout(_)), "{timeout:?}: {refusal:?}");
    }
}

#[tokio::test]
async fn the_deadline_of_the_call_ends_a_request_that_may_take_longer() {
    let server = Recorder::of(Manner { thinks: AGES, ..Manner::answering(OK) }).await;
    let gateway = Gateway::new(Settings { first_byte: AGES, ..Settings::default() }).unwrap();
    let shop = endpoint(Scheme::Http, "127.0.0.1", server.address.port());
    let scope = scope(&[("shop", shop)], &[http_grant("shop", &["GET"], &["/**"])]);
    let limits = Limits { request_time: Span::from_secs(3_600), ..Limits::default() };
    let session = gateway.session(scope, &limits, Instant::now() + MOMENT);

    // Far beyond the deadline and far below everything else: it tells a hang.
    let result = tokio::time::timeout(AGES / 3, session.send(get("endpoint:shop/"))).await;

    assert!(matches!(result, Ok(Err(Refusal::Timeout(_)))), "{result:?}");
}

#[tokio::test]
async fn what_was_asked_and_answered_is_recorded() {
    let server = Recorder::answering(OK).await;
    let session = shop(server.address);
    let post = HttpRequest { method: "POST".to_owned(), body: Some("hello".into()), ..get("endpoint:shop/a?b") };

    session.send(post).await.unwrap();
    session.send(get("http://elsewhere.example/")).await.unwrap_err();
    let recorded = session.finish();

    assert_eq!((recorded.requests, recorded.denials, recorded.sent.0, recorded.received.0), (1, 1, 5, 2));
    let bodies: Vec<&[u8]> = recorded.bodies.iter().map(|(_, body)| body.as_ref()).collect();
    assert!(bodies.contains(&b"hello".as_slice()) && bodies.contains(&b"ok".as_slice()));
    let [answered, denied] = recorded.exchanges.as_slice() else { panic!() };
    let Asked::Http { method, url, body: Some(body), .. } = &answered.asked else { panic!() };
    assert_eq!((method.as_str(), url.as_str()), ("POST", format!("http://{}/a?b", server.address).as_str()));
    assert_eq!((body.digest, body.length), (holdpoint_core::id::Digest::of(b"hello"), 5));
    assert_eq!(answered.endpoint, Some(crate::house::name("shop")));
    assert!(matches!(answered.ended, Ended::Answered { status: 200, .. }));
    assert!(matches!(&denied.ended, Ended::Denied { cure: Some(cure), .. } if cure.contains("elsewhere.example")));
}

#[tokio::test]
async fn a_request_that_is_taken_back_says_so_in_the_record() {
    let server = Recorder::of(Manner { thinks: AGES, ..Manner::answering(OK) }).await;
    let session = shop(server.address);

    let taken_back = tokio::time::timeout(MOMENT, session.send(get("endpoint:shop/"))).await;

    assert!(taken_back.is_err());
    let Ended::Failed { part, why } = &session.finish().exchanges[0].ended else { panic!() };
    assert_eq!((part.as_str(), why.as_str()), ("timeout", "the call ended before this did"));
}
