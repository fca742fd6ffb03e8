//! Texts with holes: `{{NAME}}` stands for what an earlier step captured, `{{release.version}}` for a fact of the
//! release, and `{{secret:NAME}}` is left for the host to fill.

use std::borrow::Cow;
use std::collections::BTreeMap;

use holdpoint_sdk::{Failure, Release};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

/// The facts of a release that a text can name.
pub(crate) const FACTS: [&str; 5] =
    ["release.service", "release.environment", "release.version", "release.previous-version", "release.revision"];

/// A text with holes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Template {
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
#[derive(Debug)]
pub(crate) struct Values<'a> {
    release: &'a Release,
    captured: BTreeMap<String, Value>,
}

impl Template {
    /// Reads a text with holes.
    ///
    /// # Errors
    /// When a hole is not closed or its name is not one.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, opened)) = rest.split_once("{{") {
            let (name, after) = opened.split_once("}}").ok_or_else(|| format!("`{{{{` is not closed in `{text}`"))?;
            if !before.is_empty() {
                pieces.push(Piece::Literal(before.to_owned()));
            }
            pieces.push(hole(name)?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Ok(Self { text: text.to_owned(), pieces })
    }

    /// Returns the text as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the names in the text, secrets not among them.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.as_str()),
            Piece::Literal(_) | Piece::Secret(_) => None,
        })
    }

    /// Whether there is a placeholder for a secret in it.
    pub(crate) fn has_secret(&self) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Secret(_) => true,
            Piece::Literal(_) | Piece::Name(_) => false,
        })
    }

    /// Returns the name if the text is one hole and nothing else.
    pub(crate) fn lone_name(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// Fills the holes with values as they are.
    ///
    /// # Errors
    /// When there is no value of a name.
    pub(crate) fn fill(&self, values: &Values<'_>) -> Result<String, Failure> {
        self.fill_encoded(values, str::to_owned)
    }

    /// Fills the holes with values, each encoded for where it is put.
    ///
    /// # Errors
    /// When there is no value of a name.
    pub(crate) fn fill_encoded(&self, values: &Values<'_>, encode: fn(&str) -> String) -> Result<String, Failure> {
        let mut filled = String::with_capacity(self.text.len());
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) | Piece::Secret(text) => filled.push_str(text),
                Piece::Name(name) => filled.push_str(&encode(&values.text(name)?)),
            }
        }
        Ok(filled)
    }
}

fn hole(name: &str) -> Result<Piece, String> {
    let name = name.trim();
    if let Some(secret) = name.strip_prefix("secret:") {
        return if is_name(secret) {
            Ok(Piece::Secret(format!("{{{{secret:{secret}}}}}")))
        } else {
            Err(format!("`{secret}` is not the name of a secret"))
        };
    }
    if is_name(name) || FACTS.contains(&name) {
        return Ok(Piece::Name(name.to_owned()));
    }
    Err(format!("`{{{{{name}}}}}` names nothing; write the name of a captured value, or one of {}", FACTS.join(", ")))
}

/// Whether captured values can be called so.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-' || letter == b'_')
}

/// Fills the holes in every text of a JSON value. A text that is one hole and nothing else becomes the value with its
/// type.
///
/// # Errors
/// When a text is not well-formed, or there is no value of a name.
pub(crate) fn fill_json(json: &Value, values: &Values<'_>) -> Result<Value, Failure> {
    match json {
        Value::String(text) => {
            let template = Template::parse(text).map_err(Failure::Settings)?;
            match template.lone_name() {
                Some(name) => values.value(name),
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

impl<'a> Values<'a> {
    pub(crate) fn new(release: &'a Release) -> Self {
        Self { release, captured: BTreeMap::new() }
    }

    /// Keeps a captured value.
    pub(crate) fn keep(&mut self, name: &str, value: Value) {
        self.captured.insert(name.to_owned(), value);
    }

    fn value(&self, name: &str) -> Result<Value, Failure> {
        let fact = match name {
            "release.service" => Some(&self.release.service),
            "release.environment" => Some(&self.release.environment),
            "release.version" => Some(&self.release.version),
            "release.previous-version" => self.release.previous_version.as_ref(),
            "release.revision" => self.release.revision.as_ref(),
            _ => return self.captured.get(name).cloned().ok_or_else(|| unknown(name)),
        };
        fact.cloned().map(Value::String).ok_or_else(|| unknown(name))
    }

    fn text(&self, name: &str) -> Result<String, Failure> {
        Ok(match self.value(name)? {
            Value::String(text) => text,
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                other.to_string()
            }
        })
    }
}

fn unknown(name: &str) -> Failure {
    Failure::Settings(format!("nothing is known by the name `{name}` at this step"))
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
