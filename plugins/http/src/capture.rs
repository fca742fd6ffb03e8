//! What a step keeps of its answer for later ones.

use holdpoint_sdk::http::Answer;
use serde_json::Value;

use crate::settings::Capture;

/// Finds what to keep.
///
/// # Errors
/// In words, when it is not there or can't be used.
pub(crate) fn find(capture: &Capture, answer: &Answer) -> Result<Value, String> {
    let found = match capture {
        Capture::Json(pointer) => answer.pointer(pointer).map_err(|malformed| malformed.to_string())?,
        Capture::Regex(pattern) => pattern.find(&answer.text()).map(|text| Value::String(meaning(text, answer))),
        Capture::Header(name) => answer.header(name).map(|value| Value::String(value.to_owned())),
    };
    let found = found.ok_or("is not in the answer")?;
    // A service must not be able to write a placeholder into the next request.
    if found.to_string().contains("{{") {
        return Err("contains `{{`, which no captured value may".to_owned());
    }
    Ok(found)
}

/// Returns what captured text means: in HTML, attributes are escaped with five entities.
fn meaning(text: &str, answer: &Answer) -> String {
    const ENTITIES: [(&str, &str); 6] =
        [("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    if !answer.header("content-type").is_some_and(|kind| kind.contains("html")) {
        return text.to_owned();
    }
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}
