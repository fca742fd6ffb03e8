//! Passing requests on to the colour of the visitor, streaming both ways.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse, Response},
};

use super::{Crossing, split::Place};
use crate::{colour::Colour, cookie::cookie, refusal::Refusal};

/// States which colour answered.
const COLOUR: HeaderName = HeaderName::from_static("x-shop-colour");

/// Holds a visitor's place while the traffic is split, so that a shopping tour stays on one colour.
const PLACE_COOKIE: &str = "shop_place";

/// The longest wait for an answer's head.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Headers that belong to one connection and are not passed on (RFC 9110, 7.6.1).
const ONE_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

pub(super) fn routes(crossing: &Arc<Crossing>) -> Router {
    Router::new().fallback(pass_on).with_state(Arc::clone(crossing))
}

async fn pass_on(State(crossing): State<Arc<Crossing>>, request: Request) -> Response {
    // Read once: a request that began on one colour ends on it.
    let (colour, seated) = place(&crossing, request.headers());
    let path = request.uri().path_and_query().cloned().filter(|path| path.path().starts_with('/'));
    let mut response = match path.and_then(|path| crossing.origin(colour).at(path)) {
        Some(url) => {
            let (mut head, body) = request.into_parts();
            head.uri = url;
            head.version = Version::HTTP_11;
            drop_one_hop(&mut head.headers);
            send(&crossing, Request::from_parts(head, body)).await
        }
        None => Refusal::new(StatusCode::BAD_REQUEST, "no-path", "ask for a path").into_response(),
    };
    response.headers_mut().insert(COLOUR, colour.header());
    if let Some(cookie) = seated.and_then(place_cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Returns the colour that answers a visitor, and the place that the visitor was given just now.
fn place(crossing: &Crossing, headers: &HeaderMap) -> (Colour, Option<Place>) {
    let split = crossing.desk.split();
    if !split.is_shared() {
        return (split.live(), None);
    }
    let known = cookie(headers, PLACE_COOKIE).and_then(Place::parse);
    let place = known.unwrap_or_else(|| crossing.usher.seat());
    (split.colour_at(place), known.is_none().then_some(place))
}

fn place_cookie(place: Place) -> Option<HeaderValue> {
    let line = format!("{PLACE_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax", place.number());
    HeaderValue::from_str(&line).ok()
}

async fn send(crossing: &Crossing, request: Request) -> Response {
    match tokio::time::timeout(ANSWERS_WITHIN, crossing.client.request(request)).await {
        Ok(Ok(answer)) => {
            let (mut head, body) = answer.into_parts();
            drop_one_hop(&mut head.headers);
            Response::from_parts(head, Body::new(body))
        }
        Ok(Err(_)) => {
            let why = "the live version can't be reached";
            Refusal::new(StatusCode::BAD_GATEWAY, "no-answer", why).into_response()
        }
        Err(_) => {
            let why = "the live version did not answer in time";
            Refusal::new(StatusCode::GATEWAY_TIMEOUT, "late-answer", why).into_response()
        }
    }
}

/// Removes what belongs to one connection, also what `Connection` names.
fn drop_one_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&ONE_HOP) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_one_hop_stay_behind_and_others_go_on() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Only-Here"),
            ("x-only-here", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("cookie", "a=b"),
            ("x-request-id", "7"),
        ] {
            headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        }

        drop_one_hop(&mut headers);

        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["cookie", "x-request-id"]);
    }
}
