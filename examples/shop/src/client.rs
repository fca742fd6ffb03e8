//! The HTTP client of the shop's own processes: the proxy's requests and the probes.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{Request, StatusCode, Uri},
};
use hyper_util::{
    client::legacy::{self, Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

/// A client with a pool of connections, cheap to clone.
pub(crate) type HttpClient = Client<HttpConnector, Body>;

/// A probe's answer is a few lines; more is nothing we asked for.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Why a probe got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    #[error("no connection or no answer")]
    Exchange(#[source] legacy::Error),
    #[error("the request could not be written down")]
    Request(#[source] axum::http::Error),
    #[error("the answer broke off or was longer than 64 KiB")]
    Body(#[source] axum::Error),
    #[error("no answer within {} ms", .0.as_millis())]
    Late(Duration),
}

/// Returns a client that gives up connecting after five seconds.
pub(crate) fn http_client() -> HttpClient {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(Duration::from_secs(5)));
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector)
}

/// Gets a URL and reads the whole answer.
///
/// # Errors
/// When no complete answer came in time; an answer with an error status is an answer.
pub(crate) async fn get(client: &HttpClient, url: Uri, within: Duration) -> Result<(StatusCode, Bytes), NoAnswer> {
    let exchange = async {
        let request = Request::get(url).body(Body::empty()).map_err(NoAnswer::Request)?;
        let answer = client.request(request).await.map_err(NoAnswer::Exchange)?;
        let status = answer.status();
        let body = to_bytes(Body::new(answer.into_body()), LONGEST_ANSWER).await.map_err(NoAnswer::Body)?;
        Ok((status, body))
    };
    tokio::time::timeout(within, exchange).await.unwrap_or(Err(NoAnswer::Late(within)))
}
