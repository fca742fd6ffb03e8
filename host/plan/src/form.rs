//! Forms: how a value is written in a plan. Each form reads it and describes it for the JSON Schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::node::{Node, Value};
use crate::problem::Code;
use crate::reader::{Placed, Reader, Spot};
use crate::word::Word;

/// The definitions that a schema refers to.
pub(crate) type Definitions = Map<String, Json>;

/// A way to write a value.
pub(crate) trait Form: Sized {
    /// Reads it; notes a problem where it can't be.
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self>;

    /// Describes it.
    fn schema(definitions: &mut Definitions) -> Json;
}

/// A table with keys of its own.
pub(crate) trait Section: Sized {
    /// What it is called in messages: `check`.
    const NOUN: &'static str;
    /// What it is.
    const DOC: &'static str;

    /// Its keys, described.
    fn keys(definitions: &mut Definitions) -> Vec<Key>;

    /// Reads it for an owner that messages name: `check "orders"`.
    fn read(node: &Node, owner: &str, reader: &mut Reader<'_>) -> Self;
}

/// The keys of a section that are there and whose values could not be read. That has been told, and nothing follows
/// from the absence of their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) Vec<String>);

impl Unreadable {
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.0.iter().any(|unreadable| unreadable == key)
    }
}

/// A key of a section.
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) doc: &'static str,
    pub(crate) required: bool,
    pub(crate) default: Option<Json>,
    pub(crate) schema: Json,
}

/// Any text of one line or more, not empty, without controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl Form for Text {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(text) = node.text() else {
            reader.wrong_type(node, spot, "a text");
            return None;
        };
        let shown = holdpoint_core::text::visible(text);
        if text.trim().is_empty() {
            reader.error(Code::BadValue, node.at, format!("{} is empty", spot.words()));
            return None;
        }
        if shown != text {
            let what = format!("{} holds characters that can't be seen: \"{shown}\"", spot.words());
            reader.error(Code::BadValue, node.at, what);
            return None;
        }
        Some(Self(shown))
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"type": "string", "minLength": 1})
    }
}

/// A whole number in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count<const LEAST: u32, const MOST: u32>(pub(crate) u32);

impl<const LEAST: u32, const MOST: u32> Form for Count<LEAST, MOST> {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Integer(number) = node.value else {
            reader.wrong_type(node, spot, "a whole number");
            return None;
        };
        let count = u32::try_from(number).ok().filter(|count| (LEAST..=MOST).contains(count));
        if count.is_none() {
            let what = format!("{} must be from {LEAST} to {MOST}, not {number}", spot.words());
            reader.error(Code::BadValue, node.at, what);
        }
        count.map(Self)
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"type": "integer", "minimum": LEAST, "maximum": MOST})
    }
}

/// A list of at least one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List<T>(pub(crate) Vec<Placed<T>>);

impl<T: Form + PartialEq> Form for List<T> {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::List(nodes) = &node.value else {
            reader.wrong_type(node, spot, "a list");
            return None;
        };
        if nodes.is_empty() {
            let what = format!("{} is an empty list, which allows nothing", spot.words());
            let cure = "name what is meant, or leave the key out for its default".to_owned();
            reader.curable(Code::BadValue, node.at, (what, cure));
            return None;
        }
        let mut items: Vec<Placed<T>> = Vec::new();
        for node in nodes {
            let Some(value) = T::read(node, spot, reader) else { continue };
            if items.iter().any(|earlier| earlier.value == value) {
                let what = format!("{} lists {} twice", spot.words(), node.to_json());
                reader.error(Code::Duplicate, node.at, what);
            }
            items.push(Placed { value, at: node.at });
        }
        (items.len() == nodes.len()).then_some(Self(items))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({"type": "array", "minItems": 1, "uniqueItems": true, "items": T::schema(definitions)})
    }
}

/// One text, or a list of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OneOrMore(pub(crate) Vec<Placed<Text>>);

impl Form for OneOrMore {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::List(_) = node.value {
            return List::read(node, spot, reader).map(|list| Self(list.0));
        }
        Text::read(node, spot, reader).map(|value| Self(vec![Placed { value, at: node.at }]))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({"anyOf": [Text::schema(definitions), List::<Text>::schema(definitions)]})
    }
}

/// A table of texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Texts(pub(crate) BTreeMap<String, String>);

impl Form for Texts {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            reader.wrong_type(node, spot, "a table of texts");
            return None;
        };
        let pairs = entries.iter().filter_map(|entry| {
            let spot = Spot { key: entry.key.clone(), owner: spot.words() };
            Some((entry.key.clone(), Text::read(&entry.node, &spot, reader)?.0))
        });
        Some(Self(pairs.collect()))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({"type": "object", "additionalProperties": Text::schema(definitions)})
    }
}

/// A table that a plugin's own schema describes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings(pub(crate) Node);

impl Form for Settings {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Table(_) = node.value else {
            reader.wrong_type(node, spot, "a table");
            return None;
        };
        fits_json(node, spot, reader).then(|| Self(node.clone()))
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"type": "object"})
    }
}

/// Notes every value that JSON has no form for; returns whether there was none.
fn fits_json(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> bool {
    let nodes: Vec<&Node> = match &node.value {
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) => return true,
        Value::Float(number) if number.is_finite() => return true,
        Value::Float(_) => {
            let what = format!("{} holds a number that is not finite, which a plugin can't be given", spot.words());
            reader.curable(Code::BadValue, node.at, (what, "write a number, or leave the key out".to_owned()));
            return false;
        }
        Value::Other(_) => {
            let what = format!("{} holds {}, which a plugin can't be given", spot.words(), node.value.kind());
            reader.curable(Code::WrongType, node.at, (what, "write it as a text".to_owned()));
            return false;
        }
        Value::List(nodes) => nodes.iter().collect(),
        Value::Table(entries) => entries.iter().map(|entry| &entry.node).collect(),
    };
    let strangers = nodes.into_iter().filter(|node| !fits_json(node, spot, reader)).count();
    strangers == 0
}

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table<S>(pub(crate) S);

impl<S: Section> Form for Table<S> {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Table(_) = node.value else {
            reader.wrong_type(node, spot, "a table");
            return None;
        };
        let owner = if is_whole(&spot.owner) { format!("[{}]", spot.key) } else { spot.words() };
        Some(Self(S::read(node, &owner, reader)))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        section_schema::<S>(definitions)
    }
}

/// Tables one after the other, each with a name of its own inside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tables<S>(pub(crate) Vec<S>);

impl<S: Section> Form for Tables<S> {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::List(nodes) = &node.value else {
            let top = is_whole(&spot.owner);
            let wanted =
                if top { format!("tables, each below [[{}]]", spot.key) } else { "a list of tables".to_owned() };
            reader.wrong_type(node, spot, &wanted);
            return None;
        };
        let mut sections = Vec::new();
        for node in nodes {
            if !matches!(node.value, Value::Table(_)) {
                reader.wrong_type(node, spot, "tables");
                continue;
            }
            let name = node.get("name").and_then(|entry| entry.node.text());
            let owner = match name {
                Some(name) => format!("{} {name:?}", S::NOUN),
                None if S::NOUN.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {} of {}", S::NOUN, spot.owner),
                None => format!("a {} of {}", S::NOUN, spot.owner),
            };
            sections.push(S::read(node, &owner, reader));
        }
        Some(Self(sections))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({"type": "array", "items": section_schema::<S>(definitions)})
    }
}

/// Whether this owner is the whole of what is written.
fn is_whole(owner: &str) -> bool {
    ["the plan", "the scenario"].contains(&owner)
}

/// Tables by their names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Named<N, S>(pub(crate) Vec<(Placed<N>, S)>);

impl<N: Word, S: Section> Form for Named<N, S> {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            reader.wrong_type(node, spot, "tables by their names");
            return None;
        };
        let mut sections = Vec::new();
        for entry in entries {
            let owner = match spot.owner.as_str() {
                "the plan" => format!("{} {:?}", S::NOUN, entry.key),
                owner => format!("{} {:?} of {owner}", S::NOUN, entry.key),
            };
            if !matches!(entry.node.value, Value::Table(_)) {
                let what = format!("{owner} must be a table, not {}", entry.node.value.kind());
                reader.error(Code::WrongType, entry.node.at, what);
                continue;
            }
            let section = S::read(&entry.node, &owner, reader);
            match N::parse(&entry.key) {
                Ok(value) => sections.push((Placed { value, at: entry.key_at }, section)),
                Err(why) => reader.error(Code::BadValue, entry.key_at, format!("{owner}: {why}")),
            }
        }
        Some(Self(sections))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let section = section_schema::<S>(definitions);
        json!({"type": "object", "propertyNames": N::schema(), "additionalProperties": section})
    }
}

/// Describes a section among the definitions, once, and refers to it.
pub(crate) fn section_schema<S: Section>(definitions: &mut Definitions) -> Json {
    let name = S::NOUN.replace(' ', "-");
    if !definitions.contains_key(&name) {
        definitions.insert(name.clone(), Json::Null);
        let schema = object_schema::<S>(definitions);
        definitions.insert(name.clone(), schema);
    }
    json!({"$ref": format!("#/$defs/{name}")})
}

/// Describes a section.
pub(crate) fn object_schema<S: Section>(definitions: &mut Definitions) -> Json {
    let keys = S::keys(definitions);
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name.as_str()).collect();
    let properties: Map<String, Json> = keys.iter().map(|key| (key.name.clone(), key.described())).collect();
    let mut schema = json!({
        "description": prose(S::DOC), "type": "object", "properties": properties, "additionalProperties": false
    });
    if let (false, Some(object)) = (required.is_empty(), schema.as_object_mut()) {
        object.insert("required".to_owned(), json!(required));
    }
    schema
}

impl Key {
    fn described(&self) -> Json {
        let mut schema = self.schema.clone();
        if let Some(object) = schema.as_object_mut() {
            object.insert("description".to_owned(), Json::from(prose(self.doc)));
            if let Some(default) = &self.default {
                object.insert("default".to_owned(), default.clone());
            }
        }
        schema
    }
}

/// Joins the lines of a doc comment to running text.
fn prose(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads the value of a key.
pub(crate) fn optional<T: Form>(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Placed<T>> {
    let entry = node.get(&spot.key)?;
    let value = T::read(&entry.node, spot, reader)?;
    Some(Placed { value, at: entry.node.at })
}

/// Reads the value of a key that must be there.
pub(crate) fn required<T: Form>(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Placed<T>> {
    if node.get(&spot.key).is_none() {
        let what = format!("{} has no {:?}", spot.owner, spot.key);
        if spot.key == "holdpoint" {
            reader.curable(Code::MissingKey, node.at, (what, "begin it with holdpoint = \"0.1\"".to_owned()));
        } else {
            reader.error(Code::MissingKey, node.at, what);
        }
    }
    optional(node, spot, reader)
}

/// Reads the value of a key that must be there, and leaves it to the lowering to say so.
pub(crate) fn wanted<T: Form>(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Placed<T>> {
    optional(node, spot, reader)
}
