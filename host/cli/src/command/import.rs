//! `holdpoint import`: a run that was exported, into this store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use holdpoint_core::id::Digest;
use holdpoint_core::run::entry::Entry;
use holdpoint_journal::{Imported, NotImported, Row, Store, chained};

use crate::archive::{self, NotAnArchive};
use crate::arguments::Import;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{kept, output};

/// Looks through the whole file, and only then keeps what is in it.
pub(crate) fn import(asked: &Import, path: &Path) -> Result<Exit, Failure> {
    let refused = |why: &str| Failure::usage(format!("{} {why}, so nothing was imported", asked.file.display()));
    let not_one = |error: NotAnArchive| refused("is no run that was exported").because(error);
    let noted = asked.head.as_deref().map(Digest::parse).transpose();
    let noted = noted.map_err(|error| Failure::usage("--head is no head").because(error))?;

    // Evidence names further blobs; the others are let go.
    let mut named: Option<BTreeSet<Digest>> = None;
    let mut evidence = BTreeMap::new();
    let mut there = BTreeSet::new();
    let keep = |rows: &[Row], digest, bytes| {
        there.insert(digest);
        if named.get_or_insert_with(|| evidence_of(rows)).contains(&digest) {
            evidence.insert(digest, bytes);
        }
    };
    let (about, rows) = archive::read(&asked.file, keep).map_err(not_one)?;
    let (head, entries) =
        chained(&about.run, &rows).map_err(|error| refused("is not what was written").because(error))?;
    if about.head != head {
        return Err(refused(&format!("says that its head is {}, and it is {head}", about.head)));
    }
    if let Some(noted) = noted.filter(|noted| *noted != head) {
        return Err(refused(&format!("was written anew: its head is {head}, and not {noted}")));
    }
    let pieces = kept::pieces(&entries, |digest| {
        evidence.get(digest).cloned().ok_or_else(|| refused(&format!("lacks the evidence {digest}")))
    })?;
    if let Some(missing) = pieces.needed.iter().find(|digest| !there.contains(digest)) {
        return Err(refused(&format!("lacks the blob {missing}")));
    }
    let known = |digest: &&Digest| pieces.needed.contains(digest) || pieces.optional.contains(digest);
    if let Some(stranger) = there.iter().find(|digest| !known(digest)) {
        return Err(refused(&format!("holds the blob {stranger}, which the run knows nothing of")));
    }

    let mut store = Store::open(path).map_err(|error| kept::unusable("runs can't be kept", error))?;
    let blobs = store.blobs();
    let mut unkept = None;
    let kept = archive::read(&asked.file, |_, _, bytes| unkept = unkept.take().or_else(|| blobs.put(&bytes).err()));
    kept.map_err(not_one)?;
    if let Some(error) = unkept {
        return Err(Failure::internal("the run can't be kept").because(error));
    }
    let imported = store.journal_mut().import(&about.run, &rows).map_err(|error| match error {
        NotImported::Journal(error) => Failure::internal("the run can't be kept").because(error),
        error @ (NotImported::Another { .. }
        | NotImported::Broken(_)
        | NotImported::Empty
        | NotImported::Unreadable { .. }) => refused("can't be kept").because(error),
    })?;
    let word = match imported {
        Imported::New => "imported",
        Imported::Known => "was kept already",
    };
    output::line(&format!("run  {} {word}: {} rows, {} blobs\nhead {head}", about.run, rows.len(), there.len()));
    Ok(Exit::Done)
}

/// The evidence that rows name, as far as they can be read.
fn evidence_of(rows: &[Row]) -> BTreeSet<Digest> {
    let entries = rows.iter().filter_map(|row| serde_json::from_str::<Entry>(&row.body).ok());
    entries.filter_map(|entry| kept::named(&entry)).collect()
}
