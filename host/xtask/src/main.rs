//! The project's own tasks; each has a file of its own.
#![forbid(unsafe_code)]

mod bench;
mod build;
mod demo;
mod deny;
mod fuzz;
mod guests;
mod http;
mod junit;
mod measure;
mod package;
mod reference;
mod sdks;
mod step;
mod suites;
mod test;
mod tools;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build plugins and test guests into components under the target folder
    Guests(guests::Arguments),
    /// Get what compiles plugins in every language, pinned, into the target folder
    Tools,
    /// Run the SDKs' own tests, each in its language's own runner
    Sdks,
    /// Build everything that the demo and the tests run
    Build,
    /// Show a good release confirmed and a bad one rolled back and recovered
    Demo,
    /// Check everything: format, lints, unit tests, plugins, the program as a whole
    Test,
    /// Measure what a call costs, beside the bare engine and the programs that scripts use
    Bench,
    /// Try each fuzz target for a while
    Fuzz(fuzz::Arguments),
    /// Ask whether anything that the project is built from is known to be vulnerable
    Audit,
    /// Write the interface's reference, sdk/REFERENCE.md, from the comments in wit/holdpoint
    Reference,
    /// Print how long our files and functions are
    Measure,
}

fn main() -> anyhow::Result<()> {
    let task = Arguments::parse().task;
    let places = step::Places::find()?;
    match task {
        Task::Guests(arguments) => guests::build(&places, &arguments),
        Task::Tools => tools::provide(&places),
        Task::Sdks => sdks::test(&places),
        Task::Build => build::build(&places),
        Task::Demo => demo::demo(&places),
        Task::Test => test::test(&places),
        Task::Bench => bench::bench(&places),
        Task::Fuzz(arguments) => fuzz::fuzz(&places, &arguments),
        Task::Audit => deny::audit(&places),
        Task::Reference => reference::reference(&places),
        Task::Measure => measure::measure(&places),
    }
}
