//! Absolute URLs, as far as cookies and redirects need them. The host parses for itself what it is asked to send.

use std::fmt::{self, Display, Formatter};

/// An absolute `http` or `https` URL, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    scheme: String,
    /// The host and, if it was written, the port.
    authority: String,
    /// Begins with a slash.
    path: String,
    /// Without the question mark.
    query: Option<String>,
}

impl Address {
    /// Reads an absolute URL; a fragment is dropped. `None` for anything else.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return None;
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.is_empty() {
            return None;
        }
        let (path, query) = split_query(tail);
        Some(Self { scheme, authority: authority.to_ascii_lowercase(), path: normal(path), query })
    }

    /// Returns where a reference (a `Location`, say) found here leads. `None` when it leads out of HTTP.
    pub(crate) fn join(&self, reference: &str) -> Option<Self> {
        let reference = reference.trim().split('#').next().unwrap_or_default();
        if let Some(rest) = reference.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.scheme));
        }
        if has_scheme(reference) {
            return Self::parse(reference);
        }
        let (path, query) = split_query(reference);
        let (path, query) = match path {
            "" => (self.path.clone(), query.or_else(|| self.query.clone())),
            absolute if absolute.starts_with('/') => (normal(absolute), query),
            relative => (normal(&format!("{}{relative}", self.folder())), query),
        };
        Some(Self { path, query, ..self.clone() })
    }

    /// Whether both lead to the same scheme, host and port.
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host() == other.host() && self.port() == other.port()
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    /// Returns the host's name or address, without a port, in lower case.
    pub(crate) fn host(&self) -> &str {
        self.host_and_port().0
    }

    /// Returns the path, which begins with a slash.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    fn port(&self) -> &str {
        let usual = if self.is_secure() { "443" } else { "80" };
        self.host_and_port().1.unwrap_or(usual)
    }

    fn host_and_port(&self) -> (&str, Option<&str>) {
        match self.authority.rsplit_once(':') {
            // The last colon within brackets belongs to an IPv6 address.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (&self.authority, None),
        }
    }

    /// Returns the path up to and including its last slash.
    fn folder(&self) -> &str {
        let end = self.path.rfind('/').map_or(0, |last| last + 1);
        &self.path[..end]
    }
}

impl Display for Address {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}{}", self.scheme, self.authority, self.path)?;
        match &self.query {
            Some(query) => write!(out, "?{query}"),
            None => Ok(()),
        }
    }
}

/// Whether a reference begins with a scheme: letters before a colon that stands before any slash.
fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"+-.".contains(&letter))
    })
}

fn split_query(text: &str) -> (&str, Option<String>) {
    match text.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (text, None),
    }
}

/// Returns a path that begins with a slash and has no `.` and `..` in it (RFC 3986, 5.2.4).
fn normal(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
        ends_in_folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let folder = if ends_in_folder && !segments.is_empty() { "/" } else { "" };
    format!("/{}{folder}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(reference: &str) -> String {
        let base = Address::parse("https://shop.test:8443/a/b/c?d=1").expect("a URL");
        base.join(reference).map_or_else(|| "nowhere".to_owned(), |address| address.to_string())
    }

    #[test]
    fn references_lead_where_rfc_3986_says() {
        let table = [
            ("/login", "https://shop.test:8443/login"),
            ("x", "https://shop.test:8443/a/b/x"),
            ("./x?y=2", "https://shop.test:8443/a/b/x?y=2"),
            ("../x", "https://shop.test:8443/a/x"),
            ("../../../x", "https://shop.test:8443/x"),
            ("..", "https://shop.test:8443/a/"),
            ("?y=2", "https://shop.test:8443/a/b/c?y=2"),
            ("//other.test/x", "https://other.test/x"),
            ("http://Other.test", "http://other.test/"),
            ("/x#part", "https://shop.test:8443/x"),
            ("/x:y", "https://shop.test:8443/x:y"),
            ("javascript:alert(1)", "nowhere"),
            ("ftp://other.test/x", "nowhere"),
        ];
        for (reference, expected) in table {
            assert_eq!(joined(reference), expected, "{reference}");
        }
    }

    #[test]
    fn the_usual_port_is_the_same_origin_as_none() {
        let plain = Address::parse("https://shop.test/").expect("a URL");
        let written = Address::parse("https://shop.test:443/").expect("a URL");
        let other = Address::parse("http://shop.test:443/").expect("a URL");

        assert!(plain.has_origin_of(&written));
        assert!(!plain.has_origin_of(&other));
    }

    #[test]
    fn an_ipv6_address_keeps_its_colons() {
        assert_eq!(Address::parse("http://[::1]:80/").expect("a URL").host(), "[::1]");
        assert_eq!(Address::parse("http://[::1]/").expect("a URL").host(), "[::1]");
    }
}
