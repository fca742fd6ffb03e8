//! What must come of a call: `expect` of a fixture, or how the call ended when it was recorded.

use holdpoint_plan::Code;
use serde_json::{Map, Value as Json, json};

use crate::judge::reader::Reader;
use crate::judge::tree::{At, Node};

/// What must come of a call. What is not in it is not compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expected {
    /// By the keys of `expect`.
    pub(crate) said: Map<String, Json>,
    /// Where `expect` stands in the text; `None` for what was recorded.
    pub(crate) at: Option<At>,
}

/// Every end that a call of a plugin has by itself: its outcome, or the kind of its error.
const OUTCOMES: [&str; 14] = [
    "pass",
    "warn",
    "fail",
    "inconclusive",
    "timeout",
    "error",
    "settings",
    "unavailable",
    "denied",
    "internal",
    "trap",
    "limit",
    "inadmissible",
    "host",
];

/// The keys of `expect`.
const KEYS: [&str; 10] = [
    "outcome",
    "summary",
    "findings",
    "measurements",
    "labels",
    "message-contains",
    "problems",
    "log",
    "requests",
    "reply",
];

/// The lists of `expect`, and the keys of what stands in them.
const LISTS: [(&str, &[&str]); 5] = [
    ("findings", &["level", "subject", "message", "expected", "observed", "labels"]),
    ("measurements", &["name", "sample", "unit", "taken-at", "labels"]),
    ("problems", &["pointer", "message", "hint"]),
    ("log", &["severity", "text"]),
    ("requests", &["method", "url", "headers", "body", "body-hex"]),
];

/// Reads what a fixture expects, where it says so.
pub(crate) fn read(tree: &Node, reader: &mut Reader<'_>) -> Option<Expected> {
    match tree.get("expect") {
        Some(node) => expect(node, reader),
        None => recorded(&tree.get("ended")?.to_json()),
    }
}

fn expect(node: &Node, reader: &mut Reader<'_>) -> Option<Expected> {
    let entries = reader.entries(node, "\"expect\"", &KEYS)?;
    if entries.is_empty() {
        let cure = "say at least its outcome";
        reader.curable(Code::Empty, node.at, ("\"expect\" is empty, so that anything would do", cure));
    }
    if let Some(outcome) = node.get("outcome") {
        let known = outcome.text().is_some_and(|word| OUTCOMES.contains(&word));
        if !known {
            let what = format!("a call never ends as {}", outcome.to_json());
            reader.curable(Code::BadValue, outcome.at, (&what, &format!("it is one of {}", OUTCOMES.join(", "))));
        }
    }
    for (key, known) in LISTS {
        let Some(list) = node.get(key) else { continue };
        let Some(nodes) = list.list() else {
            reader.wrong_type(list, &format!("{key:?}"), "a list");
            continue;
        };
        for node in nodes {
            reader.entries(node, &format!("one of {key:?}"), known);
        }
    }
    if let Some(summary) = node.get("summary").filter(|node| node.text().is_none()) {
        reader.wrong_type(summary, "\"summary\"", "a text");
    }
    texts(node.get("message-contains"), reader);
    Some(Expected { said: node.to_json().as_object().cloned().unwrap_or_default(), at: Some(node.at) })
}

/// One text, or several.
fn texts(node: Option<&Node>, reader: &mut Reader<'_>) {
    let Some(node) = node else { return };
    let all = |nodes: &[Node]| nodes.iter().all(|node| node.text().is_some());
    if node.text().is_none() && !node.list().is_some_and(all) {
        reader.wrong_type(node, "\"message-contains\"", "a text or a list of texts");
    }
}

/// What a recorded end says: word, reason, findings and labels. Measured numbers are the machine's of that day, so only
/// their names and units are held against it.
fn recorded(ended: &Json) -> Option<Expected> {
    let mut said = Map::new();
    said.insert("outcome".to_owned(), ended.get("word")?.clone());
    let outcome = ended.get("outcome").unwrap_or(&Json::Null);
    let verdict = outcome.get("verdict").unwrap_or(&Json::Null);
    for key in ["summary", "findings", "labels"] {
        if let Some(value) = verdict.get(key) {
            said.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(measurements) = verdict.get("measurements").and_then(Json::as_array) {
        let kept = |it: &Json| json!({ "name": it["name"], "unit": it["unit"] });
        said.insert("measurements".to_owned(), measurements.iter().map(kept).collect());
    }
    if let Some(message) = outcome.pointer("/fault/message") {
        said.insert("message-contains".to_owned(), message.clone());
    }
    Some(Expected { said, at: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_was_recorded_no_measured_number_is_expected() {
        let ended = json!({"word": "pass", "outcome": {"ended": "said", "verdict": {
            "finds": "pass", "summary": "fine", "findings": [],
            "measurements": [{"name": "latency", "sample": {"number": 12.5}, "unit": "ms", "taken_at": null}],
        }}});

        let expected = recorded(&ended).unwrap().said;

        let wanted = json!({"outcome": "pass", "summary": "fine", "findings": [],
            "measurements": [{"name": "latency", "unit": "ms"}]});
        assert_eq!(Json::Object(expected), wanted);
    }
}
