//! `holdpoint import`: a run that was exported, into this store.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use holdpoint_core::id::{Digest, RunId};
use holdpoint_journal::{Blobs, Imported, NotImported, Row, Store, chained};

use crate::archive::{self, About, NotAnArchive, Reader};
use crate::arguments::Import;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::kept::{self, Pieces};
use crate::output;

/// Looks through the whole file, and only then keeps what is in it.
pub(crate) fn import(asked: &Import, path: &Path) -> Result<Exit, Failure> {
    let refused = |refused: Refused| refused.told(&asked.file);
    let noted = asked.head.as_deref().map(Digest::parse).transpose();
    let noted = noted.map_err(|error| Failure::usage("--head is no head").because(error))?;
    // Opened once: what is kept is what was looked through, whatever takes the name meanwhile.
    let file = File::open(&asked.file).map_err(|error| refused(NotAnArchive::Read(error).into()))?;
    let looked = Looked::through(&file, noted).map_err(refused)?;

    let mut store = Store::open(path).map_err(|error| kept::unusable("runs can't be kept", error))?;
    // Before any blob is written: a run that stays out leaves nothing.
    store.journal().known(&looked.run, looked.head).map_err(|error| refused(error.into()))?;
    archive::read(&file, &mut Keep { looked: &looked, blobs: &store.blobs() }).map_err(refused)?;
    let imported = store.journal_mut().import(&looked.run, &looked.rows).map_err(|error| refused(error.into()))?;
    let word = match imported {
        Imported::New => "imported",
        Imported::Known => "was kept already",
    };
    let Looked { run, head, rows, there, .. } = &looked;
    output::line(&format!("run  {run} {word}: {} rows, {} blobs\nhead {head}", rows.len(), there.len()));
    Ok(Exit::Done)
}

/// Why a file is not imported.
enum Refused {
    /// It can't be read as an archive.
    Archive(NotAnArchive),
    /// Its rows are not what was written.
    Rows(NotImported),
    /// Something in it doesn't belong with the rest.
    Is(String),
    /// The fault is not the file's.
    Other(Failure),
}

impl Refused {
    fn told(self, file: &Path) -> Failure {
        let told = |why: &str| Failure::usage(format!("{} {why}, so nothing was imported", file.display()));
        match self {
            Self::Archive(error) => told("is no run that was exported").because(error),
            Self::Rows(error) => told("is not what was written").because(error),
            Self::Is(why) => told(&why),
            Self::Other(failure) => failure,
        }
    }
}

impl From<NotAnArchive> for Refused {
    fn from(error: NotAnArchive) -> Self {
        Self::Archive(error)
    }
}

impl From<NotImported> for Refused {
    fn from(error: NotImported) -> Self {
        match error {
            NotImported::Journal(error) => Self::Other(Failure::internal("the run can't be kept").because(error)),
            NotImported::Another { .. } => Self::Is(format!("can't be kept: {error}")),
            NotImported::Broken(_) | NotImported::Empty | NotImported::Unreadable { .. } => Self::Rows(error),
        }
    }
}

fn is(why: impl Into<String>) -> Refused {
    Refused::Is(why.into())
}

/// The first time through: whether everything belongs together.
struct Looked {
    run: RunId,
    head: Digest,
    rows: Vec<Row>,
    pieces: Pieces,
    there: BTreeSet<Digest>,
}

impl Looked {
    fn through(file: &File, noted: Option<Digest>) -> Result<Self, Refused> {
        let mut looking = Looking { noted, looked: None };
        archive::read(file, &mut looking)?;
        let looked = looking.looked.ok_or_else(|| is("holds no run"))?;
        if let Some(missing) = looked.pieces.needed().find(|digest| !looked.there.contains(digest)) {
            return Err(is(format!("lacks the blob {missing}")));
        }
        if let Some(stranger) = looked.there.difference(&looked.pieces.all()).next() {
            return Err(is(format!("holds the blob {stranger}, which the run knows nothing of")));
        }
        Ok(looked)
    }
}

/// A look that is under way.
struct Looking {
    noted: Option<Digest>,
    looked: Option<Looked>,
}

impl Reader for Looking {
    type Error = Refused;

    fn rows(&mut self, about: &About, rows: Vec<Row>) -> Result<(), Refused> {
        let (head, entries) = chained(&about.run, &rows)?;
        if about.head != head {
            return Err(is(format!("says that its head is {}, and it is {head}", about.head)));
        }
        if let Some(noted) = self.noted.filter(|noted| *noted != head) {
            return Err(is(format!("was written anew: its head is {head}, and not {noted}")));
        }
        let (run, pieces) = (about.run.clone(), Pieces::of(&entries));
        self.looked = Some(Looked { run, head, rows, pieces, there: BTreeSet::new() });
        Ok(())
    }

    fn blob(&mut self, digest: Digest, bytes: Vec<u8>) -> Result<(), Refused> {
        let looked = self.looked.as_mut().ok_or_else(|| is("has a blob before its rows"))?;
        looked.there.insert(digest);
        if looked.pieces.evidence.contains(&digest) {
            looked.pieces.add(&digest, &bytes).map_err(Refused::Other)?;
        }
        Ok(())
    }
}

/// The second time through: what was looked at is kept.
struct Keep<'a> {
    looked: &'a Looked,
    blobs: &'a Blobs,
}

impl Reader for Keep<'_> {
    type Error = Refused;

    fn rows(&mut self, about: &About, rows: Vec<Row>) -> Result<(), Refused> {
        let same = about.run == self.looked.run && rows == self.looked.rows;
        if same { Ok(()) } else { Err(is("was changed while it was read")) }
    }

    fn blob(&mut self, digest: Digest, bytes: Vec<u8>) -> Result<(), Refused> {
        if !self.looked.there.contains(&digest) {
            return Err(is("was changed while it was read"));
        }
        let kept = self.blobs.put(&bytes);
        kept.map(drop).map_err(|error| Refused::Other(Failure::internal("the run can't be kept").because(error)))
    }
}
