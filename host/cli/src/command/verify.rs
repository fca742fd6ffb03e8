//! `holdpoint verify`: whether a run's journal and its evidence are what was written.

use std::fmt;
use std::path::Path;

use holdpoint_core::facts::Evidence;
use holdpoint_core::id::{Digest, RunId};
use holdpoint_journal::{BlobError, Flaw, Store, Verified};
use serde_json::json;

use crate::arguments::{Format, Verify};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::kept;
use crate::output::{self, Ink};

/// What was found out.
enum Found {
    /// Everything is as it was written: so many rows, this head, so many pieces of evidence and bodies.
    Whole { rows: u64, head: Digest, pieces: usize },
    /// The chain is broken here.
    Chain(Flaw),
    /// The chain is whole and is another than the one that ended with the head that was noted.
    AnotherHead { noted: Digest, found: Digest },
    /// A piece of evidence that a row names is lost or changed.
    Evidence { row: u64, why: BlobError },
    /// A piece of evidence can't be read.
    Unreadable { row: u64, digest: Digest },
}

/// Looks through the chain, then at every piece of evidence that it names.
pub(crate) fn verify(asked: &Verify, path: &Path) -> Result<Exit, Failure> {
    let noted = asked.head.as_deref().map(Digest::parse).transpose();
    let noted = noted.map_err(|error| Failure::usage("--head is no head").because(error))?;
    let store = kept::store(path)?;
    let run = kept::run(&store, &asked.run)?;
    let found = look(&store, &run, noted)?;
    match asked.format {
        Format::Text => {
            let ink = if found.is_whole() { Ink::Green } else { Ink::Red };
            output::line(&output::paint(ink, &format!("run {run}: {found}"), &std::io::stdout()));
        }
        Format::Json => output::line(&found.as_json(&run).to_string()),
    }
    Ok(if found.is_whole() { Exit::Done } else { Exit::Wrong })
}

fn look(store: &Store, run: &RunId, noted: Option<Digest>) -> Result<Found, Failure> {
    let unreadable = |error| Failure::internal("the journal can't be read").because(error);
    let (rows, head) = match store.journal().verify(run).map_err(unreadable)? {
        Verified::Whole { rows, head } => (rows, head),
        Verified::Broken(flaw) => return Ok(Found::Chain(flaw)),
        Verified::Unknown => return Err(Failure::usage(format!("there is no run {run}"))),
    };
    if let Some(noted) = noted.filter(|noted| *noted != head) {
        return Ok(Found::AnotherHead { noted, found: head });
    }
    let mut pieces = 0;
    for entry in kept::entries(store, run)? {
        let Some(digest) = kept::named(&entry) else { continue };
        let row = entry.sequence.0;
        match evidence(store, digest) {
            Ok(Some(seen)) => pieces += seen,
            Ok(None) => return Ok(Found::Unreadable { row, digest }),
            Err(why) => return Ok(Found::Evidence { row, why }),
        }
    }
    Ok(Found::Whole { rows, head, pieces })
}

/// Looks at a piece of evidence and the bodies that it names, and counts them. `None` when it can't be read. A body may
/// not have been kept, for its size; one that was is what it was.
fn evidence(store: &Store, digest: Digest) -> Result<Option<usize>, BlobError> {
    let bytes = store.blobs().get(&digest)?;
    let Ok(evidence) = serde_json::from_slice::<Evidence>(&bytes) else { return Ok(None) };
    let mut pieces = 1;
    for body in kept::bodies(&evidence).chain(evidence.world) {
        match store.blobs().get(&body) {
            Ok(_) => pieces += 1,
            Err(BlobError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
            Err(why) => return Err(why),
        }
    }
    Ok(Some(pieces))
}

impl Found {
    const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole { .. })
    }

    fn as_json(&self, run: &RunId) -> serde_json::Value {
        let (row, head) = match self {
            Self::Whole { head, .. } => (None, Some(head)),
            Self::AnotherHead { found, .. } => (None, Some(found)),
            Self::Chain(flaw) => (Some(flaw.row), None),
            Self::Evidence { row, .. } | Self::Unreadable { row, .. } => (Some(*row), None),
        };
        json!({
            "format": 1, "run": run, "whole": self.is_whole(), "row": row, "head": head, "words": self.to_string(),
        })
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole { rows, head, pieces } => {
                write!(f, "whole: {rows} rows and {pieces} pieces of evidence are as they were written\nhead {head}")
            }
            Self::Chain(flaw) => write!(f, "BROKEN: {flaw}"),
            Self::AnotherHead { noted, found } => {
                write!(f, "BROKEN: the journal was written anew: it ended with {noted}, and now ends with {found}")
            }
            Self::Evidence { row, why } => write!(f, "BROKEN: the evidence of row {row}: {why}"),
            Self::Unreadable { row, digest } => {
                write!(f, "BROKEN: the evidence of row {row}, {digest}, can't be read")
            }
        }
    }
}
