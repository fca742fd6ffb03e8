//! Who is asking: the session cookie, read and checked.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
};

use super::Floor;
use crate::{cookie::cookie, refusal::Refusal, store::Session};

/// The cookie of someone who has logged in.
pub(super) const SESSION_COOKIE: &str = "shop_session";

/// Someone who has logged in.
pub(super) struct Visitor {
    pub(super) token: String,
    pub(super) session: Session,
}

impl Visitor {
    /// Finds the session that the request's cookie names.
    pub(super) fn of(headers: &HeaderMap, floor: &Floor) -> Option<Self> {
        let token = cookie(headers, SESSION_COOKIE)?;
        Some(Self { token: token.to_owned(), session: floor.store.session(token)? })
    }
}

/// For the API: without a session, a 401.
impl FromRequestParts<Arc<Floor>> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, floor: &Arc<Floor>) -> Result<Self, Refusal> {
        Self::of(&parts.headers, floor)
            .ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "no-session", "log in first, at /login"))
    }
}
