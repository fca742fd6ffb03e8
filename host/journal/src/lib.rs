//! Keeps what happened: an append-only journal in SQLite, and the evidence beside it, by its digest.
//!
//! A store is a folder that only its owner may enter. Within it `journal.db` holds the entries of every run and the small
//! pieces of evidence that they name, and `blobs/` holds large ones as files that are named by what is in them.
#![forbid(unsafe_code)]

pub mod blob;
pub mod journal;
pub mod sqlite;
pub mod store;
pub mod transfer;
pub mod verify;
mod chain;
mod schema;

pub use blob::{BlobError, Blobs, SMALL};
pub use journal::{Journal, JournalError, RunRow};
pub use sqlite::{Kin, SqliteJournal};
pub use store::{Store, StoreError};
pub use transfer::{Imported, NotImported, Row, chained, written};
pub use verify::{Flaw, FlawKind, Verified};
