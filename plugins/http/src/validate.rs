//! What can be wrong with settings beyond what their types say; found when the plan is linted.

use std::collections::BTreeSet;

use holdpoint_sdk::template::{Template, is_name};
use holdpoint_sdk::{Problem, Target};
use serde_json::Value;

use crate::settings::{BodyRule, Capture, Expect, HeaderRule, JsonRule, Method, Settings, StatusSet, Step};
use crate::values::FACTS;

/// Finds all problems, in the order of the settings.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut finder = Finder { problems: Vec::new(), known: FACTS.iter().map(ToString::to_string).collect() };
    match (&settings.url, settings.steps.is_empty()) {
        (None, true) => {
            finder.add("", "there is neither a `url` nor `steps`", "say where to: `url = \"endpoint:NAME/path\"`");
        }
        (Some(_), false) => finder.add("/url", "stands beside `steps`", "move it into a step of its own"),
        (Some(_), true) => finder.step("", &settings.all_steps()[0]),
        (None, false) => {
            if has_request_of_its_own(settings) {
                finder.add("", "settings of a single request stand beside `steps`", "move them into a step");
            }
            for (position, step) in settings.steps.iter().enumerate() {
                finder.step(&format!("/steps/{position}"), step);
            }
        }
    }
    finder.problems
}

/// Whether something is set that means nothing beside `steps`.
fn has_request_of_its_own(settings: &Settings) -> bool {
    let expect = &settings.expect;
    !settings.headers.is_empty()
        || settings.json.is_some()
        || settings.form.is_some()
        || settings.body.is_some()
        || settings.timeout_ms.is_some()
        || settings.redirects > 0
        || settings.method != Method::Get
        || !(expect.headers.is_empty() && expect.body.is_empty() && expect.json.is_empty())
        || expect.status != StatusSet::default()
        || expect.max_latency_ms.or(expect.certificate_days).is_some()
        || expect.max_size.or(expect.min_size).is_some()
}

/// Collects problems while it walks through the steps.
struct Finder {
    problems: Vec<Problem>,
    /// The names that have a value at the step that is looked at.
    known: BTreeSet<String>,
}

impl Finder {
    fn add(&mut self, pointer: &str, message: impl Into<String>, hint: &str) {
        self.problems.push(Problem::at(pointer, message).hint(hint));
    }

    fn step(&mut self, at: &str, step: &Step) {
        self.url(&format!("{at}/url"), &step.url);
        for (name, value) in &step.headers {
            self.names(&format!("{at}/headers/{}", escaped(name)), value);
        }
        self.bodies(at, step);
        self.expect(&format!("{at}/expect"), &step.expect);
        for (name, capture) in &step.capture {
            let at = format!("{at}/capture/{}", escaped(name));
            if !is_name(name) {
                self.add(&at, format!("`{name}` can't be a name"), "use lower-case letters, digits, `-` and `_`");
            }
            match capture {
                Capture::Json(pointer) => self.pointer(&at, pointer),
                Capture::Regex(_) | Capture::Header(_) => {}
            }
            self.known.insert(name.clone());
        }
    }

    fn url(&mut self, at: &str, url: &Template) {
        self.names(at, url);
        let begins_with_hole = url.as_str().starts_with("{{");
        if url.has_secret() && !url.as_str().contains('?') {
            self.add(at, "a secret stands in the path", "a secret belongs into a header, a query or a body");
        }
        if begins_with_hole && url.lone_name().is_none() {
            self.add(at, "a captured value can't be the beginning of a URL", "write `endpoint:NAME/` before it");
        }
        if !begins_with_hole && let Err(flaw) = Target::parse(url.as_str()) {
            self.add(at, flaw.to_string(), "endpoints are named in the plan");
        }
    }

    fn bodies(&mut self, at: &str, step: &Step) {
        if usize::from(step.json.is_some()) + usize::from(step.form.is_some()) + usize::from(step.body.is_some()) > 1 {
            self.add(at, "there is more than one of `json`, `form` and `body`", "a request has one body");
        }
        if let Some(json) = &step.json {
            self.json(&format!("{at}/json"), json);
        }
        for (name, value) in step.form.iter().flatten() {
            self.names(&format!("{at}/form/{}", escaped(name)), value);
        }
        if let Some(body) = &step.body {
            self.names(&format!("{at}/body"), body);
        }
    }

    fn expect(&mut self, at: &str, expect: &Expect) {
        for (name, rule) in &expect.headers {
            match rule {
                HeaderRule::Equals(text) | HeaderRule::Contains(text) => {
                    self.expected(&format!("{at}/headers/{}", escaped(name)), text);
                }
                HeaderRule::Present | HeaderRule::Absent | HeaderRule::Regex(_) => {}
            }
        }
        for (position, rule) in expect.body.iter().enumerate() {
            match rule {
                BodyRule::Equals(text) | BodyRule::Contains(text) | BodyRule::Lacks(text) => {
                    self.expected(&format!("{at}/body/{position}"), text);
                }
                BodyRule::Regex(_) => {}
            }
        }
        for (pointer, rule) in &expect.json {
            let at = format!("{at}/json/{}", escaped(pointer));
            self.pointer(&at, pointer);
            match rule {
                JsonRule::Equals(value) => self.json(&at, value),
                JsonRule::Between([least, most]) if least > most => {
                    self.add(&at, format!("no number lies between {least} and {most}"), "write the smaller one first");
                }
                JsonRule::Exists
                | JsonRule::Absent
                | JsonRule::Regex(_)
                | JsonRule::AtLeast(_)
                | JsonRule::AtMost(_)
                | JsonRule::Between(_) => {}
            }
        }
    }

    /// A plugin never sees a secret, so it can't compare with one.
    fn expected(&mut self, at: &str, text: &Template) {
        self.names(at, text);
        if text.has_secret() {
            self.add(at, "a secret can't be expected: the plugin never sees it", "expect something else");
        }
    }

    fn names(&mut self, at: &str, text: &Template) {
        for name in text.names() {
            if !self.known.contains(name) {
                self.add(at, format!("no earlier step captures `{name}`"), "capture it, or mend the name");
            }
        }
    }

    fn json(&mut self, at: &str, json: &Value) {
        match json {
            Value::String(text) => match Template::parse(text) {
                Ok(text) => self.names(at, &text),
                Err(message) => self.add(at, message, "mend the placeholder"),
            },
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    self.json(&format!("{at}/{position}"), item);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    self.json(&format!("{at}/{}", escaped(key)), member);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn pointer(&mut self, at: &str, pointer: &str) {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            self.add(at, format!("`{pointer}` is not a JSON pointer"), "begin it with `/`: `/order/state`");
        }
    }
}

/// Returns a key as a JSON pointer has it.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
