//! Texts that stand for themselves many times over, so that a fixture can hold a megabyte in a line.

use holdpoint_plan::Code;
use serde_json::Value as Json;

use crate::judge::reader::Reader;
use crate::judge::tree::{Node, Value};

/// The most that a text may become, in bytes.
const LONGEST: usize = 64 << 20;

/// Does what `repeat` says: each JSON pointer names a text of the fixture, and how many times over it is meant.
pub(crate) fn apply(tree: &mut Node, reader: &mut Reader<'_>) {
    let Some(node) = tree.get("repeat").cloned() else { return };
    let Some(entries) = node.entries() else { return reader.wrong_type(&node, "\"repeat\"", "an object") };
    for entry in entries {
        let times = entry.node.to_json().as_u64().and_then(|times| usize::try_from(times).ok());
        let Some(times) = times else {
            reader.wrong_type(&entry.node, "how many times over", "a whole number");
            continue;
        };
        match found(tree, &entry.key) {
            Some(Value::Plain(Json::String(text))) if text.len().saturating_mul(times) <= LONGEST => {
                *text = text.repeat(times);
            }
            Some(Value::Plain(Json::String(_))) => {
                reader.error(Code::BadValue, entry.node.at, &format!("it would be more than {LONGEST} bytes"));
            }
            Some(Value::Plain(_) | Value::List(_) | Value::Object(_)) | None => {
                reader.error(Code::UnknownName, entry.at, &format!("there is no text at {:?}", entry.key));
            }
        }
    }
}

fn found<'a>(node: &'a mut Node, pointer: &str) -> Option<&'a mut Value> {
    let mut node = node;
    for segment in pointer.strip_prefix('/')?.split('/') {
        let key = segment.replace("~1", "/").replace("~0", "~");
        node = match &mut node.value {
            Value::Object(entries) => &mut entries.iter_mut().find(|entry| entry.key == key)?.node,
            Value::List(nodes) => nodes.get_mut(key.parse::<usize>().ok()?)?,
            Value::Plain(_) => return None,
        };
    }
    Some(&mut node.value)
}
