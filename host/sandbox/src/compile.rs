//! Compiling: in a child process that has only so much memory and time, so that a bundle which makes the compiler run
//! wild costs that child and nothing else.
//!
//! The child is this program again. It bounds itself before it reads the first byte, gets nothing of the environment, and
//! gives the code back through a pipe. Code that a child has made is trusted like code that this process makes: what is
//! kept away from the host is the compiler's hunger.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::text;
use holdpoint_core::time::Span;
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use wasmtime::Engine;

use crate::engine;
use crate::precompiled::Proven;
use crate::trap::in_words;

/// How much memory one compilation may use, as address space.
pub const MEMORY: Bytes = Bytes(2 << 30);
/// How long it may hold the CPU.
pub const CPU: Span = Span::from_secs(30);
/// How long it may take by the wall clock, in CPU limits: a machine may be busy.
const PATIENCE: u64 = 4;

/// The largest code that is taken from a child.
const LARGEST: u64 = 1 << 30;
/// The most that a child may say about what went wrong.
const LONGEST_WORD: u64 = 4 << 10;

/// Where bundles are compiled.
#[derive(Debug, Clone)]
pub enum Compiler {
    /// In this process, without limits. For bundles that are trusted as much as this program is.
    Here,
    /// In a child: this program, called with these arguments, which calls [`serve`].
    Child {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<OsString>,
    },
}

/// Why a bundle could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The compiler refuses it.
    #[error("{0}")]
    Refused(String),
    /// It takes too much memory or time.
    #[error("compiling it {0}, and the compiler was ended")]
    TooMuch(String),
    /// The child could not be used.
    #[error("the compiler's own process could not be used: {0}")]
    Child(String),
}

impl Compiler {
    /// Compiles a component.
    ///
    /// # Errors
    /// When the compiler refuses it, it takes too much, or there is no child to be had.
    pub(crate) fn compile(&self, engine: &Engine, component: &[u8]) -> Result<Proven, CompileError> {
        match self {
            Self::Here => here(engine, component).map(Proven::compiled_here),
            Self::Child { program, arguments } => {
                let mut command = Command::new(program);
                command.args(arguments).env_clear();
                let code = by(command, component)?;
                // A child of another build would make code that this engine can't load; it is told when it is loaded.
                Ok(Proven::compiled_by_child(code))
            }
        }
    }
}

fn here(engine: &Engine, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    engine.precompile_component(component).map_err(|error| CompileError::Refused(in_words(&error)))
}

/// Lets a child compile, and takes what comes of it.
fn by(mut command: Command, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.as_mut().map_err(|error| CompileError::Child(error.to_string()))?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut into), Some(code), Some(words)) = pipes else {
        return Err(CompileError::Child("it has no pipes".to_owned()));
    };
    let (done, ended) = mpsc::channel();
    let mut late = false;
    let (code, words) = thread::scope(|scope| {
        // A child that ends early closes the pipe under the writer; how it ended says why.
        scope.spawn(move || into.write_all(component));
        let words = scope.spawn(move || drained(words, LONGEST_WORD));
        let code = scope.spawn(move || {
            let code = drained(code, LARGEST);
            let _ = done.send(());
            code
        });
        let patience = Duration::from_millis(CPU.as_millis() * PATIENCE);
        late = ended.recv_timeout(patience).is_err();
        if late {
            let _ = child.kill();
        }
        (code.join().unwrap_or_default(), words.join().unwrap_or_default())
    });
    let status = child.wait().map_err(|error| CompileError::Child(error.to_string()))?;
    if status.success() {
        return Ok(code);
    }
    let longer = || CompileError::TooMuch(format!("takes longer than {}", CPU.times(PATIENCE)));
    Err(if late { longer() } else { told(status, &words) })
}

/// Reads to the end, and no more than so much; what is beyond closes the pipe.
fn drained(from: impl Read, most: u64) -> Vec<u8> {
    let mut read = Vec::new();
    // What could not be read is missing, and the child's end or the engine's own check of the code tells.
    let _ = from.take(most).read_to_end(&mut read);
    read
}

/// Why a child has ended badly.
fn told(status: ExitStatus, words: &[u8]) -> CompileError {
    let signal = |signal: Signal| status.signal() == Some(signal.as_raw());
    if signal(Signal::XCPU) {
        return CompileError::TooMuch(format!("takes more than {CPU} of CPU time"));
    }
    if signal(Signal::KILL) {
        // Not by its own limits, which end it with other signals: the system was short of memory, or somebody was.
        return CompileError::Child("it was killed from outside".to_owned());
    }
    let words = String::from_utf8_lossy(words);
    if status.signal().is_some() || words.contains("memory allocation") {
        return CompileError::TooMuch(format!("takes more than {MEMORY} of memory"));
    }
    let words = words.trim();
    CompileError::Refused(text::fit(words.strip_prefix("error: ").unwrap_or(words), Bytes(LONGEST_WORD)))
}

/// The child's side: bounds itself, reads a component from the standard input and writes its code to the standard
/// output.
///
/// # Errors
/// When the limits can't be set, or the component doesn't compile; the text is for the parent.
pub fn serve(input: impl Read, mut output: impl Write) -> Result<(), String> {
    bound().map_err(|error| format!("could not bound itself: {error}"))?;
    let mut component = Vec::new();
    input.take(LARGEST).read_to_end(&mut component).map_err(|error| format!("could not read: {error}"))?;
    let engine = engine::for_compiling().map_err(|error| error.to_string())?;
    let code = here(&engine, &component).map_err(|error| error.to_string())?;
    output.write_all(&code).and_then(|()| output.flush()).map_err(|error| format!("could not write: {error}"))
}

fn bound() -> io::Result<()> {
    let seconds = CPU.as_millis() / 1_000;
    let limits = [
        (Resource::As, MEMORY.0, MEMORY.0),
        (Resource::Cpu, seconds, seconds + 1),
        (Resource::Core, 0, 0),
        (Resource::Fsize, 0, 0),
        (Resource::Nofile, 64, 64),
    ];
    for (resource, soft, hard) in limits {
        setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a child that is this shell script.
    fn child(script: &str) -> Result<Vec<u8>, CompileError> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        by(command, &vec![b'x'; 1 << 20])
    }

    #[test]
    fn a_child_that_ends_badly_is_told_by_how_it_ended() {
        let too_much = |words: &str| Err(CompileError::TooMuch(words.to_owned()));
        assert_eq!(child("kill -XCPU $$"), too_much("takes more than 30s of CPU time"));
        assert_eq!(child("kill -ABRT $$"), too_much("takes more than 2GiB of memory"));
        assert_eq!(child("kill -KILL $$"), Err(CompileError::Child("it was killed from outside".to_owned())));
        assert_eq!(child("echo 'error: it is none' >&2; exit 1"), Err(CompileError::Refused("it is none".to_owned())));
    }

    #[test]
    fn a_child_that_is_not_there_or_reads_nothing_or_talks_without_end_is_survived() {
        assert!(matches!(by(Command::new("/nothing/here"), b"x"), Err(CompileError::Child(_))));
        assert_eq!(child("exit 0"), Ok(Vec::new()));
        let Err(CompileError::Refused(words)) = child("yes no >&2; exit 1") else { panic!("it was refused") };
        // Cut, with a word that it was.
        assert!(words.len() as u64 <= 2 * LONGEST_WORD, "{}", words.len());
    }
}
