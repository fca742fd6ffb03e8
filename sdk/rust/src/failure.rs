//! Failures: which kind a plugin's trouble is, so that `?` tells the host the right thing.
//!
//! A denial is mended in the grants, wrong settings in the plan; silence of what the plugin depends on is neither.

use crate::Failure;
use crate::http::{Error, Malformed};

impl Error {
    /// Returns what is wrong, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Denied(text) => format!("denied: {text}"),
            Self::InvalidRequest(text) => format!("the request is not well-formed: {text}"),
            Self::Dns(text) => format!("the name could not be resolved: {text}"),
            Self::Connect(text) => format!("no connection: {text}"),
            Self::Tls(text) => format!("no TLS connection: {text}"),
            Self::Timeout(text) => format!("no answer in time: {text}"),
            Self::Protocol(text) => format!("the answer was not well-formed: {text}"),
            Self::Limit(text) => format!("a limit of the call was reached: {text}"),
        }
    }

    /// Returns who is to blame.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Denied(_) | Self::InvalidRequest(_) | Self::Limit(_) => Blame::Us,
            Self::Dns(_) | Self::Connect(_) | Self::Tls(_) | Self::Timeout(_) => Blame::Target,
            Self::Protocol(_) => Blame::Unclear,
        }
    }
}

/// Whose doing it is that there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The plan's, the plugin's or the host's: it says nothing about the target.
    Us,
    /// The target does not serve whoever asks it: not to be resolved, reached, trusted, or too slow.
    Target,
    /// The target answered, and it can't be understood.
    Unclear,
}

/// For a check that needs an answer to look at: without one it can't say anything.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.describe();
        match error {
            // A limit is the plan's or the host's word too: what mends it stands in the same place.
            Error::Denied(denial) | Error::Limit(denial) => Self::Denied(denial),
            Error::InvalidRequest(_) => Self::Settings(text),
            Error::Dns(_) | Error::Connect(_) | Error::Tls(_) | Error::Timeout(_) | Error::Protocol(_) => {
                Self::Unavailable(text)
            }
        }
    }
}

/// An answer that makes no sense is as good as none.
impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        Self::Unavailable(malformed.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_keeps_the_line_that_would_allow_it() {
        let failure = Failure::from(Error::Denied("add `methods = [\"POST\"]`".into()));

        assert_eq!(failure, Failure::Denied("add `methods = [\"POST\"]`".into()));
    }

    #[test]
    fn silence_is_unavailable() {
        let failure = Failure::from(Error::Timeout("after 10 s".into()));

        assert_eq!(failure, Failure::Unavailable("no answer in time: after 10 s".into()));
    }
}
