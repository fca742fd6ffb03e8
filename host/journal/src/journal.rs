//! What a journal does: append under an expected sequence, and read.

use bytes::Bytes;
use holdpoint_core::id::{Digest, RunId, Sequence};
use holdpoint_core::run::entry::Entry;
use holdpoint_core::time::Moment;

/// Keeps the entries of runs. Append-only: nothing is changed or removed.
pub trait Journal {
    /// Appends entries to a run's journal, all or none, and returns when they are safe on disk.
    ///
    /// `expected` is the sequence that the first of them must get; the run's next one. The entries' own sequences
    /// must continue from it.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] when somebody else has appended meanwhile; otherwise when the journal can't be
    /// written.
    fn append(&mut self, run: &RunId, expected: Sequence, entries: &[Entry]) -> Result<(), JournalError> {
        self.append_with(run, expected, entries, &[])
    }

    /// Appends entries and keeps the evidence that they name, all of it or nothing.
    ///
    /// # Errors
    /// As for [`append`](Self::append).
    fn append_with(
        &mut self,
        run: &RunId,
        expected: Sequence,
        entries: &[Entry],
        evidence: &[(Digest, Bytes)],
    ) -> Result<(), JournalError>;

    /// Reads a run's entries in order. An unknown run has none.
    ///
    /// # Errors
    /// When the journal can't be read, or holds something that is not an entry.
    fn read(&self, run: &RunId) -> Result<Vec<Entry>, JournalError>;

    /// Lists the runs, the newest first, at most so many.
    ///
    /// # Errors
    /// When the journal can't be read.
    fn runs(&self, most: usize) -> Result<Vec<RunRow>, JournalError>;

    /// Finds the runs whose identity begins so, the newest first, at most so many.
    ///
    /// # Errors
    /// When the journal can't be read.
    fn find(&self, beginning: &str, most: usize) -> Result<Vec<RunId>, JournalError>;
}

/// A run as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Which run.
    pub run: RunId,
    /// When its first entry was written.
    pub started: Moment,
    /// When its last entry was written.
    pub last: Moment,
    /// How many entries it has.
    pub entries: u64,
}

/// Why a journal could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Somebody else has appended to the run.
    #[error("run {run} has {found} entries, and {expected} was to be the next: somebody else is writing it")]
    Conflict {
        /// Which run.
        run: RunId,
        /// The sequence that was to be written.
        expected: u64,
        /// How many entries there are.
        found: u64,
    },
    /// The entries do not continue one another.
    #[error("the entries to append to run {run} do not continue its sequence at {at}")]
    Gap {
        /// Which run.
        run: RunId,
        /// The sequence that was to come.
        at: u64,
    },
    /// The last row has no hash to follow.
    #[error("entry {found} of run {run} has no hash that another could follow: the journal is damaged")]
    Unchained {
        /// Which run.
        run: RunId,
        /// Which entry.
        found: u64,
    },
    /// A row is not an entry.
    #[error("entry {sequence} of run {run} can't be read: the journal is damaged, or a newer version wrote it")]
    Unreadable {
        /// Which run.
        run: RunId,
        /// Which entry.
        sequence: u64,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// An entry can't be written as text.
    #[error("an entry of run {run} can't be written as text")]
    Unwritable {
        /// Which run.
        run: RunId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The database said no.
    #[error("could not {action} the journal")]
    Database {
        /// What was tried: `read` or `write`.
        action: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
}
