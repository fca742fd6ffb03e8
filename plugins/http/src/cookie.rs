//! Cookies: a small jar after RFC 6265, for the length of one flow.
//!
//! No public suffix list: a cookie for a whole top-level domain is refused because it has one label, one for `co.uk`
//! is not. A flow talks to granted endpoints only.

mod date;

use crate::address::Address;

/// The cookies so far.
#[derive(Debug, Default)]
pub(crate) struct Jar {
    cookies: Vec<Cookie>,
}

#[derive(Debug)]
struct Cookie {
    name: String,
    value: String,
    /// The host it came from, or the domain that it names.
    domain: String,
    reach: Reach,
    path: String,
    transport: Transport,
    /// In seconds since the Unix epoch; without it the cookie lives as long as the flow.
    expires: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// That very host.
    Host,
    /// The domain and all below it.
    Domain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Any,
    /// Only over TLS.
    Secure,
}

impl Jar {
    /// Takes in one `set-cookie` header that came from an address, at a moment in seconds since the Unix epoch.
    /// Returns why it was not taken.
    pub(crate) fn take(&mut self, from: &Address, header: &str, now: i64) -> Result<(), String> {
        let cookie = Cookie::read(from, header, now)?;
        self.cookies.retain(|old| !old.has_place_of(&cookie));
        if cookie.is_alive(now) {
            self.cookies.push(cookie);
        }
        Ok(())
    }

    /// Returns the `cookie` header for a request to an address at a moment: the longest paths first, then the oldest.
    pub(crate) fn header(&self, to: &Address, now: i64) -> Option<String> {
        let mut fitting: Vec<&Cookie> =
            self.cookies.iter().filter(|cookie| cookie.is_alive(now) && cookie.fits(to)).collect();
        fitting.sort_by_key(|cookie| usize::MAX - cookie.path.len());
        let pairs: Vec<String> = fitting.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        if pairs.is_empty() { None } else { Some(pairs.join("; ")) }
    }
}

impl Cookie {
    fn read(from: &Address, header: &str, now: i64) -> Result<Self, String> {
        let mut parts = header.split(';');
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).ok_or("it has no value")?;
        let mut cookie = Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            domain: from.host().to_owned(),
            reach: Reach::Host,
            path: default_path(from),
            transport: Transport::Any,
            expires: None,
        };
        if cookie.name.is_empty() {
            return Err("it has no name".to_owned());
        }
        let mut max_age = None;
        for attribute in parts {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "domain" => cookie.restrict_to_domain(value, from)?,
                "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                "secure" => cookie.transport = Transport::Secure,
                "max-age" => max_age = value.parse::<i64>().ok().or(max_age),
                "expires" => cookie.expires = date::seconds(value).or(cookie.expires),
                _ => {}
            }
        }
        // Max-Age wins over Expires, wherever it stands (RFC 6265, 5.3).
        if let Some(age) = max_age {
            cookie.expires = Some(now.saturating_add(age));
        }
        if cookie.transport == Transport::Secure && !from.is_secure() {
            return Err("it is for TLS only and came without".to_owned());
        }
        Ok(cookie)
    }

    fn restrict_to_domain(&mut self, domain: &str, from: &Address) -> Result<(), String> {
        let domain = domain.trim_start_matches('.').to_ascii_lowercase();
        if domain.is_empty() || domain == from.host() {
            self.reach = if domain.is_empty() { Reach::Host } else { Reach::Domain };
            return Ok(());
        }
        if !domain.contains('.') || !is_below(from.host(), &domain) {
            return Err(format!("{} may not set it for {domain}", from.host()));
        }
        self.domain = domain;
        self.reach = Reach::Domain;
        Ok(())
    }

    fn has_place_of(&self, other: &Self) -> bool {
        self.name == other.name && self.domain == other.domain && self.path == other.path
    }

    fn is_alive(&self, now: i64) -> bool {
        self.expires.is_none_or(|end| end > now)
    }

    fn fits(&self, to: &Address) -> bool {
        let host = match self.reach {
            Reach::Host => to.host() == self.domain,
            Reach::Domain => to.host() == self.domain || is_below(to.host(), &self.domain),
        };
        let transport = match self.transport {
            Transport::Any => true,
            Transport::Secure => to.is_secure(),
        };
        host && transport && covers(&self.path, to.path())
    }
}

/// Whether a host is a name below a domain. An address is below nothing.
fn is_below(host: &str, domain: &str) -> bool {
    let is_address = host.starts_with('[') || host.bytes().all(|letter| letter.is_ascii_digit() || letter == b'.');
    !is_address && host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether a cookie's path covers a request's (RFC 6265, 5.1.4).
fn covers(cookie: &str, request: &str) -> bool {
    request.strip_prefix(cookie).is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

/// Returns the path of a cookie that names none: the folder of the request, without its last slash.
fn default_path(from: &Address) -> String {
    match from.path().rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(last) => from.path()[..last].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600;

    fn at(url: &str) -> Address {
        Address::parse(url).expect("a URL")
    }

    fn sent(set_cookie: &str, from: &str, to: &str) -> Option<String> {
        let mut jar = Jar::default();
        let _ = jar.take(&at(from), set_cookie, NOW);
        jar.header(&at(to), NOW)
    }

    #[test]
    fn a_cookie_without_attributes_goes_back_to_its_host_and_folder() {
        let table = [
            ("https://shop.test/a/b", Some("s=1")),
            ("https://shop.test/a", Some("s=1")),
            ("https://shop.test/a/b/c?d", Some("s=1")),
            ("https://shop.test/", None),
            ("https://shop.test/ab", None),
            ("https://www.shop.test/a/b", None),
        ];
        for (to, expected) in table {
            assert_eq!(sent("s=1", "https://shop.test/a/login", to).as_deref(), expected, "{to}");
        }
    }

    #[test]
    fn a_cookie_for_a_domain_goes_to_every_host_below_it() {
        let cookie = "s=1; Domain=.shop.test; Path=/";

        assert_eq!(sent(cookie, "https://www.shop.test/", "https://api.shop.test/").as_deref(), Some("s=1"));
        assert_eq!(sent(cookie, "https://www.shop.test/", "https://shop.test/").as_deref(), Some("s=1"));
        assert_eq!(sent(cookie, "https://www.shop.test/", "https://myshop.test/"), None);
    }

    #[test]
    fn a_cookie_for_somebody_elses_domain_is_refused() {
        let mut jar = Jar::default();

        for domain in ["bank.test", "test", "api.shop.test"] {
            assert!(jar.take(&at("https://shop.test/"), &format!("s=1; Domain={domain}"), NOW).is_err(), "{domain}");
        }
    }

    #[test]
    fn an_address_has_no_domain_above_it() {
        let mut jar = Jar::default();

        assert!(jar.take(&at("http://10.0.0.1/"), "s=1; Domain=0.0.1", NOW).is_err());
    }

    #[test]
    fn a_secure_cookie_neither_comes_nor_goes_without_tls() {
        assert_eq!(sent("s=1; Secure; Path=/", "https://shop.test/", "http://shop.test/"), None);
        assert_eq!(sent("s=1; Secure; Path=/", "http://shop.test/", "https://shop.test/"), None);
        assert_eq!(sent("s=1; Secure; Path=/", "https://shop.test/", "https://shop.test/").as_deref(), Some("s=1"));
    }

    #[test]
    fn a_cookie_ends_with_its_age() {
        let mut jar = Jar::default();
        let shop = at("https://shop.test/");

        jar.take(&shop, "s=1; Max-Age=60; Expires=Wed, 21 Oct 2015 07:28:00 GMT", NOW).expect("a cookie");

        assert_eq!(jar.header(&shop, NOW + 59).as_deref(), Some("s=1"));
        assert_eq!(jar.header(&shop, NOW + 60), None);
    }

    #[test]
    fn a_cookie_that_has_ended_removes_its_predecessor() {
        let mut jar = Jar::default();
        let shop = at("https://shop.test/");

        jar.take(&shop, "s=1", NOW).expect("a cookie");
        jar.take(&shop, "s=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOW).expect("a cookie");

        assert_eq!(jar.header(&shop, NOW), None);
    }

    #[test]
    fn the_longest_path_comes_first_and_a_new_value_replaces_the_old() {
        let mut jar = Jar::default();
        let shop = at("https://shop.test/a/b");

        for header in ["x=1; Path=/", "y=2; Path=/a", "x=3; Path=/"] {
            jar.take(&shop, header, NOW).expect("a cookie");
        }

        assert_eq!(jar.header(&shop, NOW).as_deref(), Some("y=2; x=3"));
    }
}
