//! Numbers as they are written in a plan: whole or with a fraction, and finite.

use holdpoint_core::name::CheckName;
use serde_json::{Value as Json, json};

use crate::form::{Definitions, Form};
use crate::node::{Node, Value};
use crate::problem::Code;
use crate::reader::{Reader, Spot};
use crate::word::Word;

/// A finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

/// A whole number. What it may be is said where it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) i64);

/// A finite number, or the name of a signal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NumberOrName {
    Number(f64),
    Name(CheckName),
}

impl Form for Number {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let number = match node.value {
            Value::Integer(whole) => exact(whole),
            Value::Float(number) => Some(number).filter(|number| number.is_finite()),
            Value::Text(_) | Value::Boolean(_) | Value::List(_) | Value::Table(_) | Value::Other(_) => {
                reader.wrong_type(node, spot, "a number");
                return None;
            }
        };
        if number.is_none() {
            reader.error(Code::BadValue, node.at, format!("{} is no number that can be compared with", spot.words()));
        }
        number.map(Self)
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"type": "number"})
    }
}

impl Form for Whole {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Integer(number) = node.value else {
            reader.wrong_type(node, spot, "a whole number");
            return None;
        };
        Some(Self(number))
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"type": "integer"})
    }
}

impl Form for NumberOrName {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            Value::Text(_) => CheckName::read(node, spot, reader).map(Self::Name),
            Value::Integer(_) | Value::Float(_) => {
                Number::read(node, spot, reader).map(|number| Self::Number(number.0))
            }
            Value::Boolean(_) | Value::List(_) | Value::Table(_) | Value::Other(_) => {
                reader.wrong_type(node, spot, "a number or the name of a signal");
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"anyOf": [{"type": "number"}, <CheckName as Word>::schema()]})
    }
}

/// A whole number as one that can be compared with; `None` where it would be another.
fn exact(whole: i64) -> Option<f64> {
    const LARGEST: i64 = 1 << 53;
    #[expect(clippy::cast_precision_loss, reason = "whole numbers up to 2^53 are exact")]
    (-LARGEST..=LARGEST).contains(&whole).then_some(whole as f64)
}
