//! Archives: a whole run in one file, for another machine.
//!
//! A gzipped tar archive: `run.json` says what it is, `journal.jsonl` holds the rows with their hashes, one a line, and
//! `blobs/SHA256` the evidence, the bodies and the plugins, each under its digest and in the order of these. The same run
//! gives the same bytes. An archive is somebody else's word: it is looked through to its end before anything of it is
//! used.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use holdpoint_core::id::{Digest, RunId};
use holdpoint_journal::Row;
use serde::{Deserialize, Serialize};
use tar::{Archive, Builder, EntryType, Header};

/// The form that is written and read here.
const FORMAT: u32 = 1;

/// The largest entry of an archive, in bytes. Bundles and bodies are at most a quarter of it.
const LARGEST: u64 = 256 << 20;

/// The most bytes of all entries together.
const MOST: u64 = 16 << 30;

/// The most bytes of padding after the last entry. tar writes two blocks, and some fill up a record of twenty.
const PADDING: u64 = 20 * 512;

const ABOUT: &str = "run.json";
const JOURNAL: &str = "journal.jsonl";
const BLOBS: &str = "blobs/";

/// What an archive is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    format: u32,
    pub(crate) run: RunId,
    pub(crate) head: Digest,
    rows: usize,
    blobs: usize,
}

/// Why a file is no archive of a run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAnArchive {
    /// It can't be read, or is cut off.
    #[error("it can't be read to its end")]
    Read(#[from] io::Error),
    /// It was written in another form.
    #[error("it has format {found}, and format {FORMAT} is read here")]
    Format { found: u32 },
    /// An entry is not what stands there in an archive of ours.
    #[error("{found:?} stands where {wanted} is to be")]
    Entry { found: String, wanted: String },
    /// An entry is larger than any of ours.
    #[error("{0:?} is larger than anything that a run keeps")]
    TooLarge(String),
    /// An entry is no JSON of ours.
    #[error("{name} can't be read")]
    Json {
        name: &'static str,
        #[source]
        source: serde_json::Error,
    },
    /// A blob is not what its name says.
    #[error("the blob {name} has been changed: its digest is {found}")]
    Changed { name: Digest, found: Digest },
    /// There are more or fewer rows or blobs than the archive says.
    #[error("it says that it holds {said} {what}, and holds {found}")]
    Count { what: &'static str, said: usize, found: usize },
    /// Something follows the archive's end.
    #[error("something follows its end")]
    Trailing,
}

/// Writes an archive.
pub(crate) fn write(
    out: impl Write,
    (run, head): (&RunId, Digest),
    rows: &[Row],
    blobs: &[(Digest, Vec<u8>)],
) -> io::Result<()> {
    let about = About { format: FORMAT, run: run.clone(), head, rows: rows.len(), blobs: blobs.len() };
    let mut journal = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut journal, row)?;
        journal.push(b'\n');
    }
    let mut tar = Builder::new(GzEncoder::new(out, Compression::default()));
    append(&mut tar, ABOUT, &serde_json::to_vec(&about)?)?;
    append(&mut tar, JOURNAL, &journal)?;
    for (digest, bytes) in blobs {
        append(&mut tar, &format!("{BLOBS}{}", digest.hex()), bytes)?;
    }
    tar.into_inner()?.finish()?.flush()
}

/// Adds an entry that tells nothing of whoever wrote it, and nothing of when.
fn append(tar: &mut Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(0);
    tar.append_data(&mut header, name, bytes)
}

/// What is done with an archive's content while it is read.
pub(crate) trait Reader {
    /// Why it can't go on.
    type Error: From<NotAnArchive>;

    /// Gets what the archive says of itself, and its rows. Nobody has looked at these yet.
    fn rows(&mut self, about: &About, rows: Vec<Row>) -> Result<(), Self::Error>;

    /// Gets the next blob, which is what its digest says. They come in the order of their digests.
    fn blob(&mut self, digest: Digest, bytes: Vec<u8>) -> Result<(), Self::Error>;
}

/// Reads an archive from its first byte to its last, and hands on what is in it.
pub(crate) fn read<R: Reader>(mut file: &File, reader: &mut R) -> Result<(), R::Error> {
    file.rewind().map_err(NotAnArchive::Read)?;
    let mut archive = Archive::new(GzDecoder::new(BufReader::new(file)));
    // Raw: a header that says that the next file has a longer name or more properties is an entry, and so refused, where
    // it would else be read into memory whatever its size.
    let entries = archive.entries().map_err(NotAnArchive::Read)?.raw(true);
    let mut entries = Entries { left: MOST, entries };
    let about: About = from_json(ABOUT, &entries.named(ABOUT)?)?;
    if about.format != FORMAT {
        return Err(NotAnArchive::Format { found: about.format }.into());
    }
    let journal = entries.named(JOURNAL)?;
    let lines = journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let rows: Vec<Row> = lines.map(|line| from_json(JOURNAL, line)).collect::<Result<_, _>>()?;
    count("rows", about.rows, rows.len())?;
    reader.rows(&about, rows)?;
    let (mut last, mut found) = (None, 0);
    while let Some((digest, bytes)) = entries.blob(last)? {
        (last, found) = (Some(digest), found + 1);
        reader.blob(digest, bytes)?;
    }
    count("blobs", about.blobs, found)?;
    Ok(ends(archive.into_inner())?)
}

fn count(what: &'static str, said: usize, found: usize) -> Result<(), NotAnArchive> {
    if said == found { Ok(()) } else { Err(NotAnArchive::Count { what, said, found }) }
}

/// Reads what follows the last entry: padding, the checksum, and the end of the file.
fn ends(mut rest: GzDecoder<BufReader<&File>>) -> Result<(), NotAnArchive> {
    let mut padding = Vec::new();
    rest.by_ref().take(PADDING).read_to_end(&mut padding)?;
    // One byte more finds the checksum, and whatever stands in its place.
    let longer = rest.read(&mut [0])?;
    let after = rest.into_inner().read(&mut [0])?;
    if padding.iter().any(|byte| *byte != 0) || longer + after > 0 { Err(NotAnArchive::Trailing) } else { Ok(()) }
}

fn from_json<T: for<'de> Deserialize<'de>>(name: &'static str, bytes: &[u8]) -> Result<T, NotAnArchive> {
    serde_json::from_slice(bytes).map_err(|source| NotAnArchive::Json { name, source })
}

/// The entries of an archive, with what may still be read of them.
struct Entries<'a, R: Read> {
    left: u64,
    entries: tar::Entries<'a, R>,
}

impl<R: Read> Entries<'_, R> {
    /// The next entry, which must have this name.
    fn named(&mut self, wanted: &str) -> Result<Vec<u8>, NotAnArchive> {
        match self.next()? {
            Some((name, bytes)) if name == wanted => Ok(bytes),
            found => {
                let found = found.map_or_else(String::new, |(name, _)| name);
                Err(NotAnArchive::Entry { found, wanted: wanted.to_owned() })
            }
        }
    }

    /// The next blob, whose digest must come after the last one's.
    fn blob(&mut self, last: Option<Digest>) -> Result<Option<(Digest, Vec<u8>)>, NotAnArchive> {
        let Some((name, bytes)) = self.next()? else { return Ok(None) };
        let hex = name.strip_prefix(BLOBS).unwrap_or_default();
        let digest =
            Digest::parse(&format!("sha256:{hex}")).ok().filter(|digest| last.is_none_or(|last| last < *digest));
        let Some(digest) = digest else {
            return Err(NotAnArchive::Entry { found: name, wanted: "the next blob".to_owned() });
        };
        match Digest::of(&bytes) {
            found if found == digest => Ok(Some((digest, bytes))),
            found => Err(NotAnArchive::Changed { name: digest, found }),
        }
    }

    fn next(&mut self) -> Result<Option<(String, Vec<u8>)>, NotAnArchive> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        let entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != EntryType::Regular {
            return Err(NotAnArchive::Entry { found: name, wanted: "a plain file".to_owned() });
        }
        let size = entry.size();
        self.left = self.left.checked_sub(size).filter(|_| size <= LARGEST).ok_or_else(|| too_large(&name))?;
        let mut bytes = Vec::new();
        entry.take(LARGEST).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(Some((name, bytes)))
    }
}

fn too_large(name: &str) -> NotAnArchive {
    NotAnArchive::TooLarge(name.to_owned())
}
