//! Below HTTP: only granted operations, only allowed addresses, and what comes back.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::facts::{Asked, Ended};
use holdpoint_core::plan::endpoint::Scheme;
use holdpoint_core::plan::grant::NetOperation;
use holdpoint_core::plan::limit::Limits;
use holdpoint_gateway::{Denial, Layer, Refusal, Session, Transaction};

use crate::house::{OK, Recorder, endpoint, far, gateway, get, name, net_grant, scope};

fn session(server: &Recorder, operations: &[NetOperation]) -> Session {
    let db = endpoint(Scheme::Tcp, "127.0.0.1", server.address.port());
    gateway().session(scope(&[("db", db)], &[net_grant("db", operations)]), &Limits::default(), far())
}

#[tokio::test]
async fn a_transaction_sends_and_reads_until_its_marker() {
    let server = Recorder::answering(b"+PONG\r\n").await;
    let session = session(&server, &[NetOperation::Transact]);
    let transaction = Transaction {
        target: "endpoint:db".to_owned(),
        send: Some(Bytes::from_static(b"PING\r\n\r\n")),
        until: Some(Bytes::from_static(b"\r\n")),
        max_bytes: 64,
        ..Transaction::default()
    };

    let received = session.transact(transaction).await.unwrap();

    assert_eq!(received.bytes.as_ref(), b"+PONG\r\n");
    assert_eq!(received.connection.address, server.address);
    assert_eq!(server.heard(0), "PING\r\n\r\n");
    let recorded = session.finish();
    assert_eq!((recorded.requests, recorded.sent.0, recorded.received.0), (1, 8, 7));
    assert_eq!(recorded.bodies.len(), 2);
}

#[tokio::test]
async fn a_transaction_reads_no_more_than_the_guest_asked_and_the_call_may() {
    let server = Recorder::answering(b"abcdefgh").await;
    let db = endpoint(Scheme::Tcp, "127.0.0.1", server.address.port());
    let limits = Limits { body: holdpoint_core::plan::limit::Bytes(6), ..Limits::default() };
    let scope = scope(&[("db", db)], &[net_grant("db", &[NetOperation::Transact])]);
    let session = gateway().session(scope, &limits, far());
    for (max_bytes, read) in [(4, "abcd"), (u32::MAX, "abcdef"), (0, "")] {
        let transaction = Transaction {
            target: "endpoint:db".to_owned(),
            send: Some(Bytes::from_static(b"\r\n\r\n")),
            max_bytes,
            ..Transaction::default()
        };
        assert_eq!(session.transact(transaction).await.unwrap().bytes, read);
    }
}

#[tokio::test]
async fn an_operation_that_is_not_granted_is_denied_and_nothing_is_dialled() {
    let server = Recorder::answering(OK).await;
    let session = session(&server, &[NetOperation::Resolve]);

    let refusal = session.connect("endpoint:db", None).await.unwrap_err();

    let Refusal::Denied(denial) = refusal else { panic!("{refusal}") };
    assert!(matches!(*denial, Denial::OperationNotGranted { .. }));
    let cure = "[[plugin.probe.grant]]\nendpoint = \"db\"\noperations = [\"connect\"]";
    assert_eq!(denial.cure().unwrap(), cure);
    let recorded = session.finish();
    assert_eq!((recorded.requests, recorded.denials), (0, 1));
    assert_eq!(recorded.exchanges[0].endpoint, Some(name("db")));
    assert!(matches!(recorded.exchanges[0].asked, Asked::Net { .. }));
    assert!(matches!(recorded.exchanges[0].ended, Ended::Denied { .. }));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn resolve_and_connect_tell_what_was_found() {
    let server = Recorder::answering(OK).await;
    let session = session(&server, &[NetOperation::Resolve, NetOperation::Connect]);

    let addresses = session.resolve("endpoint:db").await.unwrap();
    let connection = session.connect("endpoint:db", Some(Duration::from_secs(5))).await.unwrap();

    assert_eq!(addresses, ["127.0.0.1".parse::<IpAddr>().unwrap()]);
    assert_eq!(connection.address, server.address);
}

#[tokio::test]
async fn a_target_is_an_endpoints_name_and_nothing_more() {
    let server = Recorder::answering(OK).await;
    let session = session(&server, &[NetOperation::Connect]);

    for target in ["db", "endpoint:", "endpoint:db/", "endpoint:db:80", "127.0.0.1", "tcp://127.0.0.1", "endpoint:DB"] {
        let refusal = session.connect(target, None).await.unwrap_err();
        assert!(matches!(refusal, Refusal::InvalidRequest(_)), "{target}: {refusal}");
    }
    assert!(matches!(session.connect("endpoint:other", None).await, Err(Refusal::Denied(_))));
}

#[tokio::test]
async fn an_endpoint_for_tcp_is_not_spoken_http_to() {
    let server = Recorder::answering(OK).await;
    let session = session(&server, &[NetOperation::Connect]);

    let refusal = session.send(get("endpoint:db/")).await.unwrap_err();

    let Refusal::Denied(denial) = refusal else { panic!("{refusal}") };
    assert!(matches!(*denial, Denial::NotHttp { .. }));
}

#[tokio::test]
async fn a_peer_that_says_nothing_is_waited_for_no_longer_than_the_guest_asked() {
    let server = Recorder::answering(b"").await;
    let session = session(&server, &[NetOperation::Transact]);
    let transaction = Transaction {
        target: "endpoint:db".to_owned(),
        layer: Layer::Plain,
        max_bytes: 1,
        timeout: Some(Duration::from_millis(50)),
        ..Transaction::default()
    };

    let refusal = session.transact(transaction).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Timeout(_)), "{refusal}");
}
