//! What the program prints. Who stops reading changes neither what it does nor its exit code.

use std::io::{self, IsTerminal as _, Write as _};
use std::process;

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// Prints an answer to standard output. A reader who has gone is let go; an answer that is lost otherwise, as on a
/// full disk, is an internal error.
pub(crate) fn print(text: &str) {
    match written(text) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            failure(&Failure::internal("could not write to standard output").because(error));
            process::exit(70);
        }
    }
}

/// Prints a line of a run's progress. A run goes on when nobody reads it: its exit code must say how it ended, and a
/// rollback must not stop half-way.
pub(crate) fn progress(text: &str) {
    let _ = written(&format!("{text}\n"));
}

fn written(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Prints a line to standard output.
pub(crate) fn line(text: &str) {
    print(&format!("{text}\n"));
}

/// Prints a line to standard error. If even that can't be written there is nobody left to tell.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints a failure to standard error.
pub(crate) fn failure(failure: &Failure) {
    note(&format!("{} {failure}", paint(Ink::Red, "error:", &io::stderr())));
    if let Some(cure) = failure.cure() {
        note(&format!("{} {cure}", paint(Ink::Cyan, "hint:", &io::stderr())));
    }
}

/// Sends the program's own log to standard error.
pub(crate) fn trace(verbose: u8) {
    let level = match verbose {
        0 => "error",
        1 => "holdpoint=info,warn",
        _ => "holdpoint=trace,debug",
    };
    let filter = EnvFilter::try_from_env("HOLDPOINT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(coloured(&io::stderr())).init();
}

/// A colour of the terminal's own palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Red,
    Green,
    Yellow,
    Cyan,
    Bold,
}

/// Paints a text, when it goes to a terminal and `NO_COLOR` is not set.
pub(crate) fn paint(ink: Ink, text: &str, target: &impl io::IsTerminal) -> String {
    let code = match ink {
        Ink::Red => 31,
        Ink::Green => 32,
        Ink::Yellow => 33,
        Ink::Cyan => 36,
        Ink::Bold => 1,
    };
    if coloured(target) { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Whether to paint at all: see no-color.org.
fn coloured(target: &impl io::IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !refused && !dumb && target.is_terminal()
}

/// Whether standard output is a terminal.
pub(crate) fn on_terminal() -> bool {
    io::stdout().is_terminal()
}
