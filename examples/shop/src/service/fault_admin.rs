//! Changing faults while the service runs, on a listener of its own that the switch never passes on.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json, Router,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    fault::{BadFault, Fault, Faults},
    refusal::Refusal,
};

/// All the faults there shall be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    faults: Vec<String>,
}

/// Returns `GET` and `POST /admin/faults`.
pub(super) fn routes(faults: Arc<Faults>) -> Router {
    Router::new().route("/admin/faults", get(list).post(replace)).with_state(faults)
}

async fn list(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(json!({ "faults": faults.list() }))
}

async fn replace(
    State(faults): State<Arc<Faults>>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(Wanted { faults: names }) = wanted?;
    let read: Result<BTreeSet<Fault>, BadFault> = names.iter().map(|name| name.parse()).collect();
    let read = read.map_err(|bad| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-fault", bad.to_string()))?;
    faults.replace(read);
    Ok(list(State(faults)).await)
}
