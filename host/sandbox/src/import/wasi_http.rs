//! `wasi:http` 0.2, so that ordinary libraries run: every request goes through the same gateway as our own `http`.

use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::id::Digest;
use holdpoint_core::plan::limit;
use holdpoint_gateway::{HttpAnswer, HttpRequest};
use http::header::{CONTENT_LENGTH, HOST};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use serde::{Deserialize, Serialize};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

use crate::bindings::http as refusal;
use crate::import::http::refused;
use crate::state::State;
use crate::world::{Question, World};

/// The way out for `wasi:http`.
pub(crate) struct Outgoing {
    world: World,
    most: limit::Bytes,
}

impl Outgoing {
    pub(super) fn new(world: World, most: limit::Bytes) -> Self {
        Self { world, most }
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
        let (world, most) = (self.world.clone(), self.most);
        Box::new(async move {
            let request = rebuilt(request, options, most).await?;
            let answer = sent(&world, request).await.map_err(failed)?;
            let done: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(async { Ok(()) });
            Ok((answered(answer)?, done))
        })
    }
}

/// An answer as it is noted.
#[derive(Serialize, Deserialize)]
struct Noted {
    status: u16,
    headers: Vec<(String, String)>,
    body: Option<Digest>,
}

/// What a guest gets.
struct Got {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
}

/// Sends a request and notes the answer, or finds it in the record. One that isn't there is denied, and the call is told
/// off when it ends.
async fn sent(world: &World, request: HttpRequest) -> Result<Got, refusal::Error> {
    let HttpRequest { method, url, headers, body, timeout, max_body: _ } = &request;
    let asked = (method, url, headers, body.as_deref().map(Digest::of), timeout);
    let question = Question::new("wasi:http.send", &asked, &format!("{method} {url}"));
    let Some(session) = world.session() else {
        return recalled(world, &question).unwrap_or_else(|error| Err(refusal::Error::Denied(error.to_string())));
    };
    let answer = session.send(request).await.map_err(refused);
    let answer = answer.map(|HttpAnswer { status, headers, body, .. }| Got { status, headers, body });
    let noted = answer.as_ref().map(|Got { status, headers, body }| Noted {
        status: *status,
        headers: headers.clone(),
        body: (!body.is_empty()).then(|| Digest::of(body)),
    });
    world.note(&question, &noted);
    answer
}

fn recalled(world: &World, question: &Question) -> wasmtime::Result<Result<Got, refusal::Error>> {
    let noted: Option<Result<Noted, refusal::Error>> = world.recalled(question)?;
    let noted = noted.unwrap_or_else(|| Err(refusal::Error::Denied("there is no record to come from".to_owned())));
    Ok(match noted {
        Ok(Noted { status, headers, body }) => {
            let body = body.map(|body| world.body(&body)).transpose()?;
            Ok(Got { status, headers, body: body.unwrap_or_default().into() })
        }
        Err(error) => Err(error),
    })
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

fn answered(answer: Got) -> Result<Response<WasiBody>, Error> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let body: Full<Bytes> = Full::new(answer.body);
    let body = body.map_err(|never| match never {}).boxed_unsync();
    response.body(body).map_err(|_| Error::HttpProtocolError)
}

fn failed(error: refusal::Error) -> Error {
    match error {
        refusal::Error::Denied(_) => Error::HttpRequestDenied,
        refusal::Error::Dns(words) => Error::DnsError { rcode: Some(words), info_code: None },
        refusal::Error::Connect(_) => Error::ConnectionRefused,
        refusal::Error::Tls(_) => Error::TlsProtocolError,
        refusal::Error::Timeout(_) => Error::ConnectionTimeout,
        refusal::Error::Protocol(_) => Error::HttpProtocolError,
        refusal::Error::InvalidRequest(words) | refusal::Error::Limit(words) => Error::InternalError(Some(words)),
    }
}
