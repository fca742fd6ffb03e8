//! Buying: the cart, the checkout and the orders, as a JSON API.

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Path, State,
        rejection::{JsonRejection, PathRejection},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Floor, visitor::Visitor};
use crate::{
    fault::Fault,
    inventory::Dependency,
    metrics::OrderEnd,
    refusal::Refusal,
    store::{Cart, Order, StoreError},
};

/// So many pieces of a thing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pieces {
    sku: String,
    quantity: u32,
}

/// The cart to buy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Checkout {
    cart: String,
}

pub(super) async fn cart(visitor: Visitor) -> Json<Value> {
    Json(json!({ "cart": visitor.session.cart.as_ref().map(Cart::view) }))
}

pub(super) async fn add(
    State(floor): State<Arc<Floor>>,
    visitor: Visitor,
    pieces: Result<Json<Pieces>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(Pieces { sku, quantity }) = pieces?;
    let cart = floor.store.add(&visitor.token, &sku, quantity)?;
    Ok(Json(json!({ "cart": cart })))
}

pub(super) async fn check_out(
    State(floor): State<Arc<Floor>>,
    visitor: Visitor,
    checkout: Result<Json<Checkout>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(Checkout { cart }) = checkout?;
    let ended = place(&floor, &visitor, &cart).await;
    floor.metrics.order(match &ended {
        Ok(_) => OrderEnd::Accepted,
        Err(refusal) if refusal.is_ours() => OrderEnd::Failed,
        Err(_) => OrderEnd::Refused,
    });
    let order = ended?;
    let place = [(header::LOCATION, format!("/api/orders/{}", order.id))];
    Ok((StatusCode::CREATED, place, Json(json!({ "order": order }))).into_response())
}

async fn place(floor: &Floor, visitor: &Visitor, cart: &str) -> Result<Order, Refusal> {
    if floor.faults.has(Fault::CheckoutBroken) {
        return Err(Refusal::internal("the payment step failed"));
    }
    if floor.inventory.state(&floor.faults).await == Dependency::Down {
        let why = "the inventory doesn't answer";
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "inventory-down", why));
    }
    Ok(floor.store.check_out(&visitor.token, cart)?)
}

pub(super) async fn order(
    State(floor): State<Arc<Floor>>,
    visitor: Visitor,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Refusal> {
    let Path(id) = id?;
    match floor.store.order(&visitor.session.user, &id) {
        Some(order) => Ok(Json(json!({ "order": order }))),
        None => Err(Refusal::new(StatusCode::NOT_FOUND, "unknown-order", format!("you have no order {id:?}"))),
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let (status, code) = match &error {
            StoreError::NoSession => (StatusCode::UNAUTHORIZED, "no-session"),
            StoreError::UnknownSku(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unknown-sku"),
            StoreError::Quantity => (StatusCode::UNPROCESSABLE_ENTITY, "bad-quantity"),
            StoreError::UnknownCart(_) => (StatusCode::NOT_FOUND, "unknown-cart"),
        };
        Self::new(status, code, error.to_string())
    }
}
