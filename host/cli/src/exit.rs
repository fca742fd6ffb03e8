//! Exit codes: what the program says to a script.

use std::process::ExitCode;

use holdpoint_core::run::ending::Ending;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked for was done.
    Done,
    /// What was looked at is not in order.
    Wrong,
    /// A run ended.
    Ended(Ending),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Wrong => Self::from(2),
            Exit::Ended(ending) => Self::from(ending.exit_code()),
        }
    }
}
