//! The project's own tasks; each has a file of its own.
#![forbid(unsafe_code)]

mod guests;

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
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Guests(arguments) => guests::build(&arguments),
    }
}
