//! The database's tables and their version.

use rusqlite::Connection;

/// The version that this program writes. It reads no newer one.
pub(crate) const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE entry (
        run      TEXT    NOT NULL,
        sequence INTEGER NOT NULL,
        moment   INTEGER NOT NULL,
        body     TEXT    NOT NULL,
        PRIMARY KEY (run, sequence)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
";

/// Sees to it that the tables are there. Returns the version that was found when it is not one that this program
/// knows.
pub(crate) fn prepare(connection: &mut Connection) -> rusqlite::Result<Option<i64>> {
    // Immediate: of two programs that start at once, one makes the tables and the other finds them.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        0 => transaction.execute_batch(TABLES)?,
        VERSION => {}
        other => return Ok(Some(other)),
    }
    transaction.commit()?;
    Ok(None)
}
