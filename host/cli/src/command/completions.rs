//! `holdpoint completions`: a script for a shell, derived from the arguments.

use clap::CommandFactory as _;

use crate::arguments::{Arguments, Completions};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// Prints the script.
pub(crate) fn completions(asked: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut Arguments::command(), "holdpoint", &mut script);
    output::print(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
