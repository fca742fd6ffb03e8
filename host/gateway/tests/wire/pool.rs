//! Kept connections: used again within one plugin's grants, never shared wider.

use holdpoint_core::name::PluginName;
use holdpoint_core::plan::endpoint::Scheme;
use holdpoint_core::plan::limit::Limits;
use holdpoint_gateway::Scope;

use crate::house::{OK, Recorder, endpoint, far, gateway, get, http_grant, scope};

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
