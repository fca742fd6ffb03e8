//! Redaction: whatever a guest could say is masked before anyone keeps it.
//!
//! A guest is never given a secret, and what comes back to it is masked; this is the second line, for values that it
//! put together from pieces.

use holdpoint_gateway::Gateway;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The same with every text masked; `None` when it is then no longer what it was, as when a value is a word of ours.
pub(crate) fn redacted<T: Serialize + DeserializeOwned>(gateway: &Gateway, said: T) -> Option<T> {
    if !gateway.keeps_secrets() {
        return Some(said);
    }
    let whole = serde_json::to_value(said).ok()?;
    serde_json::from_value(masked(gateway, whole)).ok()
}

fn masked(gateway: &Gateway, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(gateway.masked(text)),
        Value::Array(values) => values.into_iter().map(|value| masked(gateway, value)).collect(),
        Value::Object(entries) => {
            let entries = entries.into_iter();
            entries.map(|(key, value)| (gateway.masked(key), masked(gateway, value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
