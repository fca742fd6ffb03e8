//! Redirects: the next request, if an answer asks for one.
//!
//! Each hop is a new request through the host's gate. Credentials don't go along to another origin.

use holdpoint_sdk::http::{Answer, Request};

use crate::address::Address;

/// Headers that say who is asking.
const CREDENTIALS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Where an answer leads.
#[derive(Debug)]
pub(crate) enum Next {
    /// Nowhere: it is the answer.
    Stay,
    /// To this request.
    Follow(Box<Request>),
    /// To something that is not HTTP, or that can't be read.
    Astray(String),
}

/// Returns where an answer leads. The request is without the jar's cookies, which are chosen anew for each hop.
pub(crate) fn next(request: &Request, answer: &Answer) -> Next {
    let (true, Some(location)) = (is_redirect(answer.status), answer.header("location")) else {
        return Next::Stay;
    };
    let Some(here) = Address::parse(&answer.url) else { return Next::Astray(location.to_owned()) };
    let Some(there) = here.join(location) else { return Next::Astray(location.to_owned()) };
    let mut next = request.clone();
    next.url = there.to_string();
    if !there.has_origin_of(&here) {
        next.headers.retain(|(name, value)| !CREDENTIALS.contains(&name.as_str()) && !value.contains("{{secret:"));
    }
    if becomes_get(answer.status, &request.method) {
        "GET".clone_into(&mut next.method);
        next.body = None;
        next.headers.retain(|(name, _)| name != "content-type");
    }
    Next::Follow(Box::new(next))
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// As browsers do it: 303 always asks, 301 and 302 turn a POST into a GET, 307 and 308 change nothing.
fn becomes_get(status: u16, method: &str) -> bool {
    match status {
        303 => method != "GET" && method != "HEAD",
        301 | 302 => method == "POST",
        _ => false,
    }
}
