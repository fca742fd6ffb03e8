//! Exchanges of a fixture: a request, known by its method and URL, and one of the ways in which it ends.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_gateway::outside::Scripted;
use holdpoint_gateway::{Denial, Refusal};
use holdpoint_plan::Code;
use url::Url;

use super::place;
use crate::judge::reader::Reader;
use crate::judge::tree::Node;

/// A request, and how it ends.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The method.
    pub(crate) method: String,
    /// Where it goes.
    pub(crate) url: Url,
    /// The URL as it is written.
    pub(crate) written: String,
    /// How it ends.
    pub(crate) end: Result<Scripted, Refusal>,
    /// After how long.
    pub(crate) after: Duration,
}

/// The three ways in which an exchange ends.
const ENDS: [&str; 3] = ["answer", "denied", "failed"];

/// Reads all exchanges, and binds the endpoints that only they name.
pub(crate) fn all(
    node: Option<&Node>,
    endpoints: &mut BTreeMap<EndpointName, Endpoint>,
    reader: &mut Reader<'_>,
) -> Vec<Exchange> {
    let Some(node) = node else { return Vec::new() };
    let Some(nodes) = node.list() else {
        reader.wrong_type(node, "\"exchanges\"", "a list");
        return Vec::new();
    };
    nodes.iter().filter_map(|node| one(node, endpoints, reader)).collect()
}

fn one(node: &Node, endpoints: &mut BTreeMap<EndpointName, Endpoint>, reader: &mut Reader<'_>) -> Option<Exchange> {
    reader.entries(node, "an exchange", &["method", "url", "request", "answer", "denied", "failed"])?;
    let method = reader.required(node, "an exchange", "method").and_then(|node| reader.text(node, "\"method\""));
    let at = reader.required(node, "an exchange", "url")?;
    let written = reader.text(at, "\"url\"")?;
    let end = end(node, reader);
    let url = match place::asked(&written, endpoints) {
        Ok(url) => url,
        // What was denied for its URL alone is denied again by the gateway itself.
        Err(_) if node.get("denied").is_some() => return None,
        Err(why) => {
            reader.error(Code::Url, at.at, &why);
            return None;
        }
    };
    let (end, after) = end?;
    Some(Exchange { method: method?, url, written, end, after })
}

type End = (Result<Scripted, Refusal>, Duration);

fn end(node: &Node, reader: &mut Reader<'_>) -> Option<End> {
    let ends: Vec<(&str, &Node)> = ENDS.iter().filter_map(|key| Some((*key, node.get(key)?))).collect();
    let [(key, end)] = ends[..] else {
        let what = "one of \"answer\", \"denied\" and \"failed\" must stand in an exchange, and only one";
        reader.error(Code::BadValue, node.at, what);
        return None;
    };
    match key {
        "answer" => answer(end, reader).map(|(answer, after)| (Ok(answer), after)),
        "denied" => {
            let why = reader.text(end, "\"denied\"")?;
            Some((Err(Denial::Played { why }.into()), Duration::ZERO))
        }
        _ => failed(end, reader).map(|refusal| (Err(refusal), Duration::ZERO)),
    }
}

fn failed(node: &Node, reader: &mut Reader<'_>) -> Option<Refusal> {
    reader.entries(node, "\"failed\"", &["part", "why"])?;
    let why = reader.required(node, "\"failed\"", "why").and_then(|node| reader.text(node, "\"why\""));
    let at = reader.required(node, "\"failed\"", "part")?;
    let part = reader.text(at, "\"part\"")?;
    let make = match part.as_str() {
        "dns" => Refusal::Dns,
        "connect" => Refusal::Connect,
        "tls" => Refusal::Tls,
        "timeout" => Refusal::Timeout,
        "protocol" => Refusal::Protocol,
        "limit" => Refusal::Limit,
        "invalid-request" => Refusal::InvalidRequest,
        _ => {
            let cure = "it is dns, connect, tls, timeout, protocol, limit or invalid-request";
            reader.curable(Code::BadValue, at.at, (&format!("{part:?} is no part of an exchange that can fail"), cure));
            return None;
        }
    };
    why.map(make)
}

fn answer(node: &Node, reader: &mut Reader<'_>) -> Option<(Scripted, Duration)> {
    const KEYS: [&str; 7] = ["status", "headers", "body", "body-hex", "body-lost", "truncated", "micros"];
    reader.entries(node, "\"answer\"", &KEYS)?;
    let status = reader.required(node, "\"answer\"", "status").and_then(|node| reader.word(node, "\"status\""));
    let headers = node.get("headers").map_or_else(|| Some(Vec::new()), |node| reader.word(node, "\"headers\""));
    let truncated = node.get("truncated").map_or(Some(false), |node| reader.word(node, "\"truncated\""));
    let micros = node.get("micros").map_or(Some(0), |node| reader.word(node, "\"micros\""));
    let body = body(node, reader)?;
    let headers: Vec<(String, String)> = headers?;
    let headers = headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    Some((Scripted { status: status?, headers, body, truncated: truncated? }, Duration::from_micros(micros?)))
}

fn body(node: &Node, reader: &mut Reader<'_>) -> Option<Bytes> {
    if let Some(lost) = node.get("body-lost") {
        let cure = "put it into \"body\", or take this out";
        reader.curable(Code::BadValue, lost.at, ("the answer's body was not kept when this was recorded", cure));
        return None;
    }
    match (node.get("body"), node.get("body-hex")) {
        (Some(_), Some(hex)) => {
            reader.error(Code::BadValue, hex.at, "\"body\" and \"body-hex\" can't both stand in an answer");
            None
        }
        (Some(body), None) if body.text().is_none() => {
            reader.wrong_type(body, "\"body\"", "a text");
            None
        }
        (Some(body), None) => Some(Bytes::from(body.text().unwrap_or_default().to_owned())),
        (None, Some(hex)) => {
            let bytes = hex.text().and_then(bytes);
            if bytes.is_none() {
                reader.error(Code::BadValue, hex.at, "\"body-hex\" must be pairs of hexadecimal digits");
            }
            bytes.map(Bytes::from)
        }
        (None, None) => Some(Bytes::new()),
    }
}

/// Bytes from their hexadecimal digits.
pub(crate) fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() || digits.len() % 2 == 1 {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}
