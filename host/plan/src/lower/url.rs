//! URLs of endpoints: one canonical notation, so that what a person reads is what is dialled.

use std::net::IpAddr;

use holdpoint_core::plan::endpoint::{Origin, Scheme};
use holdpoint_core::text::visible;
use serde_json::{Value as Json, json};
use url::Url;

use crate::problem::Code;
use crate::word::Word;

/// Where an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) origin: Origin,
    /// Begins with `/` and does not end with one, or is empty.
    pub(crate) base_path: String,
}

impl Target {
    /// The address that the host is, when it is no name.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        let host = self.origin.host.as_str();
        let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        inner.parse().ok()
    }
}

/// Why a text is not the URL of an endpoint.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAUrl {
    #[error("a URL is written without spaces and controls: {0:?}")]
    Blank(String),
    #[error("a URL begins with http://, https://, tcp:// or tls://: {0:?} does not")]
    Scheme(String),
    #[error("a URL of an endpoint has no user info: drop what stands before the @")]
    UserInfo,
    #[error("a URL of an endpoint has no {0}: drop what follows the {1:?}")]
    Part(&'static str, char),
    #[error("a backslash is taken for a slash by some, and can't stand in a URL")]
    Backslash,
    #[error("{0:?} is no host")]
    Host(String),
    #[error("an endpoint is one host, and a * stands for none: {0:?}")]
    Star(String),
    #[error("the host {written:?} is written {canonical:?}, the one notation that everyone reads alike")]
    Odd { written: String, canonical: String },
    #[error("{0:?} is no port: it is a plain number from 1 to 65535")]
    Port(String),
    #[error("a {0} URL names its port, as in {0}://host:6379")]
    NoPort(&'static str),
    #[error("a {0} URL ends with its port: drop {1:?}")]
    Path(&'static str, String),
    #[error("the path {0:?} has an empty, a dotted or an escaped segment, which some read differently")]
    Segments(String),
}

impl Word for Target {
    const WANTED: &'static str = "a URL such as \"https://shop.example.com\"";
    const CODE: Code = Code::Url;

    fn parse(text: &str) -> Result<Self, String> {
        parse(text).map_err(|why| why.to_string())
    }

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^(https?|tcp|tls)://[^@?#\\\\\\s]+$"})
    }
}

fn parse(text: &str) -> Result<Target, NotAUrl> {
    if text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) || visible(text) != text {
        return Err(NotAUrl::Blank(visible(text)));
    }
    let no_scheme = || NotAUrl::Scheme(text.to_owned());
    let (scheme, rest) = text.split_once("://").ok_or_else(no_scheme)?;
    let scheme = Scheme::ALL.into_iter().find(|known| known.as_str() == scheme).ok_or_else(no_scheme)?;
    if rest.contains('\\') {
        return Err(NotAUrl::Backslash);
    }
    for (name, mark) in [("fragment", '#'), ("query", '?')] {
        if rest.contains(mark) {
            return Err(NotAUrl::Part(name, mark));
        }
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(NotAUrl::UserInfo);
    }
    let (host, port) = split_authority(authority);
    let host = canonical_host(host)?;
    let port = match (port, scheme.port()) {
        (Some(port), _) => parse_port(port)?,
        (None, Some(port)) => port,
        (None, None) => return Err(NotAUrl::NoPort(scheme.as_str())),
    };
    let base_path = base_path(scheme, path)?;
    Ok(Target { origin: Origin { scheme, host, port }, base_path })
}

/// Splits the port off, not inside the brackets of an IPv6 address.
fn split_authority(authority: &str) -> (&str, Option<&str>) {
    let after_brackets = authority.rfind(']').unwrap_or_default();
    match authority.rfind(':') {
        Some(colon) if colon >= after_brackets => {
            let (host, port) = authority.split_at(colon);
            (host, port.get(1..))
        }
        Some(_) | None => (authority, None),
    }
}

fn parse_port(digits: &str) -> Result<u16, NotAUrl> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain).ok_or_else(|| NotAUrl::Port(digits.to_owned()))
}

/// Returns the host when it is written as the URL standard writes it.
fn canonical_host(written: &str) -> Result<String, NotAUrl> {
    if written.contains('*') {
        return Err(NotAUrl::Star(written.to_owned()));
    }
    let no_host = || NotAUrl::Host(written.to_owned());
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.[]:".contains(&byte);
    if written.is_ascii() && !written.bytes().all(letter) {
        return Err(no_host());
    }
    let url = Url::parse(&format!("http://{written}/")).map_err(|_| no_host())?;
    let canonical = url.host_str().filter(|host| !host.is_empty()).ok_or_else(no_host)?;
    if url.port().is_some() {
        return Err(no_host());
    }
    let canonical = canonical.strip_suffix('.').unwrap_or(canonical).to_owned();
    if canonical.is_empty() {
        return Err(no_host());
    }
    if canonical == written { Ok(canonical) } else { Err(NotAUrl::Odd { written: written.to_owned(), canonical }) }
}

fn base_path(scheme: Scheme, path: &str) -> Result<String, NotAUrl> {
    if !scheme.speaks_http() && !path.is_empty() {
        return Err(NotAUrl::Path(scheme.as_str(), path.to_owned()));
    }
    let base = path.strip_suffix('/').unwrap_or(path);
    let plain = |segment: &str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
        let stem = segment.split(';').next().unwrap_or_default();
        !segment.is_empty() && !matches!(stem, "." | "..") && segment.bytes().all(letters)
    };
    let fits = base.is_empty() || base.split('/').skip(1).all(plain);
    if fits { Ok(base.to_owned()) } else { Err(NotAUrl::Segments(path.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> NotAUrl {
        parse(text).unwrap_err()
    }

    #[test]
    fn a_url_keeps_its_origin_and_its_base_path() {
        let target = parse("https://shop.example.com/eu/").unwrap();

        assert_eq!(target.origin.to_string(), "https://shop.example.com");
        assert_eq!(target.base_path, "/eu");
        assert_eq!(parse("http://[::1]:8080").unwrap().origin.to_string(), "http://[::1]:8080");
        assert_eq!(parse("tcp://redis:6379").unwrap().origin.port, 6379);
    }

    #[test]
    fn a_host_in_an_odd_notation_is_refused_with_the_canonical_one() {
        for (written, canonical) in [
            ("2130706433", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("Shop.Example.com", "shop.example.com"),
            ("shop.example.com.", "shop.example.com"),
            ("b\u{fc}cher.example", "xn--bcher-kva.example"),
            ("[0:0:0:0:0:0:0:1]", "[::1]"),
        ] {
            let expected = NotAUrl::Odd { written: written.to_owned(), canonical: canonical.to_owned() };
            assert_eq!(why(&format!("http://{written}:8080/x")), expected);
        }
    }

    #[test]
    fn a_star_is_no_host() {
        for host in ["*", "*.example.com", "shop.*", "sh*p.example.com"] {
            assert_eq!(why(&format!("https://{host}")), NotAUrl::Star(host.to_owned()));
        }
    }

    #[test]
    fn a_url_says_where_and_nothing_more() {
        assert_eq!(why("https://user@shop.example"), NotAUrl::UserInfo);
        assert_eq!(why("https://shop.example/?a=1"), NotAUrl::Part("query", '?'));
        assert_eq!(why("https://shop.example/#top"), NotAUrl::Part("fragment", '#'));
        assert_eq!(why("https:\\\\shop.example"), NotAUrl::Scheme("https:\\\\shop.example".to_owned()));
        assert_eq!(why("ftp://shop.example"), NotAUrl::Scheme("ftp://shop.example".to_owned()));
    }

    #[test]
    fn a_port_is_a_plain_number() {
        for port in ["", "0", "080", "65536", "+80", "8o"] {
            assert_eq!(why(&format!("http://shop:{port}/")), NotAUrl::Port(port.to_owned()));
        }
        assert_eq!(why("tcp://redis"), NotAUrl::NoPort("tcp"));
    }

    #[test]
    fn a_path_that_could_be_read_in_two_ways_is_refused() {
        for path in ["/a/../b", "/a//b", "/a/%2e%2e", "/..;/b", "//"] {
            assert_eq!(why(&format!("http://shop{path}")), NotAUrl::Segments(path.to_owned()));
        }
    }
}
