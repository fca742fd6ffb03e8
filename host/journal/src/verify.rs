//! Verification: does a run's journal hold what was written, all of it, and in that order?

use std::fmt;

use holdpoint_core::id::{Digest, RunId};
use holdpoint_core::run::entry::Entry;
use rusqlite::OptionalExtension as _;

use crate::chain;
use crate::journal::JournalError;
use crate::sqlite::SqliteJournal;
use crate::transfer::Row;

/// What verification came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// The chain is whole, from the first row to the head.
    Whole {
        /// How many rows there are.
        rows: u64,
        /// The hash of the last one: it stands for all of them.
        head: Digest,
    },
    /// The chain is broken, and this is the first place.
    Broken(Flaw),
    /// There is no such run.
    Unknown,
}

/// The first thing that is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// At which row.
    pub row: u64,
    /// What is wrong there.
    pub kind: FlawKind,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlawKind {
    /// The row does not have the hash that follows from it and the rows before.
    Edited {
        /// The hash that it must have.
        expected: Digest,
        /// What stands there.
        found: String,
    },
    /// Another row stands in its place.
    Moved {
        /// Which row it says it is.
        says: u64,
    },
    /// The row is not there.
    Missing,
    /// The row was never appended.
    Added,
    /// Nothing says how far the journal went.
    Headless,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row;
        match &self.kind {
            FlawKind::Edited { expected, found } => {
                write!(f, "row {row} was edited: its hash must be {expected} by what stands there, and is {found}")
            }
            FlawKind::Moved { says } => write!(f, "row {row} was moved: what stands there says it is row {says}"),
            FlawKind::Missing => write!(f, "row {row} was removed"),
            FlawKind::Added => write!(f, "row {row} was added: the journal ended before it"),
            FlawKind::Headless => write!(f, "the head after row {row} was removed: nothing says how far the run went"),
        }
    }
}

impl SqliteJournal {
    /// Looks through a run's chain and finds the first row that was edited, moved, removed or added.
    ///
    /// What it can't find is a chain that was written anew from some row to the head; only a head that was noted
    /// elsewhere tells that.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn verify(&self, run: &RunId) -> Result<Verified, JournalError> {
        let rows = self.rows(run)?;
        let head = self.noted_head(run)?;
        if rows.is_empty() && head.is_none() {
            return Ok(Verified::Unknown);
        }
        let mut before = chain::origin(run);
        let mut expected: i64 = 1;
        for row in &rows {
            match flaw_of(row, expected, &before) {
                Ok(link) => before = link,
                Err(kind) => return Ok(Verified::Broken(Flaw { row: expected.unsigned_abs(), kind })),
            }
            expected = expected.saturating_add(1);
        }
        let last = expected.saturating_sub(1);
        Ok(match head {
            None => broken(last, FlawKind::Headless),
            Some((sequence, _)) if sequence > last => broken(expected, FlawKind::Missing),
            Some((sequence, _)) if sequence < last => broken(sequence.saturating_add(1), FlawKind::Added),
            Some((_, found)) if found != before.to_string() => {
                broken(last, FlawKind::Edited { expected: before, found })
            }
            Some(_) => Verified::Whole { rows: last.unsigned_abs(), head: before },
        })
    }

    /// The hash of a run's last row. `None` when there is no such run.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn head(&self, run: &RunId) -> Result<Option<Digest>, JournalError> {
        Ok(self.noted_head(run)?.and_then(|(_, link)| Digest::parse(&link).ok()))
    }

    /// A run's rows as they lie there, whether or not they are what was written.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn rows(&self, run: &RunId) -> Result<Vec<Row>, JournalError> {
        let query = "SELECT sequence, moment, body, link FROM entry WHERE run = ?1 ORDER BY sequence";
        let mut query = self.connection.prepare_cached(query).map_err(unreadable)?;
        let rows = query.query_map([run.as_str()], |row| {
            Ok(Row { sequence: row.get(0)?, moment: row.get(1)?, body: row.get(2)?, link: row.get(3)? })
        });
        rows.map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)
    }

    fn noted_head(&self, run: &RunId) -> Result<Option<(i64, String)>, JournalError> {
        let query = "SELECT sequence, link FROM head WHERE run = ?1";
        let found = self.connection.query_row(query, [run.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
        found.optional().map_err(unreadable)
    }
}

fn unreadable(source: rusqlite::Error) -> JournalError {
    JournalError::Database { action: "read", source }
}

fn broken(row: i64, kind: FlawKind) -> Verified {
    Verified::Broken(Flaw { row: row.unsigned_abs(), kind })
}

/// The hash of a row that is as it was written, or what is wrong with it.
pub(crate) fn flaw_of(row: &Row, expected: i64, before: &Digest) -> Result<Digest, FlawKind> {
    if row.sequence > expected {
        return Err(FlawKind::Missing);
    }
    if row.sequence < expected {
        return Err(FlawKind::Added);
    }
    let link = chain::link(before, row.sequence, row.moment, &row.body);
    if link.to_string() == row.link {
        return Ok(link);
    }
    let says = serde_json::from_str::<Entry>(&row.body).ok().map(|entry| entry.sequence.0);
    match says.filter(|says| *says != expected.unsigned_abs()) {
        Some(says) => Err(FlawKind::Moved { says }),
        None => Err(FlawKind::Edited { expected: link, found: row.link.clone() }),
    }
}
