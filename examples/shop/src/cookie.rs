//! Cookies, as a request brings them.

use axum::http::{HeaderMap, header};

/// Returns the value of the first cookie of this name.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
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

        assert_eq!(cookie(&headers, "shop_session"), Some("yes"));
    }

    #[test]
    fn a_cookie_line_without_pairs_is_no_cookie() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, ";;shop_session;=;".parse().unwrap());

        assert_eq!(cookie(&headers, "shop_session"), None);
    }
}
