//! Refusals: why a guest gets no answer, in the eight kinds of the plugin interface.

use crate::denial::Denial;
use crate::target::NotATarget;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The plan, the manifest or the host's policy does not allow it.
    #[error("{0}")]
    Denied(Box<Denial>),
    /// The request itself is not well-formed.
    #[error("{0}")]
    InvalidRequest(String),
    /// The name could not be resolved.
    #[error("{0}")]
    Dns(String),
    /// No connection could be made.
    #[error("{0}")]
    Connect(String),
    /// The TLS handshake failed or the certificate did not verify.
    #[error("{0}")]
    Tls(String),
    /// It took too long.
    #[error("{0}")]
    Timeout(String),
    /// The answer was not well-formed.
    #[error("{0}")]
    Protocol(String),
    /// A limit of the call was reached.
    #[error("{0}")]
    Limit(String),
}

impl Refusal {
    /// Whether nothing can have left yet.
    pub(crate) fn is_before_sending(&self) -> bool {
        match self {
            Self::Denied(_) | Self::InvalidRequest(_) | Self::Dns(_) | Self::Connect(_) | Self::Tls(_) => true,
            Self::Timeout(_) | Self::Protocol(_) | Self::Limit(_) => false,
        }
    }

    /// The kind, as it is written in evidence: the plugin interface's own word.
    pub fn part(&self) -> &'static str {
        match self {
            Self::Denied(_) => "denied",
            Self::InvalidRequest(_) => "invalid-request",
            Self::Dns(_) => "dns",
            Self::Connect(_) => "connect",
            Self::Tls(_) => "tls",
            Self::Timeout(_) => "timeout",
            Self::Protocol(_) => "protocol",
            Self::Limit(_) => "limit",
        }
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::Denied(Box::new(denial))
    }
}

impl From<NotATarget> for Refusal {
    fn from(error: NotATarget) -> Self {
        Self::InvalidRequest(error.to_string())
    }
}
