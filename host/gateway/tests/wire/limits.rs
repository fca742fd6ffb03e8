//! Limits of one call and of the process: counts, turns, the breaker, and a record that stays bounded.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use holdpoint_core::facts::Ended;
use holdpoint_core::plan::endpoint::Scheme;
use holdpoint_core::plan::limit::{self, Limits};
use holdpoint_core::time::Span;
use holdpoint_gateway::{Denial, Gateway, HttpRequest, Refusal, Settings};
use tokio::time::Instant;

use crate::house::{Manner, OK, Recorder, endpoint, far, get, http_grant, scope, shop, shop_within};

#[tokio::test]
async fn a_call_may_ask_as_often_as_its_limit_says_and_not_once_more() {
    let server = Recorder::answering(OK).await;
    let session = shop_within(server.address, &Limits { requests: 3, ..Limits::default() });

    let answers = session.send_all(vec![get("endpoint:shop/"); 5]).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    assert!(answers.iter().skip(3).all(|answer| matches!(answer, Err(Refusal::Limit(_)))));
    let recorded = session.finish();
    assert_eq!((recorded.requests, recorded.exchanges.len()), (3, 4));
    assert!(matches!(&recorded.exchanges[3].ended, Ended::Failed { part, .. } if part == "limit"));
}

#[tokio::test]
async fn a_batch_runs_side_by_side_up_to_the_limit_and_answers_in_order() {
    let slow = Manner { thinks: Duration::from_millis(50), ..Manner::answering(OK) };
    let server = Recorder::of(slow).await;
    let session = shop_within(server.address, &Limits { parallel_requests: 3, ..Limits::default() });
    let urls: Vec<String> = (0..9).map(|number| format!("endpoint:shop/{number}")).collect();

    let answers = session.send_all(urls.iter().map(|url| get(url)).collect()).await;

    for (number, answer) in answers.iter().enumerate() {
        assert!(answer.as_ref().unwrap().url.ends_with(&format!("/{number}")));
    }
    assert_eq!(server.peak(), 3);
}

#[tokio::test]
async fn all_calls_together_use_no_more_than_the_process_may_and_all_get_their_turn() {
    let slow = Manner { thinks: Duration::from_millis(20), ..Manner::answering(OK) };
    let server = Recorder::of(slow).await;
    let gateway = Gateway::new(Settings { connections: 12, ..Settings::default() }).unwrap();
    let shop = endpoint(Scheme::Http, "127.0.0.1", server.address.port());
    let scope = scope(&[("shop", shop)], &[http_grant("shop", &["GET"], &["/**"])]);
    let sessions: Vec<_> = (0..5).map(|_| gateway.session(scope.clone(), &Limits::default(), far())).collect();

    let batches = sessions.iter().map(|session| session.send_all(vec![get("endpoint:shop/"); 8]));
    let answers = join_all(batches).await;

    assert!(answers.iter().flatten().all(Result::is_ok));
    // The rest of the twelve is for connections that are kept.
    assert_eq!(server.peak(), 4);
}

#[tokio::test]
async fn a_request_whose_turn_does_not_come_before_the_deadline_never_leaves() {
    let ages = Duration::from_mins(1);
    let server = Recorder::of(Manner { thinks: ages, ..Manner::answering(OK) }).await;
    let gateway = Gateway::new(Settings { connections: 1, first_byte: ages, ..Settings::default() }).unwrap();
    let shop = endpoint(Scheme::Http, "127.0.0.1", server.address.port());
    let scope = scope(&[("shop", shop)], &[http_grant("shop", &["GET"], &["/**"])]);
    let limits = Limits { request_time: Span::from_secs(60), ..Limits::default() };
    let busy = gateway.session(scope.clone(), &limits, far());
    let waiting = gateway.session(scope, &limits, Instant::now() + Duration::from_millis(100));

    let (answering, waiting) = (busy.send(get("endpoint:shop/")), async {
        let waited = tokio::time::timeout(ages / 3, waiting.send(get("endpoint:shop/"))).await;
        (waited, waiting.finish())
    });
    let (waited, recorded) = tokio::select! {
        biased;
        answer = answering => panic!("{answer:?}"),
        waiting = waiting => waiting,
    };

    assert!(matches!(waited, Ok(Err(Refusal::Timeout(_)))), "{waited:?}");
    assert_eq!((recorded.requests, server.connections()), (0, 1));
}

#[tokio::test]
async fn after_twenty_denials_everything_is_denied() {
    let server = Recorder::answering(OK).await;
    let session = shop(server.address);
    for port in 1..=20 {
        let refusal = session.send(get(&format!("http://127.0.0.1:{port}/"))).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Denied(_)), "{refusal}");
    }

    for _ in 0..50 {
        let Err(Refusal::Denied(denial)) = session.send(get("endpoint:shop/")).await else { panic!() };
        assert_eq!(*denial, Denial::Breaker { denials: 20 });
        assert!(matches!(session.connect("endpoint:shop", None).await, Err(Refusal::Denied(_))));
    }

    assert_eq!(server.connections(), 0);
    let recorded = session.finish();
    assert_eq!((recorded.requests, recorded.denials, recorded.exchanges.len()), (0, 120, 21));
}

#[tokio::test]
async fn headers_over_the_limit_are_refused() {
    let server = Recorder::answering(OK).await;
    let session = shop_within(server.address, &Limits { headers: limit::Bytes(100), ..Limits::default() });
    let with =
        |length: usize| HttpRequest { headers: vec![("x".to_owned(), "y".repeat(length))], ..get("endpoint:shop/") };

    assert!(session.send(with(95)).await.is_ok());
    assert!(matches!(session.send(with(96)).await, Err(Refusal::InvalidRequest(_))));
}

#[tokio::test]
async fn a_record_keeps_each_body_once_and_no_more_than_it_may() {
    let server = Recorder::answering(OK).await;
    let session = shop_within(server.address, &Limits { body: limit::Bytes(10), ..Limits::default() });
    for number in 0..20 {
        let body = Some(Bytes::from(format!("body-{number:04}")));
        session.send(HttpRequest { method: "POST".to_owned(), body, ..get("endpoint:shop/") }).await.unwrap();
    }

    let recorded = session.finish();

    assert_eq!(recorded.exchanges.len(), 20);
    assert_eq!((recorded.sent.0, recorded.received.0), (180, 40));
    let kept: usize = recorded.bodies.iter().map(|(_, body)| body.len()).sum();
    assert!(kept <= 40, "{kept}");
    assert_eq!(recorded.bodies.iter().filter(|(_, body)| body.as_ref() == b"ok").count(), 1);
}

#[tokio::test]
async fn a_request_can_be_carried_by_any_thread() {
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let server = Recorder::answering(OK).await;
    let session = shop(server.address);

    sendable(session.send(get("endpoint:shop/"))).await.unwrap();
    sendable(session.send_all(vec![get("endpoint:shop/")])).await.pop().unwrap().unwrap();
    assert!(sendable(session.transact(holdpoint_gateway::Transaction::default())).await.is_err());
    assert!(sendable(session.inspect_tls("endpoint:shop", None)).await.is_err());
}
