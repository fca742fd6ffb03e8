//! `holdpoint export`: a whole run in one file.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use holdpoint_core::id::{Digest, RunId};
use holdpoint_journal::{BlobError, Store, chained};

use crate::arguments::Export;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::kept::Pieces;
use crate::{archive, kept, output};

/// Looks through the run and writes it all to one file.
pub(crate) fn export(asked: &Export, path: &Path) -> Result<Exit, Failure> {
    let store = kept::store(path)?;
    let run = kept::run(&store, &asked.run)?;
    let rows = store.journal().rows(&run);
    let rows = rows.map_err(|error| Failure::internal("the journal can't be read").because(error))?;
    let (head, entries) = chained(&run, &rows).map_err(|error| {
        let failure = Failure::usage(format!("run {run} is not what was written, so it is not exported"));
        failure.because(error).hint(format!("`holdpoint verify {run}` looks through all of it"))
    })?;
    let mut pieces = Pieces::of(&entries);
    for digest in pieces.evidence.clone() {
        pieces.add(&digest, &store.blobs().get(&digest).map_err(|error| lost(&error))?)?;
    }
    let blobs = blobs(&store, &pieces)?;
    let missing = pieces.all().len() - blobs.len();
    let file = asked.output.clone().unwrap_or_else(|| PathBuf::from(format!("{run}.holdpoint")));
    let unwritten = |error| Failure::usage(format!("could not write {}", file.display())).because(error);
    if file.exists() {
        let failure = Failure::usage(format!("{} is there already, and is not written over", file.display()));
        return Err(failure.hint("--output FILE names another"));
    }
    let unfinished = PathBuf::from(format!("{}.{}.part", file.display(), std::process::id()));
    let written = write(&unfinished, (&run, head), &rows, &blobs).and_then(|()| fs::rename(&unfinished, &file));
    if let Err(error) = written {
        // Best effort: what was left half-written has a name that nobody reads.
        let _ = fs::remove_file(&unfinished);
        return Err(unwritten(error));
    }
    output::line(&format!("{}\nrun  {run}: {} rows, {} blobs\nhead {head}", file.display(), rows.len(), blobs.len()));
    if missing > 0 {
        output::note(&format!("{missing} bodies or plugins were not kept, and are not in it"));
    }
    Ok(Exit::Done)
}

fn lost(error: &BlobError) -> Failure {
    Failure::usage(format!(
        "evidence is not what was written, so the run is not exported: {}",
        crate::intent::chain(error)
    ))
}

/// What there is of the run's pieces, in the order of their digests. Some may be missing.
fn blobs(store: &Store, pieces: &Pieces) -> Result<Vec<(Digest, Vec<u8>)>, Failure> {
    let mut blobs = Vec::new();
    for digest in pieces.all() {
        match store.blobs().get(&digest) {
            Ok(bytes) => blobs.push((digest, bytes)),
            Err(BlobError::Read { source, .. }) if source.kind() == ErrorKind::NotFound && pieces.spares(&digest) => {}
            Err(error) => return Err(lost(&error)),
        }
    }
    Ok(blobs)
}

fn write(
    path: &Path,
    run: (&RunId, Digest),
    rows: &[holdpoint_journal::Row],
    blobs: &[(Digest, Vec<u8>)],
) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    // What a run saw is its owner's, as in the store.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let mut file = BufWriter::new(file);
    archive::write(&mut file, run, rows, blobs)?;
    file.flush()?;
    file.get_ref().sync_all()
}
