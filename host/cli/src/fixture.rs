//! Fixtures: a run's calls as files that the tests of plugins load, so that a check can be developed against last night's
//! incident. The Rust SDK's `fake::Fixture` plays them; they are made to be read and edited by hand.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use holdpoint_core::facts::{Asked, Content, Ended, Exchange};
use holdpoint_core::id::{Digest, RunId};
use holdpoint_core::name::CheckName;
use holdpoint_core::outcome::Outcome;
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

/// Looks before a run whether its fixtures can be written: to a folder that is empty, or is made now.
pub(crate) fn writable(folder: &Path) -> Result<(), Failure> {
    let unwritten = |error| Failure::usage(format!("fixtures can't be written to {}", folder.display())).because(error);
    fs::create_dir_all(folder).map_err(unwritten)?;
    if fs::read_dir(folder).map_err(unwritten)?.next().is_some() {
        let failure = Failure::usage(format!("{} is not empty, and nothing in it is written over", folder.display()));
        return Err(failure.hint("--record takes a new folder for each run"));
    }
    let trial = folder.join(".holdpoint");
    fs::write(&trial, []).and_then(|()| fs::remove_file(&trial)).map_err(unwritten)
}

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
    let mut attempts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut written = 0;
    for call in &calls {
        let Some(digest) = evidence.get(&call.id) else { continue };
        let exchanges = kept::evidence(store, digest)?.exchanges;
        let bodies = |digest: &Digest| store.blobs().get(digest).ok();
        let Some(mut fixture) = of_recorded(call, (&plan, release), &exchanges, &bodies) else { continue };
        let attempt = attempts.entry(&call.name).or_default();
        *attempt += 1;
        fixture["attempt"] = json!(attempt);
        let file = folder.join(format!("{}-{attempt}.json", call.name));
        let mut file = File::create_new(&file).map_err(unwritten)?;
        writeln!(file, "{fixture:#}").map_err(unwritten)?;
        written += 1;
    }
    Ok(written)
}

/// The bytes of a body, where they were kept.
type Bodies<'a> = dyn Fn(&Digest) -> Option<Vec<u8>> + 'a;

fn of_recorded(call: &Call, run: (&Plan, &Release), exchanges: &[Exchange], bodies: &Bodies<'_>) -> Option<Value> {
    fixture(run, &call.name, (json!({ "word": call.word, "outcome": call.then }), exchanges), bodies)
}

/// A call of a check that has just ended, as a fixture. `None` for one that the plan does not have.
pub(crate) fn of_call(
    run: (&Plan, &Release),
    name: &str,
    (outcome, exchanges): (&Outcome, &[Exchange]),
    bodies: &Bodies<'_>,
) -> Option<Value> {
    fixture(run, name, (json!({ "word": outcome.word(), "outcome": outcome }), exchanges), bodies)
}

/// What a call was given, saw, and said. `None` for one that is no check's.
fn fixture(
    (plan, release): (&Plan, &Release),
    name: &str,
    (ended, exchanges): (Value, &[Exchange]),
    bodies: &Bodies<'_>,
) -> Option<Value> {
    let check = plan.check(&CheckName::parse(name).ok()?)?;
    let settings: Value = serde_json::from_str(&check.settings).ok()?;
    let endpoints: BTreeMap<_, _> =
        plan.endpoints.iter().map(|(name, endpoint)| (name.as_str(), endpoint.url())).collect();
    let http: Vec<Value> = exchanges.iter().filter_map(|exchange| played(bodies, plan, exchange)).collect();
    Some(json!({
        "fixture": FORMAT,
        "check": name,
        "plugin": check.plugin,
        "settings": settings,
        "release": release,
        "endpoints": endpoints,
        // When the call began, by the first thing that it did outside.
        "began": exchanges.first().map(|first| first.at.0 - i64::try_from(first.after_micros / 1000).unwrap_or_default()),
        "exchanges": http,
        // What went on below HTTP is not played.
        "left-out": exchanges.len() - http.len(),
        "ended": ended,
    }))
}

/// One exchange over HTTP: what was asked, and `answer`, `denied` or `failed`.
fn played(bodies: &Bodies<'_>, plan: &Plan, exchange: &Exchange) -> Option<Value> {
    let Asked::Http { method, url, headers, body } = &exchange.asked else { return None };
    let mut request = json!({ "headers": headers });
    if let Some((key, value)) = body.as_ref().map(|body| content(bodies, body)) {
        request[key] = value;
    }
    let mut told = json!({ "method": method, "url": asked(plan, url), "request": request });
    let (key, value) = match &exchange.ended {
        Ended::Answered { status, headers, body, truncated, timings, .. } => {
            let mut answer = json!({
                "status": status, "headers": headers, "truncated": truncated, "micros": timings.total,
            });
            if let Some((key, value)) = body.as_ref().map(|body| content(bodies, body)) {
                answer[key] = value;
            }
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

/// Bytes as text where they are text, else in hexadecimal digits. Some were too large to be kept, or have been removed:
/// then this says how many there were, and nobody can take them for none.
fn content(bodies: &Bodies<'_>, content: &Content) -> (&'static str, Value) {
    let Some(bytes) = bodies(&content.digest) else { return ("body-lost", json!(content.length)) };
    match String::from_utf8(bytes) {
        Ok(text) => ("body", json!(text)),
        Err(error) => {
            let hex: Vec<String> = error.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            ("body-hex", json!(hex.concat()))
        }
    }
}
