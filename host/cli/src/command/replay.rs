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
use holdpoint_journal::{Journal as _, Store};
use holdpoint_sandbox::{Asked, Loaded, Raw, Sandbox};
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
    /// It ended otherwise.
    Otherwise(Difference),
    /// It asked for what the record doesn't hold, so that nothing is known of its end: what, and what it asked before.
    Strayed(String, Difference),
    /// It can't be replayed, for this reason.
    Not(String),
}

/// Then and now: how the call ended, and what it asked of its host.
struct Difference {
    ends: [Value; 2],
    calls: [Vec<String>; 2],
}

/// A call that was replayed.
struct Replayed {
    call: Call,
    came: Came,
    took: Duration,
}

/// Replays a run's calls, or those of all runs, and compares how each ends.
pub(crate) fn replay(asked: &Replay, path: &Path) -> Result<Exit, Failure> {
    let store = kept::store(path)?;
    super::runtime()?.block_on(carried_out(asked, &store))
}

async fn carried_out(asked: &Replay, store: &Store) -> Result<Exit, Failure> {
    let sandbox = intent::sandbox(asked.cache.as_deref(), intent::gateway()?)?;
    let new = asked.with.as_deref().map(newer).transpose()?;
    let trial = Trial { asked, store, sandbox: &sandbox, new: new.as_ref() };
    if asked.run != ALL {
        let replayed = trial.run(&kept::run(store, &asked.run)?).await?;
        replayed.tell(asked.format);
        return Ok(replayed.exit());
    }
    let runs = store.journal().runs(usize::MAX);
    let runs = runs.map_err(|error| Failure::internal("the journal can't be read").because(error))?;
    let (mut exit, mut all) = (Exit::Done, Vec::new());
    for row in runs {
        let replayed = match trial.run(&row.run).await {
            Ok(replayed) => replayed,
            // A run that is of no use here does not end the look at the others.
            Err(failure) => {
                output::note(&format!("run {}: {failure}", row.run));
                continue;
            }
        };
        if asked.format == Format::Text {
            output::line(&format!("run {}", row.run));
        }
        replayed.tell(asked.format);
        exit = if replayed.exit() == Exit::Wrong { Exit::Wrong } else { exit };
        all.extend(replayed.calls);
    }
    if all.is_empty() {
        return Err(Failure::usage("no run has a call to replay"));
    }
    if asked.format == Format::Text {
        output::line(&format!("all: {}", summary(&all)));
    }
    Ok(exit)
}

fn newer(file: &Path) -> Result<Bundle, Failure> {
    let opened = Bundle::open(file, intent::LARGEST_BUNDLE);
    opened.map_err(|error| Failure::usage(format!("{} can't be used", file.display())).because(error))
}

/// In the place of a run: all of them.
const ALL: &str = "all";

/// What runs are replayed with.
struct Trial<'a> {
    asked: &'a Replay,
    store: &'a Store,
    sandbox: &'a Sandbox,
    new: Option<&'a Bundle>,
}

impl Trial<'_> {
    async fn run(&self, run: &RunId) -> Result<Replays, Failure> {
        let (plan, calls) = calls(self.store, run)?;
        let wanted = |call: &Call| self.asked.check.as_ref().is_none_or(|name| call.name == *name);
        let calls: Vec<Call> = calls.into_iter().filter(wanted).collect();
        if calls.is_empty() {
            let which = self.asked.check.as_ref().map_or_else(String::new, |name| format!(" of {name:?}"));
            return Err(Failure::usage(format!("run {run} has no ended call{which} to replay")));
        }
        let plugins = self.plugins(&plan)?;
        let mut replayed = Vec::with_capacity(calls.len());
        for call in calls {
            let began = Instant::now();
            let came = again(self.sandbox, &plugins, &call).await;
            replayed.push(Replayed { call, came, took: began.elapsed() });
        }
        Ok(Replays { run: run.clone(), calls: replayed })
    }

    /// The run's plugins as they were then, by the names that the plan gives them; those that are to be tried in a new
    /// version, in that.
    fn plugins(&self, plan: &Plan) -> Result<BTreeMap<PluginName, Result<Loaded, String>>, Failure> {
        let mut plugins = BTreeMap::new();
        let mut replaced = 0;
        for (name, plugin) in &plan.plugins {
            let newer = self.new.filter(|new| {
                plugin.kind == new.manifest.kind && plugin.title.split(' ').next() == Some(new.manifest.name.as_str())
            });
            replaced += usize::from(newer.is_some());
            let kept = || self.store.blobs().get(&plugin.digest);
            let loaded = match newer {
                Some(new) => Ok(load(self.sandbox, &new.bytes, new.digest, new.manifest.kind)),
                None => kept().map(|bytes| load(self.sandbox, &bytes, plugin.digest, plugin.kind)),
            };
            let loaded = loaded.unwrap_or_else(|error| Err(format!("its bundle was not kept: {error}")));
            plugins.insert(name.clone(), loaded);
        }
        if let (Some(new), 0) = (self.new, replaced) {
            let name = &new.manifest.name;
            return Err(Failure::usage(format!("no plugin of the run is {name:?}, which --with brings")));
        }
        Ok(plugins)
    }
}

/// The replayed calls of one run.
struct Replays {
    run: RunId,
    calls: Vec<Replayed>,
}

impl Replays {
    fn tell(&self, format: Format) {
        match format {
            Format::Text => output::print(&text(&self.calls)),
            Format::Json => output::line(&as_json(&self.run, &self.calls).to_string()),
        }
    }

    fn exit(&self) -> Exit {
        let wrong = |it: &Replayed| matches!(it.came, Came::Otherwise(..) | Came::Strayed(..));
        if self.calls.iter().any(wrong) { Exit::Wrong } else { Exit::Done }
    }
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
    let (now, asked) = match kind {
        Kind::Check(check) => {
            let result = sandbox.check(loaded, check.clone()).await;
            (serde_json::to_value(result.called.outcome), result.asked)
        }
        Kind::Shift(deed) => {
            let result = sandbox.shift(loaded, deed.clone()).await;
            (serde_json::to_value(result.replied.reply), result.asked)
        }
        Kind::Rollback(deed) => {
            let result = sandbox.roll_back(loaded, deed.clone()).await;
            (serde_json::to_value(result.replied.reply), result.asked)
        }
    };
    let now = match now {
        Ok(now) => now,
        Err(error) => return Came::Not(format!("its end can't be written: {error}")),
    };
    let Asked { calls, stray } = asked.unwrap_or_default();
    let difference = |now| Difference { ends: [then.clone(), now], calls: [kind.recorded(), calls] };
    match stray {
        Some(stray) => Came::Strayed(stray, difference(now)),
        None if now == *then => Came::Same,
        None if masks(&now) < masks(then) => Came::Not(UNMASKED.to_owned()),
        None => Came::Otherwise(difference(now)),
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
            Came::Otherwise(difference) => {
                let word = output::paint(Ink::Red, "OTHERWISE", &std::io::stdout());
                writeln!(out, "✗ {name:<32} {word}\n{}", difference.text())
            }
            Came::Strayed(stray, difference) => {
                let word = output::paint(Ink::Red, "NOT IN THE RECORD", &std::io::stdout());
                writeln!(out, "✗ {name:<32} {word}: {stray}\n{}", difference.calls())
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
    let strayed = count(|came| matches!(came, Came::Strayed(..)));
    let not = count(|came| matches!(came, Came::Not(_)));
    let median = median(replayed).map_or_else(String::new, |micros| format!("; {micros} µs a call, median"));
    let strayed = if strayed == 0 { String::new() } else { format!("{strayed} not in the record, ") };
    format!("{same} same, {otherwise} otherwise, {strayed}{not} not replayed{median}")
}

/// How long a replayed call took, in microseconds.
fn median(replayed: &[Replayed]) -> Option<u128> {
    let done = replayed.iter().filter(|it| !matches!(it.came, Came::Not(_)));
    let mut times: Vec<u128> = done.map(|it| it.took.as_micros()).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

impl Difference {
    /// What the plugin asked of its host, and how it ended: the lines that are not the same.
    fn text(&self) -> String {
        let [then, now] = [&self.ends[0], &self.ends[1]];
        let [then, now] = [then, now].map(|value| serde_json::to_string_pretty(value).unwrap_or_default());
        self.calls() + &lines(&then, &now)
    }

    fn calls(&self) -> String {
        let [then, now] = [&self.calls[0], &self.calls[1]].map(|calls| calls.join("\n"));
        lines(&then, &now)
    }
}

/// The lines of what was then and what is now that are not the same.
fn lines(then: &str, now: &str) -> String {
    let mut out = String::new();
    for change in TextDiff::from_lines(then, now).iter_all_changes() {
        let (sign, ink) = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => ("then", Ink::Red),
            ChangeTag::Insert => ("now ", Ink::Green),
        };
        let line = holdpoint_core::text::visible(change.value().trim_end());
        // Writing to a text can't fail.
        let _ = writeln!(out, "    {} {line}", output::paint(ink, sign, &std::io::stdout()));
    }
    out
}

fn as_json(run: &RunId, replayed: &[Replayed]) -> Value {
    let calls: Vec<Value> = replayed
        .iter()
        .map(|Replayed { call, came, took }| {
            let (word, difference, why) = match came {
                Came::Same => ("same", None, None),
                Came::Otherwise(difference) => ("otherwise", Some(difference), None),
                Came::Strayed(stray, difference) => ("not-in-record", Some(difference), Some(stray)),
                Came::Not(why) => ("not-replayed", None, Some(why)),
            };
            let [then, now] = [0, 1].map(|at| {
                let both = difference.map(|it| (&it.ends[at], &it.calls[at]));
                both.map(|(end, calls)| json!({ "ended": end, "asked": calls }))
            });
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            json!({
                "call": call.id, "name": call.name, "plugin": call.plugin, "came": word, "then": then, "now": now,
                "why": why, "micros": micros,
            })
        })
        .collect();
    json!({ "format": 1, "run": run, "calls": calls })
}
