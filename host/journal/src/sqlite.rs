//! The journal in SQLite: one file, write-ahead log, synced before an append returns.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::id::{Digest, RunId, Sequence};
use holdpoint_core::run::entry::Entry;
use holdpoint_core::time::Moment;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use crate::chain;
use crate::journal::{Journal, JournalError, RunRow};
use crate::schema;

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

/// A journal in a SQLite file. Many may read while one writes.
#[derive(Debug)]
pub struct SqliteJournal {
    pub(crate) connection: Connection,
}

/// Why a journal file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is no journal, is damaged, or can't be accessed.
    #[error("could not open the journal")]
    Database(#[source] rusqlite::Error),
    /// A newer version of the program wrote it.
    #[error(
        "the journal has format {found}, and this version of holdpoint reads format {known}: use a newer holdpoint"
    )]
    Newer {
        /// The format that was found.
        found: i64,
        /// The format that is known.
        known: i64,
    },
}

impl SqliteJournal {
    /// Opens a journal, making it if there is none.
    ///
    /// # Errors
    /// When the file is something else, is damaged, can't be accessed, or was written by a newer version.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let mut connection = Connection::open(path).map_err(OpenError::Database)?;
        connection.busy_timeout(PATIENCE).map_err(OpenError::Database)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(OpenError::Database)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(OpenError::Database)?;
        match schema::prepare(&mut connection).map_err(OpenError::Database)? {
            None => Ok(Self { connection }),
            Some(found) => Err(OpenError::Newer { found, known: schema::VERSION }),
        }
    }
}

impl Journal for SqliteJournal {
    fn append_with(
        &mut self,
        run: &RunId,
        expected: Sequence,
        entries: &[Entry],
        evidence: &[(Digest, Bytes)],
    ) -> Result<(), JournalError> {
        let rows = rows(run, expected, entries)?;
        let database = |source| JournalError::Database { action: "write", source };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
        let query = "SELECT sequence, link FROM entry WHERE run = ?1 ORDER BY sequence DESC LIMIT 1";
        let last: Option<(i64, String)> = transaction
            .prepare_cached(query)
            .map_err(database)?
            .query_row([run.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(database)?;
        let found = last.as_ref().map_or(0, |(sequence, _)| sequence.unsigned_abs());
        if found.checked_add(1) != Some(expected.0) {
            return Err(JournalError::Conflict { run: run.clone(), expected: expected.0, found });
        }
        let mut link = match last {
            None => chain::origin(run),
            Some((_, link)) => Digest::parse(&link).map_err(|_| JournalError::Unchained { run: run.clone(), found })?,
        };
        for row in rows {
            link = chain::link(&link, row.sequence, row.moment, &row.body);
            let written = (row.sequence, row.moment, row.body.as_str());
            schema::insert(&transaction, run.as_str(), written, &link).map_err(database)?;
        }
        for (digest, body) in evidence {
            schema::keep(&transaction, digest, body).map_err(database)?;
        }
        transaction.commit().map_err(database)
    }

    fn read(&self, run: &RunId) -> Result<Vec<Entry>, JournalError> {
        let database = |source| JournalError::Database { action: "read", source };
        let query = "SELECT sequence, body FROM entry WHERE run = ?1 ORDER BY sequence";
        let mut query = self.connection.prepare_cached(query).map_err(database)?;
        let mut rows = query.query([run.as_str()]).map_err(database)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(database)? {
            let sequence: i64 = row.get(0).map_err(database)?;
            let body: String = row.get(1).map_err(database)?;
            let entry = serde_json::from_str(&body).map_err(|source| JournalError::Unreadable {
                run: run.clone(),
                sequence: sequence.unsigned_abs(),
                source,
            })?;
            entries.push(entry);
        }
        Ok(entries)
    }

    fn runs(&self, most: usize) -> Result<Vec<RunRow>, JournalError> {
        let database = |source| JournalError::Database { action: "read", source };
        let query = "SELECT run, min(moment), max(moment), count(*) FROM entry
                     GROUP BY run ORDER BY min(moment) DESC, run DESC LIMIT ?1";
        let mut query = self.connection.prepare_cached(query).map_err(database)?;
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let listed = query.query_map([limit], |row| {
            let (run, started, last, entries): (String, i64, i64, i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((run, started, last, entries.unsigned_abs()))
        });
        let mut runs = Vec::new();
        for row in listed.map_err(database)? {
            let (run, started, last, entries) = row.map_err(database)?;
            // A row under a name that no run can have was not written by us, and is nobody's run.
            let Some(run) = RunId::parse(&run) else { continue };
            runs.push(RunRow { run, started: Moment(started), last: Moment(last), entries });
        }
        Ok(runs)
    }

    fn find(&self, beginning: &str, most: usize) -> Result<Vec<RunId>, JournalError> {
        let database = |source| JournalError::Database { action: "read", source };
        let query = "SELECT DISTINCT run FROM entry WHERE substr(run, 1, length(?1)) = ?1 ORDER BY run DESC LIMIT ?2";
        let mut query = self.connection.prepare_cached(query).map_err(database)?;
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let found = query.query_map(params![beginning, limit], |row| row.get::<_, String>(0)).map_err(database)?;
        let mut runs = Vec::new();
        for run in found {
            runs.extend(RunId::parse(&run.map_err(database)?));
        }
        Ok(runs)
    }
}

impl SqliteJournal {
    /// The newest run there is.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn newest(&self) -> Result<Option<RunId>, JournalError> {
        let query = "SELECT run FROM entry GROUP BY run ORDER BY min(moment) DESC, run DESC LIMIT 1";
        let found: Option<String> = self
            .connection
            .query_row(query, [], |row| row.get(0))
            .optional()
            .map_err(|source| JournalError::Database { action: "read", source })?;
        Ok(found.and_then(|run| RunId::parse(&run)))
    }

    /// The runs of this plan for this service in this environment, the newest first, by what they started with.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn alike(&self, kin: Kin<'_>, most: usize) -> Result<Vec<RunId>, JournalError> {
        let database = |source| JournalError::Database { action: "read", source };
        let query = "SELECT run FROM entry
                     WHERE sequence = 1
                       AND json_extract(body, '$.what.event.plan.name') = ?1
                       AND json_extract(body, '$.what.event.release.service') = ?2
                       AND json_extract(body, '$.what.event.release.environment') = ?3
                     ORDER BY moment DESC, run DESC LIMIT ?4";
        let mut query = self.connection.prepare_cached(query).map_err(database)?;
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let named = params![kin.plan, kin.service, kin.environment, limit];
        let found = query.query_map(named, |row| row.get::<_, String>(0)).map_err(database)?;
        let mut runs = Vec::new();
        for run in found {
            runs.extend(RunId::parse(&run.map_err(database)?));
        }
        Ok(runs)
    }
}

/// What runs have in common that can be compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kin<'a> {
    /// The plan's name.
    pub plan: &'a str,
    /// The service.
    pub service: &'a str,
    /// The environment.
    pub environment: &'a str,
}

/// An entry as it stands in the table.
pub(crate) struct Row {
    pub(crate) sequence: i64,
    pub(crate) moment: i64,
    pub(crate) body: String,
}

/// Writes all entries as text before the database is touched, so that a bad one leaves it alone.
pub(crate) fn rows(run: &RunId, expected: Sequence, entries: &[Entry]) -> Result<Vec<Row>, JournalError> {
    let mut rows = Vec::with_capacity(entries.len());
    for (entry, at) in entries.iter().zip(expected.0..) {
        let sequence = i64::try_from(at).ok().filter(|_| entry.sequence.0 == at);
        let sequence = sequence.ok_or_else(|| JournalError::Gap { run: run.clone(), at })?;
        let body =
            serde_json::to_string(entry).map_err(|source| JournalError::Unwritable { run: run.clone(), source })?;
        rows.push(Row { sequence, moment: entry.moment.0, body });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdpoint_core::run::entry::What;
    use holdpoint_core::run::event::Event;
    use holdpoint_core::time::Elapsed;

    fn run() -> RunId {
        RunId::parse("0197c0de-1").unwrap()
    }

    fn entry(sequence: u64) -> Entry {
        let moment = Moment(1_000 + i64::try_from(sequence).unwrap());
        Entry { sequence: Sequence(sequence), at: Elapsed(sequence), moment, what: What::Event { event: Event::Woke } }
    }

    fn journal() -> (tempfile::TempDir, SqliteJournal) {
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
        (folder, journal)
    }

    #[test]
    fn what_was_appended_is_read_in_order() {
        let (_folder, mut journal) = journal();
        journal.append(&run(), Sequence(1), &[entry(1), entry(2)]).unwrap();
        journal.append(&run(), Sequence(3), &[entry(3)]).unwrap();
        assert_eq!(journal.read(&run()).unwrap(), [entry(1), entry(2), entry(3)]);
    }

    #[test]
    fn the_second_of_two_writers_is_told_so_and_changes_nothing() {
        let (folder, mut one) = journal();
        let mut other = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
        one.append(&run(), Sequence(1), &[entry(1)]).unwrap();
        let refused = other.append(&run(), Sequence(1), &[entry(1), entry(2)]);
        assert!(matches!(refused, Err(JournalError::Conflict { expected: 1, found: 1, .. })), "{refused:?}");
        assert_eq!(one.read(&run()).unwrap(), [entry(1)]);
    }

    #[test]
    fn entries_that_do_not_continue_one_another_are_refused_whole() {
        let (_folder, mut journal) = journal();
        let refused = journal.append(&run(), Sequence(1), &[entry(1), entry(3)]);
        assert!(matches!(refused, Err(JournalError::Gap { at: 2, .. })), "{refused:?}");
        assert_eq!(journal.read(&run()).unwrap(), []);
    }

    #[test]
    fn a_reader_sees_what_a_writer_has_finished() {
        let (folder, mut writer) = journal();
        let reader = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
        writer.append(&run(), Sequence(1), &[entry(1)]).unwrap();
        assert_eq!(reader.read(&run()).unwrap().len(), 1);
        assert_eq!(reader.newest().unwrap(), Some(run()));
    }

    #[test]
    fn runs_are_listed_with_the_newest_first_and_found_by_their_beginning() {
        let (_folder, mut journal) = journal();
        let later = RunId::parse("0197c0df-2").unwrap();
        journal.append(&run(), Sequence(1), &[entry(1)]).unwrap();
        let moved = Entry { moment: Moment(9_000), ..entry(1) };
        journal.append(&later, Sequence(1), &[moved]).unwrap();
        let listed: Vec<RunId> = journal.runs(10).unwrap().into_iter().map(|row| row.run).collect();
        assert_eq!(listed, [later.clone(), run()]);
        assert_eq!(journal.find("0197c0df", 10).unwrap(), [later]);
        assert_eq!(journal.find("%", 10).unwrap(), []);
    }

    #[test]
    fn a_damaged_entry_is_an_error_that_says_which() {
        let (folder, mut journal) = journal();
        journal.append(&run(), Sequence(1), &[entry(1), entry(2)]).unwrap();
        let by_hand = Connection::open(folder.path().join("journal.db")).unwrap();
        by_hand.execute("UPDATE entry SET body = '{}' WHERE sequence = 2", []).unwrap();
        let found = journal.read(&run());
        assert!(matches!(found, Err(JournalError::Unreadable { sequence: 2, .. })), "{found:?}");
    }

    #[test]
    fn a_newer_format_is_left_alone() {
        let (folder, journal) = journal();
        drop(journal);
        let path = folder.path().join("journal.db");
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 4).unwrap();
        let opened = SqliteJournal::open(&path);
        assert!(matches!(opened, Err(OpenError::Newer { found: 4, known: 3 })), "{opened:?}");
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        std::fs::write(&path, "this is not a database, and long enough to have a header of its own".repeat(20))
            .unwrap();
        assert!(matches!(SqliteJournal::open(&path), Err(OpenError::Database(_))));
    }
}
