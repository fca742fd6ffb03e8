//! JSON with places: every key and every value knows where in the text it stands.

use serde_json::Value as Json;
use thiserror::Error;

/// A stretch of bytes in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Neither a list nor an object.
    Plain(Json),
    List(Vec<Node>),
    /// Its entries as they are written, doubled keys and all.
    Object(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: At,
    pub(crate) node: Node,
}

/// A text that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this is not JSON: {why}")]
pub(crate) struct NotJson {
    /// Where it stops being JSON.
    pub(crate) at: At,
    why: String,
}

/// Reads a text.
///
/// # Errors
/// At the first place where it is not JSON.
pub(crate) fn read(text: &str) -> Result<Node, NotJson> {
    // Values that lie too deep in each other are refused here, so that the scanner below may call itself.
    match serde_json::from_str::<Json>(text) {
        Ok(_) => Ok(Scanner { text, at: 0 }.node()),
        Err(error) => {
            let start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let start = start + error.column().saturating_sub(1);
            let words = error.to_string();
            let why = words.split(" at line ").next().unwrap_or_default().to_owned();
            Err(NotJson { at: At { start, end: start }, why })
        }
    }
}

impl Node {
    /// What it is, with its article.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Plain(Json::Null) => "null",
            Value::Plain(Json::Bool(_)) => "true or false",
            Value::Plain(Json::Number(_)) => "a number",
            Value::Plain(Json::String(_)) => "a text",
            Value::Plain(Json::Array(_)) | Value::List(_) => "a list",
            Value::Plain(Json::Object(_)) | Value::Object(_) => "an object",
        }
    }

    /// The text, when this is one.
    pub(crate) fn text(&self) -> Option<&str> {
        self.plain()?.as_str()
    }

    /// The number, when this is one.
    pub(crate) fn number(&self) -> Option<f64> {
        self.plain()?.as_f64()
    }

    /// The value, when it is neither a list nor an object.
    pub(crate) fn plain(&self) -> Option<&Json> {
        match &self.value {
            Value::Plain(json) => Some(json),
            Value::List(_) | Value::Object(_) => None,
        }
    }

    /// The nodes, when this is a list.
    pub(crate) fn list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(nodes) => Some(nodes),
            Value::Plain(_) | Value::Object(_) => None,
        }
    }

    /// The entries, when this is an object.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Object(entries) => Some(entries),
            Value::Plain(_) | Value::List(_) => None,
        }
    }

    /// The value of a key, when this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The same without places.
    pub(crate) fn to_json(&self) -> Json {
        match &self.value {
            Value::Plain(json) => json.clone(),
            Value::List(nodes) => nodes.iter().map(Self::to_json).collect(),
            Value::Object(entries) => entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect(),
        }
    }
}

/// Goes through a text that is known to be JSON.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn node(&mut self) -> Node {
        self.skip_space();
        let start = self.at;
        let value = match self.next() {
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'"') => Value::Plain(Json::from(self.string())),
            Some(_) | None => Value::Plain(self.word()),
        };
        Node { at: At { start, end: self.at }, value }
    }

    fn object(&mut self) -> Value {
        let mut entries = Vec::new();
        self.at += 1;
        while self.goes_on(b'}') {
            let start = self.at;
            let key = self.string();
            let at = At { start, end: self.at };
            self.skip_space();
            // The colon.
            self.at += 1;
            entries.push(Entry { key, at, node: self.node() });
        }
        Value::Object(entries)
    }

    fn list(&mut self) -> Value {
        let mut nodes = Vec::new();
        self.at += 1;
        while self.goes_on(b']') {
            nodes.push(self.node());
        }
        Value::List(nodes)
    }

    /// Steps over a comma, or over the end. Whether another item follows.
    fn goes_on(&mut self, end: u8) -> bool {
        self.skip_space();
        if self.next() == Some(b',') {
            self.at += 1;
            self.skip_space();
        }
        if self.next().is_some_and(|byte| byte != end) {
            return true;
        }
        self.at += 1;
        false
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.next().filter(|byte| *byte != b'"') {
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        serde_json::from_str(self.since(start)).unwrap_or_default()
    }

    fn word(&mut self) -> Json {
        let start = self.at;
        while self.next().is_some_and(|byte| !matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        serde_json::from_str(self.since(start)).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        while self.next().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn since(&self, start: usize) -> &str {
        self.text.get(start..self.at).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_holds_what_the_text_says() {
        let text = " {\"a\\\"b\": [1, -2.5e3, null, true, \"x, ]}\\\\\"], \"c\" : {} , \"d\":[ ]}\n";

        let tree = read(text).unwrap();

        assert_eq!(tree.to_json(), serde_json::from_str::<Json>(text).unwrap());
    }

    #[test]
    fn keys_and_values_know_their_places() {
        let text = "{\"é\": [10,\n  20]}";

        let tree = read(text).unwrap();

        let entry = &tree.entries().unwrap()[0];
        let second = &entry.node.list().unwrap()[1];
        assert_eq!((&text[entry.at.start..entry.at.end], &text[second.at.start..second.at.end]), ("\"é\"", "20"));
    }

    #[test]
    fn a_key_that_stands_twice_is_kept_twice() {
        assert_eq!(read("{\"a\": 1, \"a\": 2}").unwrap().entries().unwrap().len(), 2);
    }

    #[test]
    fn what_is_not_json_or_lies_too_deep_is_refused_with_its_place() {
        assert_eq!(read("{\"a\": 1,\n }").unwrap_err().at.start, 10);
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&format!("{}{}", "[".repeat(1_000), "]".repeat(1_000))).is_err());
    }
}
