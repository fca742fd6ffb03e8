//! The reader: goes through a tree and collects what is wrong with it.

use holdpoint_core::text::visible;

use crate::node::{Node, Value};
use crate::problem::{Code, Gravity, Problem};
use crate::source::{At, Source};
use crate::suggest::{did_you_mean, either};

/// A value that was read, with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) at: At,
}

/// Where the reader is, in words: `"timeout" of check "orders"`.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub(crate) key: String,
    pub(crate) owner: String,
}

impl Spot {
    /// The key and its owner.
    pub(crate) fn words(&self) -> String {
        format!("{:?} of {}", self.key, self.owner)
    }
}

/// Collects problems while a tree is read.
pub(crate) struct Reader<'a> {
    pub(crate) source: &'a Source,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self { source, problems: Vec::new() }
    }

    /// Notes an error.
    pub(crate) fn error(&mut self, code: Code, at: At, what: impl Into<String>) {
        self.note((Gravity::Error, code), at, &what.into(), None);
    }

    /// Notes an error with what would mend it.
    pub(crate) fn curable(&mut self, code: Code, at: At, (what, cure): (String, String)) {
        self.note((Gravity::Error, code), at, &what, Some(&cure));
    }

    /// Notes a warning with what would mend it.
    pub(crate) fn warning(&mut self, code: Code, at: At, (what, cure): (String, String)) {
        self.note((Gravity::Warning, code), at, &what, Some(&cure));
    }

    fn note(&mut self, (gravity, code): (Gravity, Code), at: At, what: &str, cure: Option<&str>) {
        // What is told may quote the text, a bundle or a file: nothing of it may steer a terminal.
        let (what, cure) = (visible(what), cure.map(visible));
        self.problems.push(Problem { gravity, code, place: Some(self.source.place(at)), what, cure });
    }

    /// Notes that a value has another type than its key.
    pub(crate) fn wrong_type(&mut self, node: &Node, spot: &Spot, wanted: &str) {
        let what = format!("{} must be {wanted}, not {}", spot.words(), node.value.kind());
        self.error(Code::WrongType, node.at, what);
    }

    /// Notes that a text is not one of the words that its key takes.
    pub(crate) fn not_among(&mut self, node: &Node, spot: &Spot, words: &[&str]) {
        let written = node.text().unwrap_or_default();
        let meant = did_you_mean(written, words.iter().copied());
        let what = format!("{} can't be {written:?}{meant}", spot.words());
        let cure = format!("it is {}", either(words.iter().copied()));
        self.curable(Code::BadValue, node.at, (what, cure));
    }

    /// Notes keys that mean nothing here, and keys that stand twice.
    pub(crate) fn check_keys(&mut self, node: &Node, owner: &str, known: &[String]) {
        let Value::Table(entries) = &node.value else { return };
        for (index, entry) in entries.iter().enumerate() {
            if !known.contains(&entry.key) {
                let meant = did_you_mean(&entry.key, known.iter().map(String::as_str));
                let what = format!("unknown key {:?} in {owner}{meant}", entry.key);
                let cure = format!("the keys here are {}", known.join(", "));
                self.curable(Code::UnknownKey, entry.key_at, (what, cure));
            }
            if entries.iter().take(index).any(|earlier| earlier.key == entry.key) {
                self.error(Code::Duplicate, entry.key_at, format!("{:?} stands twice in {owner}", entry.key));
            }
        }
    }
}
