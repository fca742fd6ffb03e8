//! The database's tables and their version.

use holdpoint_core::id::{Digest, RunId};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::chain;

/// The version that this program writes. It reads no newer one, and brings older ones up to it.
pub(crate) const VERSION: i64 = 3;

const TABLES: &str = "
    CREATE TABLE entry (
        run      TEXT    NOT NULL,
        sequence INTEGER NOT NULL,
        moment   INTEGER NOT NULL,
        body     TEXT    NOT NULL,
        link     TEXT    NOT NULL,
        PRIMARY KEY (run, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE head (
        run      TEXT    NOT NULL PRIMARY KEY,
        sequence INTEGER NOT NULL,
        link     TEXT    NOT NULL
    ) STRICT, WITHOUT ROWID;
";

const BLOBS: &str = "
    CREATE TABLE blob (
        digest BLOB NOT NULL UNIQUE,
        body   BLOB NOT NULL
    ) STRICT;
    PRAGMA user_version = 3;
";

/// From the version without a chain. What was written then is chained as it stands now.
const FROM_1: &str = "
    ALTER TABLE entry RENAME TO unchained;
";

/// Sees to it that the tables are there. Returns the version that was found when it is not one that this program
/// knows.
pub(crate) fn prepare(connection: &mut Connection) -> rusqlite::Result<Option<i64>> {
    // Immediate: of two programs that start at once, one makes the tables and the other finds them.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        0 => transaction.execute_batch(TABLES)?,
        1 => chain_up(&transaction)?,
        2 | VERSION => {}
        other => return Ok(Some(other)),
    }
    if found < VERSION {
        transaction.execute_batch(BLOBS)?;
    }
    transaction.commit()?;
    Ok(None)
}

fn chain_up(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(FROM_1)?;
    transaction.execute_batch(TABLES)?;
    let mut rows = transaction.prepare("SELECT run, sequence, moment, body FROM unchained ORDER BY run, sequence")?;
    let mut rows = rows.query([])?;
    let mut last: Option<(String, Digest)> = None;
    while let Some(row) = rows.next()? {
        let (run, sequence, moment, body): (String, i64, i64, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        // A row under a name that no run can have was not written by us.
        let Some(id) = RunId::parse(&run) else { continue };
        let before = last.filter(|(of, _)| *of == run).map_or_else(|| chain::origin(&id), |(_, link)| link);
        let link = chain::link(&before, sequence, moment, &body);
        insert(transaction, &run, (sequence, moment, &body), &link)?;
        last = Some((run, link));
    }
    transaction.execute_batch("DROP TABLE unchained")
}

/// Writes a row and notes it as the head.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    run: &str,
    (sequence, moment, body): (i64, i64, &str),
    link: &Digest,
) -> rusqlite::Result<()> {
    let link = link.to_string();
    transaction
        .prepare_cached("INSERT INTO entry (run, sequence, moment, body, link) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![run, sequence, moment, body, link])?;
    transaction
        .prepare_cached("INSERT OR REPLACE INTO head (run, sequence, link) VALUES (?1, ?2, ?3)")?
        .execute(params![run, sequence, link])?;
    Ok(())
}

/// Keeps bytes under their digest, unless they are kept already.
pub(crate) fn keep(transaction: &Transaction<'_>, digest: &Digest, body: &[u8]) -> rusqlite::Result<()> {
    let query = "INSERT OR IGNORE INTO blob (digest, body) VALUES (?1, ?2)";
    transaction.prepare_cached(query)?.execute(params![digest.as_bytes().as_slice(), body]).map(|_| ())
}

/// The bytes that are kept under this digest.
pub(crate) fn kept(connection: &Connection, digest: &Digest) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut query = connection.prepare_cached("SELECT body FROM blob WHERE digest = ?1")?;
    query.query_row([digest.as_bytes().as_slice()], |row| row.get(0)).optional()
}
