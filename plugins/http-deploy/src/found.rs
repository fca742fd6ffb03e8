//! What is wrong with settings beyond what their schema can say, gathered with its place.

use holdpoint_sdk::template::Template;
use holdpoint_sdk::{Problem, Target};
use serde_json::Value;

use crate::facts::Names;
use crate::filled::Stated;
use crate::status::Status;

/// The problems found so far.
pub struct Found {
    names: Names,
    problems: Vec<Problem>,
}

impl Found {
    /// Returns nothing found, in settings whose texts may hold these names.
    pub const fn nothing(names: Names) -> Self {
        Self { names, problems: Vec::new() }
    }

    /// Returns everything that was found.
    pub fn all(self) -> Vec<Problem> {
        self.problems
    }

    /// Adds a problem at a JSON pointer.
    pub fn add(&mut self, at: &str, what: impl Into<String>) {
        self.problems.push(Problem::at(at, what));
    }

    /// Looks at a call.
    pub fn call(&mut self, at: &str, call: Stated<'_>) {
        self.url(&format!("{at}/url"), call.url);
        for (name, value) in call.headers {
            self.text(&format!("{at}/headers/{}", escaped(name)), value);
        }
        if let Some(body) = call.body {
            self.body(&format!("{at}/body"), body);
        }
    }

    /// Looks at where the tool tells how far it is.
    pub fn status(&mut self, at: &str, status: &Status) {
        self.url(&format!("{at}/url"), &status.url);
        self.pointer(&format!("{at}/pointer"), &status.pointer);
    }

    /// Looks at a text.
    pub fn text(&mut self, at: &str, text: &Template) {
        for name in text.names().filter(|name| !self.names.has(name)) {
            self.problems.push(Problem::at(at, self.names.unknown(name)));
        }
    }

    /// Looks at a URL, which must be one with any values in its holes.
    pub fn url(&mut self, at: &str, url: &Template) {
        self.text(at, url);
        let example = url.as_str().split("{{").enumerate().fold(String::new(), |mut all, (index, part)| {
            let literal = if index == 0 { part } else { part.split_once("}}").map_or(part, |(_, behind)| behind) };
            all.push_str(if index == 0 { "" } else { "x" });
            all + literal
        });
        if let Err(why) = Target::parse(&example) {
            self.add(at, why.to_string());
        }
    }

    /// Looks at a JSON pointer.
    pub fn pointer(&mut self, at: &str, pointer: &str) {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            self.add(at, format!("`{pointer}` is not a JSON pointer; begin it with `/`"));
        }
    }

    fn body(&mut self, at: &str, body: &Value) {
        match body {
            Value::String(text) => match Template::parse(text) {
                Ok(text) => self.text(at, &text),
                Err(why) => self.add(at, why),
            },
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.body(&format!("{at}/{index}"), item);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.body(&format!("{at}/{}", escaped(name)), member);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// A key as a JSON pointer has it.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
