//! The pages people see.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use maud::{DOCTYPE, Markup, html};

use super::{Floor, route, visitor::Visitor};

/// Cents as people read them.
struct Euros(u64);

impl maud::Render for Euros {
    fn render(&self) -> Markup {
        html! { "€ " (self.0 / 100) "." (format!("{:02}", self.0 % 100)) }
    }
}

pub(super) async fn home(State(floor): State<Arc<Floor>>) -> Response {
    let body = html! {
        p { "Mugs, notebooks, posters and stickers." }
        p { a href=(route::LOGIN) { "Log in" } }
    };
    page(&floor, "Welcome to the shop", &body)
}

pub(super) async fn dashboard(State(floor): State<Arc<Floor>>, headers: HeaderMap) -> Response {
    let Some(visitor) = Visitor::of(&headers, &floor) else {
        return Redirect::to(route::LOGIN).into_response();
    };
    let body = html! {
        p { "Hello, " span id="user" { (visitor.session.user) } "." }
        @match visitor.session.cart.as_ref().map(crate::store::Cart::total) {
            Some(total) => p id="cart" { "Your cart: " (Euros(total)) },
            None => p id="cart" { "Your cart is empty." },
        }
        @if let Some(order) = &visitor.session.last_order {
            p { "Your last order: " span id="order" { (order) } }
        }
    };
    page(&floor, "Your dashboard", &body)
}

/// Returns the login form; `complaint` says what was wrong with the one before.
pub(super) fn login_form(floor: &Floor, csrf: &str, complaint: Option<&str>) -> Response {
    let body = html! {
        @if let Some(complaint) = complaint { p role="alert" { (complaint) } }
        form method="post" action=(route::LOGIN) {
            input type="hidden" name="csrf" value=(csrf);
            label { "User " input type="text" name="user" autocomplete="username"; }
            label { "Password " input type="password" name="password" autocomplete="current-password"; }
            button type="submit" { "Log in" }
        }
    };
    page(floor, "Log in", &body)
}

/// Returns a page that says why a form was not taken.
pub(super) fn refused(floor: &Floor, status: StatusCode, why: &str) -> Response {
    let body = html! { p role="alert" { (why) } p { a href=(route::LOGIN) { "Log in" } } };
    (status, page(floor, "That did not work", &body)).into_response()
}

fn page(floor: &Floor, title: &str, body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (title) } }
            body {
                h1 { (title) }
                (body)
                footer { "shop " span id="version" { (floor.deployed.version()) } }
            }
        }
    };
    Html(markup.into_string()).into_response()
}
