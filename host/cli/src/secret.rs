//! Secrets: looked for when a plan is read, and read when a run starts.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use holdpoint_core::plan::Plan;
use holdpoint_core::plan::secret::Source;
use holdpoint_gateway::{NotASecret, Vault};
use holdpoint_plan::{Draft, Gravity, Problem};
use secrecy::SecretString;

/// The longest value that is read from a file, in bytes.
const LONGEST: u64 = 16 << 10;

/// The permissions of everyone who is neither owner nor group.
const OTHERS: u32 = 0o007;

/// Why a secret can't be had. The value itself is never told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    /// The variable is not set.
    #[error("the variable {0} is not set")]
    NoVariable(String),
    /// The variable is set to nothing, or the file holds nothing.
    #[error("{0} is empty")]
    Empty(String),
    /// The value is not text.
    #[error("{0} does not hold text")]
    NotText(String),
    /// There is no such file.
    #[error("there is no file {}", .0.display())]
    NoFile(PathBuf),
    /// The file can't be read.
    #[error("could not read {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// It is a folder, a pipe or a device.
    #[error("{} is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// It is open to everyone.
    #[error("{} may be used by everyone on this machine: take that away with chmod o-rwx", .0.display())]
    Open(PathBuf),
    /// It is too large to be a secret.
    #[error("{} has more than {LONGEST} bytes", .0.display())]
    TooLarge(PathBuf),
    /// The value can't be used.
    #[error(transparent)]
    Value(#[from] NotASecret),
}

impl Unusable {
    /// How bad it is before a run: what is not there may be there where the plan is run.
    fn gravity(&self) -> Gravity {
        match self {
            Self::NoVariable(_) | Self::NoFile(_) => Gravity::Warning,
            Self::Empty(_)
            | Self::NotText(_)
            | Self::Unreadable(..)
            | Self::NotAFile(_)
            | Self::Open(_)
            | Self::TooLarge(_)
            | Self::Value(_) => Gravity::Error,
        }
    }
}

/// Looks whether the sources of a plan's secrets are there and can be used. Reads no file.
pub(crate) fn look(plan: &Plan, draft: &Draft, folder: &Path) -> Vec<Problem> {
    let looked = plan.secrets.iter().filter_map(|(name, secret)| {
        let error = found(&secret.source, folder).err()?;
        Some(draft.unusable(name, error.gravity(), &crate::intent::chain(&error)))
    });
    looked.collect()
}

/// Reads the values of a plan's secrets.
pub(crate) fn read(plan: &Plan, folder: &Path) -> Result<Vault, Unusable> {
    let mut secrets = Vec::new();
    for (name, secret) in &plan.secrets {
        secrets.push((name.clone(), secret.clone(), value(&secret.source, folder)?));
    }
    Ok(Vault::new(&secrets)?)
}

fn found(source: &Source, folder: &Path) -> Result<(), Unusable> {
    match source {
        Source::Variable(name) => match std::env::var_os(name) {
            None => Err(Unusable::NoVariable(name.clone())),
            Some(value) if value.is_empty() => Err(Unusable::Empty(format!("the variable {name}"))),
            Some(_) => Ok(()),
        },
        Source::File(path) => {
            let path = folder.join(path);
            let metadata = fs::metadata(&path).map_err(|error| unreadable(&path, error))?;
            check(&path, &metadata)
        }
    }
}

fn value(source: &Source, folder: &Path) -> Result<SecretString, Unusable> {
    found(source, folder)?;
    match source {
        Source::Variable(name) => {
            let value = std::env::var(name).map_err(|_| Unusable::NotText(format!("the variable {name}")))?;
            Ok(value.into())
        }
        Source::File(path) => in_file(&folder.join(path)),
    }
}

fn in_file(path: &Path) -> Result<SecretString, Unusable> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    // The file that was opened need not be the one that was looked at.
    check(path, &file.metadata().map_err(|error| unreadable(path, error))?)?;
    let mut text = String::new();
    let read = file.take(LONGEST).read_to_string(&mut text);
    read.map_err(|_| Unusable::NotText(path.display().to_string()))?;
    let value = text.trim_end_matches(['\r', '\n']);
    if value.is_empty() {
        return Err(Unusable::Empty(path.display().to_string()));
    }
    Ok(value.to_owned().into())
}

fn unreadable(path: &Path, error: io::Error) -> Unusable {
    if error.kind() == io::ErrorKind::NotFound {
        Unusable::NoFile(path.to_owned())
    } else {
        Unusable::Unreadable(path.to_owned(), error)
    }
}

fn check(path: &Path, metadata: &Metadata) -> Result<(), Unusable> {
    if !metadata.is_file() {
        return Err(Unusable::NotAFile(path.to_owned()));
    }
    if metadata.mode() & OTHERS != 0 {
        return Err(Unusable::Open(path.to_owned()));
    }
    match metadata.len() {
        0 => Err(Unusable::Empty(path.display().to_string())),
        size if size > LONGEST => Err(Unusable::TooLarge(path.to_owned())),
        _ => Ok(()),
    }
}
