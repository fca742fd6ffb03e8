//! Kept connections: used again within one plugin's grants, never shared wider.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use holdpoint_core::name::PluginName;
use holdpoint_core::plan::endpoint::Scheme;
use holdpoint_core::plan::limit::Limits;
use holdpoint_gateway::{Gateway, HttpRequest, Refusal, Scope, Settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::house::{After, Manner, OK, Recorder, endpoint, far, gateway, get, http_grant, scope, shop};

fn granted(server: &Recorder, methods: &[&str]) -> Scope {
    let shop = endpoint(Scheme::Http, "127.0.0.1", server.address.port());
    scope(&[("shop", shop)], &[http_grant("shop", methods, &["/**"])])
}

#[tokio::test]
async fn the_next_call_of_the_same_plugin_uses_the_same_connection_and_has_no_times_of_making_it() {
    let server = Recorder::answering(OK).await;
    let (gateway, scope) = (gateway(), granted(&server, &["GET"]));

    let first = gateway.session(scope.clone(), &Limits::default(), far()).send(get("endpoint:shop/")).await.unwrap();
    let second = gateway.session(scope, &Limits::default(), far()).send(get("endpoint:shop/")).await.unwrap();

    assert_eq!(server.connections(), 1);
    assert!(first.timings.connect.is_some() && first.timings.resolve.is_none() && first.timings.tls.is_none());
    assert_eq!(second.timings.connect, None);
    assert_eq!(second.address, Some(server.address));
    assert!(second.timings.first_byte <= Some(second.timings.total));
}

#[tokio::test]
async fn what_is_kept_counts_among_the_connections_of_the_process() {
    for (connections, expected) in [(64, 2), (15, 3)] {
        let server = Recorder::answering(OK).await;
        let gateway = Gateway::new(Settings { connections, ..Settings::default() }).unwrap();
        let one = granted(&server, &["GET"]);
        let other = Scope { plugin: PluginName::parse("other").unwrap(), ..one.clone() };

        for scope in [&one, &other, &one] {
            gateway.session(scope.clone(), &Limits::default(), far()).send(get("endpoint:shop/")).await.unwrap();
        }

        assert_eq!(server.connections(), expected, "of {connections}");
    }
}

#[tokio::test]
async fn two_plugins_two_grants_or_two_endpoints_never_share_a_connection() {
    let server = Recorder::answering(OK).await;
    let gateway = gateway();
    let one = granted(&server, &["GET"]);
    let wider = granted(&server, &["GET", "POST"]);
    let other_plugin = Scope { plugin: PluginName::parse("other").unwrap(), ..one.clone() };
    let shop = endpoint(Scheme::Http, "127.0.0.1", server.address.port());
    let other_endpoint = scope(&[("back", shop)], &[http_grant("back", &["GET"], &["/**"])]);

    for (number, (scope, url)) in [
        (one, "endpoint:shop/"),
        (wider, "endpoint:shop/"),
        (other_plugin, "endpoint:shop/"),
        (other_endpoint, "endpoint:back/"),
    ]
    .into_iter()
    .enumerate()
    {
        let session = gateway.session(scope, &Limits::default(), far());
        session.send(get(url)).await.unwrap();
        session.send(get(url)).await.unwrap();
        assert_eq!(server.connections(), number + 1);
    }
}

#[tokio::test]
async fn an_endpoint_whose_addresses_changed_does_not_use_the_connections_from_before() {
    let server = Recorder::answering(OK).await;
    let gateway = gateway();
    let before = granted(&server, &["GET"]);
    let mut shop = endpoint(Scheme::Http, "127.0.0.1", server.address.port());
    shop.addresses = Vec::new();
    let after = scope(&[("shop", shop)], &[http_grant("shop", &["GET"], &["/**"])]);

    gateway.session(before, &Limits::default(), far()).send(get("endpoint:shop/")).await.unwrap();
    let refused = gateway.session(after, &Limits::default(), far()).send(get("endpoint:shop/")).await;

    assert!(refused.is_err());
    assert_eq!(server.heard(0).matches("GET ").count(), 1);
}

#[tokio::test]
async fn a_connection_whose_body_was_cut_is_not_used_again() {
    let long = [b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".as_slice(), &vec![b'x'; 1_000_000]].concat();
    let server = Recorder::answering(&long).await;
    let limits = Limits { body: holdpoint_core::plan::limit::Bytes(10), ..Limits::default() };
    let session = gateway().session(granted(&server, &["GET"]), &limits, far());

    for _ in 0..2 {
        let answer = session.send(get("endpoint:shop/")).await.unwrap();
        assert_eq!((answer.body.as_ref(), answer.truncated), (b"xxxxxxxxxx".as_slice(), true));
    }

    assert_eq!(server.connections(), 2);
}

/// A server that keeps its connections until the next request on them has come, and then hangs up without a word.
async fn treacherous() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, requests) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 4096];
            for answer in [OK, b""] {
                if let Ok(1..) = stream.read(&mut buffer).await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    stream.write_all(answer).await.unwrap();
                }
            }
        }
    });
    (address, requests)
}

#[tokio::test]
async fn a_kept_connection_that_is_lost_is_not_the_servers_fault_where_asking_again_is_harmless() {
    let (address, requests) = treacherous().await;
    let session = shop(address);

    session.send(get("endpoint:shop/")).await.unwrap();
    let second = session.send(get("endpoint:shop/")).await.unwrap();

    assert!(second.timings.connect.is_some());
    assert_eq!(requests.load(Ordering::SeqCst), 3);
    assert_eq!(session.finish().requests, 3, "what went over the wire twice is counted twice");
}

#[tokio::test]
async fn what_changes_something_is_never_sent_twice() {
    let (address, requests) = treacherous().await;
    let session = shop(address);
    let post = HttpRequest { method: "POST".to_owned(), ..get("endpoint:shop/") };

    session.send(post.clone()).await.unwrap();
    let refusal = session.send(post).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Protocol(_)), "{refusal:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_server_that_hangs_up_on_a_new_connection_is_not_asked_again() {
    let server = Recorder::of(Manner { after: After::Closes, ..Manner::answering(b"") }).await;

    let refusal = shop(server.address).send(get("endpoint:shop/")).await.unwrap_err();

    assert!(matches!(refusal, Refusal::Protocol(_)), "{refusal:?}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_up_after_each_answer_is_asked_on_new_connections() {
    let server = Recorder::of(Manner { after: After::Closes, ..Manner::answering(OK) }).await;
    let session = gateway().session(granted(&server, &["GET"]), &Limits::default(), far());

    let mut answers = Vec::new();
    for _ in 0..100 {
        answers.push(session.send(get("endpoint:shop/")).await);
    }

    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}
