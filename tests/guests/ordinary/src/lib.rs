//! A check that uses a system as ordinary libraries do: WASI's clocks, random numbers, and `wasi:http`.

use holdpoint_sdk::{Call, CheckResult, Host, Outcome, Verdict};
use wasip2::clocks::{monotonic_clock, wall_clock};
use wasip2::http::outgoing_handler;
use wasip2::http::types::{Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, Scheme};
use wasip2::io::streams::StreamError;
use wasip2::random::{insecure, insecure_seed, random};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// Host and port to send a request to; nothing is sent without.
    authority: Option<String>,
    #[serde(default)]
    path: String,
    /// A body; the request is a POST with one.
    body: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a check")]
fn check(settings: &Settings, _host: &Host, _call: &Call) -> CheckResult {
    let (began, now) = (monotonic_clock::now(), wall_clock::now());
    let drawn = (random::get_random_u64(), insecure::get_insecure_random_u64(), insecure_seed::insecure_seed());
    let answered = settings.authority.as_ref().map(|authority| sent(settings, authority));
    let took = monotonic_clock::now() - began;
    let summary = format!("at {now:?}, drew {drawn:?}, answered {answered:?}, took {took} ns");
    Ok(Verdict { outcome: Outcome::Warn, summary, findings: Vec::new(), measurements: Vec::new(), labels: Vec::new() })
}

fn sent(settings: &Settings, authority: &str) -> Result<(u16, String), String> {
    let request = OutgoingRequest::new(Fields::new());
    let method = if settings.body.is_some() { Method::Post } else { Method::Get };
    let set = request.set_method(&method).is_ok()
        && request.set_scheme(Some(&Scheme::Http)).is_ok()
        && request.set_authority(Some(authority)).is_ok()
        && request.set_path_with_query(Some(&settings.path)).is_ok();
    if !set {
        return Err("the request can't be made".to_owned());
    }
    let body = request.body().map_err(|()| "no body")?;
    let future = outgoing_handler::handle(request, None).map_err(|error| error.to_string())?;
    let stream = body.write().map_err(|()| "no stream")?;
    if let Some(text) = &settings.body {
        stream.blocking_write_and_flush(text.as_bytes()).map_err(|error| error.to_string())?;
    }
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|error| error.to_string())?;
    future.subscribe().block();
    let answer = future.get().ok_or("no answer")?.map_err(|()| "taken")?.map_err(|error| error.to_string())?;
    Ok((answer.status(), text(&answer)?))
}

fn text(answer: &IncomingResponse) -> Result<String, String> {
    let body = answer.consume().map_err(|()| "no body")?;
    let stream = body.stream().map_err(|()| "no stream")?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(65_536) {
            Ok(read) => bytes.extend(read),
            Err(StreamError::Closed) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => return Err(error.to_string()),
        }
    }
}

holdpoint_sdk::check!(Settings, check);
