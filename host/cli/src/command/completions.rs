//! `holdpoint completions`: a script for a shell, derived from the arguments.

use clap::CommandFactory as _;

use crate::arguments::{Arguments, Completions};
use crate::exit::Exit;
use crate::output;

/// Prints the script.
pub(crate) fn completions(asked: &Completions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut Arguments::command(), "holdpoint", &mut script);
    output::print(&String::from_utf8_lossy(&script));
    Exit::Done
}
