//! The frozen form of a plan: one text for one meaning, and its digest.

use holdpoint_core::id::Digest;
use holdpoint_core::plan::Plan;
use holdpoint_core::release::Release;
use serde_json::{Value as Json, json};

/// The plan as one line of JSON, all keys in alphabetical order. Equal plans have equal texts.
pub fn frozen(plan: &Plan) -> String {
    canonical(&serde_json::to_value(plan).unwrap_or(Json::Null))
}

/// The digest of a plan together with the release that it is for: what a run is bound to.
pub fn digest(plan: &Plan, release: &Release) -> Digest {
    let release = serde_json::to_value(release).unwrap_or(Json::Null);
    let plan = serde_json::to_value(plan).unwrap_or(Json::Null);
    Digest::of(canonical(&json!({"plan": plan, "release": release})).as_bytes())
}

/// Writes JSON compactly with the keys of every object in order, whatever order they are held in.
pub(crate) fn canonical(value: &Json) -> String {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.to_string(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Json::Object(pairs) => {
            let mut pairs: Vec<(&String, &Json)> = pairs.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            let pairs: Vec<String> = pairs
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Json::from(key.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", pairs.join(","))
        }
    }
}
