//! Answers: what a rule came to on the numbers of a case, for programs and for people.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

/// What a rule came to.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub(crate) struct Answer {
    /// The rule's family.
    pub(crate) family: &'static str,
    /// What it came to, in the words of its family.
    pub(crate) class: String,
    /// Why, in words, without a full stop.
    pub(crate) reason: String,
    /// The numbers behind it.
    pub(crate) figures: Map<String, Json>,
}

/// An answer beside its case.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judged {
    /// The case's name.
    pub(crate) name: String,
    /// What its author expects.
    pub(crate) expected: Option<String>,
    /// What it came to.
    pub(crate) answer: Answer,
}

impl Answer {
    /// The same, telling which samples were not judged since they are no numbers, by series and class.
    pub(crate) fn leaving_out(mut self, series: &[(&str, Json)]) -> Self {
        let mut told = Map::new();
        for (name, classes) in series {
            let words: Vec<String> =
                classes.as_object().into_iter().flatten().map(|(class, count)| format!("{count} {class}")).collect();
            if !words.is_empty() {
                self.reason = format!("{}; left out of the {name}: {}", self.reason, words.join(", "));
                told.insert((*name).to_owned(), classes.clone());
            }
        }
        self.figures.insert("left-out".to_owned(), Json::Object(told));
        self
    }

    /// Of these figures, which must be an object.
    pub(crate) fn new(
        family: &'static str,
        class: impl Into<String>,
        reason: impl Into<String>,
        figures: Json,
    ) -> Self {
        let figures = match figures {
            Json::Object(figures) => figures,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Map::new(),
        };
        Self { family, class: class.into(), reason: reason.into(), figures }
    }
}

impl Judged {
    /// Whether it is what its author expects; so it is where nothing is expected.
    pub(crate) fn is_as_expected(&self) -> bool {
        self.expected.as_ref().is_none_or(|expected| *expected == self.answer.class)
    }

    /// What its author did not expect, in a line.
    pub(crate) fn surprise(&self) -> Option<String> {
        let expected = self.expected.as_ref().filter(|_| !self.is_as_expected())?;
        Some(format!("case {:?} came to {}, not to {expected} as expected", self.name, self.answer.class))
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Json {
        let Answer { family, class, reason, figures } = &self.answer;
        let mut json = json!({ "name": self.name, "family": family, "class": class, "reason": reason });
        if let Some(object) = json.as_object_mut() {
            if let Some(expected) = &self.expected {
                object.insert("expected".to_owned(), json!(expected));
                object.insert("as-expected".to_owned(), json!(self.is_as_expected()));
            }
            object.extend(figures.clone());
        }
        json
    }

    /// For people: a line with the class, and one with the reason.
    pub(crate) fn to_text(&self) -> String {
        let Answer { class, reason, .. } = &self.answer;
        let expected = match &self.expected {
            Some(expected) if !self.is_as_expected() => format!(", not {expected} as expected"),
            Some(_) | None => String::new(),
        };
        format!("{}: {class}{expected}\n    {reason}", self.name)
    }
}

/// The word that a value is written as in JSON.
pub(crate) fn word(value: impl Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}
