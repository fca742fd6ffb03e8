//! Who is asking: the session cookie, read and checked.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
};

use super::Floor;
use crate::{refusal::Refusal, store::Session};

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

/// Returns the value of the first cookie of this name.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_over_several_lines() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; xshop_session=no".parse().unwrap());
        headers.append(header::COOKIE, "b=2;shop_session=yes".parse().unwrap());

        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("yes"));
    }

    #[test]
    fn a_cookie_line_without_pairs_is_no_cookie() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, ";;shop_session;=;".parse().unwrap());

        assert_eq!(cookie(&headers, SESSION_COOKIE), None);
    }
}
