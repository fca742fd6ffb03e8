//! The store: a folder with the journal and the blobs, which only its owner may enter.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::blob::Blobs;
use crate::sqlite::{OpenError, SqliteJournal};

/// Where runs and their evidence are kept.
#[derive(Debug)]
pub struct Store {
    journal: SqliteJournal,
    blobs: Blobs,
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder can't be made or entered.
    #[error("could not open the store in {}", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no store.
    #[error("there is no store in {}", path.display())]
    Missing {
        /// Which folder.
        path: PathBuf,
    },
    /// The journal in it can't be opened.
    #[error("could not open the store in {}", path.display())]
    Journal {
        /// Which folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: OpenError,
    },
}

impl Store {
    /// Opens the store in this folder, making it if there is none.
    ///
    /// # Errors
    /// When the folder can't be made or entered, or what lies there is no store of ours.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = |source| StoreError::Folder { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path.join("blobs")).map_err(folder)?;
        // A folder that was there before may be open to others.
        fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(folder)?;
        let blobs = Dir::open_ambient_dir(path.join("blobs"), ambient_authority()).map_err(folder)?;
        let database = path.join("journal.db");
        let journal =
            SqliteJournal::open(&database).map_err(|source| StoreError::Journal { path: path.to_owned(), source })?;
        fs::set_permissions(&database, Permissions::from_mode(0o600)).map_err(folder)?;
        Ok(Self { journal, blobs: Blobs::new(blobs, &database) })
    }

    /// Opens the store in this folder, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none; otherwise as [`Store::open`].
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        let there = path.join("journal.db").try_exists();
        if there.map_err(|source| StoreError::Folder { path: path.to_owned(), source })? {
            Self::open(path)
        } else {
            Err(StoreError::Missing { path: path.to_owned() })
        }
    }

    /// The journal.
    pub fn journal(&self) -> &SqliteJournal {
        &self.journal
    }

    /// The journal, to write.
    pub fn journal_mut(&mut self) -> &mut SqliteJournal {
        &mut self.journal
    }

    /// The blobs.
    pub fn blobs(&self) -> Blobs {
        self.blobs.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/store");
        Store::open(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join("journal.db")), 0o600);
    }

    #[test]
    fn a_store_that_is_not_there_is_not_made_by_looking() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        assert!(matches!(Store::open_existing(&path), Err(StoreError::Missing { .. })));
        assert!(!path.exists());
    }
}
