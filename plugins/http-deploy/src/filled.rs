//! A call with everything filled in, each value escaped for where it stands.

use std::collections::BTreeMap;

use holdpoint_sdk::http::{Answer, form_encoded};
use holdpoint_sdk::template::{Template, fill_json};
use holdpoint_sdk::{Failure, Host};
use serde_json::Value;

use crate::facts::Facts;

/// A call as the settings state it.
#[derive(Clone, Copy)]
pub struct Stated<'a> {
    /// The method.
    pub method: &'a str,
    /// The address.
    pub url: &'a Template,
    /// Headers.
    pub headers: &'a BTreeMap<String, Template>,
    /// The body: anything but a text is sent as JSON.
    pub body: Option<&'a Value>,
}

/// A call with everything filled in.
pub struct Filled {
    /// The method.
    pub method: String,
    /// The address.
    pub url: String,
    headers: Vec<(String, String)>,
    body: Option<Body>,
}

enum Body {
    Text(String),
    Json(Value),
}

impl Filled {
    /// Fills a call in.
    ///
    /// # Errors
    /// When a fact is not stated, is not known, or could pass for a secret's placeholder.
    pub fn of(call: Stated<'_>, facts: Facts<'_>) -> Result<Self, Failure> {
        let headers = call.headers.iter().map(|(name, value)| Ok((name.clone(), value.fill(&facts)?)));
        Ok(Self {
            method: call.method.to_owned(),
            url: call.url.fill_url(&facts)?,
            headers: headers.collect::<Result<_, Failure>>()?,
            body: call.body.map(|body| filled_body(call.headers, body, facts)).transpose()?,
        })
    }

    /// Sends it, with the idempotency key in the header of this name.
    ///
    /// # Errors
    /// When no answer came.
    pub fn send(self, host: &Host, idempotency_header: &str, key: &str) -> Result<Answer, Failure> {
        let mut request = host.request(&self.method, &self.url).header(idempotency_header, key);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = match self.body {
            None => request,
            Some(Body::Text(text)) => request.body(text),
            Some(Body::Json(json)) => request.json(&json),
        };
        Ok(request.send()?)
    }
}

fn filled_body(headers: &BTreeMap<String, Template>, body: &Value, facts: Facts<'_>) -> Result<Body, Failure> {
    let Value::String(text) = body else {
        return fill_json(body, &facts).map(Body::Json);
    };
    let template = Template::parse(text).map_err(Failure::Settings)?;
    template.fill_encoded(&facts, encoding(headers)).map(Body::Text)
}

/// How a value is written in a text of the headers' content type.
fn encoding(headers: &BTreeMap<String, Template>) -> fn(&str) -> String {
    let named = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
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
