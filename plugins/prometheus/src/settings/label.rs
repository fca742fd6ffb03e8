//! What a label must be, and which codes are errors, as a plan says it.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::promql::regex_of;

/// What a label must be: a value, a list of values, `{ not = … }` or `{ regex = … }`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a label is a text, a list of texts, { not = text or list } or { regex = text }")]
pub(crate) enum LabelMatch {
    /// Exactly this value.
    Is(String),
    /// Any of these values.
    OneOf(Vec<String>),
    /// None of these values.
    Not(Not),
    /// Whatever matches as a whole.
    Regex(Regex),
}

/// Any value but these.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Not {
    /// A value, or several.
    #[serde(deserialize_with = "one_or_more")]
    #[schemars(with = "OneOrMore")]
    pub(crate) not: Vec<String>,
}

/// Any value that matches as a whole.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Regex {
    /// A regular expression in RE2's syntax.
    pub(crate) regex: String,
}

/// A value, or several.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMore {
    /// A value.
    One(String),
    /// Several.
    More(Vec<String>),
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMore::deserialize(deserializer)? {
        OneOrMore::One(value) => vec![value],
        OneOrMore::More(values) => values,
    })
}

/// A code that counts as an error: a status (`503`), a class of them (`"5xx"`), or any other text (`"Unavailable"`).
/// The empty text means requests that have no code.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a code is a number such as 503 or a text such as \"5xx\"")]
pub(crate) enum Code {
    /// A status.
    Status(u16),
    /// A class of statuses, or what the label says word for word.
    Text(String),
}

impl Code {
    /// Returns a regular expression of the label's values.
    pub(crate) fn regex(&self) -> String {
        match self {
            Self::Status(status) => status.to_string(),
            Self::Text(text) => match text.strip_suffix("xx") {
                Some(class @ ("1" | "2" | "3" | "4" | "5")) => format!("{class}.."),
                Some(_) | None => regex_of(text),
            },
        }
    }

    /// Whether it is the code of requests that have none.
    pub(crate) fn is_absence(&self) -> bool {
        match self {
            Self::Status(_) => false,
            Self::Text(text) => text.is_empty(),
        }
    }

    /// Whether some request could have it: what begins as a status is one, or a class of them.
    pub(crate) fn makes_sense(&self) -> bool {
        match self {
            Self::Status(status) => (100..=599).contains(status),
            Self::Text(text) => {
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                let class = matches!(text.as_bytes(), [b'1'..=b'5', b'x', b'x']);
                let status = matches!(text.as_bytes(), [b'1'..=b'5', _, _]) && digits == 3;
                class || status || !text.starts_with(|letter: char| letter.is_ascii_digit())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> LabelMatch {
        serde_json::from_str(json).expect("a label")
    }

    #[test]
    fn a_label_is_written_in_one_of_four_ways() {
        assert!(matches!(read(r#""a""#), LabelMatch::Is(value) if value == "a"));
        assert!(matches!(read(r#"["a","b"]"#), LabelMatch::OneOf(values) if values == ["a", "b"]));
        assert!(matches!(read(r#"{"not":"a"}"#), LabelMatch::Not(not) if not.not == ["a"]));
        assert!(matches!(read(r#"{"not":["a","b"]}"#), LabelMatch::Not(not) if not.not == ["a", "b"]));
        assert!(matches!(read(r#"{"regex":"a.*"}"#), LabelMatch::Regex(regex) if regex.regex == "a.*"));
    }

    #[test]
    fn any_other_way_is_refused_with_the_four() {
        for json in ["5", r#"{"is":"a"}"#, r#"{"not":"a","regex":"b"}"#, r#"{"not":5}"#] {
            let error = serde_json::from_str::<LabelMatch>(json).err().expect(json);

            assert!(error.to_string().contains("{ regex = text }"), "{json}: {error}");
        }
    }

    #[test]
    fn a_class_of_statuses_matches_each_of_them_and_other_codes_themselves_only() {
        let codes = ["5xx", "429", "not.found", ""].map(|text| Code::Text(text.to_owned()).regex());

        assert_eq!(codes, ["5..", "429", "not\\.found", ""]);
    }

    #[test]
    fn a_misspelt_status_makes_no_sense() {
        for text in ["50x", "5XX", "6xx", "5", "5000", "99"] {
            assert!(!Code::Text(text.to_owned()).makes_sense(), "{text}");
        }
        for text in ["5xx", "503", "Unavailable", ""] {
            assert!(Code::Text(text.to_owned()).makes_sense(), "{text}");
        }
        assert!(!Code::Status(50).makes_sense());
    }
}
