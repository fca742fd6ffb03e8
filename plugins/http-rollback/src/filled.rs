//! A step with everything filled in, each value escaped for where it stands.

use holdpoint_sdk::Failure;
use holdpoint_sdk::http::form_encoded;
use holdpoint_sdk::template::{Template, fill_json};
use serde_json::Value;

use crate::facts::Facts;
use crate::settings::Step;

/// A step with everything filled in.
pub(crate) struct Filled {
    pub(crate) summary: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
}

/// What is sent.
pub(crate) enum Body {
    Text(String),
    Json(Value),
}

impl Filled {
    /// Fills a step in.
    ///
    /// # Errors
    /// When a fact is not stated, is not known, or could pass for a secret's placeholder.
    pub(crate) fn of(step: &Step, facts: Facts<'_>) -> Result<Self, Failure> {
        let headers = step.headers.iter().map(|(name, value)| Ok((name.clone(), value.fill(&facts)?)));
        Ok(Self {
            summary: step.summary.fill(&facts)?,
            url: step.url.fill_url(&facts)?,
            headers: headers.collect::<Result<_, Failure>>()?,
            body: step.body.as_ref().map(|body| filled_body(step, body, facts)).transpose()?,
        })
    }
}

fn filled_body(step: &Step, body: &Value, facts: Facts<'_>) -> Result<Body, Failure> {
    let Value::String(text) = body else {
        return fill_json(body, &facts).map(Body::Json);
    };
    let template = Template::parse(text).map_err(Failure::Settings)?;
    template.fill_encoded(&facts, encoding(step)).map(Body::Text)
}

/// How a value is written in a text of the step's content type.
fn encoding(step: &Step) -> fn(&str) -> String {
    let named = step.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let kind = named.map(|(_, value)| value.as_str().to_ascii_lowercase()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind == "application/x-www-form-urlencoded" {
        form_encoded
    } else if kind == "application/json" || kind.ends_with("+json") {
        within_json
    } else {
        str::to_owned
    }
}

/// A text as it stands between the quotes of a JSON string.
fn within_json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}
