//! Addresses of other services, checked when they are read.

use std::{fmt, str::FromStr};

use axum::http::{
    Uri,
    uri::{Authority, InvalidUri, PathAndQuery, Scheme},
};

/// Why a text is no address of a service.
#[derive(Debug, thiserror::Error)]
pub enum BadUrl {
    /// The text doesn't follow the grammar of URLs.
    #[error("{text:?} is not a URL")]
    Grammar {
        /// What was given.
        text: String,
        /// What the parser said.
        #[source]
        source: InvalidUri,
    },
    /// The URL isn't absolute with the scheme `http`.
    #[error("{0:?} does not begin with http:// and a host")]
    NotHttp(String),
    /// An origin has a scheme, a host and a port only.
    #[error("{0:?} has a path or a query where only http://HOST:PORT is meant")]
    MoreThanOrigin(String),
}

/// An absolute `http` URL.
#[derive(Clone, Debug)]
pub struct HttpUrl(Uri);

impl HttpUrl {
    pub(crate) fn uri(&self) -> Uri {
        self.0.clone()
    }
}

impl FromStr for HttpUrl {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|source| BadUrl::Grammar { text: text.to_owned(), source })?;
        if uri.scheme() == Some(&Scheme::HTTP) && uri.host().is_some_and(|host| !host.is_empty()) {
            Ok(Self(uri))
        } else {
            Err(BadUrl::NotHttp(text.to_owned()))
        }
    }
}

/// Where a service listens: `http://HOST:PORT`, without a path.
#[derive(Clone, Debug)]
pub struct Origin(Authority);

impl Origin {
    /// Returns the URL of a path at this origin; `None` when the two don't make a URL.
    pub(crate) fn at(&self, path: PathAndQuery) -> Option<Uri> {
        Uri::builder().scheme(Scheme::HTTP).authority(self.0.clone()).path_and_query(path).build().ok()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.0)
    }
}

impl FromStr for Origin {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri = text.parse::<HttpUrl>()?.0;
        if uri.path() != "/" || uri.query().is_some() {
            return Err(BadUrl::MoreThanOrigin(text.to_owned()));
        }
        uri.authority().cloned().map(Self).ok_or_else(|| BadUrl::NotHttp(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        assert_eq!("http://127.0.0.1:9001".parse::<Origin>().unwrap().to_string(), "http://127.0.0.1:9001");
        assert_eq!("http://127.0.0.1:9001/".parse::<Origin>().unwrap().to_string(), "http://127.0.0.1:9001");
    }

    #[test]
    fn an_origin_with_a_path_is_refused() {
        assert!(matches!("http://127.0.0.1:9001/shop".parse::<Origin>(), Err(BadUrl::MoreThanOrigin(_))));
    }

    #[test]
    fn an_address_without_http_is_refused() {
        for text in ["127.0.0.1:9001", "https://127.0.0.1:9001", "/path", "", "http://"] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
