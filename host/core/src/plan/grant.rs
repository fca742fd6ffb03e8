//! Requests, grants, and what is in force: the intersection of what a plugin asks for, what the plan grants and what
//! the host's policy allows.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::manifest::Request;
use crate::name::EndpointName;
use crate::policy::HostPolicy;

/// What a plan allows a plugin. There is no "all": a list of none allows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "kebab-case")]
pub enum Grant {
    /// HTTP requests to an endpoint.
    Http {
        /// The endpoint.
        endpoint: EndpointName,
        /// The methods.
        methods: BTreeSet<Method>,
        /// The paths below the endpoint's own.
        paths: Vec<PathPattern>,
    },
    /// Operations below HTTP on an endpoint.
    Net {
        /// The endpoint.
        endpoint: EndpointName,
        /// The operations.
        operations: BTreeSet<NetOperation>,
    },
}

impl Grant {
    /// The endpoint that it opens.
    pub fn endpoint(&self) -> &EndpointName {
        match self {
            Self::Http { endpoint, .. } | Self::Net { endpoint, .. } => endpoint,
        }
    }
}

/// What is in force for a plugin. The gateway takes nothing else, so a raw grant can't reach it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Effective(Vec<Grant>);

impl Effective {
    /// Nothing at all.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The intersection of what is asked for, granted and allowed. A grant of which nothing is left is dropped.
    pub fn of(requests: &[Request], grants: &[Grant], policy: &HostPolicy) -> Self {
        Self(grants.iter().filter_map(|grant| narrowed(grant, requests, policy)).collect())
    }

    /// What is left of each grant.
    pub fn grants(&self) -> &[Grant] {
        &self.0
    }
}

fn narrowed(grant: &Grant, requests: &[Request], policy: &HostPolicy) -> Option<Grant> {
    match grant {
        Grant::Http { endpoint, methods, paths } => {
            let asked = |method: &&Method| {
                requests.iter().any(|request| match request {
                    Request::Http { methods, .. } => methods.contains(*method),
                    Request::Net { .. } => false,
                })
            };
            let allowed = methods.iter().filter(asked).filter(|method| policy.methods.contains(*method));
            let methods: BTreeSet<Method> = allowed.cloned().collect();
            let left = !methods.is_empty() && !paths.is_empty();
            left.then(|| Grant::Http { endpoint: endpoint.clone(), methods, paths: paths.clone() })
        }
        Grant::Net { endpoint, operations } => {
            let asked = |operation: &&NetOperation| {
                requests.iter().any(|request| match request {
                    Request::Net { operations, .. } => operations.contains(*operation),
                    Request::Http { .. } => false,
                })
            };
            let allowed = operations.iter().filter(asked).filter(|op| policy.operations.contains(*op));
            let operations: BTreeSet<NetOperation> = allowed.copied().collect();
            (!operations.is_empty()).then(|| Grant::Net { endpoint: endpoint.clone(), operations })
        }
    }
}

/// An HTTP method, in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Method(String);

/// Why a text is not a method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a method is one to sixteen capital letters, such as GET: {0:?} is not")]
pub struct NotAMethod(pub String);

impl Method {
    /// Takes a text as a method. `CONNECT` and `TRACE` are refused: nothing that a check needs goes over them.
    ///
    /// # Errors
    /// When it is not one to sixteen capital ASCII letters.
    pub fn parse(text: &str) -> Result<Self, NotAMethod> {
        let fits = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
        if fits && text != "CONNECT" && text != "TRACE" {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAMethod(text.to_owned()))
        }
    }

    /// The method as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Method {
    type Error = NotAMethod;
    fn try_from(text: String) -> Result<Self, NotAMethod> {
        Self::parse(&text)
    }
}

impl From<Method> for String {
    fn from(method: Method) -> Self {
        method.0
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What can be done below HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetOperation {
    /// Resolve the endpoint's name.
    Resolve,
    /// Open a TCP connection.
    Connect,
    /// Open a TLS connection and look at the certificate.
    InspectTls,
    /// Send a few bytes and read a few.
    Transact,
}

impl NetOperation {
    /// Every operation, as it is written in a plan.
    pub const ALL: [(&'static str, Self); 4] = [
        ("resolve", Self::Resolve),
        ("connect", Self::Connect),
        ("inspect-tls", Self::InspectTls),
        ("transact", Self::Transact),
    ];
}

/// Which paths are meant: segments that stand for themselves, `*` for exactly one segment, and a last `**` for any
/// number of them, none included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathPattern(String);

/// Why a text is not a path pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPathPattern {
    /// It does not begin at the root.
    #[error("a path pattern begins with /")]
    NotRooted,
    /// `**` stands somewhere else than at the end.
    #[error("** can only be the last segment")]
    EarlyRest,
    /// A star stands beside other characters.
    #[error("* stands for one whole segment, so it can't be part of one: {0:?}")]
    PartialStar(String),
    /// A segment would not survive the canonical parse.
    #[error("a path pattern has no empty, dot or encoded segments, no query and no backslash: {0:?}")]
    NotCanonical(String),
}

impl PathPattern {
    /// Takes a text as a path pattern.
    ///
    /// # Errors
    /// When it does not begin with `/`, or a star or a segment stands where it has no meaning.
    pub fn parse(text: &str) -> Result<Self, NotAPathPattern> {
        let path = text.strip_prefix('/').ok_or(NotAPathPattern::NotRooted)?;
        let count = path.split('/').count();
        for (index, segment) in path.split('/').enumerate() {
            let last = index + 1 == count;
            match segment {
                "**" if !last => return Err(NotAPathPattern::EarlyRest),
                "*" | "**" => {}
                "" if last => {}
                "" | "." | ".." => return Err(NotAPathPattern::NotCanonical(segment.to_owned())),
                _ if segment.contains('*') => return Err(NotAPathPattern::PartialStar(segment.to_owned())),
                _ if segment.contains(['\\', '%', '?', '#']) || segment.chars().any(char::is_control) => {
                    return Err(NotAPathPattern::NotCanonical(segment.to_owned()));
                }
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether it means this path, which the canonical parse has written and which begins with `/`.
    pub fn covers(&self, path: &str) -> bool {
        let mut wanted = self.0.split('/').skip(1);
        let mut given = path.split('/').skip(1);
        loop {
            match (wanted.next(), given.next()) {
                (Some("**"), _) | (None, None) => return true,
                (Some("*"), Some(segment)) if !segment.is_empty() => {}
                (Some(pattern), Some(segment)) if pattern == segment => {}
                (Some(_) | None, Some(_) | None) => return false,
            }
        }
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PathPattern {
    type Error = NotAPathPattern;
    fn try_from(text: String) -> Result<Self, NotAPathPattern> {
        Self::parse(&text)
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> Self {
        pattern.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, path: &str) -> bool {
        PathPattern::parse(pattern).unwrap().covers(path)
    }

    #[test]
    fn a_star_is_exactly_one_segment() {
        assert!(covers("/api/*", "/api/cart"));
        assert!(!covers("/api/*", "/api"));
        assert!(!covers("/api/*", "/api/"));
        assert!(!covers("/api/*", "/api/cart/1"));
    }

    #[test]
    fn two_stars_are_the_rest_and_nothing_beside_it() {
        assert!(covers("/**", "/"));
        assert!(covers("/api/**", "/api"));
        assert!(covers("/api/**", "/api/cart/1"));
        assert!(!covers("/api/**", "/apix"));
    }

    #[test]
    fn a_pattern_without_stars_is_that_path_alone() {
        assert!(covers("/health", "/health"));
        assert!(!covers("/health", "/health/"));
        assert!(!covers("/health", "/health/deep"));
    }

    #[test]
    fn a_pattern_that_could_mean_two_things_is_refused() {
        for text in ["", "health", "/a/**/b", "/a*", "/a//b", "/../x", "/a%2fb", "/a?b", "/a\\b"] {
            assert!(PathPattern::parse(text).is_err(), "{text:?}");
        }
    }
}
