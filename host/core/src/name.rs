//! Checked names: kebab-case, at most 64 characters, so that a name can stand in a file name, a label or a URL.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

/// The longest name, in characters.
pub const LONGEST: usize = 64;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// There is no text.
    #[error("a name can't be empty")]
    Empty,
    /// It is longer than [`LONGEST`].
    #[error("a name has at most {LONGEST} characters, this one has {0}")]
    TooLong(usize),
    /// It holds something else than lower-case letters, digits and single inner hyphens.
    #[error("a name is kebab-case (a-z, 0-9 and single hyphens between them): {0:?} is not")]
    NotKebab(String),
}

fn check(text: &str) -> Result<(), NotAName> {
    if text.is_empty() {
        return Err(NotAName::Empty);
    }
    if text.chars().count() > LONGEST {
        return Err(NotAName::TooLong(text.chars().count()));
    }
    let kebab = text
        .split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    if kebab { Ok(()) } else { Err(NotAName::NotKebab(text.to_owned())) }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a text as a name.
            ///
            /// # Errors
            /// When it is empty, too long or not kebab-case.
            pub fn parse(text: &str) -> Result<Self, NotAName> {
                check(text).map(|()| Self(text.to_owned()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAName;
            fn try_from(text: String) -> Result<Self, NotAName> {
                check(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// The name of a check, unique within its plan.
    CheckName;
    /// The name of a phase, unique within its plan.
    PhaseName;
    /// The name of an endpoint, unique within its plan.
    EndpointName;
    /// The name of a plugin, unique within its plan.
    PluginName;
    /// The name of a secret, unique within its plan.
    SecretName;
    /// The name of a measured quantity, unique among those that are judged together.
    MetricName;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kebab_case_text_is_a_name() {
        assert_eq!(CheckName::parse("order-flow-2").unwrap().as_str(), "order-flow-2");
    }

    #[test]
    fn everything_else_is_not() {
        for text in ["", "-a", "a-", "a--b", "A", "a_b", "a b", "ä", "a/b", &"a".repeat(65)] {
            assert!(CheckName::parse(text).is_err(), "{text:?}");
        }
    }
}
