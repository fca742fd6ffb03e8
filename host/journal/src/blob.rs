//! Blobs: bytes kept under their own digest, so that what is kept can't be mistaken and is kept once.
//!
//! What is put here is a file. Small pieces that come with journal entries are rows beside these instead, written in the
//! same transaction: a window with thousands of signals would wait for the disk three times for each sample.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _};
use holdpoint_core::id::Digest;
use rusqlite::{Connection, OpenFlags};

use crate::schema;

/// Blobs up to so many bytes are better off beside the entries that name them than as files of their own.
pub const SMALL: usize = 64 << 10;

/// A folder of blobs, and the journal that holds small ones. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: Arc<Dir>,
    /// Tells the unfinished files of one process apart.
    unfinished: Arc<AtomicU64>,
    database: Arc<Rows>,
}

/// The journal's own blobs, for reading. The database is opened when one is first asked for.
#[derive(Debug)]
struct Rows {
    path: PathBuf,
    connection: Mutex<Option<Connection>>,
}

impl Rows {
    fn get(&self, digest: &Digest) -> rusqlite::Result<Option<Vec<u8>>> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match &mut *connection {
            Some(open) => open,
            closed @ None => closed.insert(Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?),
        };
        schema::kept(connection, digest)
    }
}

/// Why a blob could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It could not be written.
    #[error("could not write blob {digest}")]
    Write {
        /// Which.
        digest: Digest,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It could not be read.
    #[error("could not read blob {digest}")]
    Read {
        /// Which.
        digest: Digest,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The journal could not be asked for it.
    #[error("could not read blob {digest} from the journal")]
    Database {
        /// Which.
        digest: Digest,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// What is kept under its digest is something else.
    #[error("blob {digest} has been changed: what lies there is {found}")]
    Changed {
        /// Which was asked for.
        digest: Digest,
        /// The digest of what was found.
        found: Digest,
    },
}

impl Blobs {
    /// The blobs in this folder and in this database.
    pub(crate) fn new(folder: Dir, database: &Path) -> Self {
        let database = Arc::new(Rows { path: database.to_owned(), connection: Mutex::new(None) });
        Self { folder: Arc::new(folder), unfinished: Arc::new(AtomicU64::new(0)), database }
    }

    /// Keeps bytes and returns their digest. They are safe on disk when it returns, whole or not at all. Bytes that
    /// are kept already are not written again.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, BlobError> {
        let digest = Digest::of(bytes);
        let (drawer, name) = place(&digest);
        let kept = self.folder.metadata(format!("{drawer}/{name}"));
        if kept.is_ok_and(|kept| kept.is_file() && kept.len() == bytes.len() as u64) {
            return Ok(digest);
        }
        self.write(&drawer, &name, bytes).map_err(|source| BlobError::Write { digest, source })?;
        Ok(digest)
    }

    /// Reads the bytes of this digest, and makes sure that they are.
    ///
    /// # Errors
    /// When they are not there, can't be read, or are not what they were.
    pub fn get(&self, digest: &Digest) -> Result<Vec<u8>, BlobError> {
        let bytes = match self.read(digest) {
            Ok(bytes) => bytes,
            Err(source) => {
                let row =
                    self.database.get(digest).map_err(|source| BlobError::Database { digest: *digest, source })?;
                row.ok_or(BlobError::Read { digest: *digest, source })?
            }
        };
        let found = Digest::of(&bytes);
        if found == *digest { Ok(bytes) } else { Err(BlobError::Changed { digest: *digest, found }) }
    }

    fn read(&self, digest: &Digest) -> io::Result<Vec<u8>> {
        let (drawer, name) = place(digest);
        let mut bytes = Vec::new();
        self.folder.open(format!("{drawer}/{name}"))?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write(&self, drawer: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self.folder.create_dir(drawer) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let number = self.unfinished.fetch_add(1, Ordering::Relaxed);
        let unfinished = format!("{drawer}/.{}-{number}", std::process::id());
        let mut file = self
            .folder
            .open_with(&unfinished, OpenOptions::new().write(true).create(true).truncate(true).mode(0o600))?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        let named = written.and_then(|()| self.folder.rename(&unfinished, &self.folder, format!("{drawer}/{name}")));
        if named.is_err() {
            // Best effort: what was left half-written has a name that nothing ever reads.
            let _ = self.folder.remove_file(&unfinished);
        }
        named
    }
}

/// A drawer and a name: two hexadecimal digits, then the other sixty-two.
fn place(digest: &Digest) -> (String, String) {
    let hex = digest.hex();
    let (drawer, name) = hex.split_at(2);
    (drawer.to_owned(), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Journal as _, Store};
    use bytes::Bytes;
    use holdpoint_core::id::{RunId, Sequence};

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Store::open(folder.path()).unwrap().blobs();
        (folder, blobs)
    }

    #[test]
    fn what_came_with_entries_is_got_by_its_digest_and_found_out_when_it_was_changed() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let (run, piece) = (RunId::parse("0197c0de-1").unwrap(), Bytes::from_static(b"an answer"));
        let evidence = [(Digest::of(&piece), piece.clone()), (Digest::of(&piece), piece)];
        store.journal_mut().append_with(&run, Sequence(1), &[], &evidence).unwrap();
        assert_eq!(store.blobs().get(&evidence[0].0).unwrap(), b"an answer");
        let by_hand = Connection::open(folder.path().join("journal.db")).unwrap();
        assert_eq!(by_hand.execute("UPDATE blob SET body = x'00'", []).unwrap(), 1, "it is kept once");
        assert!(matches!(store.blobs().get(&evidence[0].0), Err(BlobError::Changed { .. })));
    }

    #[test]
    fn what_was_put_is_got_by_its_digest() {
        let (_folder, blobs) = blobs();
        let digest = blobs.put(b"an answer").unwrap();
        assert_eq!(digest, Digest::of(b"an answer"));
        assert_eq!(blobs.put(b"an answer").unwrap(), digest);
        assert_eq!(blobs.get(&digest).unwrap(), b"an answer");
    }

    #[test]
    fn a_blob_that_was_changed_is_found_out() {
        let (folder, blobs) = blobs();
        let digest = blobs.put(b"an answer").unwrap();
        let (drawer, name) = place(&digest);
        std::fs::write(folder.path().join("blobs").join(drawer).join(name), b"another").unwrap();
        assert!(matches!(blobs.get(&digest), Err(BlobError::Changed { .. })));
    }

    #[test]
    fn a_blob_that_is_not_there_is_an_error() {
        let (_folder, blobs) = blobs();
        assert!(matches!(blobs.get(&Digest::of(b"x")), Err(BlobError::Read { .. })));
    }

    #[test]
    fn nothing_is_left_beside_the_blobs() {
        let (folder, blobs) = blobs();
        let digest = blobs.put(b"an answer").unwrap();
        let drawer = folder.path().join("blobs").join(place(&digest).0);
        assert_eq!(std::fs::read_dir(drawer).unwrap().count(), 1);
    }
}
