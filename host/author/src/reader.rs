//! Reads a TOML file by its keys and collects everything that is wrong with it, each with its place.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::Problem;
use crate::suggest::{did_you_mean, either};

/// Collects problems while a file is read.
pub(crate) struct Reader<'a> {
    pub(crate) file: &'a Path,
    pub(crate) text: &'a str,
    pub(crate) problems: Vec<Problem>,
}

/// A table of the file, and what it is called in messages.
#[derive(Clone, Copy)]
pub(crate) struct Section<'a> {
    table: &'a DeTable<'a>,
    /// Where it begins, in bytes.
    at: usize,
    called: &'a str,
}

/// A value that was read, with its first byte.
pub(crate) struct Placed<T> {
    pub(crate) at: usize,
    pub(crate) value: T,
}

impl<'a> Reader<'a> {
    pub(crate) fn error(&mut self, at: usize, what: impl Into<String>) {
        self.problems.push(Problem::at(self.file, self.text, at, what));
    }

    /// Takes the whole file as a section that has these keys and no others.
    pub(crate) fn whole(&mut self, table: &'a DeTable<'a>, keys: &[&str]) -> Section<'a> {
        let section = Section { table, at: 0, called: "a plugin.toml" };
        self.refuse_others(section, keys);
        section
    }

    /// Takes a key's table as a section that has these keys and no others.
    pub(crate) fn section(&mut self, of: Section<'a>, key: &'a str, keys: &[&str]) -> Option<Section<'a>> {
        let value = of.table.get(key)?;
        let DeValue::Table(table) = value.get_ref() else {
            self.error(value.span().start, format!("{key:?} is a table: [{key}]"));
            return None;
        };
        let section = Section { table, at: value.span().start, called: key };
        self.refuse_others(section, keys);
        Some(section)
    }

    /// Takes a key's list of tables, each to be asked with [`Reader::refuse_others`].
    pub(crate) fn sections(&mut self, of: Section<'a>, key: &'a str, called: &'a str) -> Vec<Section<'a>> {
        let Some(value) = of.table.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.error(value.span().start, format!("{key:?} is a list of tables: [[{key}]]"));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in items {
            if let DeValue::Table(table) = item.get_ref() {
                sections.push(Section { table, at: item.span().start, called });
            } else {
                self.error(item.span().start, format!("{called} is a table, this is {}", kind(item.get_ref())));
            }
        }
        sections
    }

    /// Notes every key that a section can't have.
    pub(crate) fn refuse_others(&mut self, section: Section<'a>, keys: &[&str]) {
        let mut unknown: Vec<&Spanned<_>> =
            section.table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref())).collect();
        unknown.sort_by_key(|key| key.span().start);
        for key in unknown {
            let near = did_you_mean(key.get_ref(), keys.iter().copied());
            let near = if near.is_empty() { format!("; it has {}", either(keys.iter().copied())) } else { near };
            self.error(key.span().start, format!("unknown key {:?} in {}{near}", key.get_ref(), section.called));
        }
    }

    /// Reads a text that may be left out.
    pub(crate) fn text(&mut self, section: Section<'a>, key: &str) -> Option<Placed<String>> {
        let value = section.table.get(key)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(Placed { at: value.span().start, value: text.to_string() });
        }
        self.error(value.span().start, format!("{key:?} is a text, this is {}", kind(value.get_ref())));
        None
    }

    /// Reads a text that must be there and say something.
    pub(crate) fn needed_text(&mut self, section: Section<'a>, key: &str) -> Option<Placed<String>> {
        if !section.table.contains_key(key) {
            self.error(section.at, format!("{} needs the key {key:?}", section.called));
            return None;
        }
        let read = self.text(section, key)?;
        if read.value.trim().is_empty() {
            self.error(read.at, format!("{key:?} is empty"));
            return None;
        }
        Some(read)
    }

    /// Reads a list of texts that must be there and not be empty.
    pub(crate) fn needed_texts(&mut self, section: Section<'a>, key: &str) -> Vec<Placed<String>> {
        let Some(value) = section.table.get(key) else {
            self.error(section.at, format!("{} needs the key {key:?}", section.called));
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.error(value.span().start, format!("{key:?} is a list of texts, this is {}", kind(value.get_ref())));
            return Vec::new();
        };
        if items.is_empty() {
            self.error(value.span().start, format!("{key:?} is empty; name what is needed, or drop the request"));
        }
        let mut texts = Vec::new();
        for item in items {
            if let DeValue::String(text) = item.get_ref() {
                texts.push(Placed { at: item.span().start, value: text.to_string() });
            } else {
                self.error(item.span().start, format!("{key:?} has texts, this is {}", kind(item.get_ref())));
            }
        }
        texts
    }

    /// Reads a whole number above zero that may be left out.
    pub(crate) fn count(&mut self, section: Section<'a>, key: &str) -> Option<u64> {
        let value = section.table.get(key)?;
        let count = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            DeValue::String(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        if count.is_none_or(|count| count == 0) {
            self.error(value.span().start, format!("{key:?} is a whole number above zero"));
            return None;
        }
        count
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
