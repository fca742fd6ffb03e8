//! The reader: goes through a tree of JSON and collects everything that is wrong with it.

use std::collections::BTreeSet;

use holdpoint_core::text::visible;
use holdpoint_plan::{Code, Gravity, Place, Problem};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::tree::{At, Entry, Node};

/// How many problems are told; of the rest only the number.
const MOST: usize = 100;

/// Collects problems while a tree is read.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
    /// How many more there are.
    untold: usize,
}

/// Keys of the file that the core has under another name.
pub(crate) type Renamed = &'static [(&'static str, &'static str)];

impl<'a> Reader<'a> {
    /// Of this text.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, problems: Vec::new(), untold: 0 }
    }

    /// What was found, in the order of its places.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.place);
        if self.untold > 0 {
            let what = format!("there are {} more problems, which are not told", self.untold);
            self.problems.push(Problem::nowhere(Code::BadValue, what));
        }
        self.problems
    }

    /// How many problems there are so far.
    pub(crate) fn count(&self) -> usize {
        self.problems.len() + self.untold
    }

    /// Notes an error.
    pub(crate) fn error(&mut self, code: Code, at: At, what: &str) {
        self.note(code, at, what, None);
    }

    /// Notes an error with what would mend it.
    pub(crate) fn curable(&mut self, code: Code, at: At, (what, cure): (&str, &str)) {
        self.note(code, at, what, Some(cure));
    }

    fn note(&mut self, code: Code, at: At, what: &str, cure: Option<&str>) {
        if self.problems.len() == MOST {
            self.untold += 1;
        } else {
            let place = Some(self.place(at));
            self.problems.push(Problem {
                gravity: Gravity::Error,
                code,
                place,
                what: visible(what),
                cure: cure.map(visible),
            });
        }
    }

    fn place(&self, at: At) -> Place {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.split('\n').next_back().unwrap_or_default();
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        Place { start: at.start, end: at.end, line: lines + 1, column: line.chars().count() + 1 }
    }

    /// Notes that a value has another type than it must have.
    pub(crate) fn wrong_type(&mut self, node: &Node, name: &str, wanted: &str) {
        self.error(Code::WrongType, node.at, &format!("{name} must be {wanted}, not {}", node.kind()));
    }

    /// The entries of an object that may have these keys, each once.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node, owner: &str, known: &[&str]) -> Option<&'n [Entry]> {
        let Some(entries) = node.entries() else {
            self.wrong_type(node, owner, "an object");
            return None;
        };
        let mut seen = BTreeSet::new();
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                let what = format!("unknown key {:?} in {owner}", entry.key);
                let cure = format!("the keys here are {}", known.join(", "));
                self.curable(Code::UnknownKey, entry.at, (&what, &cure));
            }
            if !seen.insert(&entry.key) {
                self.error(Code::Duplicate, entry.at, &format!("{:?} stands twice in {owner}", entry.key));
            }
        }
        Some(entries)
    }

    /// The value of a key that must be there.
    pub(crate) fn required<'n>(&mut self, node: &'n Node, owner: &str, key: &str) -> Option<&'n Node> {
        let found = node.get(key);
        if found.is_none() {
            self.error(Code::MissingKey, node.at, &format!("{owner} has no {key:?}"));
        }
        found
    }

    /// A text that is not empty.
    pub(crate) fn text(&mut self, node: &Node, name: &str) -> Option<String> {
        match node.text() {
            Some(text) if !text.trim().is_empty() => Some(visible(text)),
            Some(_) => {
                self.error(Code::BadValue, node.at, &format!("{name} is empty"));
                None
            }
            None => {
                self.wrong_type(node, name, "a text");
                None
            }
        }
    }

    /// A number.
    pub(crate) fn number(&mut self, node: &Node, name: &str) -> Option<f64> {
        let number = node.number();
        if number.is_none() {
            self.wrong_type(node, name, "a number");
        }
        number
    }

    /// One of the core's own types from the entries of an object, all of whose fields have defaults or stand in `base`.
    /// Each entry is tried by itself, so that every wrong one is told at its place.
    pub(crate) fn terms<T: DeserializeOwned>(
        &mut self,
        entries: &[&Entry],
        renamed: Renamed,
        base: &Map<String, Json>,
    ) -> Option<T> {
        let before = self.count();
        let mut whole = base.clone();
        for entry in entries {
            let other = renamed.iter().find(|(ours, _)| *ours == entry.key).map(|(_, theirs)| *theirs);
            let key = other.unwrap_or(&entry.key).to_owned();
            let mut alone = base.clone();
            alone.insert(key.clone(), entry.node.to_json());
            match serde_json::from_value::<T>(Json::Object(alone)) {
                Ok(_) => drop(whole.insert(key, entry.node.to_json())),
                Err(error) => self.error(Code::BadValue, entry.node.at, &format!("{:?}: {error}", entry.key)),
            }
        }
        if self.count() > before { None } else { serde_json::from_value(Json::Object(whole)).ok() }
    }

    /// A word of a list of the core's own.
    pub(crate) fn word<T: DeserializeOwned>(&mut self, node: &Node, name: &str) -> Option<T> {
        match serde_json::from_value(node.to_json()) {
            Ok(word) => Some(word),
            Err(error) => {
                self.error(Code::BadValue, node.at, &format!("{name}: {error}"));
                None
            }
        }
    }
}
