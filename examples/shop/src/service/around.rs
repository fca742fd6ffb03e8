//! What happens around every request: faults before it, the version and the count after it.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderName, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{
    Floor,
    route::{Audience, named},
};
use crate::{fault::Fault, refusal::Refusal};

/// What [`Fault::Slow`] adds to every page.
const SLOWNESS: Duration = Duration::from_secs(2);
const VERSION: HeaderName = HeaderName::from_static("x-shop-version");

pub(super) async fn around(State(floor): State<Arc<Floor>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (path, audience) = named(request.uri().path());
    if audience == Audience::People && floor.faults.has(Fault::Slow) {
        tokio::time::sleep(SLOWNESS).await;
    }
    let mut response = if audience != Audience::Operators && floor.faults.next_request_fails() {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "out-of-order", "something went wrong").into_response()
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(VERSION, floor.deployed.version_header());
    floor.metrics.request(path, response.status().as_u16(), began.elapsed());
    response
}
