//! Blue and green: the two places a version can run in.

use std::{fmt, str::FromStr};

use axum::http::HeaderValue;
use serde::{Deserialize, Serialize};

/// One of the two places behind the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// The place that is usually live when the shop starts.
    Blue,
    /// The other place, where the next version waits.
    Green,
}

impl Colour {
    /// Both colours, blue first.
    pub const ALL: [Self; 2] = [Self::Blue, Self::Green];

    /// Returns the other colour.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Blue => Self::Green,
            Self::Green => Self::Blue,
        }
    }

    /// Returns the colour's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
        }
    }

    /// Returns the name as a header value.
    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "blue" => Ok(Self::Blue),
            "green" => Ok(Self::Green),
            other => Err(format!("unknown colour {other:?}; say blue or green")),
        }
    }
}
