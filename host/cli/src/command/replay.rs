//! `holdpoint replay`: the calls of a past run again, by the same plugins and with nothing but what was recorded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use holdpoint_bundle::Bundle;
use holdpoint_core::id::RunId;
use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::Plan;
use holdpoint_journal::Store;
use holdpoint_sandbox::{Loaded, Raw, Sandbox};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use crate::arguments::{Format, Replay};
use crate::command::recorded::{Call, Kind, calls};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Ink};
use crate::{intent, kept};

/// What became of one call.
enum Came {
    /// It ended as it did then.
    Same,
    /// It ended otherwise: then, and now.
    Otherwise(Value, Value),
    /// It can't be replayed, for this reason.
    Not(String),
}

/// A call that was replayed.
struct Replayed {
    call: Call,
    came: Came,
    took: Duration,
}

/// Replays a run's calls and compares how each ends.
pub(crate) fn replay(asked: &Replay, path: &Path) -> Result<Exit, Failure> {
    let store = kept::store(path)?;
    let run = kept::run(&store, &asked.run)?;
    super::runtime()?.block_on(carried_out(asked, &store, &run))
}

async fn carried_out(asked: &Replay, store: &Store, run: &RunId) -> Result<Exit, Failure> {
    let (plan, calls) = calls(store, run)?;
    let calls: Vec<Call> =
        calls.into_iter().filter(|call| asked.check.as_ref().is_none_or(|name| call.name == *name)).collect();
    if calls.is_empty() {
        let which = asked.check.as_ref().map_or_else(String::new, |name| format!(" of {name:?}"));
        return Err(Failure::usage(format!("run {run} has no ended call{which} to replay")));
    }
    let sandbox = intent::sandbox(asked.cache.as_deref(), intent::gateway()?)?;
    let plugins = plugins(asked, store, &plan, &sandbox)?;
    let mut replayed = Vec::with_capacity(calls.len());
    for call in calls {
        let began = Instant::now();
        let came = again(&sandbox, &plugins, &call).await;
        replayed.push(Replayed { call, came, took: began.elapsed() });
    }
    match asked.format {
        Format::Text => output::print(&text(&replayed)),
        Format::Json => output::line(&as_json(run, &replayed).to_string()),
    }
    let differs = replayed.iter().any(|it| matches!(it.came, Came::Otherwise(..)));
    Ok(if differs { Exit::Wrong } else { Exit::Done })
}

/// The run's plugins as they were then, by the names that the plan gives them; those that are to be tried in a new
/// version, in that.
fn plugins(
    asked: &Replay,
    store: &Store,
    plan: &Plan,
    sandbox: &Sandbox,
) -> Result<BTreeMap<PluginName, Result<Loaded, String>>, Failure> {
    let new = asked.with.as_deref().map(|file| {
        let opened = Bundle::open(file, intent::LARGEST_BUNDLE);
        opened.map_err(|error| Failure::usage(format!("{} can't be used", file.display())).because(error))
    });
    let new = new.transpose()?;
    let mut plugins = BTreeMap::new();
    let mut replaced = 0;
    for (name, plugin) in &plan.plugins {
        let newer = new.as_ref().filter(|new| {
            plugin.kind == new.manifest.kind && plugin.title.split(' ').next() == Some(new.manifest.name.as_str())
        });
        replaced += usize::from(newer.is_some());
        let loaded = match newer {
            Some(new) => Ok(load(sandbox, &new.bytes, new.digest, new.manifest.kind)),
            None => store.blobs().get(&plugin.digest).map(|bytes| load(sandbox, &bytes, plugin.digest, plugin.kind)),
        };
        let loaded = loaded.unwrap_or_else(|error| Err(format!("its bundle was not kept: {error}")));
        plugins.insert(name.clone(), loaded);
    }
    if let (Some(new), 0) = (&new, replaced) {
        let name = &new.manifest.name;
        return Err(Failure::usage(format!("no plugin of the run is {name:?}, which --with brings")));
    }
    Ok(plugins)
}

fn load(
    sandbox: &Sandbox,
    bytes: &[u8],
    digest: holdpoint_core::id::Digest,
    kind: PluginKind,
) -> Result<Loaded, String> {
    let loaded = sandbox.load(&[Raw { bytes, digest, kind }]).pop();
    loaded.unwrap_or_else(|| unreachable!("one bundle gives one result")).map_err(|error| error.to_string())
}

/// Calls again, and compares.
async fn again(sandbox: &Sandbox, plugins: &BTreeMap<PluginName, Result<Loaded, String>>, call: &Call) -> Came {
    let (kind, then) = match &call.kind {
        Ok(kind) => (kind, &call.then),
        Err(why) => return Came::Not(why.clone()),
    };
    let loaded = match plugins.get(&call.plugin) {
        Some(Ok(loaded)) => loaded,
        Some(Err(why)) => return Came::Not(why.clone()),
        None => return Came::Not("the plan has no such plugin".to_owned()),
    };
    let now = match kind {
        Kind::Check(check) => serde_json::to_value(sandbox.check(loaded, check.clone()).await.called.outcome),
        Kind::Rollback(deed) => serde_json::to_value(sandbox.roll_back(loaded, deed.clone()).await.replied.reply),
    };
    match now {
        Ok(now) if now == *then => Came::Same,
        Ok(now) if masks(&now) < masks(then) => Came::Not(UNMASKED.to_owned()),
        Ok(now) => Came::Otherwise(then.clone(), now),
        Err(error) => Came::Not(format!("its end can't be written: {error}")),
    }
}

/// Why a call is not told that says something where it was masked in the run.
const UNMASKED: &str = "a secret was masked in what it said, and a replay has no secrets to mask";

/// How often a secret's name stands in the place of its value.
fn masks(said: &Value) -> usize {
    said.to_string().matches("[secret ").count()
}

fn text(replayed: &[Replayed]) -> String {
    let mut out = String::new();
    // Writing to a text can't fail.
    for Replayed { call, came, .. } in replayed {
        let name = format!("{} ({})", call.name, call.id);
        let _ = match came {
            Came::Same => writeln!(out, "✓ {name:<32} same: {}", call.word),
            Came::Not(why) => writeln!(out, "- {name:<32} not replayed: {why}"),
            Came::Otherwise(then, now) => {
                let word = output::paint(Ink::Red, "OTHERWISE", &std::io::stdout());
                writeln!(out, "✗ {name:<32} {word}\n{}", difference(then, now))
            }
        };
    }
    let _ = writeln!(out, "\n{}", summary(replayed));
    out
}

fn summary(replayed: &[Replayed]) -> String {
    let count = |wanted: fn(&Came) -> bool| replayed.iter().filter(|it| wanted(&it.came)).count();
    let same = count(|came| matches!(came, Came::Same));
    let otherwise = count(|came| matches!(came, Came::Otherwise(..)));
    let not = count(|came| matches!(came, Came::Not(_)));
    let median = median(replayed).map_or_else(String::new, |micros| format!("; {micros} µs a call, median"));
    format!("{same} same, {otherwise} otherwise, {not} not replayed{median}")
}

/// How long a replayed call took, in microseconds.
fn median(replayed: &[Replayed]) -> Option<u128> {
    let done = replayed.iter().filter(|it| !matches!(it.came, Came::Not(_)));
    let mut times: Vec<u128> = done.map(|it| it.took.as_micros()).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// The lines of what came then and what comes now that are not the same.
fn difference(then: &Value, now: &Value) -> String {
    let [then, now] = [then, now].map(|value| serde_json::to_string_pretty(value).unwrap_or_default());
    let mut out = String::new();
    for change in TextDiff::from_lines(&then, &now).iter_all_changes() {
        let (sign, ink) = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => ("then", Ink::Red),
            ChangeTag::Insert => ("now ", Ink::Green),
        };
        let line = holdpoint_core::text::visible(change.value().trim_end());
        let _ = writeln!(out, "    {} {line}", output::paint(ink, sign, &std::io::stdout()));
    }
    out
}

fn as_json(run: &RunId, replayed: &[Replayed]) -> Value {
    let calls: Vec<Value> = replayed
        .iter()
        .map(|Replayed { call, came, took }| {
            let (word, then, now, why) = match came {
                Came::Same => ("same", None, None, None),
                Came::Otherwise(then, now) => ("otherwise", Some(then), Some(now), None),
                Came::Not(why) => ("not-replayed", None, None, Some(why)),
            };
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            json!({
                "call": call.id, "name": call.name, "plugin": call.plugin, "came": word, "then": then, "now": now,
                "why": why, "micros": micros,
            })
        })
        .collect();
    json!({ "format": 1, "run": run, "calls": calls })
}
