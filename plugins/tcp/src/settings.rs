//! Which port, and what it must say.

use holdpoint_sdk::{Endpoint, Problem};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which port, and what it must say.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The endpoint.
    pub(crate) endpoint: Endpoint,
    /// The longest acceptable time to connect, in milliseconds.
    #[serde(default)]
    pub(crate) max_connect_ms: Option<f64>,
    /// A few bytes out, a few bytes in.
    #[serde(default)]
    pub(crate) exchange: Option<Exchange>,
    /// What its certificate must be.
    #[serde(default)]
    pub(crate) tls: Option<Tls>,
}

/// A few bytes out, a few bytes in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Exchange {
    /// What is sent after connecting; nothing to listen first.
    #[serde(default)]
    pub(crate) send: Option<String>,
    /// Read until this has come. Default: until the peer closes.
    #[serde(default)]
    pub(crate) until: Option<String>,
    /// What the answer must contain.
    pub(crate) expect: String,
    /// Whether TLS is spoken first. Default: plain.
    #[serde(default)]
    pub(crate) layer: Layer,
}

/// What is spoken beneath an exchange.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layer {
    /// TCP alone.
    #[default]
    Plain,
    /// TLS.
    Tls,
}

/// What a certificate must be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Tls {
    /// For how many days it must still be good.
    pub(crate) days_left: f64,
}

/// What the types can't say.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let empty = settings.exchange.as_ref().is_some_and(|exchange| exchange.expect.is_empty());
    let problem = Problem::at("/exchange/expect", "is empty, so any answer would do");
    if empty { vec![problem] } else { Vec::new() }
}
