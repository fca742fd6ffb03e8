//! Secrets: looked for when a plan is read, and read when a run starts.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use holdpoint_core::name::SecretName;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::secret::{Carrier, Secret, Source};
use holdpoint_gateway::{NotASecret, Vault};
use holdpoint_plan::{Draft, Gravity, Problem};
use secrecy::SecretString;

/// The longest value that is read, in bytes. Chains of certificates are the longest that there are.
const LONGEST: u64 = 64 << 10;

/// How long a command may take to print a value. Someone may have to touch a key for it.
const PATIENCE: Duration = Duration::from_mins(1);

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
    #[error("{0} has more than {LONGEST} bytes")]
    TooLarge(String),
    /// The command can't be started.
    #[error("could not start {0}")]
    NotStarted(String, #[source] io::Error),
    /// The command failed.
    #[error("{0} ended with {1}")]
    Failed(String, ExitStatus),
    /// The command does not come to an end.
    #[error("{0} did not end within {seconds} s", seconds = PATIENCE.as_secs())]
    Late(String),
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
            | Self::NotStarted(..)
            | Self::Failed(..)
            | Self::Late(_)
            | Self::Value(_) => Gravity::Error,
        }
    }
}

/// Looks whether the sources of a plan's secrets are there and can be used. Reads no file and starts no program.
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

/// Values that stand in for a plan's secrets, in a rehearsal: none is read, and none is worth anything. There are no
/// handshakes there, so certificates need nothing to stand in for them.
pub(crate) fn stand_ins(plan: &Plan) -> Result<Vault, NotASecret> {
    let sent = plan.secrets.iter().filter(|(_, secret)| secret.carrier != Carrier::ClientCertificate);
    stand_ins_of(&sent.map(|(name, secret)| (name.clone(), secret.clone())).collect::<Vec<_>>())
}

/// Values that stand in for these secrets. A name may come for several endpoints.
pub(crate) fn stand_ins_of(secrets: &[(SecretName, Secret)]) -> Result<Vault, NotASecret> {
    let valued = |(name, secret): &(SecretName, Secret)| (name.clone(), secret.clone(), stand_in(name).into());
    Vault::new(&secrets.iter().map(valued).collect::<Vec<_>>())
}

/// What stands in for a secret.
pub(crate) fn stand_in(name: &SecretName) -> String {
    format!("stands-in-for-{name}")
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
        Source::Command(_) => Ok(()),
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
        Source::Command(words) => printed(words, folder),
    }
}

fn in_file(path: &Path) -> Result<SecretString, Unusable> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    // The file that was opened need not be the one that was looked at.
    check(path, &file.metadata().map_err(|error| unreadable(path, error))?)?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
    text(bytes, &path.display().to_string())
}

/// Takes what a file or a command holds as a value.
fn text(bytes: Vec<u8>, whose: &str) -> Result<SecretString, Unusable> {
    let text = String::from_utf8(bytes).map_err(|_| Unusable::NotText(whose.to_owned()))?;
    let value = text.trim_end_matches(['\r', '\n']);
    if value.is_empty() {
        return Err(Unusable::Empty(whose.to_owned()));
    }
    Ok(value.to_owned().into())
}

/// Starts a command and takes what it prints. What it says on its standard error goes to ours: it may have to ask.
fn printed(words: &[String], folder: &Path) -> Result<SecretString, Unusable> {
    let (program, arguments) = words.split_first().map_or(("", words), |(first, rest)| (first.as_str(), rest));
    let whose = format!("the command {program}");
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    let mut child = command.spawn().map_err(|error| Unusable::NotStarted(whose.clone(), error))?;
    let output = child.stdout.take();
    let reading = thread::spawn(move || {
        let mut bytes = Vec::new();
        output.map_or(Ok(bytes.len()), |output| output.take(LONGEST + 1).read_to_end(&mut bytes)).map(|_| bytes)
    });
    let status = ended(&mut child, &whose)?;
    let bytes = reading.join().map_err(|_| Unusable::NotText(whose.clone()))?;
    let bytes = bytes.map_err(|error| Unusable::Unreadable(PathBuf::from(program), error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LONGEST {
        return Err(Unusable::TooLarge(whose));
    }
    if !status.success() {
        return Err(Unusable::Failed(whose, status));
    }
    text(bytes, &whose)
}

/// Waits for a command, and ends it when it takes too long.
fn ended(child: &mut Child, whose: &str) -> Result<ExitStatus, Unusable> {
    let begun = Instant::now();
    loop {
        let status = child.try_wait().map_err(|error| Unusable::NotStarted(whose.to_owned(), error))?;
        if let Some(status) = status {
            return Ok(status);
        }
        if begun.elapsed() > PATIENCE {
            // It may just have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Unusable::Late(whose.to_owned()));
        }
        thread::sleep(Duration::from_millis(10));
    }
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
        size if size > LONGEST => Err(Unusable::TooLarge(path.display().to_string())),
        _ => Ok(()),
    }
}
