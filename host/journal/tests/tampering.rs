//! Whoever changes a journal behind the program's back is found out, at the exact row.

use bytes::Bytes;
use holdpoint_core::id::{Digest, RunId, Sequence};
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_core::time::{Elapsed, Moment};
use holdpoint_journal::{FlawKind, Journal as _, SqliteJournal, Store, Verified};
use rusqlite::{Connection, params};
use tempfile::TempDir;

const ROWS: i64 = 40;

fn run() -> RunId {
    RunId::parse("0197c0de-1").unwrap()
}

fn entry(sequence: i64) -> Entry {
    let place = sequence.unsigned_abs();
    let event = Event::Interrupted { by: format!("somebody, number {sequence}") };
    let moment = Moment(1_000 + sequence);
    Entry { sequence: Sequence(place), at: Elapsed(place), moment, what: What::Event { event } }
}

/// A journal of forty rows, and a way to it that the program knows nothing of.
fn journal() -> (TempDir, SqliteJournal, Connection) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = SqliteJournal::open(&path).unwrap();
    for sequence in 1..=ROWS {
        journal.append(&run(), Sequence(sequence.unsigned_abs()), &[entry(sequence)]).unwrap();
    }
    let by_hand = Connection::open(&path).unwrap();
    (folder, journal, by_hand)
}

/// Which row is found to be wrong after this was done to the journal, and how.
fn found(statements: &[(&str, &[&dyn rusqlite::ToSql])]) -> (i64, FlawKind) {
    let (_folder, journal, by_hand) = journal();
    for (statement, values) in statements {
        by_hand.execute(statement, *values).unwrap();
    }
    let verified = journal.verify(&run()).unwrap();
    let Verified::Broken(flaw) = verified else { panic!("{}: {verified:?}", statements[0].0) };
    (i64::try_from(flaw.row).unwrap(), flaw.kind)
}

#[test]
fn a_journal_that_nobody_touched_is_whole_and_has_a_head() {
    let (_folder, journal, _) = journal();
    let Verified::Whole { rows, head } = journal.verify(&run()).unwrap() else { panic!("it is whole") };
    assert_eq!((rows, Some(head)), (ROWS.unsigned_abs(), journal.head(&run()).unwrap()));
    assert_eq!(journal.verify(&RunId::parse("another").unwrap()).unwrap(), Verified::Unknown);
}

#[test]
fn two_hundred_edits_removals_and_swaps_are_found_at_their_row() {
    let mut tried = 0;
    for row in 1..=ROWS {
        let body = serde_json::to_string(&entry(row)).unwrap().replace("somebody", "nobody");
        let (at, kind) = found(&[("UPDATE entry SET body = ?1 WHERE sequence = ?2", params![body, row])]);
        assert!(at == row && matches!(kind, FlawKind::Edited { .. }), "edited {row}: {at} {kind:?}");

        let (at, kind) = found(&[("UPDATE entry SET moment = moment + 1 WHERE sequence = ?1", params![row])]);
        assert!(at == row && matches!(kind, FlawKind::Edited { .. }), "another moment for {row}: {at} {kind:?}");

        let (at, kind) =
            found(&[("UPDATE entry SET link = replace(link, 'a', 'b') || 'c' WHERE sequence = ?1", params![row])]);
        assert!(at == row && matches!(kind, FlawKind::Edited { .. }), "another hash for {row}: {at} {kind:?}");

        let (at, kind) = found(&[("DELETE FROM entry WHERE sequence = ?1", params![row])]);
        assert_eq!((at, kind), (row, FlawKind::Missing), "removed {row}");

        let other = row % ROWS + 1;
        let (at, kind) = found(&[
            ("UPDATE entry SET sequence = -1 WHERE sequence = ?1", params![row]),
            ("UPDATE entry SET sequence = ?1 WHERE sequence = ?2", params![row, other]),
            ("UPDATE entry SET sequence = ?1 WHERE sequence = -1", params![other]),
        ]);
        let first = row.min(other);
        assert_eq!(
            (at, kind),
            (first, FlawKind::Moved { says: row.max(other).unsigned_abs() }),
            "swapped {row} and {other}"
        );
        tried += 5;
    }
    println!("{tried} tamperings, each found at its row");
}

#[test]
fn a_tail_that_was_cut_off_or_sewn_on_is_found() {
    let cut = found(&[("DELETE FROM entry WHERE sequence > 30", params![])]);
    assert_eq!(cut, (31, FlawKind::Missing));
    let sewn = "INSERT INTO entry SELECT run, 41, moment, body, link FROM entry WHERE sequence = 40";
    assert_eq!(found(&[(sewn, params![])]).0, 41);
    let headless = found(&[("DELETE FROM head", params![])]);
    assert_eq!(headless, (ROWS, FlawKind::Headless));
    let gone = found(&[("DELETE FROM entry", params![])]);
    assert_eq!(gone, (1, FlawKind::Missing));
}

#[test]
fn a_row_that_was_removed_and_covered_up_by_renumbering_is_found() {
    let (at, kind) = found(&[
        ("DELETE FROM entry WHERE sequence = 7", params![]),
        ("UPDATE entry SET sequence = -sequence + 1 WHERE sequence > 7", params![]),
        ("UPDATE entry SET sequence = -sequence WHERE sequence < 0", params![]),
    ]);
    assert_eq!((at, kind), (7, FlawKind::Moved { says: 8 }));
}

#[test]
fn a_row_of_another_run_does_not_fit_in() {
    let (_folder, mut journal, by_hand) = journal();
    let other = RunId::parse("0197c0de-2").unwrap();
    journal.append(&other, Sequence(1), &[entry(1)]).unwrap();
    by_hand.execute("DELETE FROM entry WHERE run = ?1 AND sequence = 1", [run().as_str()]).unwrap();
    by_hand.execute("UPDATE entry SET run = ?1 WHERE run = ?2", [run().as_str(), other.as_str()]).unwrap();
    let Verified::Broken(flaw) = journal.verify(&run()).unwrap() else { panic!("it is broken") };
    assert_eq!(flaw.row, 1);
}

#[test]
fn a_journal_without_a_chain_gets_one() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(
        "CREATE TABLE entry (run TEXT NOT NULL, sequence INTEGER NOT NULL, moment INTEGER NOT NULL,
         body TEXT NOT NULL, PRIMARY KEY (run, sequence)) STRICT, WITHOUT ROWID; PRAGMA user_version = 1;",
    )
    .unwrap();
    for sequence in 1..=3 {
        let body = serde_json::to_string(&entry(sequence)).unwrap();
        let moment = entry(sequence).moment.0;
        old.execute("INSERT INTO entry VALUES (?1, ?2, ?3, ?4)", params![run().as_str(), sequence, moment, body])
            .unwrap();
    }
    drop(old);

    let mut journal = SqliteJournal::open(&path).unwrap();

    journal.append(&run(), Sequence(4), &[entry(4)]).unwrap();
    assert!(matches!(journal.verify(&run()).unwrap(), Verified::Whole { rows: 4, .. }));
    assert_eq!(journal.read(&run()).unwrap().len(), 4);
}

#[test]
fn a_journal_without_room_for_evidence_gets_it() {
    let folder = TempDir::new().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    store.journal_mut().append(&run(), Sequence(1), &[entry(1)]).unwrap();
    drop(store);
    let old = Connection::open(folder.path().join("journal.db")).unwrap();
    old.execute_batch("DROP TABLE blob; PRAGMA user_version = 2;").unwrap();
    drop(old);

    let mut store = Store::open(folder.path()).unwrap();

    let evidence = [(Digest::of(b"seen"), Bytes::from_static(b"seen"))];
    store.journal_mut().append_with(&run(), Sequence(2), &[entry(2)], &evidence).unwrap();
    assert_eq!(store.blobs().get(&evidence[0].0).unwrap(), b"seen");
    assert!(matches!(store.journal().verify(&run()).unwrap(), Verified::Whole { rows: 2, .. }));
}
