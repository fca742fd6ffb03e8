//! Targets: the one canonical parse of what a guest wants to reach.
//!
//! Whatever two parsers could read differently is refused in the text, before any parser sees it: odd notations of
//! addresses, user info, encoded separators, dot segments, controls. What is left has one reading, and the host that
//! the grant is matched against is the host that is dialled.

use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::{Endpoint, Origin, Scheme};
use holdpoint_core::text::visible;
use url::Url;

/// The longest URL, in bytes.
pub const LONGEST: usize = 8 * 1024;

/// What a guest wants to reach, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `endpoint:NAME`, with what stands below it: empty, or a path, or a query, or both.
    Named {
        /// The endpoint's name.
        name: EndpointName,
        /// What stands below it.
        below: String,
    },
    /// An absolute URL.
    Absolute(Place),
}

/// A place that HTTP can be spoken to: canonical, so that equal places have equal texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    origin: Origin,
    url: Url,
}

impl Place {
    /// Scheme, host and port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The path. Begins with `/`.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// The whole, as it will be asked.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

/// Why a text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATarget {
    /// It is longer than [`LONGEST`].
    #[error("the URL has {0} bytes, and may have {LONGEST}")]
    TooLong(usize),
    /// It holds a space or a control character.
    #[error("the URL holds {0:?}; spaces are written %20, controls have no place in it")]
    Blank(char),
    /// It has a fragment.
    #[error("the URL has a fragment (#), which never goes over the network")]
    Fragment,
    /// It holds a backslash.
    #[error("the URL holds a backslash, which some take for a slash")]
    Backslash,
    /// It is neither absolute nor names an endpoint.
    #[error("the URL is neither endpoint:NAME/path nor an absolute http or https URL: {0}")]
    NotAbsolute(String),
    /// Its scheme is another than `http` and `https`.
    #[error("the scheme {0:?} is not spoken here, only http and https")]
    Scheme(String),
    /// The endpoint's name is none.
    #[error("{0:?} is not the name of an endpoint")]
    Name(String),
    /// It has a user or a password.
    #[error("the URL has user info before the host")]
    UserInfo,
    /// The host is not written the one canonical way.
    #[error("the host {written:?} is not written the canonical way{}", as_in(.canonical.as_deref()))]
    Host {
        /// As it was written.
        written: String,
        /// How it would be written, where that can be said.
        canonical: Option<String>,
    },
    /// The port is not a number from 1 to 65535 in plain digits.
    #[error("{0:?} is not a port")]
    Port(String),
    /// The path has an empty segment.
    #[error("the path has an empty segment (//)")]
    EmptySegment,
    /// The path has a dot segment.
    #[error("the path has a dot segment ({0:?})")]
    DotSegment(String),
    /// The path holds an escape that hides a separator, a dot or a control, or that is none.
    #[error("the path holds {0:?}, an escape that can be read in more than one way")]
    Escape(String),
}

fn as_in(canonical: Option<&str>) -> String {
    canonical.map(|text| format!(", which would be {text:?}")).unwrap_or_default()
}

/// Takes a text as a target.
///
/// # Errors
/// When it could be read in more than one way, or names nothing that HTTP is spoken to.
pub fn parse(text: &str) -> Result<Target, NotATarget> {
    check_characters(text)?;
    match text.strip_prefix("endpoint:") {
        Some(rest) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (name, below) = rest.split_at(end);
            let name = EndpointName::parse(name).map_err(|_| NotATarget::Name(visible(name)))?;
            check_path(split_query(below).0)?;
            Ok(Target::Named { name, below: below.to_owned() })
        }
        None => place(text).map(Target::Absolute),
    }
}

/// Takes a text as the name of an endpoint and nothing more: `endpoint:NAME`.
///
/// # Errors
/// When it is anything else.
pub fn parse_name(text: &str) -> Result<EndpointName, NotATarget> {
    let name = text.strip_prefix("endpoint:").ok_or_else(|| NotATarget::NotAbsolute(visible(text)))?;
    EndpointName::parse(name).map_err(|_| NotATarget::Name(visible(name)))
}

/// Joins what stands below an endpoint to the endpoint's own URL.
///
/// # Errors
/// When the endpoint's scheme is not HTTP's, or the whole is no longer canonical.
pub fn join(endpoint: &Endpoint, below: &str) -> Result<Place, NotATarget> {
    let whole = format!("{}{below}", endpoint.url());
    check_characters(&whole)?;
    place(&whole)
}

fn check_characters(text: &str) -> Result<(), NotATarget> {
    if text.len() > LONGEST {
        return Err(NotATarget::TooLong(text.len()));
    }
    if let Some(blank) = text.chars().find(|c| c.is_control() || c.is_whitespace()) {
        return Err(NotATarget::Blank(blank));
    }
    if text.contains('\\') {
        return Err(NotATarget::Backslash);
    }
    if text.contains('#') { Err(NotATarget::Fragment) } else { Ok(()) }
}

fn place(text: &str) -> Result<Place, NotATarget> {
    let not_absolute = || NotATarget::NotAbsolute(visible(text));
    let (written_scheme, rest) = text.split_once(':').ok_or_else(not_absolute)?;
    let scheme = match written_scheme.to_ascii_lowercase().as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return Err(NotATarget::Scheme(visible(written_scheme))),
    };
    let rest = rest.strip_prefix("//").ok_or_else(not_absolute)?;
    let (authority, below) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = split_query(below).0;
    check_path(path)?;
    let (written_host, port) = split_authority(authority, scheme)?;
    let misread = |canonical| NotATarget::Host { written: visible(written_host), canonical };
    // The URL standard lets more into a host than the HTTP client's own parser does, or any name server.
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.[]:".contains(&byte);
    if written_host.is_ascii() && !written_host.bytes().all(letter) {
        return Err(misread(None));
    }
    let url = Url::parse(text).map_err(|_| misread(None))?;
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() || host.ends_with('.') || written_host.to_ascii_lowercase() != host {
        return Err(misread(Some(host.to_owned()).filter(|host| !host.is_empty())));
    }
    let agrees = url.port_or_known_default() == Some(port)
        && url.scheme() == scheme.as_str()
        && url.path().split('/').count() == path.split('/').count().max(2);
    let origin = Origin { scheme, host: host.to_owned(), port };
    if agrees { Ok(Place { origin, url }) } else { Err(not_absolute()) }
}

fn split_query(below: &str) -> (&str, Option<&str>) {
    below.split_once('?').map_or((below, None), |(path, query)| (path, Some(query)))
}

/// Splits `host` or `host:port`. The port is digits that no two parsers read differently.
fn split_authority(authority: &str, scheme: Scheme) -> Result<(&str, u16), NotATarget> {
    if authority.contains('@') {
        return Err(NotATarget::UserInfo);
    }
    let host_end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match authority.get(host_end..).and_then(|rest| rest.find(':')) {
        Some(colon) => authority.split_at(host_end + colon),
        None => (authority, ""),
    };
    let port = match port.strip_prefix(':') {
        None => scheme.port().unwrap_or_default(),
        Some(digits) => {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
            let number = digits.parse().ok().filter(|_| plain);
            number.ok_or_else(|| NotATarget::Port(visible(digits)))?
        }
    };
    Ok((host, port))
}

/// Checks a path as it was written: nothing in it may be taken away or added by whoever reads it next.
fn check_path(path: &str) -> Result<(), NotATarget> {
    let Some(inner) = path.strip_prefix('/') else {
        return if path.is_empty() { Ok(()) } else { Err(NotATarget::NotAbsolute(visible(path))) };
    };
    let last = inner.split('/').count();
    for (index, segment) in inner.split('/').enumerate() {
        if segment.is_empty() && index + 1 != last {
            return Err(NotATarget::EmptySegment);
        }
        // Some servers cut parameters off first: `..;x` is `..` to them.
        if matches!(segment.split(';').next(), Some("." | "..")) {
            return Err(NotATarget::DotSegment(visible(segment)));
        }
        check_escapes(segment)?;
    }
    Ok(())
}

fn check_escapes(segment: &str) -> Result<(), NotATarget> {
    for after in segment.split('%').skip(1) {
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(b'/' | b'\\' | b'.' | b'%' | b';' | 0..=0x1f | 0x7f) | None => {
                let shown: String = after.chars().take(2).collect();
                return Err(NotATarget::Escape(visible(&format!("%{shown}"))));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn absolute(text: &str) -> Result<Place, NotATarget> {
        match parse(text)? {
            Target::Absolute(place) => Ok(place),
            Target::Named { .. } => panic!("{text} names an endpoint"),
        }
    }

    #[test]
    fn an_ordinary_url_is_its_origin_and_its_path() {
        for (text, origin, path) in [
            ("http://shop.example", "http://shop.example", "/"),
            ("https://shop.example/a/b?c=/../d#".trim_end_matches('#'), "https://shop.example", "/a/b"),
            ("http://shop.example:8080?x", "http://shop.example:8080", "/"),
            ("http://shop.example:80/", "http://shop.example", "/"),
            ("HTTP://Shop.EXAMPLE/A", "http://shop.example", "/A"),
            ("http://127.0.0.1/", "http://127.0.0.1", "/"),
            ("http://[::1]:81/x/", "http://[::1]:81", "/x/"),
            ("http://h/a%20b;v=1/c.d/.e", "http://h", "/a%20b;v=1/c.d/.e"),
            ("http://h/größe", "http://h", "/gr%C3%B6%C3%9Fe"),
        ] {
            let place = absolute(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((place.origin().to_string().as_str(), place.path()), (origin, path), "{text}");
        }
    }

    #[test]
    fn an_odd_notation_of_a_host_is_refused() {
        for text in [
            "http://2852039166/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://169.254.43518/",
            "http://127.1/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://localhost./",
            "http://１２７.0.0.1/",
            "http://127。0。0。1/",
            "http://ⓛocalhost/",
            "http://[fe80::1%25eth0]/",
            "http://[fe80::1%eth0]/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://%31%32%37.0.0.1/",
            "http://a%2eb/",
            "http://1.2.3.4.5/",
            "http://256.0.0.1/",
            "http://a b/",
            "http://bücher.example/",
            "http://a<b/",
            "http://a^b/",
            "http://a|b/",
            "http://a}b/",
            "http://a$b/",
            "http://[v1.x]/",
        ] {
            let error = absolute(text).unwrap_err();
            assert!(matches!(error, NotATarget::Host { .. } | NotATarget::Blank(_)), "{text}: {error:?}");
        }
    }

    #[test]
    fn an_odd_notation_of_anything_else_is_refused() {
        for text in [
            "http://h:65536/",
            "http://h:+80/",
            "http://h:080/",
            "http://h:/",
            "http://h:0/",
            "http://h:80:80/",
            "http://h:８０/",
            "http://h:-1/",
            "http://[::1/",
            "http://[::1/",
            "http://[::1]:x/",
            "http://[::1]x/",
            "http://user@h/",
            "http://u:p@h/",
            "http://@h/",
            "http://h\\@evil/",
            "http:/h/",
            "http:h",
            "http:///h/",
            "http:////h/",
            "//h/",
            "/path",
            "",
            "h",
            "http://",
            "http://?x",
            "http://h#x",
            " http://h/",
            "ht\ttp://h/",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_odd_notation_of_a_path_is_refused() {
        for text in [
            "http://h/a\\b",
            "http://h/#x",
            "http://h//",
            "http://h//a",
            "http://h/a//b",
            "http://h/a//",
            "http://h/..",
            "http://h/a/../b",
            "http://h/./a",
            "http://h/a/.",
            "http://h/%2e%2e/a",
            "http://h/a%2Fb",
            "http://h/a%5cb",
            "http://h/%252e",
            "http://h/a%00",
            "http://h/a%0d%0ab",
            "http://h/%zz",
            "http://h/%2",
            "http://h/%",
            "http://h/..;/admin",
            "http://h/.;x/a",
            "http://h/..%3b/a",
            "http://h/a b",
            "http://h/\n",
            "http://h/\t",
            "http://h/a\u{a0}b",
            "http://h/a\u{2028}",
            "http://h/a\0",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        let long = format!("http://h/{}", "a".repeat(LONGEST));
        assert!(matches!(parse(&long), Err(NotATarget::TooLong(_))));
    }

    #[test]
    fn a_backslash_is_refused_wherever_it_stands() {
        for text in ["http://h\\@evil/", "http:\\\\h/", "http://h/a\\b", "http://h/?a\\b", "endpoint:shop/?\\"] {
            assert_eq!(parse(text), Err(NotATarget::Backslash), "{text}");
        }
    }

    #[test]
    fn another_scheme_is_told_as_such() {
        for text in
            ["file:///etc/passwd", "gopher://h/", "data:text/plain,x", "ftp://h/", "ws://h/", "unix:/x", "httpx://h/"]
        {
            assert!(matches!(parse(text), Err(NotATarget::Scheme(_))), "{text}");
        }
    }

    #[test]
    fn an_endpoint_is_named_with_what_stands_below_it() {
        for (text, expected) in [("endpoint:shop", ""), ("endpoint:shop/a?b", "/a?b"), ("endpoint:shop?b", "?b")] {
            let name = EndpointName::parse("shop").unwrap();
            assert_eq!(parse(text), Ok(Target::Named { name, below: expected.to_owned() }), "{text}");
        }
        for text in [
            "endpoint:",
            "endpoint:/a",
            "endpoint:Shop/",
            "endpoint:a.b/",
            "endpoint:shop:80/",
            "endpoint:shop@evil/",
            "endpoint:shop/../x",
            "endpoint:shop//x",
            "endpoint:shop/%2e%2e/x",
            "endpoint:shop#x",
            "endpoint:shop\\x",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_text_what_was_checked_is_what_is_asked(
            text in prop_oneof![
                "(https?://)?[a-z0-9.:@\\[\\]%/?#\\\\;_ -]{0,40}",
                "[hH]ttps?://[a-zA-Z0-9.-]{1,9}(:[0-9]{1,5})?(/[a-z0-9.;_~!$&'()*+,=:@-]{0,4}){0,5}(\\?[a-z/.?=%]{0,9})?",
                "http://(\\[[0-9a-f:]{2,12}\\]|[0-9x.]{1,11})(:[0-9]{1,4})?(/%[0-7][0-9a-f]|/){0,3}",
            ],
        ) {
            if let Ok(Target::Absolute(place)) = parse(&text) {
                let url = place.url();
                prop_assert_eq!(Some(place.origin().host.as_str()), url.host_str());
                prop_assert_eq!(Some(place.origin().port), url.port_or_known_default());
                prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
                // The reading is a fixed point, and the wire's own parser has the same one.
                let Ok(Target::Absolute(again)) = parse(url.as_str()) else { panic!("{url} does not survive itself") };
                prop_assert_eq!(&again, &place);
                let wire: http::Uri = url.as_str().parse().unwrap();
                prop_assert_eq!(wire.host(), url.host_str());
                prop_assert_eq!(wire.path(), place.path());
                prop_assert_eq!(wire.port_u16(), url.port());
                // Nothing in the path goes anywhere else than where it says.
                let written = text.split_once("://").unwrap().1;
                let written = written.find(['/', '?']).map_or("", |at| &written[at..]).split('?').next().unwrap();
                prop_assert_eq!(place.path(), if written.is_empty() { "/" } else { written });
            }
        }

        #[test]
        fn no_text_makes_the_parse_panic(text in ".{0,60}") {
            let _ = parse(&text);
            let _ = parse(&format!("http://{text}"));
            let _ = parse(&format!("endpoint:{text}"));
        }
    }
}
