//! How far back an indicator looks, as a plan says it.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

const SECOND: u64 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// A range of time: a whole number of seconds, minutes or hours, from one second to a day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Range {
    text: String,
    seconds: u64,
}

impl Range {
    /// Five minutes: four samples and more at the scrape intervals that are in use.
    pub(crate) fn usual() -> Self {
        Self { text: "5m".to_owned(), seconds: 5 * MINUTE }
    }

    /// How long it is.
    pub(crate) fn seconds(&self) -> u64 {
        self.seconds
    }
}

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a range; write \"30s\", \"5m\" or \"1h\", at most \"24h\"");
        let (number, unit) = [("s", SECOND), ("m", MINUTE), ("h", HOUR)]
            .iter()
            .find_map(|(unit, seconds)| text.strip_suffix(unit).map(|number| (number, seconds)))
            .ok_or_else(wrong)?;
        if !number.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(wrong());
        }
        let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*unit));
        match seconds {
            Some(seconds @ SECOND..=DAY) => Ok(Self { text, seconds }),
            Some(_) | None => Err(wrong()),
        }
    }
}

impl Display for Range {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl JsonSchema for Range {
    fn schema_name() -> Cow<'static, str> {
        "Range".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A range of time: `30s`, `5m`, `1h`; at most a day.",
            "type": "string",
            "pattern": "^[0-9]+[smh]$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_a_number_and_a_unit_and_is_at_most_a_day() {
        for text in ["1s", "30s", "5m", "24h"] {
            assert_eq!(Range::try_from(text.to_owned()).map(|range| range.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "5", "m", "0s", "-5m", "5m]", "25h", "1d", "99999999999999999999h"] {
            assert!(Range::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
