//! Secrets: values that the gateway adds to requests, and that no plugin, no record and no plan ever holds.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::name::EndpointName;

/// What stands for the value in the text of a header.
pub const HOLE: &str = "{}";

/// Where a secret comes from and where it goes. The value itself is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Where the value is read when a run starts.
    pub source: Source,
    /// The one endpoint whose requests get it.
    pub endpoint: EndpointName,
    /// The header that carries it, in lower case.
    pub header: String,
    /// The header's text, with [`HOLE`] once in the place of the value.
    pub text: String,
}

/// Where a value is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The environment variable of this name.
    Variable(String),
    /// The file at this path, relative to the plan's folder.
    File(String),
}
