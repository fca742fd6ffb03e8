//! Fixtures: a run's calls as files that the tests of plugins load, so that a check can be developed against last night's
//! incident. The Rust SDK's `fake::Fixture` plays them; they are made to be read and edited by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use holdpoint_core::facts::{Asked, Content, Ended, Exchange};
use holdpoint_core::id::RunId;
use holdpoint_core::name::CheckName;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::secret::{Carrier, placeholder};
use holdpoint_core::release::Release;
use holdpoint_core::run::Run;
use holdpoint_core::run::entry::What;
use holdpoint_core::run::event::Event;
use holdpoint_journal::Store;
use serde_json::{Value, json};

use crate::command::recorded::{self, Call};
use crate::failure::Failure;
use crate::kept;

/// The form that is written here.
const FORMAT: u32 = 1;

/// Writes a file for each call of a check that ended, `CHECK-ATTEMPT.json`; returns how many.
pub(crate) fn write(store: &Store, run: &RunId, folder: &Path) -> Result<usize, Failure> {
    let (plan, calls) = recorded::calls(store, run)?;
    let entries = kept::entries(store, run)?;
    let past = Run::fold(&entries);
    let Some(course) = past.course() else { return Ok(0) };
    let release = &course.start().release;
    let evidence: BTreeMap<_, _> = entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Event { event: Event::CallEnded { call, called } } => Some((*call, called.facts.evidence?)),
            What::Event { .. } | What::Intent { .. } => None,
        })
        .collect();
    let unwritten = |error| Failure::usage(format!("could not write fixtures to {}", folder.display())).because(error);
    fs::create_dir_all(folder).map_err(unwritten)?;
    let mut attempts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut written = 0;
    for call in &calls {
        let Some(digest) = evidence.get(&call.id) else { continue };
        let exchanges = kept::evidence(store, digest)?.exchanges;
        let Some(fixture) = fixture(store, (&plan, release), call, &exchanges) else { continue };
        let attempt = attempts.entry(&call.name).or_default();
        *attempt += 1;
        let text = format!("{fixture:#}\n");
        fs::write(folder.join(format!("{}-{attempt}.json", call.name)), text).map_err(unwritten)?;
        written += 1;
    }
    Ok(written)
}

/// What a call was given, saw, and said. `None` for one that is no check's.
fn fixture(store: &Store, (plan, release): (&Plan, &Release), call: &Call, exchanges: &[Exchange]) -> Option<Value> {
    let check = plan.check(&CheckName::parse(&call.name).ok()?)?;
    let settings: Value = serde_json::from_str(&check.settings).ok()?;
    let endpoints: BTreeMap<_, _> =
        plan.endpoints.iter().map(|(name, endpoint)| (name.as_str(), endpoint.url())).collect();
    let http: Vec<Value> = exchanges.iter().filter_map(|exchange| played(store, plan, exchange)).collect();
    Some(json!({
        "fixture": FORMAT,
        "check": call.name,
        "plugin": call.plugin,
        "settings": settings,
        "release": release,
        "endpoints": endpoints,
        "exchanges": http,
        // What went on below HTTP is not played.
        "left-out": exchanges.len() - http.len(),
        "ended": { "word": call.word, "outcome": call.then },
    }))
}

/// One exchange over HTTP: what was asked, and `answer`, `denied` or `failed`.
fn played(store: &Store, plan: &Plan, exchange: &Exchange) -> Option<Value> {
    let Asked::Http { method, url, .. } = &exchange.asked else { return None };
    let mut told = json!({ "method": method, "url": asked(plan, url) });
    let (key, value) = match &exchange.ended {
        Ended::Answered { status, headers, body, truncated, timings, .. } => {
            let mut answer = json!({
                "status": status, "headers": headers, "truncated": truncated, "micros": timings.total,
            });
            let (key, value) = content(store, body.as_ref());
            answer[key] = value;
            ("answer", answer)
        }
        Ended::Denied { why, .. } => ("denied", json!(why)),
        Ended::Failed { part, why } => ("failed", json!({ "part": part, "why": why })),
        Ended::Reached { .. } => return None,
    };
    told[key] = value;
    Some(told)
}

/// A URL as the plugin asked for it: without what the gateway added.
fn asked(plan: &Plan, url: &str) -> String {
    let mut url = url.to_owned();
    for (name, secret) in &plan.secrets {
        if let Carrier::Query { parameter } = &secret.carrier {
            let added = format!("{parameter}={}", placeholder(name));
            for before in ['&', '?'] {
                url = url.replace(&format!("{before}{added}"), "");
            }
        }
    }
    url
}

/// A body as text where it is text, else in hexadecimal digits. One that was not kept is empty.
fn content(store: &Store, content: Option<&Content>) -> (&'static str, Value) {
    let bytes = content.and_then(|content| store.blobs().get(&content.digest).ok()).unwrap_or_default();
    match String::from_utf8(bytes) {
        Ok(text) => ("body", json!(text)),
        Err(error) => {
            let hex: Vec<String> = error.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            ("body-hex", json!(hex.concat()))
        }
    }
}
