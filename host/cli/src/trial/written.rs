//! Fixtures as they are written: what came of a call put into the place of what was expected, the rest of the file as it is.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::fixture::Fixture;
use super::observed::Observed;

/// The longest line that a list or an object stands in, in characters.
const WIDTH: usize = 110;

/// What is expected of a call that nothing was expected of.
const USUAL: [&str; 6] = ["outcome", "summary", "findings", "measurements", "labels", "reply"];

/// The fixture's text with what came as what is expected: of each key that `expect` names, else of the usual ones.
pub(crate) fn blessed(fixture: &Fixture, observed: &Observed) -> String {
    let text = &fixture.text;
    let named = fixture.expected.as_ref().filter(|expected| expected.at.is_some());
    let keys: Vec<&str> = match named {
        Some(expected) => expected.said.keys().map(String::as_str).collect(),
        None => USUAL.to_vec(),
    };
    let pretty = pretty(&Json::Object(expect(&keys, observed)), 2);
    if let Some(at) = named.and_then(|expected| expected.at) {
        let (before, after) = (text.get(..at.start).unwrap_or_default(), text.get(at.end..).unwrap_or_default());
        return format!("{before}{pretty}{after}");
    }
    let end = text.rfind('}').unwrap_or(text.len());
    let (before, after) = text.split_at(end);
    format!("{},\n  \"expect\": {pretty}\n{after}", before.trim_end())
}

fn expect(keys: &[&str], observed: &Observed) -> Map<String, Json> {
    let mut expect = Map::new();
    for key in keys {
        match *key {
            "outcome" => expect.extend([("outcome".to_owned(), Json::from(observed.word()))]),
            "message-contains" => expect.extend(told(observed)),
            key => expect.extend(observed.said.get(key).map(|value| (key.to_owned(), sparse(value)))),
        }
    }
    if !keys.contains(&"message-contains") && observed.said.contains_key("message") {
        expect.extend(told(observed));
    }
    if observed.said.contains_key("reply") {
        expect.remove("outcome");
    }
    expect
}

/// The first line of an error: the rest is of this build.
fn told(observed: &Observed) -> Option<(String, Json)> {
    let line = observed.said.get("message")?.as_str()?.lines().next()?;
    Some(("message-contains".to_owned(), Json::from(line)))
}

/// Without what is nothing: an absent text, no labels.
fn sparse(value: &Json) -> Json {
    let nothing = |value: &Json| value.is_null() || value.as_object().is_some_and(Map::is_empty);
    match value {
        Json::Array(items) => items.iter().map(sparse).collect(),
        Json::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !nothing(value));
            Json::Object(kept.map(|(key, value)| (key.clone(), sparse(value))).collect())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
    }
}

/// JSON for people: what fits stands in one line.
pub(crate) fn pretty(value: &Json, indent: usize) -> String {
    let flat = flat(value);
    if flat.chars().count() + indent <= WIDTH {
        return flat;
    }
    let inner = " ".repeat(indent + 2);
    let lines: Vec<String> = match value {
        Json::Array(items) => items.iter().map(|item| format!("{inner}{}", pretty(item, indent + 2))).collect(),
        Json::Object(members) => {
            let line = |(key, item): (&String, &Json)| {
                format!("{inner}{}: {}", Json::from(key.as_str()), pretty(item, indent + 2))
            };
            members.iter().map(line).collect()
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return flat,
    };
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    format!("{open}\n{}\n{}{close}", lines.join(",\n"), " ".repeat(indent))
}

fn flat(value: &Json) -> String {
    let mut out = String::new();
    // Writing to a text can't fail.
    let _ = match value {
        Json::Array(items) => write!(out, "[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), flat(value)));
            write!(out, "{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => write!(out, "{value}"),
    };
    out
}
