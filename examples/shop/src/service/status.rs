//! What operators ask: health, version, metrics.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::Floor;
use crate::{fault::Fault, inventory::Dependency, metrics::MEDIA_TYPE};

const REPLICA: HeaderName = HeaderName::from_static("x-shop-replica");

/// What the wrong build states about itself.
const WRONG_REVISION: &str = "0badf00";
const WRONG_DIGEST_BYTE: &str = "0b";

pub(super) async fn health(State(floor): State<Arc<Floor>>) -> Response {
    let inventory = floor.inventory.state(&floor.faults).await;
    let code = match inventory {
        Dependency::Up => StatusCode::OK,
        Dependency::Down => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = json!({ "status": inventory.word(), "dependencies": { "inventory": inventory.word() } });
    (code, Json(body)).into_response()
}

/// Answers for one replica after the other; with [`Fault::WrongBuild`] the last one has other contents.
pub(super) async fn version(State(floor): State<Arc<Floor>>) -> Response {
    let number = floor.next_replica();
    let replica = format!("{}-{number}", floor.name);
    let wrong = number == usize::from(floor.replicas.get()) && floor.faults.has(Fault::WrongBuild);
    let (revision, digest) = if wrong {
        (WRONG_REVISION.to_owned(), format!("sha256:{}", WRONG_DIGEST_BYTE.repeat(32)))
    } else {
        (floor.deployed.revision().to_owned(), floor.deployed.digest().to_owned())
    };
    let body = json!({
        "service": "shop",
        "version": floor.deployed.version(),
        "revision": revision,
        "digest": digest,
        "replica": replica,
    });
    ([(REPLICA, replica)], Json(body)).into_response()
}

pub(super) async fn metrics(State(floor): State<Arc<Floor>>) -> Response {
    let inventory = floor.inventory.state(&floor.faults).await;
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], floor.metrics.text(&floor.deployed, inventory)).into_response()
}
