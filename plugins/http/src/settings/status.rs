//! Sets of status codes: `200`, `"2xx"`, `"200-204"`, or a list of such.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::ops::RangeInclusive;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// The acceptable status codes; every success unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) struct StatusSet(Vec<RangeInclusive<u16>>);

/// How it is written.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a status is a number, \"2xx\", \"200-204\", or a list of such")]
enum Written {
    One(Code),
    Many(Vec<Code>),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a status is a number, \"2xx\" or \"200-204\"")]
enum Code {
    Number(u16),
    Text(String),
}

impl StatusSet {
    pub(crate) fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

impl Default for StatusSet {
    fn default() -> Self {
        Self(vec![200..=299])
    }
}

impl Display for StatusSet {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for (position, range) in self.0.iter().enumerate() {
            if position > 0 {
                out.write_str(" or ")?;
            }
            match (*range.start(), *range.end()) {
                (first, last) if first == last => write!(out, "{first}")?,
                (first, last) if first % 100 == 0 && last == first + 99 => write!(out, "{}xx", first / 100)?,
                (first, last) => write!(out, "{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl TryFrom<Written> for StatusSet {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let codes = match written {
            Written::One(code) => vec![code],
            Written::Many(codes) => codes,
        };
        if codes.is_empty() {
            return Err("an empty list of statuses accepts nothing".to_owned());
        }
        codes.iter().map(range).collect::<Result<_, _>>().map(Self)
    }
}

fn range(code: &Code) -> Result<RangeInclusive<u16>, String> {
    let (text, range) = match code {
        Code::Number(number) => (number.to_string(), Some(*number..=*number)),
        Code::Text(text) => (text.clone(), range_of_text(text)),
    };
    range
        .filter(|range| *range.start() >= 100 && *range.end() <= 599 && range.start() <= range.end())
        .ok_or_else(|| format!("`{text}` is not a status; write 200, \"2xx\" or \"200-204\""))
}

fn range_of_text(text: &str) -> Option<RangeInclusive<u16>> {
    if let Some(hundred) = text.strip_suffix("xx") {
        let first = hundred.parse::<u16>().ok()?.checked_mul(100)?;
        return Some(first..=first.checked_add(99)?);
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
}

impl JsonSchema for StatusSet {
    fn schema_name() -> Cow<'static, str> {
        "StatusSet".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let code = json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 100, "maximum": 599 },
                { "type": "string", "pattern": "^[1-5](xx|[0-9]{2}( *- *[1-5][0-9]{2})?)$" },
            ],
        });
        json_schema!({
            "description": "A status (`200`), a hundred (`\"2xx\"`), a range (`\"200-204\"`), or a list of such.",
            "anyOf": [code, { "type": "array", "items": code, "minItems": 1 }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<StatusSet, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_of_all_three_forms_is_their_union() {
        let set = read(r#"[200, "3xx", "401 - 403"]"#).expect("a set");

        let inside = [200, 300, 399, 401, 403];
        let outside = [199, 201, 299, 400, 404];
        assert!(inside.iter().all(|status| set.contains(*status)));
        assert!(!outside.iter().any(|status| set.contains(*status)));
        assert_eq!(set.to_string(), "200 or 3xx or 401-403");
    }

    #[test]
    fn what_is_no_status_is_refused() {
        for json in ["99", "600", "\"ok\"", "\"9xx\"", "\"300-200\"", "[]", "\"655xx\"", "true"] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
