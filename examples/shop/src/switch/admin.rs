//! The admin API of the switch.

use std::{cmp::Ordering, sync::Arc};

use axum::{
    Json, Router,
    extract::{
        Path, Query, Request, State,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Crossing, Mishap,
    desk::Admission,
    operation::{Aim, Key, Operation, Progress, Turn},
    probe,
};
use crate::{
    colour::Colour,
    refusal::{Refusal, nothing_here, wrong_method},
};

/// Where the traffic shall go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    to: Colour,
}

/// Which share of the traffic a colour shall have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedShare {
    to: Colour,
    percent: u8,
}

/// Which operation is meant.
#[derive(Deserialize)]
struct ByKey {
    key: Option<String>,
}

pub(super) fn routes(crossing: &Arc<Crossing>) -> Router {
    Router::new()
        .route("/api/state", get(state))
        .route("/api/colours", get(colours))
        .route("/api/switch", post(switch))
        .route("/api/weights", post(weigh))
        .route("/api/operations", get(operation_by_key))
        .route("/api/operations/{id}", get(operation))
        .route("/api/history", get(history))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(crossing), entitled))
        .with_state(Arc::clone(crossing))
}

/// Lets pass who shows the token, or everyone when there is none.
async fn entitled(State(crossing): State<Arc<Crossing>>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match &crossing.admin_token {
        Some(token) if shown.and_then(|shown| shown.strip_prefix("Bearer ")) != Some(token) => {
            let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "no-token", "show the admin token as Bearer");
            ([(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))], refusal).into_response()
        }
        Some(_) | None => next.run(request).await,
    }
}

async fn state(State(crossing): State<Arc<Crossing>>) -> Json<Value> {
    Json(json!({
        "live": crossing.desk.live(),
        "weights": crossing.desk.split().weights(),
        "under_way": crossing.desk.under_way(),
        "blue": crossing.blue.to_string(),
        "green": crossing.green.to_string(),
    }))
}

async fn colours(State(crossing): State<Arc<Crossing>>) -> Json<Value> {
    let (blue, green) = tokio::join!(probe::look(&crossing, Colour::Blue), probe::look(&crossing, Colour::Green));
    Json(json!({ "blue": blue, "green": green }))
}

async fn history(State(crossing): State<Arc<Crossing>>) -> Json<Value> {
    Json(json!({ "history": crossing.desk.history() }))
}

async fn operation(
    State(crossing): State<Arc<Crossing>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Refusal> {
    let Path(id) = id?;
    let found = crossing.desk.operation(&id).ok_or_else(|| unknown(&format!("no operation {id:?}")))?;
    Ok(Json(found.view()))
}

async fn operation_by_key(
    State(crossing): State<Arc<Crossing>>,
    asked: Result<Query<ByKey>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(ByKey { key }) = asked?;
    let key = key.ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "no-key", "say ?key=KEY"))?;
    let found = Key::parse(key.as_bytes()).and_then(|key| crossing.desk.operation_by_key(&key));
    Ok(Json(found.ok_or_else(|| unknown(&format!("no operation with the key {key:?}")))?.view()))
}

fn unknown(message: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "unknown-operation", message)
}

async fn switch(
    State(crossing): State<Arc<Crossing>>,
    headers: HeaderMap,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(Wanted { to }) = wanted?;
    take_up(crossing, Aim::Switch(to), key_of(&headers)?).await
}

async fn weigh(
    State(crossing): State<Arc<Crossing>>,
    headers: HeaderMap,
    wanted: Result<Json<WantedShare>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(WantedShare { to, percent }) = wanted?;
    if percent > 100 {
        let message = format!("{percent} is more than 100 per cent");
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-share", message));
    }
    take_up(crossing, Aim::Weigh(to, percent), key_of(&headers)?).await
}

async fn take_up(crossing: Arc<Crossing>, aim: Aim, key: Option<Key>) -> Result<Response, Refusal> {
    match crossing.desk.admit(aim, key) {
        Admission::TakenUp(operation) => {
            let id = operation.id.clone();
            // A task of its own: a caller that hangs up must not leave an operation without an end.
            let begun = tokio::spawn(begin(Arc::clone(&crossing), operation)).await;
            begun.map_err(|_| Refusal::internal("the operation broke off"))?;
            let operation = crossing.desk.operation(&id).ok_or_else(|| unknown("forgotten"))?;
            Ok(answer(&operation, Turn::First))
        }
        Admission::Repeated(operation) => Ok(answer(&operation, Turn::Repeated)),
        Admission::KeyReused(operation) => {
            let Operation { id, aim, .. } = operation;
            let message = format!("this key asked for {} % to {} before, as {id}", aim.percent(), aim.to());
            Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "key-reused", message))
        }
        Admission::Busy(operation) => {
            let message = format!("{} is under way", operation.id);
            Err(Refusal::new(StatusCode::CONFLICT, "busy", message))
        }
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<Key>, Refusal> {
    let bad = || {
        let message = "an Idempotency-Key is 1 to 255 visible ASCII characters, once";
        Refusal::new(StatusCode::BAD_REQUEST, "bad-key", message)
    };
    let mut keys = headers.get_all("idempotency-key").iter();
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => Key::parse(key.as_bytes()).map(Some).ok_or_else(bad),
        (Some(_), Some(_)) => Err(bad()),
    }
}

/// Carries an operation out, or as far as its first answer needs.
async fn begin(crossing: Arc<Crossing>, operation: Operation) {
    let Operation { id, aim, had, .. } = operation;
    let gains = match had.cmp(&aim.percent()) {
        Ordering::Less => aim.to(),
        Ordering::Equal => return crossing.desk.end(&id, Progress::Complete),
        Ordering::Greater => aim.to().other(),
    };
    if let Err(reason) = probe::fit(&crossing, gains).await {
        return crossing.desk.end(&id, Progress::Refused(reason));
    }
    if crossing.takes.is_zero() {
        return finish(&crossing, &id, aim);
    }
    tokio::spawn(async move {
        tokio::time::sleep(crossing.takes).await;
        finish(&crossing, &id, aim);
    });
}

fn finish(crossing: &Crossing, id: &str, aim: Aim) {
    match (crossing.mishap, aim) {
        (None, Aim::Switch(_) | Aim::Weigh(..)) | (Some(Mishap::ShiftHangs | Mishap::ShiftFails), Aim::Switch(_)) => {
            crossing.desk.end(id, Progress::Complete);
        }
        (Some(Mishap::Fails), Aim::Switch(_) | Aim::Weigh(..)) | (Some(Mishap::ShiftFails), Aim::Weigh(..)) => {
            crossing.desk.end(id, Progress::Failed("the switch failed while moving the traffic".to_owned()));
        }
        (Some(Mishap::Hangs), Aim::Switch(_) | Aim::Weigh(..)) | (Some(Mishap::ShiftHangs), Aim::Weigh(..)) => {}
    }
}

/// Answers a request to move traffic with what is known of its operation.
fn answer(operation: &Operation, turn: Turn) -> Response {
    (operation.status(), Json(operation.answer(turn))).into_response()
}
