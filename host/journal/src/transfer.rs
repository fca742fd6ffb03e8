//! Transfer: a run's rows on their way from one journal to another, with the chain that they were written under.

use holdpoint_core::id::{Digest, RunId, Sequence};
use holdpoint_core::run::entry::Entry;
use rusqlite::TransactionBehavior;
use serde::{Deserialize, Serialize};

use crate::chain;
use crate::journal::JournalError;
use crate::schema;
use crate::sqlite::SqliteJournal;
use crate::verify::{Flaw, FlawKind, flaw_of};

/// A row as it lies in a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its place in the run, from 1.
    pub sequence: i64,
    /// When it was written, in milliseconds since 1970.
    pub moment: i64,
    /// The entry, as JSON text.
    pub body: String,
    /// Its hash.
    pub link: String,
}

/// What became of rows that were brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// The run is now kept.
    New,
    /// The same run was kept already; nothing was written.
    Known,
}

/// Why rows can't be brought in.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// They are not what was written.
    #[error("{0}")]
    Broken(Flaw),
    /// There are none.
    #[error("the run has no rows")]
    Empty,
    /// A row holds no entry.
    #[error("row {row} can't be read")]
    Unreadable {
        /// Which.
        row: i64,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A run of this identity is kept, and it is another one, or more or less of this one.
    #[error("a run {run} is kept already, and ends with another head: {kept}")]
    Another {
        /// The run.
        run: RunId,
        /// The head of the one that is kept.
        kept: Digest,
    },
    /// The journal can't be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl SqliteJournal {
    /// Tells whether the run with this head is kept already.
    ///
    /// # Errors
    /// When a run of the same identity is kept that has another head: these can't be brought in.
    pub fn known(&self, run: &RunId, head: Digest) -> Result<bool, NotImported> {
        match self.head(run)? {
            Some(kept) if kept == head => Ok(true),
            Some(kept) => Err(NotImported::Another { run: run.clone(), kept }),
            None => Ok(false),
        }
    }

    /// Brings a run's rows in, all of them or none. They are those of [`chained`] rows only.
    ///
    /// # Errors
    /// When they are not what was written, or another run of the same identity is kept.
    pub fn import(&mut self, run: &RunId, rows: &[Row]) -> Result<Imported, NotImported> {
        let (head, _) = chained(run, rows)?;
        if self.known(run, head)? {
            return Ok(Imported::Known);
        }
        let database = |source| JournalError::Database { action: "write", source };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
        let mut link = chain::origin(run);
        for row in rows {
            link = chain::link(&link, row.sequence, row.moment, &row.body);
            let written = (row.sequence, row.moment, row.body.as_str());
            // A row that another program has just brought in is there already, and this fails.
            schema::insert(&transaction, run.as_str(), written, &link).map_err(database)?;
        }
        transaction.commit().map_err(database)?;
        Ok(Imported::New)
    }
}

/// The rows that a run's entries would be written as, from the first on, each chained to the one before.
///
/// # Errors
/// When they do not continue one another, or one can't be written as text.
pub fn written(run: &RunId, entries: &[Entry]) -> Result<Vec<Row>, JournalError> {
    let mut link = chain::origin(run);
    let mut rows = Vec::with_capacity(entries.len());
    for row in crate::sqlite::rows(run, Sequence(1), entries)? {
        link = chain::link(&link, row.sequence, row.moment, &row.body);
        rows.push(Row { sequence: row.sequence, moment: row.moment, body: row.body, link: link.to_string() });
    }
    Ok(rows)
}

/// Looks whether these are a run's rows as they were written, from the first on: its head and its entries.
///
/// # Errors
/// At the first row that is not.
pub fn chained(run: &RunId, rows: &[Row]) -> Result<(Digest, Vec<Entry>), NotImported> {
    let mut link = chain::origin(run);
    let mut entries = Vec::with_capacity(rows.len());
    for (row, expected) in rows.iter().zip(1_i64..) {
        let broken = |kind| NotImported::Broken(Flaw { row: expected.unsigned_abs(), kind });
        link = flaw_of(row, expected, &link).map_err(broken)?;
        let entry = serde_json::from_str::<Entry>(&row.body);
        let entry = entry.map_err(|source| NotImported::Unreadable { row: expected, source })?;
        if entry.sequence.0 != expected.unsigned_abs() || entry.moment.0 != row.moment {
            return Err(broken(FlawKind::Moved { says: entry.sequence.0 }));
        }
        entries.push(entry);
    }
    if entries.is_empty() { Err(NotImported::Empty) } else { Ok((link, entries)) }
}
