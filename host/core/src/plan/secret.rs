//! Secrets: values that the gateway adds to requests, and that no plugin, no record and no plan ever holds.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::name::{EndpointName, SecretName};

/// What stands for the value in the text of a header.
pub const HOLE: &str = "{}";

/// What every [`placeholder`] begins with.
pub const PLACEHOLDER: &str = "{{secret:";

/// Where a secret comes from and where it goes. The value itself is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Where the value is read when a run starts.
    pub source: Source,
    /// The one endpoint whose requests get it.
    pub endpoint: EndpointName,
    /// How it gets there.
    pub carrier: Carrier,
}

/// Where a value is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The environment variable of this name.
    Variable(String),
    /// The file at this path, relative to the plan's folder.
    File(String),
    /// What this program prints, with its arguments. No shell is between.
    Command(Vec<String>),
}

/// What carries a secret to its endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// A header of each request.
    Header {
        /// Its name, in lower case.
        name: String,
        /// Its text, with [`HOLE`] once in the place of the value.
        text: String,
    },
    /// A parameter of each request's query.
    Query {
        /// Its name.
        parameter: String,
    },
    /// The query or the body of those requests in which the plugin wrote the [`placeholder`].
    Placeholder,
    /// The TLS handshake: the value is a certificate chain and its private key in PEM.
    ClientCertificate,
}

/// What a plugin writes where the value is to stand: `{{secret:NAME}}`.
pub fn placeholder(name: &SecretName) -> String {
    format!("{PLACEHOLDER}{name}}}}}")
}
