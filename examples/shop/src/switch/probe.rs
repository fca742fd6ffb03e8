//! Looking at a colour: its health and its version.

use std::time::Duration;

use axum::http::uri::PathAndQuery;
use serde_json::{Value, json};

use super::Crossing;
use crate::{
    client::{NoAnswer, get},
    colour::Colour,
};

const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// Checks that a colour can take the traffic.
///
/// # Errors
/// Why it can't: its health doesn't answer or isn't 2xx.
pub(super) async fn fit(crossing: &Crossing, colour: Colour) -> Result<(), String> {
    match ask(crossing, colour, "/health").await {
        Ok((status, _)) if (200..300).contains(&status) => Ok(()),
        Ok((status, _)) => Err(format!("{colour} is not healthy: /health answered {status}")),
        Err(why) => Err(format!("{colour} does not answer at /health: {why}")),
    }
}

/// Returns a colour's version and health, as the admin API shows them.
pub(super) async fn look(crossing: &Crossing, colour: Colour) -> Value {
    let (health, version) = tokio::join!(ask(crossing, colour, "/health"), ask(crossing, colour, "/version"));
    let (health, code, detail) = match health {
        Ok((code @ 200..300, body)) => ("ok", Some(code), body),
        Ok((code, body)) => ("unhealthy", Some(code), body),
        Err(why) => ("unreachable", None, Value::String(why.to_string())),
    };
    json!({
        "url": crossing.origin(colour).to_string(),
        "live": crossing.desk.live() == colour,
        "health": health,
        "health_code": code,
        "health_detail": detail,
        "version": version.map_or(Value::Null, |(_, body)| body),
    })
}

/// Asks a colour for JSON; a body that is none reads as null.
async fn ask(crossing: &Crossing, colour: Colour, path: &'static str) -> Result<(u16, Value), NoAnswer> {
    let Some(url) = crossing.origin(colour).at(PathAndQuery::from_static(path)) else {
        return Err(NoAnswer::Late(Duration::ZERO));
    };
    let (status, body) = get(&crossing.client, url, ANSWERS_WITHIN).await?;
    Ok((status.as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null)))
}
