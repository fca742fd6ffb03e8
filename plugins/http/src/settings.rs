//! What the check is told to do, as it stands in the plan.

mod pattern;
mod rule;
mod status;

use std::collections::BTreeMap;

use holdpoint_sdk::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub(crate) use pattern::Pattern;
pub(crate) use rule::{BodyRule, HeaderRule, JsonRule};
pub(crate) use status::StatusSet;

/// One request (`url` and what belongs to it), or a flow of several (`steps`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The steps of a flow, one after the other. Cookies and captured values are carried from each to the next; the
    /// first that fails ends the flow. Instead of all other settings.
    #[serde(default)]
    pub(crate) steps: Vec<Step>,
    /// Where to: `endpoint:NAME/path`, or an absolute URL within a granted endpoint.
    #[serde(default)]
    pub(crate) url: Option<Template>,
    /// The method.
    #[serde(default)]
    pub(crate) method: Method,
    /// The headers.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Template>,
    /// A JSON body.
    #[serde(default)]
    pub(crate) json: Option<Value>,
    /// The fields of an HTML form, as the body.
    #[serde(default)]
    pub(crate) form: Option<BTreeMap<String, Template>>,
    /// A body of any other kind; set its `content-type` in `headers`.
    #[serde(default)]
    pub(crate) body: Option<Template>,
    /// How long one request may take, in milliseconds. Without it, as long as the whole check may.
    #[serde(default)]
    pub(crate) timeout_ms: Option<u32>,
    /// How many redirects to follow. With 0 a redirect is the answer.
    #[serde(default)]
    pub(crate) redirects: u8,
    /// What the answer must be.
    #[serde(default)]
    pub(crate) expect: Expect,
}

/// One request of a flow, and what must come of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Step {
    /// What the step does, as the report names it: `log in`.
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// Where to: `endpoint:NAME/path`, or an absolute URL within a granted endpoint. `{{NAME}}` stands for what an
    /// earlier step captured.
    pub(crate) url: Template,
    /// The method.
    #[serde(default)]
    pub(crate) method: Method,
    /// The headers.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Template>,
    /// A JSON body. A text that is nothing but `{{NAME}}` becomes the captured value with its type.
    #[serde(default)]
    pub(crate) json: Option<Value>,
    /// The fields of an HTML form, as the body.
    #[serde(default)]
    pub(crate) form: Option<BTreeMap<String, Template>>,
    /// A body of any other kind; set its `content-type` in `headers`.
    #[serde(default)]
    pub(crate) body: Option<Template>,
    /// How long one request may take, in milliseconds. Without it, as long as the whole check may.
    #[serde(default)]
    pub(crate) timeout_ms: Option<u32>,
    /// How many redirects to follow. With 0 a redirect is the answer.
    #[serde(default)]
    pub(crate) redirects: u8,
    /// What the answer must be.
    #[serde(default)]
    pub(crate) expect: Expect,
    /// What to keep of the answer for later steps, by name.
    #[serde(default)]
    pub(crate) capture: BTreeMap<String, Capture>,
}

/// What an answer must be. All of it must be so.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Expect {
    /// The status: `200`, `"2xx"`, `"200-204"`, or a list of such. Without it `"2xx"`.
    #[serde(default)]
    pub(crate) status: StatusSet,
    /// What headers must be, by name.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, HeaderRule>,
    /// What the body's text must be.
    #[serde(default)]
    pub(crate) body: Vec<BodyRule>,
    /// What the body's JSON must be, by JSON pointer: `/order/state`.
    #[serde(default)]
    pub(crate) json: BTreeMap<String, JsonRule>,
    /// The longest acceptable time from the start to the end of the body, redirects included, in milliseconds.
    #[serde(default)]
    pub(crate) max_latency_ms: Option<f64>,
    /// The smallest acceptable body, in bytes.
    #[serde(default)]
    pub(crate) min_size: Option<u64>,
    /// The largest acceptable body, in bytes.
    #[serde(default)]
    pub(crate) max_size: Option<u64>,
    /// For how many days the server's certificate must still be good, at least.
    #[serde(default)]
    pub(crate) certificate_days: Option<f64>,
}

/// Where in an answer something to keep stands.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Capture {
    /// What a JSON pointer finds in the body, with its type.
    Json(String),
    /// What the first group of a regular expression finds in the body, or the whole match if it has no group.
    Regex(Pattern),
    /// A header's value.
    Header(String),
}

/// A request's method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    /// Asks for it.
    #[default]
    Get,
    /// Asks for the headers alone.
    Head,
    /// Asks what can be done.
    Options,
    /// Hands something in.
    Post,
    /// Puts something there.
    Put,
    /// Changes something.
    Patch,
    /// Removes something.
    Delete,
}

impl Method {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Settings {
    /// Returns the steps to take: those of the flow, or the one request as its only step.
    pub(crate) fn all_steps(&self) -> Vec<Step> {
        let Some(url) = &self.url else { return self.steps.clone() };
        vec![Step {
            name: None,
            url: url.clone(),
            method: self.method,
            headers: self.headers.clone(),
            json: self.json.clone(),
            form: self.form.clone(),
            body: self.body.clone(),
            timeout_ms: self.timeout_ms,
            redirects: self.redirects,
            expect: self.expect.clone(),
            capture: BTreeMap::new(),
        }]
    }
}

impl Step {
    /// Returns what the step is called in the report.
    pub(crate) fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("{} {}", self.method.as_str(), self.url.as_str()))
    }
}
