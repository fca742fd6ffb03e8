//! From a step to the request that is sent.

use holdpoint_sdk::http::Request;
use holdpoint_sdk::template::fill_json;
use holdpoint_sdk::{Failure, Host};

use crate::settings::Step;
use crate::values::Values;

/// Returns a step's request, its holes filled. Cookies are the jar's and come later.
///
/// # Errors
/// When there is no value of a name, or the body can't be written.
pub(crate) fn of_step(step: &Step, host: &Host, values: &Values<'_>) -> Result<Request, Failure> {
    let mut outgoing = host.request(step.method.as_str(), step.url.fill_url(values)?);
    for (name, value) in &step.headers {
        outgoing = outgoing.header(name.to_ascii_lowercase(), value.fill(values)?);
    }
    if let Some(json) = &step.json {
        outgoing = outgoing.json(&fill_json(json, values)?);
    } else if let Some(form) = &step.form {
        let fields = form.iter().map(|(name, value)| Ok((name, value.fill(values)?)));
        outgoing = outgoing.form(fields.collect::<Result<Vec<_>, Failure>>()?);
    } else if let Some(body) = &step.body {
        outgoing = outgoing.body(body.fill(values)?);
    }
    if let Some(limit) = step.expect.max_size {
        // One byte more tells "too large" from "just so".
        outgoing = outgoing.max_body(limit.saturating_add(1));
    }
    let mut request = outgoing.build()?;
    request.timeout_ms = step.timeout_ms;
    keep_one_content_type(&mut request);
    Ok(request)
}

/// A step that names its own content type means it: the one that goes with `json` or `form` is dropped.
fn keep_one_content_type(request: &mut Request) {
    let mut seen = false;
    request.headers.retain(|(name, _)| name != "content-type" || !std::mem::replace(&mut seen, true));
}
