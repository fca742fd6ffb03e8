//! Compiled plugins on disk, so that the second run need not compile.
//!
//! The folder and everything in it belong to one user alone. Each entry is sealed (HMAC-SHA-256) with a random key
//! that lies beside it, over the bundle's digest, the engine's own compatibility hash and the code. An entry that is
//! not sealed by this key for this bundle and engine is as good as none: it is compiled again. The cache is an
//! optimisation, so nothing about it is ever an error: what goes wrong is told as a warning.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac as _};
use holdpoint_core::id::Digest;
use sha2::{Digest as _, Sha256};
use wasmtime::Engine;

use crate::precompiled::Proven;

type Seal = Hmac<Sha256>;

/// What every entry begins with.
const MAGIC: &[u8] = b"holdpoint compiled plugin 1\n";
const SEAL_LENGTH: usize = 32;
const KEY_LENGTH: usize = 32;

/// An entry can't be larger than this: a bound for what a damaged file makes us read.
const LARGEST_ENTRY: u64 = 1 << 30;

/// The compile cache of one user for one engine.
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; KEY_LENGTH],
    /// The engine's compatibility hash.
    engine: [u8; 32],
}

impl Cache {
    /// Opens the cache in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When the folder can't be made, belongs to somebody else, or its key can't be read or written.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        if fs::metadata(folder)?.uid() != this_user() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the folder belongs to somebody else"));
        }
        Ok(Self { folder: folder.to_owned(), key: own_key(folder)?, engine: fingerprint(engine) })
    }

    /// The code that was compiled for this bundle, if it is there and its seal holds.
    pub(crate) fn find(&self, bundle: Digest) -> Option<Proven> {
        let path = self.path(bundle);
        let entry = match read_owned(&path, LARGEST_ENTRY) {
            Ok(entry) => entry,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a compiled plugin can't be read, compiling it again");
                return None;
            }
        };
        let code = self.opened(bundle, entry);
        if code.is_none() {
            tracing::warn!(path = %path.display(), "a compiled plugin is damaged or not ours, compiling it again");
        }
        code
    }

    /// Keeps the code that was compiled for this bundle.
    pub(crate) fn keep(&self, bundle: Digest, code: &Proven) {
        let seal = self.seal(bundle, code.bytes()).finalize().into_bytes();
        let path = self.path(bundle);
        let parts = [MAGIC, seal.as_slice(), code.bytes()];
        if let Err(error) = write_first(&self.folder, &parts, |unfinished| fs::rename(unfinished, &path)) {
            tracing::warn!(folder = %self.folder.display(), %error, "a compiled plugin can't be kept");
        }
    }

    /// Takes an entry apart and gives the code out if the seal holds.
    fn opened(&self, bundle: Digest, mut entry: Vec<u8>) -> Option<Proven> {
        let sealed = entry.strip_prefix(MAGIC)?;
        let (seal, code) = sealed.split_at_checked(SEAL_LENGTH)?;
        self.seal(bundle, code).verify_slice(seal).ok()?;
        Some(Proven::sealed(entry.split_off(MAGIC.len() + SEAL_LENGTH)))
    }

    fn seal(&self, bundle: Digest, code: &[u8]) -> Seal {
        let mut seal = keyed(&self.key);
        seal.update(MAGIC);
        seal.update(bundle.as_bytes());
        seal.update(&self.engine);
        seal.update(code);
        seal
    }

    fn path(&self, bundle: Digest) -> PathBuf {
        let engine: String = self.engine.iter().take(8).flat_map(|byte| hex_digits(*byte)).collect();
        self.folder.join(format!("{}-{engine}.compiled", bundle.hex()))
    }
}

fn hex_digits(byte: u8) -> impl Iterator<Item = char> {
    [byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(u32::from(digit), 16))
}

fn keyed(key: &[u8; KEY_LENGTH]) -> Seal {
    // A key of any length is taken, so this can't fail.
    Seal::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

/// What two engines have in common when one can load what the other compiled.
fn fingerprint(engine: &Engine) -> [u8; 32] {
    struct Fingerprint(Sha256);
    impl Hasher for Fingerprint {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut hasher = Fingerprint(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

fn this_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Reads a file that must be this user's and closed to everybody else.
fn read_owned(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let found = file.metadata()?;
    if !found.is_file() || found.mode() & 0o077 != 0 || found.uid() != this_user() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not this user's alone"));
    }
    if found.len() > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any entry"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0));
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the key, or makes one if there is none.
fn own_key(folder: &Path) -> io::Result<[u8; KEY_LENGTH]> {
    let path = folder.join("key");
    let missing = |found: &io::Result<_>| matches!(found, Err(error) if error.kind() == io::ErrorKind::NotFound);
    let mut found = read_owned(&path, 1 << 10);
    if missing(&found) {
        make_key(folder, &path)?;
        found = read_owned(&path, 1 << 10);
    }
    found?.try_into().map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the key has another length"))
}

/// Makes a key, unless another process was faster: then that one counts.
fn make_key(folder: &Path, path: &Path) -> io::Result<()> {
    let key: [u8; KEY_LENGTH] = random()?;
    write_first(folder, &[&key], |unfinished| match fs::hard_link(unfinished, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    })
}

/// Writes a file under another name first, so that nobody ever sees half of it, and then lets it be put in place.
fn write_first(folder: &Path, parts: &[&[u8]], place: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let unfinished = folder.join(format!("unfinished-{:016x}", u64::from_le_bytes(random()?)));
    let placed = write_new(&unfinished, parts).and_then(|()| place(&unfinished));
    // After a rename it is gone; otherwise the first error is the one to tell.
    let _ = fs::remove_file(&unfinished);
    placed
}

fn write_new(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code of a component with nothing in it.
    fn small(engine: &Engine) -> Proven {
        Proven::compiled_here(engine.precompile_component(b"\0asm\x0d\0\x01\0").unwrap())
    }

    #[test]
    fn an_entry_with_any_one_byte_changed_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let cache = Cache::open(folder.path(), &engine).unwrap();
        let bundle = Digest::of(b"a bundle");
        cache.keep(bundle, &small(&engine));
        let entry = fs::read(cache.path(bundle)).unwrap();
        assert!(cache.opened(bundle, entry.clone()).is_some());

        for at in 0..entry.len() {
            let mut edited = entry.clone();
            edited[at] ^= 1 << (at % 8);

            assert!(cache.opened(bundle, edited).is_none(), "byte {at}");
        }
    }

    #[test]
    fn an_entry_is_good_for_one_bundle_and_one_key_alone() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let engine = Engine::default();
        let cache = Cache::open(folder.path(), &engine).unwrap();
        let bundle = Digest::of(b"a bundle");
        cache.keep(bundle, &small(&engine));
        let entry = fs::read(cache.path(bundle)).unwrap();

        let of_another_key = Cache::open(elsewhere.path(), &engine).unwrap();
        assert!(cache.opened(Digest::of(b"another"), entry.clone()).is_none());
        assert!(of_another_key.opened(bundle, entry).is_none());
    }
}
