//! Series: the numbers that a rule is tried on, as a provider would have given them, gaps and all.

use std::collections::BTreeMap;

use holdpoint_core::stat::sample::Sample as Points;
use holdpoint_core::stat::sequential::tally::{Counting, Tally};
use holdpoint_core::verdict::Sample;
use holdpoint_plan::Code;
use serde_json::{Value as Json, json};

use super::reader::Reader;
use super::tree::Node;

/// The largest magnitude of a value: of two such numbers each judge can take the difference.
const LARGEST: f64 = Points::LARGEST / 10.0;

/// Values in order of time, each a number or why there is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Series(pub(crate) Vec<Sample>);

impl Series {
    /// Reads a list of numbers, null for no data, and "NaN", "Inf" and "-Inf" as Prometheus writes them.
    pub(crate) fn read(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(nodes) = node.list() else {
            reader.wrong_type(node, name, "a list of numbers");
            return None;
        };
        let read: Vec<Sample> = nodes.iter().filter_map(|node| sample(node, name, reader)).collect();
        (read.len() == nodes.len()).then_some(Self(read))
    }

    /// The numbers alone; nothing where there are none.
    pub(crate) fn points(&self) -> Option<Points> {
        let numbers: Vec<f64> = self.0.iter().copied().filter_map(number).collect();
        Points::new(&numbers).ok()
    }

    /// Each value, or nothing where it is no number.
    pub(crate) fn numbers(&self) -> Vec<Option<f64>> {
        self.0.iter().copied().map(number).collect()
    }

    /// What was not compared since it is no number, by its class.
    pub(crate) fn left_out(&self) -> Json {
        let mut classes = BTreeMap::new();
        for sample in self.0.iter().filter(|sample| number(**sample).is_none()) {
            *classes.entry(json!(sample).to_string().replace('"', "")).or_insert(0_usize) += 1;
        }
        json!(classes)
    }
}

/// One value.
pub(crate) fn sample(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Sample> {
    match node.plain() {
        Some(Json::Null) => Some(Sample::NoData),
        Some(Json::Number(_)) => {
            let value = node.number().unwrap_or(f64::NAN);
            if value.abs() > LARGEST {
                reader.error(Code::BadValue, node.at, &format!("{name} holds {value:e}, beyond ±{LARGEST:e}"));
                return None;
            }
            Some(Sample::Number(value))
        }
        Some(Json::String(word)) if word == "NaN" => Some(Sample::NotANumber),
        Some(Json::String(word)) if ["Inf", "+Inf", "-Inf"].contains(&word.as_str()) => Some(Sample::NotFinite),
        Some(Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_)) | None => {
            let what = format!("{name} holds {}, which is no value", node.kind());
            reader.curable(
                Code::WrongType,
                node.at,
                (&what, "a value is a number, null, \"NaN\", \"Inf\" or \"-Inf\""),
            );
            None
        }
    }
}

/// Reads events in requests (or in units of exposure), sample by sample: `[3, 100]` is three in a hundred, null no data.
pub(crate) fn tallies(
    node: &Node,
    name: &str,
    counting: Counting,
    reader: &mut Reader<'_>,
) -> Option<Vec<Option<Tally>>> {
    let Some(nodes) = node.list() else {
        reader.wrong_type(node, name, "a list of counts such as [3, 100]");
        return None;
    };
    let before = reader.count();
    let read = nodes.iter().map(|node| match node.plain() {
        Some(Json::Null) => None,
        Some(Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_)) | None => {
            tally(node, name, counting, reader)
        }
    });
    let read: Vec<Option<Tally>> = read.collect();
    (reader.count() == before).then_some(read)
}

fn tally(node: &Node, name: &str, counting: Counting, reader: &mut Reader<'_>) -> Option<Tally> {
    let Some([events, of]) = node.list() else {
        let what = format!("{name} holds {}, which is no count", node.kind());
        let cure = "a count is [events, requests] (or [events, exposure]), both whole numbers, or null";
        reader.curable(Code::WrongType, node.at, (&what, cure));
        return None;
    };
    let (events, of) = (reader.word(events, name)?, reader.word(of, name)?);
    let tally = Tally { events, of };
    match tally.check(counting) {
        Ok(()) => Some(tally),
        Err(error) => {
            reader.error(Code::BadValue, node.at, &format!("{name}: {error}"));
            None
        }
    }
}

/// The number, when it is one.
pub(crate) fn number(sample: Sample) -> Option<f64> {
    match sample {
        Sample::Number(value) => Some(value),
        Sample::NoData
        | Sample::NotANumber
        | Sample::NotFinite
        | Sample::Ambiguous
        | Sample::WrongType
        | Sample::ProviderDown => None,
    }
}
