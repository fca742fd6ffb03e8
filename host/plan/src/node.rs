//! The tree that a text was read into: every key and every value with its place.

use serde_json::{Map, Value as Json};

use crate::source::At;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// A TOML date or time, or an integer beyond 64 bits: something that no key takes, as it is written.
    Other(&'static str),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_at: At,
    pub(crate) node: Node,
}

impl Value {
    /// What it is, with its article.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a fraction",
            Self::Boolean(_) => "true or false",
            Self::Other(kind) => kind,
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// The value of a key, when this is a table that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == key),
            Value::Text(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Other(_)
            | Value::List(_) => None,
        }
    }

    /// The text, when this is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Other(_)
            | Value::List(_)
            | Value::Table(_) => None,
        }
    }

    /// The same as JSON; `null` for what JSON has no form for.
    pub(crate) fn to_json(&self) -> Json {
        match &self.value {
            Value::Text(text) => Json::from(text.as_str()),
            Value::Integer(number) => Json::from(*number),
            Value::Float(number) => Json::from(*number),
            Value::Boolean(word) => Json::from(*word),
            Value::Other(_) => Json::Null,
            Value::List(nodes) => nodes.iter().map(Self::to_json).collect(),
            Value::Table(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json()));
                Json::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }

    /// Follows a JSON pointer as far as it leads, and returns where that is: the key's place inside tables, the
    /// value's inside lists, `whole` for the empty pointer.
    pub(crate) fn follow(&self, pointer: &str, whole: At) -> At {
        let (mut node, mut at) = (self, whole);
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let next = match &node.value {
                Value::Table(_) => node.get(&step).map(|entry| (&entry.node, entry.key_at)),
                Value::List(nodes) => {
                    step.parse().ok().and_then(|index: usize| nodes.get(index)).map(|node| (node, node.at))
                }
                Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Other(_) => None,
            };
            match next {
                Some(found) => (node, at) = found,
                None => return at,
            }
        }
        at
    }
}
