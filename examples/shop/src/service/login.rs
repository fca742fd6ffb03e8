//! Logging in: a form with a token that has to come back, a session cookie when it does.

use std::sync::Arc;

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Floor, TEST_USER, page, route, visitor::SESSION_COOKIE};
use crate::{cookie::cookie, refusal::Refusal, token::fresh_token};

/// The cookie that ties a form to the browser it was shown in.
const FORM_COOKIE: &str = "shop_form";

/// The login form as posted; what is missing is empty.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Posted {
    user: String,
    password: String,
    csrf: String,
}

pub(super) async fn form(State(floor): State<Arc<Floor>>) -> Result<Response, Refusal> {
    show(&floor, None)
}

pub(super) async fn submit(
    State(floor): State<Arc<Floor>>,
    headers: HeaderMap,
    posted: Result<Form<Posted>, FormRejection>,
) -> Result<Response, Refusal> {
    let posted = match posted {
        Ok(Form(posted)) => posted,
        Err(rejection) => {
            return Ok(page::refused(&floor, rejection.status(), "the form can't be read"));
        }
    };
    let shown = cookie(&headers, FORM_COOKIE).is_some_and(|form| floor.store.take_form(form, &posted.csrf));
    if !shown {
        return Ok(page::refused(&floor, StatusCode::FORBIDDEN, "this form was not shown to you, or used before"));
    }
    if posted.user != TEST_USER || posted.password != floor.password {
        let again = show(&floor, Some("user and password don't match"))?;
        return Ok((StatusCode::UNAUTHORIZED, again).into_response());
    }
    let token = fresh_token()?;
    floor.store.open_session(token.clone(), posted.user);
    let cookies = [set(SESSION_COOKIE, &token), forget(FORM_COOKIE)];
    Ok((AppendHeaders(cookies), Redirect::to(route::DASHBOARD)).into_response())
}

fn show(floor: &Floor, complaint: Option<&str>) -> Result<Response, Refusal> {
    let (form, csrf) = (fresh_token()?, fresh_token()?);
    floor.store.show_form(form.clone(), csrf.clone());
    let headers = [set(FORM_COOKIE, &form), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((AppendHeaders(headers), page::login_form(floor, &csrf, complaint)).into_response())
}

fn set(name: &str, value: &str) -> (HeaderName, String) {
    (header::SET_COOKIE, format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax"))
}

fn forget(name: &str) -> (HeaderName, String) {
    (header::SET_COOKIE, format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"))
}
