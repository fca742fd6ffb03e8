//! The deploy tool's calls, as a plan states them.

use std::collections::BTreeMap;

use holdpoint_http_deploy::filled::Stated;
use holdpoint_http_deploy::status::Status;
use holdpoint_http_deploy::usual::{self, Ready};
use holdpoint_sdk::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// How a deploy tool is asked to give the released version a share of the traffic.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// What must answer with 200 for a shift to be possible.
    #[serde(default)]
    pub(crate) ready: Option<Ready>,
    /// The call that shifts; `{{percent}}` stands for the share.
    pub(crate) shift: Shift,
    /// The header that carries the idempotency key. Default: Idempotency-Key.
    #[serde(default = "usual::header")]
    pub(crate) idempotency_header: String,
    /// Where the tool tells how far a shift is.
    pub(crate) status: Status,
    /// Where the tool tells which share the released version has, in percent. A shift is complete only with the share
    /// that was asked for.
    #[serde(default)]
    pub(crate) share: Option<Place>,
}

/// A value in a JSON answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Place {
    /// The address.
    pub(crate) url: Template,
    /// The JSON pointer of the value.
    pub(crate) pointer: String,
}

/// The call that shifts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Shift {
    /// The method. Default: POST.
    #[serde(default = "usual::method")]
    pub(crate) method: String,
    /// The address.
    pub(crate) url: Template,
    /// Headers.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Template>,
    /// The body: anything but a text is sent as JSON, where a text that is `{{percent}}` and nothing else becomes the
    /// number. In a text, facts are escaped for the `content-type` of `headers` where that is JSON or a form, and stand as
    /// they are in any other.
    #[serde(default)]
    pub(crate) body: Option<Value>,
    /// The statuses that mean done. Default: 200, 201, 204.
    #[serde(default = "usual::done")]
    pub(crate) expect: Vec<u16>,
    /// The statuses that mean begun. Default: 202.
    #[serde(default = "usual::started")]
    pub(crate) started: Vec<u16>,
}

impl Shift {
    /// The call alone.
    pub(crate) fn stated(&self) -> Stated<'_> {
        Stated { method: &self.method, url: &self.url, headers: &self.headers, body: self.body.as_ref() }
    }
}
