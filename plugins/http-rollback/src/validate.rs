//! What is wrong with settings beyond what their schema can say.

use std::collections::BTreeSet;

use holdpoint_sdk::template::Template;
use holdpoint_sdk::{Problem, Target};
use serde_json::Value;

use crate::facts::{NAMES, unknown};
use crate::settings::{Settings, Step};

/// Finds everything at once.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut found = Found::default();
    if settings.steps.is_empty() {
        found.add("/steps", "is empty, so nothing would be rolled back");
    }
    let mut ids = BTreeSet::new();
    for (index, step) in settings.steps.iter().enumerate() {
        let at = format!("/steps/{index}");
        if !ids.insert(&step.id) {
            found.add(&format!("{at}/id"), format!("{:?} is there twice", step.id));
        }
        found.step(&at, step);
    }
    if let Some(ready) = &settings.ready {
        found.url("/ready/url", &ready.url);
    }
    if let Some(there) = &settings.already_there {
        found.url("/already-there/url", &there.url);
        found.text("/already-there/equals", &there.equals);
        if there.equals.has_secret() {
            found.add("/already-there/equals", "a secret can't be compared with: the plugin never sees it");
        }
        found.pointer("/already-there/pointer", &there.pointer);
    }
    found.url("/status/url", &settings.status.url);
    found.pointer("/status/pointer", &settings.status.pointer);
    found.0
}

#[derive(Default)]
struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, at: &str, what: impl Into<String>) {
        self.0.push(Problem::at(at, what));
    }

    fn step(&mut self, at: &str, step: &Step) {
        self.text(&format!("{at}/summary"), &step.summary);
        self.url(&format!("{at}/url"), &step.url);
        for (name, value) in &step.headers {
            self.text(&format!("{at}/headers/{}", escaped(name)), value);
        }
        if let Some(body) = &step.body {
            self.body(&format!("{at}/body"), body);
        }
        if step.expect.is_empty() && step.started.is_empty() {
            self.add(&format!("{at}/expect"), "is empty, and so is `started`: no answer would be good");
        }
    }

    fn text(&mut self, at: &str, text: &Template) {
        for name in text.names().filter(|name| !NAMES.contains(name)) {
            self.add(at, unknown(name));
        }
    }

    /// A URL must be one with any values in its holes.
    fn url(&mut self, at: &str, url: &Template) {
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

    fn pointer(&mut self, at: &str, pointer: &str) {
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
