//! Texts with holes: `{{NAME}}` stands for a value that the plugin knows when it runs, and `{{secret:NAME}}` is left for
//! the host to fill at its gateway.
//!
//! Only whoever wrote the settings can name a secret: a value that holds `{{` itself is never put in, or an answer or a
//! release fact could make a plugin send one.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use crate::Failure;

/// A text with holes, as it stands in settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// A placeholder for a secret, braces included.
    Secret(String),
    Name(String),
}

/// What holes are filled with.
pub trait Values {
    /// The value of a name.
    ///
    /// # Errors
    /// When there is none.
    fn value(&self, name: &str) -> Result<Value, Failure>;
}

impl Template {
    /// Reads a text with holes.
    ///
    /// # Errors
    /// When a hole is not closed or what stands in it can't be a name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, opened)) = rest.split_once("{{") {
            let (name, after) = opened.split_once("}}").ok_or_else(|| format!("`{{{{` is not closed in `{text}`"))?;
            if !before.is_empty() {
                pieces.push(Piece::Literal(before.to_owned()));
            }
            pieces.push(hole(name.trim())?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Ok(Self { text: text.to_owned(), pieces })
    }

    /// Returns the text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the names in the text, secrets not among them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.as_str()),
            Piece::Literal(_) | Piece::Secret(_) => None,
        })
    }

    /// Whether there is a placeholder for a secret in it.
    pub fn has_secret(&self) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Secret(_) => true,
            Piece::Literal(_) | Piece::Name(_) => false,
        })
    }

    /// Returns the name if the text is one hole and nothing else.
    pub fn lone_name(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// Fills the holes with values as they are.
    ///
    /// # Errors
    /// When there is no value of a name, or one could pass for a placeholder.
    pub fn fill(&self, values: &impl Values) -> Result<String, Failure> {
        self.fill_encoded(values, str::to_owned)
    }

    /// Fills the holes with values, each encoded for where it is put.
    ///
    /// # Errors
    /// As [`Template::fill`].
    pub fn fill_encoded(&self, values: &impl Values, encode: fn(&str) -> String) -> Result<String, Failure> {
        let mut filled = String::with_capacity(self.text.len());
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) | Piece::Secret(text) => filled.push_str(text),
                Piece::Name(name) => filled.push_str(&encode(&text(&honest(name, values)?))),
            }
        }
        Ok(filled)
    }

    /// Fills a URL. A value can't leave its place in the path or the query, unless it is the whole URL.
    ///
    /// # Errors
    /// As [`Template::fill`].
    pub fn fill_url(&self, values: &impl Values) -> Result<String, Failure> {
        match self.lone_name() {
            Some(_) => self.fill(values),
            None => self.fill_encoded(values, crate::http::query_encoded),
        }
    }
}

/// Fills the holes in every text of a JSON value. A text that is one hole and nothing else becomes the value with its
/// type.
///
/// # Errors
/// When a text is not well-formed, and as [`Template::fill`].
pub fn fill_json(json: &Value, values: &impl Values) -> Result<Value, Failure> {
    match json {
        Value::String(text) => {
            let template = Template::parse(text).map_err(Failure::Settings)?;
            match template.lone_name() {
                Some(name) => honest(name, values),
                None => template.fill(values).map(Value::String),
            }
        }
        Value::Array(items) => items.iter().map(|item| fill_json(item, values)).collect(),
        Value::Object(members) => {
            let filled = members.iter().map(|(key, member)| Ok((key.clone(), fill_json(member, values)?)));
            filled.collect::<Result<_, Failure>>().map(Value::Object)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(json.clone()),
    }
}

/// The value of a name, if it holds nothing that could pass for a placeholder.
fn honest(name: &str, values: &impl Values) -> Result<Value, Failure> {
    let value = values.value(name)?;
    if text(&value).contains("{{") {
        let why = "which could pass for a placeholder of a secret; it is not sent";
        return Err(Failure::Denied(format!("the value of `{name}` holds `{{{{`, {why}")));
    }
    Ok(value)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn hole(name: &str) -> Result<Piece, String> {
    let (is_secret, own) = name.strip_prefix("secret:").map_or((false, name), |secret| (true, secret));
    if own.is_empty() || !own.split('.').all(is_name) || (is_secret && own.contains('.')) {
        let what = if is_secret { "a secret" } else { "a value" };
        return Err(format!("`{own}` in `{{{{{name}}}}}` can't be the name of {what}"));
    }
    Ok(if is_secret { Piece::Secret(format!("{{{{secret:{own}}}}}")) } else { Piece::Name(own.to_owned()) })
}

/// Whether a value can be called so: lower-case letters, digits, hyphens, underscores, at least one.
pub fn is_name(name: &str) -> bool {
    let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-' || letter == b'_';
    !name.is_empty() && name.bytes().all(fits)
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl JsonSchema for Template {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct One(Value);

    impl Values for One {
        fn value(&self, name: &str) -> Result<Value, Failure> {
            if name == "it" { Ok(self.0.clone()) } else { Err(Failure::Settings(format!("no {name}"))) }
        }
    }

    #[test]
    fn a_value_stays_in_its_place_in_a_url() {
        let url = Template::parse("endpoint:shop/carts/{{it}}?v={{it}}").unwrap();

        let filled = url.fill_url(&One(json!("../a&b=c#d"))).unwrap();

        assert_eq!(filled, "endpoint:shop/carts/..%2Fa%26b%3Dc%23d?v=..%2Fa%26b%3Dc%23d");
    }

    #[test]
    fn a_value_can_not_name_a_secret() {
        let forged = One(json!("{{secret:password}}"));

        let sent = [
            Template::parse("{{it}}").unwrap().fill(&forged).map(Value::String),
            Template::parse("x={{it}}").unwrap().fill_url(&forged).map(Value::String),
            fill_json(&json!({"a": ["{{it}}"]}), &forged),
            fill_json(&json!("a {{it}}"), &One(json!({"deep": "{{secret:password}}"}))),
        ];

        for sent in sent {
            assert!(matches!(&sent, Err(Failure::Denied(why)) if why.contains("`it`")), "{sent:?}");
        }
    }

    #[test]
    fn a_secret_is_left_for_the_host() {
        let template = Template::parse("Bearer {{ secret:token }}").unwrap();

        assert!(template.has_secret());
        assert_eq!(template.fill(&One(Value::Null)).unwrap(), "Bearer {{secret:token}}");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["{{}}", "{{a b}}", "{{a..b}}", "{{secret:}}", "{{secret:a.b}}", "{{A}}", "{{a"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_one_hole_keeps_the_values_type() {
        assert_eq!(fill_json(&json!({"n": "{{it}}"}), &One(json!(7))).unwrap(), json!({"n": 7}));
    }
}
