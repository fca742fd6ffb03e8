//! `wasi:http` 0.2, so that ordinary libraries run: every request goes through the same gateway as our own `http`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::plan::limit;
use holdpoint_gateway::{HttpAnswer, HttpRequest, Refusal, Session};
use http::header::{CONTENT_LENGTH, HOST};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

use crate::state::State;

/// The way out for `wasi:http`.
pub(crate) struct Outgoing {
    /// None in a replay.
    session: Option<Arc<Session>>,
    most: limit::Bytes,
}

impl Outgoing {
    pub(super) fn new(session: Option<Arc<Session>>, most: limit::Bytes) -> Self {
        Self { session, most }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let wasi = self.wasi();
        WasiHttpCtxView { hooks: &mut wasi.outgoing, table: &mut wasi.table, ctx: &mut wasi.http }
    }
}

type Sent = Result<(Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>;

impl WasiHttpHooks for Outgoing {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let (session, most) = (self.session.clone(), self.most);
        Box::new(async move {
            let request = rebuilt(request, options, most).await?;
            let session = session.ok_or(Error::HttpRequestDenied)?;
            let answer = session.send(request).await.map_err(refused)?;
            let done: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(async { Ok(()) });
            Ok((answered(answer)?, done))
        })
    }
}

/// The guest's request as our own: its body whole, and without the headers that are the host's.
async fn rebuilt(
    request: Request<WasiBody>,
    options: Option<RequestOptions>,
    most: limit::Bytes,
) -> Result<HttpRequest, Error> {
    let (parts, body) = request.into_parts();
    let most = usize::try_from(most.0).unwrap_or(usize::MAX);
    let body = Limited::new(body, most).collect().await;
    let body = body.map_err(|error| Error::InternalError(Some(format!("the request's body: {error}"))))?.to_bytes();
    let mut headers = Vec::with_capacity(parts.headers.len());
    for (name, value) in &parts.headers {
        // Ordinary libraries set these; the gateway sets its own, from what it really sends.
        if name == HOST || name == CONTENT_LENGTH {
            continue;
        }
        let value = value.to_str().map_err(|_| Error::InternalError(Some(format!("header {name} is no text"))))?;
        headers.push((name.as_str().to_owned(), value.to_owned()));
    }
    Ok(HttpRequest {
        method: parts.method.as_str().to_owned(),
        url: parts.uri.to_string(),
        headers,
        body: (!body.is_empty()).then_some(body),
        timeout: options
            .and_then(|options| options.first_byte_timeout)
            .map(|limit| limit.max(Duration::from_millis(1))),
        max_body: None,
    })
}

fn answered(answer: HttpAnswer) -> Result<Response<WasiBody>, Error> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let body: Full<Bytes> = Full::new(answer.body);
    let body = body.map_err(|never| match never {}).boxed_unsync();
    response.body(body).map_err(|_| Error::HttpProtocolError)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn refused(refusal: Refusal) -> Error {
    let words = refusal.to_string();
    match refusal {
        Refusal::Denied(_) => Error::HttpRequestDenied,
        Refusal::Dns(_) => Error::DnsError { rcode: Some(words), info_code: None },
        Refusal::Connect(_) => Error::ConnectionRefused,
        Refusal::Tls(_) => Error::TlsProtocolError,
        Refusal::Timeout(_) => Error::ConnectionTimeout,
        Refusal::Protocol(_) => Error::HttpProtocolError,
        Refusal::InvalidRequest(_) | Refusal::Limit(_) => Error::InternalError(Some(words)),
    }
}
