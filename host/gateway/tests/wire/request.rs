//! What goes over the wire: exactly one well-formed request, and nothing of the guest's in its framing.

use bytes::Bytes;
use holdpoint_gateway::{HttpRequest, Refusal};

use crate::house::{OK, Recorder, get, shop};

#[tokio::test]
async fn a_request_goes_out_as_exactly_these_bytes() {
    let server = Recorder::answering(OK).await;
    let session = shop(server.address);
    let request = HttpRequest {
        method: "POST".to_owned(),
        url: "endpoint:shop/api/cart?id=7".to_owned(),
        headers: vec![("X-Trace".to_owned(), "a b".to_owned())],
        body: Some(Bytes::from_static(b"{}")),
        ..HttpRequest::default()
    };

    let answer = session.send(request).await.unwrap();

    assert_eq!((answer.status, answer.body.as_ref()), (200, b"ok".as_slice()));
    let expected = format!(
        "POST /api/cart?id=7 HTTP/1.1\r\nx-trace: a b\r\nuser-agent: holdpoint/{}\r\naccept: */*\r\nhost: {}\r\n\
         content-length: 2\r\n\r\n{{}}",
        env!("CARGO_PKG_VERSION"),
        server.address
    );
    assert_eq!(server.heard(0), expected);
}

#[tokio::test]
async fn a_header_that_is_the_hosts_is_refused_before_anything_leaves() {
    let server = Recorder::answering(OK).await;
    let session = shop(server.address);
    for header in [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "connection",
        "upgrade",
        "te",
        "trailer",
        "keep-alive",
        "expect",
        "proxy-authorization",
        "Proxy-Anything",
        "http2-settings",
        ":path",
        ":authority",
        "",
        "a b",
        "x\r\ny",
    ] {
        let request = HttpRequest { headers: vec![(header.to_owned(), "x".to_owned())], ..get("endpoint:shop/") };
        let refusal = session.send(request).await.unwrap_err();
        assert!(matches!(refusal, Refusal::InvalidRequest(_)), "{header:?}: {refusal}");
    }
    for value in ["a\r\nhost: evil", "a\nb", "a\0b", "a\rb", "\u{7f}"] {
        let request = HttpRequest { headers: vec![("x".to_owned(), value.to_owned())], ..get("endpoint:shop/") };
        let refusal = session.send(request).await.unwrap_err();
        assert!(matches!(refusal, Refusal::InvalidRequest(_)), "{value:?}: {refusal}");
    }
    assert_eq!(server.connections(), 0);
}
