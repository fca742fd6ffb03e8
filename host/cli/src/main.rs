//! The program `holdpoint`: what was typed, what was meant, what was done, and the exit code that says it.
#![forbid(unsafe_code)]

mod arguments;
mod command;
mod denied;
mod exit;
mod failure;
mod intent;
mod judge;
mod kept;
mod ask;
mod output;
mod past;
mod progress;
mod rehearse;
mod secret;
mod trial;
mod archive;
mod backtest;
mod fixture;
mod signal;
mod setting;
mod wrap;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::Arguments;

fn main() -> ExitCode {
    if let Err(failure) = setting::none_is_empty() {
        return failure.report();
    }
    let arguments = Arguments::parse();
    output::trace(arguments.verbose);
    match command::perform(arguments) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(),
    }
}
