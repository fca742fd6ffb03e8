//! Endpoints: the named targets that a plan lets plugins reach.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::time::Span;

/// A named network target, bound to the run's environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Where it is.
    pub origin: Origin,
    /// The path below which everything lies. Begins with `/` and does not end with one, or is empty.
    pub base_path: String,
    /// Which of the addresses that its name resolves to may be dialled. An empty list allows none.
    pub addresses: Vec<AddressRule>,
    /// Certificate authorities to trust for this endpoint besides the public ones, in PEM.
    pub authorities: Vec<String>,
    /// How long connecting may take.
    pub connect_timeout: Span,
}

impl Endpoint {
    /// The URL of its root, as `scheme://host:port/base`, the port left out where it is the scheme's own.
    pub fn url(&self) -> String {
        alloc::format!("{}{}", self.origin, self.base_path)
    }
}

/// Scheme, host and port: what a connection is made to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// How to speak.
    pub scheme: Scheme,
    /// The host as the one canonical parse wrote it: a lower-case ASCII name, an IPv4 address, or an IPv6 address
    /// in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.scheme.port() == Some(self.port) { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// How to speak to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
    /// Plain TCP.
    Tcp,
    /// TCP with TLS from the first byte.
    Tls,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 4] = [Self::Http, Self::Https, Self::Tcp, Self::Tls];

    /// As it stands in a URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    /// The scheme's own port, where it has one.
    pub const fn port(self) -> Option<u16> {
        match self {
            Self::Http => Some(80),
            Self::Https => Some(443),
            Self::Tcp | Self::Tls => None,
        }
    }

    /// Whether HTTP is spoken.
    pub const fn speaks_http(self) -> bool {
        match self {
            Self::Http | Self::Https => true,
            Self::Tcp | Self::Tls => false,
        }
    }
}

/// Which addresses may be dialled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressRule {
    /// Addresses of the public internet.
    Public,
    /// The private ranges: 10/8, 172.16/12, 192.168/16 and `fc00::/7`.
    Private,
    /// Exactly these, whatever their class: the only way to loopback, link-local and metadata addresses.
    Network(IpNet),
}

impl fmt::Display for AddressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Private => f.write_str("private"),
            Self::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                write!(f, "{}", network.addr())
            }
            Self::Network(network) => write!(f, "{network}"),
        }
    }
}
