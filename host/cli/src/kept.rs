//! Runs that are kept: found by what a person types, read with their evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use holdpoint_core::facts::{Asked, Ended, Evidence};
use holdpoint_core::id::{Digest, RunId};
use holdpoint_core::run::Run;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_journal::{Journal as _, Store, StoreError};
use holdpoint_report::History;

use crate::failure::Failure;

/// Opens the store, which must be there.
pub(crate) fn store(path: &Path) -> Result<Store, Failure> {
    Store::open_existing(path).map_err(|error| match error {
        StoreError::Missing { path } => Failure::usage(format!("there are no runs in {}", path.display()))
            .hint("`holdpoint run PLAN` makes the first; --store DIR names another place"),
        StoreError::Folder { .. } | StoreError::Journal { .. } => unusable("the runs can't be read", error),
    })
}

/// A store that can't be used: somebody named a wrong place, or what lies there is damaged.
pub(crate) fn unusable(what: &str, error: StoreError) -> Failure {
    let failure = match error {
        StoreError::Folder { .. } | StoreError::Missing { .. } => Failure::usage(what),
        StoreError::Journal { .. } => Failure::internal(what),
    };
    failure.because(error).hint("the store is a folder that you may write to; --store DIR names another")
}

/// The run that is meant by its identity, an unambiguous beginning of it, or `latest`.
pub(crate) fn run(store: &Store, asked: &str) -> Result<RunId, Failure> {
    let unreadable = |error| Failure::internal("the journal can't be read").because(error);
    if asked == "latest" {
        let newest = store.journal().newest().map_err(unreadable)?;
        return newest.ok_or_else(|| Failure::usage("there are no runs yet"));
    }
    let found = store.journal().find(asked, 5).map_err(unreadable)?;
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::usage(format!("there is no run {asked:?}")).hint("`holdpoint runs` lists them")),
        several => {
            let exact = several.iter().find(|run| run.as_str() == asked);
            exact.cloned().ok_or_else(|| {
                let names: Vec<&str> = several.iter().map(RunId::as_str).collect();
                Failure::usage(format!("{asked:?} could be {}", names.join(", "))).hint("type more of it")
            })
        }
    }
}

/// A run's entries.
pub(crate) fn entries(store: &Store, run: &RunId) -> Result<Vec<Entry>, Failure> {
    store.journal().read(run).map_err(|error| Failure::internal("the journal can't be read").because(error))
}

/// A run's entries with all the evidence that they name. Evidence that is lost or was changed is an error: a report
/// that leaves it out would not be the same report.
pub(crate) fn history(store: &Store, run: &RunId) -> Result<History, Failure> {
    let entries = entries(store, run)?;
    let mut evidence = BTreeMap::new();
    for digest in entries.iter().filter_map(named) {
        evidence.insert(digest, self::evidence(store, &digest)?);
    }
    Ok(History { entries, evidence, head: head(store, run)? })
}

/// The history of a run that lies in memory.
pub(crate) fn in_memory(
    entries: &[Entry],
    blobs: &BTreeMap<Digest, bytes::Bytes>,
    head: Digest,
) -> Result<History, Failure> {
    let mut evidence = BTreeMap::new();
    for digest in entries.iter().filter_map(named) {
        let bytes = blobs.get(&digest).ok_or_else(|| Failure::internal(format!("evidence {digest} is lost")))?;
        let read = serde_json::from_slice(bytes);
        let read =
            read.map_err(|error| Failure::internal(format!("evidence {digest} can't be read")).because(error))?;
        evidence.insert(digest, read);
    }
    Ok(History { entries: entries.to_vec(), evidence, head: Some(head) })
}

/// A piece of evidence.
pub(crate) fn evidence(store: &Store, digest: &Digest) -> Result<Evidence, Failure> {
    let bytes = store.blobs().get(digest).map_err(|error| Failure::internal("evidence is lost").because(error))?;
    let read = serde_json::from_slice(&bytes);
    read.map_err(|error| Failure::internal(format!("evidence {digest} can't be read")).because(error))
}

/// The bodies that a piece of evidence names.
pub(crate) fn bodies(evidence: &Evidence) -> impl Iterator<Item = Digest> {
    let asked = evidence.exchanges.iter().filter_map(|exchange| match &exchange.asked {
        Asked::Http { body, .. } | Asked::Net { body, .. } => body.as_ref(),
    });
    let answered = evidence.exchanges.iter().filter_map(|exchange| match &exchange.ended {
        Ended::Answered { body, .. } | Ended::Reached { body, .. } => body.as_ref(),
        Ended::Denied { .. } | Ended::Failed { .. } => None,
    });
    asked.chain(answered).map(|content| content.digest)
}

/// The blobs that belong to a run.
pub(crate) struct Pieces {
    /// Evidence, which names further pieces.
    pub(crate) evidence: BTreeSet<Digest>,
    /// Recorded worlds.
    worlds: BTreeSet<Digest>,
    /// Bodies, which may have been too large to keep, and plugins, which older versions did not keep.
    optional: BTreeSet<Digest>,
}

impl Pieces {
    /// Those that the entries themselves name.
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let folded = Run::fold(entries);
        let plugins = folded.course().into_iter().flat_map(|course| course.start().plan.plugins.values());
        let optional = plugins.map(|plugin| plugin.digest).collect();
        Self { evidence: entries.iter().filter_map(named).collect(), worlds: BTreeSet::new(), optional }
    }

    /// Adds those that a piece of evidence names.
    pub(crate) fn add(&mut self, digest: &Digest, evidence: &[u8]) -> Result<(), Failure> {
        let read: Result<Evidence, _> = serde_json::from_slice(evidence);
        let seen = read.map_err(|error| Failure::usage(format!("evidence {digest} can't be read")).because(error))?;
        self.worlds.extend(seen.world);
        self.optional.extend(bodies(&seen));
        Ok(())
    }

    /// Those without which there is no run.
    pub(crate) fn needed(&self) -> impl Iterator<Item = &Digest> {
        self.evidence.union(&self.worlds)
    }

    /// Whether a run can do without this one.
    pub(crate) fn spares(&self, digest: &Digest) -> bool {
        !self.evidence.contains(digest) && !self.worlds.contains(digest)
    }

    /// All of them.
    pub(crate) fn all(&self) -> BTreeSet<Digest> {
        self.needed().chain(&self.optional).copied().collect()
    }
}

/// The hash of a run's last row.
pub(crate) fn head(store: &Store, run: &RunId) -> Result<Option<Digest>, Failure> {
    store.journal().head(run).map_err(|error| Failure::internal("the journal can't be read").because(error))
}

/// The evidence that an entry names.
pub(crate) fn named(entry: &Entry) -> Option<Digest> {
    let What::Event { event } = &entry.what else { return None };
    match event {
        Event::CallEnded { called, .. } => called.facts.evidence,
        Event::RollbackReplied { replied, .. } => replied.facts.evidence,
        Event::ShiftReplied { replied, .. } => replied.facts.evidence,
        Event::Started { .. }
        | Event::Woke
        | Event::Answered { .. }
        | Event::NobodyToAsk
        | Event::Interrupted { .. } => None,
    }
}
