//! The calls of a past run, each with its circumstances and its recorded world.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use holdpoint_core::facts::Facts;
use holdpoint_core::id::{CallId, RunId};
use holdpoint_core::name::PluginName;
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::Plan;
use holdpoint_core::release::Release;
use holdpoint_core::rollback::{Deed, Reply};
use holdpoint_core::rollout;
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_core::time::Span;
use holdpoint_journal::{BlobError, Store};
use holdpoint_sandbox::{CallContext, CheckCall, Record, RollbackCall, RolloutCall, Source};
use serde_json::Value;

use crate::failure::Failure;
use crate::kept;

/// A call that ended.
pub(crate) struct Call {
    pub(crate) id: CallId,
    /// The check's name, or `rollback`, or `rollout`.
    pub(crate) name: String,
    pub(crate) plugin: PluginName,
    /// How it ended then, in a word, and all of it.
    pub(crate) word: &'static str,
    pub(crate) then: Value,
    /// How it is made again, or why it can't be.
    pub(crate) kind: Result<Kind, String>,
}

/// What is called.
pub(crate) enum Kind {
    Check(CheckCall),
    Rollback(RollbackCall),
    Shift(RolloutCall),
}

impl Kind {
    /// What the plugin asked of its host then, in words.
    pub(crate) fn recorded(&self) -> Vec<String> {
        let context = match self {
            Self::Check(call) => &call.context,
            Self::Rollback(call) => &call.context,
            Self::Shift(call) => &call.context,
        };
        match &context.source {
            Source::Record(record) => record.calls(),
            Source::Noted | Source::Counted | Source::Played(_) => Vec::new(),
        }
    }
}

/// The plan of a run, and its calls in the order in which they ended.
pub(crate) fn calls(store: &Store, run: &RunId) -> Result<(Plan, Vec<Call>), Failure> {
    let entries = kept::entries(store, run)?;
    let folded = Run::fold(&entries);
    let Some(course) = folded.course() else {
        return Err(Failure::usage(format!("nothing is known of run {run}")));
    };
    let start = course.start();
    let (plan, release) = ((*start.plan).clone(), Arc::new((*start.release).clone()));
    let past = Past { store, plan: &plan, release, commands: commands(&entries) };
    let calls = entries.iter().filter_map(|entry| past.call(entry)).collect();
    Ok((plan, calls))
}

fn commands(entries: &[Entry]) -> BTreeMap<CallId, &Command> {
    let call = |entry: &'_ Entry| -> Option<CallId> {
        let What::Intent { command } = &entry.what else { return None };
        match command {
            Command::Call { call, .. } | Command::RollBack { call, .. } | Command::Shift { call, .. } => Some(*call),
            Command::Cancel { .. } | Command::Ask { .. } | Command::Complain { .. } | Command::Finish { .. } => None,
        }
    };
    entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Intent { command } => Some((call(entry)?, command)),
            What::Event { .. } => None,
        })
        .collect()
}

struct Past<'a> {
    store: &'a Store,
    plan: &'a Plan,
    release: Arc<Release>,
    commands: BTreeMap<CallId, &'a Command>,
}

impl Past<'_> {
    fn call(&self, entry: &Entry) -> Option<Call> {
        let What::Event { event } = &entry.what else { return None };
        match event {
            Event::CallEnded { call, called } => {
                let Command::Call { check, attempt, timeout, purpose, .. } = self.commands.get(call)? else {
                    return None;
                };
                let check = self.plan.check(check)?;
                let name = check.name.to_string();
                let context = self.context(&check.plugin, (&name, &check.settings), *timeout, &called.facts);
                let kind = context
                    .map(|context| Kind::Check(CheckCall { context, attempt: *attempt, labels: purpose.labels() }));
                let kind = repeatable(&called.outcome).and(kind);
                let (word, then) = (called.outcome.word(), serde_json::to_value(&called.outcome).unwrap_or_default());
                Some(Call { id: *call, name, plugin: check.plugin.clone(), word, then, kind })
            }
            Event::RollbackReplied { call, replied } => {
                let Command::RollBack { plugin, deed, timeout, .. } = self.commands.get(call)? else { return None };
                let settings = &self.plan.restore.as_ref()?.settings;
                let context = self.context(plugin, ("rollback", settings), *timeout, &replied.facts);
                let kind = context.map(|context| Kind::Rollback(RollbackCall { context, deed: deed.clone() }));
                let kind = match &replied.reply {
                    Reply::Timeout { .. } => Err("it ran out of time, which no record brings back".to_owned()),
                    Reply::Cancelled => Err("it was stopped from outside".to_owned()),
                    Reply::Readiness { .. }
                    | Reply::Planned { .. }
                    | Reply::Executed { .. }
                    | Reply::Status { .. }
                    | Reply::Error { .. } => kind,
                };
                let then = serde_json::to_value(&replied.reply).unwrap_or_default();
                let (name, word) = ("rollback".to_owned(), asked(deed));
                Some(Call { id: *call, name, plugin: plugin.clone(), word, then, kind })
            }
            Event::ShiftReplied { call, replied } => self.shift(*call, replied),
            Event::Started { .. }
            | Event::Woke
            | Event::Answered { .. }
            | Event::NobodyToAsk
            | Event::Interrupted { .. } => None,
        }
    }

    fn shift(&self, call: CallId, replied: &rollout::Replied) -> Option<Call> {
        let Command::Shift { plugin, deed, timeout, .. } = self.commands.get(&call)? else { return None };
        let settings = &self.plan.rollout.as_ref()?.settings;
        let context = self.context(plugin, ("rollout", settings), *timeout, &replied.facts);
        let kind = context.map(|context| Kind::Shift(RolloutCall { context, deed: deed.clone() }));
        let kind = match &replied.reply {
            rollout::Reply::Timeout { .. } => Err("it ran out of time, which no record brings back".to_owned()),
            rollout::Reply::Cancelled => Err("it was stopped from outside".to_owned()),
            rollout::Reply::Ready
            | rollout::Reply::Refused { .. }
            | rollout::Reply::Shifted { .. }
            | rollout::Reply::Status { .. }
            | rollout::Reply::Error { .. } => kind,
        };
        let word = match deed {
            rollout::Deed::Ready { .. } => "answer to ready",
            rollout::Deed::Shift { .. } => "answer to shift",
            rollout::Deed::Status { .. } => "answer to status",
        };
        let then = serde_json::to_value(&replied.reply).unwrap_or_default();
        Some(Call { id: call, name: "rollout".to_owned(), plugin: plugin.clone(), word, then, kind })
    }

    fn context(
        &self,
        plugin: &PluginName,
        (name, settings): (&str, &str),
        timeout: Span,
        facts: &Facts,
    ) -> Result<CallContext, String> {
        let planned = self.plan.plugins.get(plugin).ok_or("the plan has no such plugin")?;
        Ok(CallContext {
            plugin: plugin.clone(),
            name: name.to_owned(),
            settings: settings.to_owned(),
            release: Arc::clone(&self.release),
            endpoints: Arc::default(),
            effective: planned.effective.clone(),
            limits: planned.limits.clone(),
            timeout,
            source: Source::Record(self.record(facts)?),
        })
    }

    /// The recorded world of a call: its notes, and the bodies that they name.
    fn record(&self, facts: &Facts) -> Result<Record, String> {
        let digest = facts.evidence.ok_or("it left no evidence")?;
        let evidence = kept::evidence(self.store, &digest).map_err(|failure| failure.to_string())?;
        let blobs = self.store.blobs();
        let notes = evidence.world.map(|world| blobs.get(&world)).transpose().map_err(|error| error.to_string())?;
        let mut bodies = BTreeMap::new();
        for body in kept::bodies(&evidence) {
            match blobs.get(&body) {
                Ok(bytes) => drop(bodies.insert(body, Bytes::from(bytes))),
                // It was too large to be kept; a plugin that reads it is told so.
                Err(BlobError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Record::read(notes.as_deref(), bodies).map_err(|error| error.to_string())
    }
}

/// What a rollback plugin was asked.
const fn asked(deed: &Deed) -> &'static str {
    match deed {
        Deed::Ready => "answer to ready",
        Deed::Plan => "answer to plan",
        Deed::Execute { .. } => "answer to execute",
        Deed::Status { .. } => "answer to status",
    }
}

/// Whether an end can come again from a record alone.
fn repeatable(outcome: &Outcome) -> Result<(), String> {
    match outcome {
        Outcome::Said { .. } | Outcome::Error { .. } => Ok(()),
        Outcome::Timeout { .. } => Err("it ran out of time, which no record brings back".to_owned()),
        Outcome::Cancelled { .. } => Err("it was stopped from outside".to_owned()),
        Outcome::Skipped { .. } | Outcome::Waived { .. } => Err("it was not called".to_owned()),
    }
}
