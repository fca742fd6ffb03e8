//! The commands, one file each.

mod backtest;
mod bench;
pub(crate) mod build;
mod completions;
mod inspect;
mod judge;
mod new;
pub(crate) mod lint;
pub(crate) mod recorded;
mod rehearse;
mod replay;
pub(crate) mod report;
mod run;
pub(crate) mod runs;
mod schema;
pub(crate) mod show;
mod explain;
mod export;
mod import;
mod verify;
mod test;
mod try_;

use crate::arguments::{Arguments, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::setting;

/// Does what was typed.
pub(crate) fn perform(arguments: Arguments) -> Result<Exit, Failure> {
    let store = || setting::store(arguments.store.as_deref());
    match arguments.command {
        Command::Run(asked) => run::run(&asked, &store()?),
        Command::Rehearse(asked) => rehearse::rehearse(&asked),
        Command::Backtest(asked) => backtest::backtest(&asked, &store()?),
        Command::Lint(asked) => lint::lint(&asked),
        Command::Explain(asked) => explain::explain(&asked),
        Command::Schema(asked) => Ok(schema::schema(&asked)),
        Command::Judge(asked) => judge::judge(&asked),
        Command::New(asked) => new::new(&asked),
        Command::Build(asked) => build::build(&asked),
        Command::Test(asked) => test::test(&asked),
        Command::Try(asked) => try_::attempt(&asked),
        Command::Bench(asked) => bench::bench(&asked),
        Command::Inspect(asked) => inspect::inspect(&asked),
        Command::Runs(asked) => runs::runs(&asked, &store()?),
        Command::Show(asked) => show::show(&asked, &store()?),
        Command::Report(asked) => report::report(&asked, &store()?),
        Command::Replay(asked) => replay::replay(&asked, &store()?),
        Command::Verify(asked) => verify::verify(&asked, &store()?),
        Command::Export(asked) => export::export(&asked, &store()?),
        Command::Import(asked) => import::import(&asked, &store()?),
        Command::Compile => compile(),
        Command::Completions(asked) => Ok(completions::completions(&asked)),
    }
}

/// Compiles what comes in for the process that started this one.
fn compile() -> Result<Exit, Failure> {
    let compiled = holdpoint_sandbox::compile::serve(std::io::stdin().lock(), std::io::stdout().lock());
    compiled.map(|()| Exit::Done).map_err(Failure::usage)
}

/// The runtime that a command works in.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| Failure::internal("could not start the runtime").because(error))
}
