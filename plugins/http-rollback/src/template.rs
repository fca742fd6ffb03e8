//! Templates: texts with facts of the release in double braces. A hole is never sent.

use holdpoint_sdk::Call;
use serde_json::Value;

/// The names that a template may hold beside secrets.
pub(crate) const NAMES: [&str; 7] =
    ["service", "environment", "version", "previous-version", "revision", "artifact", "key"];

/// Fills in what a text asks for. The error names what is not known.
pub(crate) fn fill(text: &str, call: &Call, key: &str) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, behind) = after.split_once("}}").ok_or_else(|| format!("{text:?} has {{{{ without }}}}"))?;
        filled.push_str(before);
        if name.starts_with("secret:") {
            // The host fills these in, at the gateway.
            filled.extend(["{{", name, "}}"]);
        } else {
            filled.push_str(&fact(name, call, key)?);
        }
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Fills in every text of a JSON value.
pub(crate) fn fill_json(value: &Value, call: &Call, key: &str) -> Result<Value, String> {
    match value {
        Value::String(text) => fill(text, call, key).map(Value::String),
        Value::Array(items) => {
            items.iter().map(|item| fill_json(item, call, key)).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Object(object) => {
            let entries = object.iter().map(|(name, item)| Ok((name.clone(), fill_json(item, call, key)?)));
            entries.collect::<Result<_, String>>().map(Value::Object)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.clone()),
    }
}

fn fact(name: &str, call: &Call, key: &str) -> Result<String, String> {
    let release = &call.release;
    let found = match name {
        "service" => Some(release.service.clone()),
        "environment" => Some(release.environment.clone()),
        "version" => Some(release.version.clone()),
        "previous-version" => release.previous_version.clone(),
        "revision" => release.revision.clone(),
        "artifact" => release.artifact.clone(),
        "key" => Some(key.to_owned()),
        _ => return Err(format!("there is no {{{{{name}}}}}; there is {}", NAMES.join(", "))),
    };
    found.filter(|fact| !fact.is_empty()).ok_or_else(|| format!("the release does not state its {name}"))
}
