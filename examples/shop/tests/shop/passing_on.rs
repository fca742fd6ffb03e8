//! The proxy: methods, paths, headers and bodies arrive as they were sent.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use holdpoint_shop::{Colour, Switch, SwitchConfig};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::browser::Browser;

/// Answers 207 with what it was asked, as JSON.
async fn echo(request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let seen = json!({
        "method": head.method.as_str(),
        "target": head.uri.to_string(),
        "headers": headers,
        "length": body.len(),
        "sum": body.iter().map(|byte| u64::from(*byte)).sum::<u64>(),
    });
    let headers = [("x-answered", "yes"), ("set-cookie", "a=1"), ("connection", "x-secret"), ("x-secret", "1")];
    (StatusCode::MULTI_STATUS, headers, seen.to_string()).into_response()
}

async fn switch_before(routes: Router) -> Switch {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let nobody = "http://127.0.0.1:1".parse().unwrap();
    Switch::start(SwitchConfig::on_free_ports(origin.parse().unwrap(), nobody)).await.unwrap()
}

#[tokio::test]
async fn a_request_and_its_answer_pass_unchanged() {
    let switch = switch_before(Router::new().fallback(echo)).await;
    let mut browser = Browser::at(&format!("http://{}", switch.address()));
    let body: Vec<u8> = (0..5_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let sum: u64 = body.iter().map(|byte| u64::from(*byte)).sum();
    let headers = [("x-request-id", "r-7"), ("cookie", "a=b"), ("keep-alive", "timeout=1"), ("host", "shop.example")];

    let answer = browser.send(Method::PUT, "/a%2Fb//c?q=%20&q=2", &headers, Body::from(body)).await;

    assert_eq!(answer.status, StatusCode::MULTI_STATUS);
    let seen = answer.json();
    assert_eq!((seen["method"].as_str(), seen["target"].as_str()), (Some("PUT"), Some("/a%2Fb//c?q=%20&q=2")));
    assert_eq!((seen["length"].as_u64(), seen["sum"].as_u64()), (Some(5_000_000), Some(sum)));
    let arrived = seen["headers"].as_array().unwrap();
    for header in ["x-request-id: r-7", "cookie: a=b", "host: shop.example", "content-length: 5000000"] {
        assert!(arrived.contains(&json!(header)), "{header} in {arrived:?}");
    }
    assert!(!arrived.contains(&json!("keep-alive: timeout=1")));
    assert_eq!((answer.header("x-answered"), answer.header("set-cookie")), ("yes", "a=1"));
    assert_eq!(answer.header("x-shop-colour"), Colour::Blue.name());
    assert!(!answer.headers.contains_key("x-secret"));
}

#[tokio::test]
async fn an_answer_streams_while_its_request_is_still_being_sent() {
    // Answers each piece as it comes; a proxy that waits for the whole request would never answer.
    let echo = |request: Request| async move { Response::new(request.into_body()) };
    let switch = switch_before(Router::new().fallback(echo)).await;
    let mut stream = TcpStream::connect(switch.address()).await.unwrap();

    stream
        .write_all(b"POST /echo HTTP/1.1\r\nhost: shop\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        .await
        .unwrap();

    let mut seen = String::new();
    while !seen.contains("first") {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).await.unwrap();
        assert!(read > 0, "closed after {seen:?}");
        seen.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
    assert!(seen.starts_with("HTTP/1.1 200 "), "{seen}");
}

#[tokio::test]
async fn a_head_request_has_the_length_and_no_body() {
    let switch = switch_before(Router::new().fallback(echo)).await;
    let mut browser = Browser::at(&format!("http://{}", switch.address()));

    let answer = browser.send(Method::HEAD, "/", &[], Body::empty()).await;

    assert!(answer.header("content-length").parse::<u64>().unwrap() > 0);
    assert_eq!(answer.body, "");
}

#[tokio::test]
async fn an_unreachable_version_is_a_502_that_names_its_colour() {
    let nobody = || "http://127.0.0.1:1".parse().unwrap();
    let switch = Switch::start(SwitchConfig::on_free_ports(nobody(), nobody())).await.unwrap();
    let mut browser = Browser::at(&format!("http://{}", switch.address()));

    let answer = browser.get("/").await;

    assert_eq!((answer.status, answer.header("x-shop-colour")), (StatusCode::BAD_GATEWAY, "blue"));
}

#[tokio::test]
async fn a_request_for_another_host_still_goes_to_the_live_version_only() {
    let switch = switch_before(Router::new().fallback(echo)).await;

    for (target, status) in [
        ("GET http://elsewhere.example/x HTTP/1.1", "HTTP/1.1 207 "),
        ("OPTIONS * HTTP/1.1", "HTTP/1.1 400 "),
        ("CONNECT elsewhere.example:443 HTTP/1.1", "HTTP/1.1 400 "),
    ] {
        let mut stream = TcpStream::connect(switch.address()).await.unwrap();
        stream.write_all(format!("{target}\r\nhost: shop\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(status), "{target}: {answer}");
    }
}
