//! How the values of scenarios are written that no plan has.

use holdpoint_core::text::visible;
use holdpoint_core::time::Moment;
use serde_json::{Value as Json, json};

use crate::form::{Definitions, Form};
use crate::formula::Formula;
use crate::node::Node;
use crate::problem::Code;
use crate::reader::{Reader, Spot};
use crate::source::At;
use crate::word::Word;

/// A cue: a word that something gives and that others wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue(pub String);

/// Any text, over several lines too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage(pub String);

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// No connection comes about.
    Down,
    /// No answer comes.
    Timeout,
    /// The answer is an error.
    Error,
    /// The answer takes longer.
    Slow,
    /// Metrics have no series.
    Empty,
    /// Metrics are no number.
    NotANumber,
    /// Metrics stand still: they are those of the fault's beginning.
    Stale,
}

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// Go on.
    Confirm,
    /// Go on, and mend it.
    Hotfix,
    /// Bring the previous version back.
    RollBack,
    /// Wait for longer.
    Extend,
}

impl Word for Cue {
    const WANTED: &'static str = "a cue such as \"rolled-back\"";

    fn parse(text: &str) -> Result<Self, String> {
        let part =
            |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
        let named = text.len() <= 64 && text.starts_with(|letter: char| letter.is_ascii_lowercase());
        if named && text != "t" && text.split('-').all(part) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("a cue is lower-case words with hyphens, and not t: {:?} is not", visible(text)))
    }

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 64})
    }
}

impl Word for Moment {
    const WANTED: &'static str = "a moment such as \"2026-01-05T09:00:00Z\"";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse::<jiff::Timestamp>()
            .map(|timestamp| Self(timestamp.as_millisecond()))
            .ok()
            .filter(|moment| moment.0 >= 0)
            .ok_or_else(|| {
                format!("a moment is written like 2026-01-05T09:00:00Z, since 1970: {:?} is not", visible(text))
            })
    }

    fn schema() -> Json {
        json!({"type": "string", "format": "date-time"})
    }
}

impl Form for Passage {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        if node.text().is_none() {
            reader.wrong_type(node, spot, "a text");
        }
        node.text().map(|text| Self(text.to_owned()))
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"type": "string"})
    }
}

impl Form for Formula {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(text) = node.text() else {
            reader.wrong_type(node, spot, "a formula as a text, such as \"0.002 + noise(0.001)\"");
            return None;
        };
        match Self::parse(text) {
            Ok(formula) => Some(formula),
            Err(wrong) => {
                // Where the text stands letter by letter, between its quotes, the place within it is told.
                let plain = node.at.end.saturating_sub(node.at.start) == text.len() + 2;
                let within = At { start: node.at.start + 1 + wrong.start, end: node.at.start + 1 + wrong.end };
                let at = if plain { within } else { node.at };
                reader.error(Code::BadValue, at, format!("{}: {wrong}", spot.words()));
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"type": "string", "minLength": 1, "maxLength": crate::formula::LONGEST})
    }
}
