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
    /// A check that was called says that it is not so.
    Fails,
    /// A check that was called could not find out.
    Unknown,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Wrong => Self::from(2),
            Exit::Ended(ending) => Self::from(ending.exit_code()),
            Exit::Fails => Self::from(1),
            Exit::Unknown => Self::from(3),
        }
    }
}
