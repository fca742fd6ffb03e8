//! Endings: how a run can end.

use serde::{Deserialize, Serialize};

/// How a run ended. Each has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Every gate passed: the release is good.
    Confirmed,
    /// The release stays and is to be mended.
    Hotfix,
    /// The previous version is back, verified.
    RolledBack,
    /// The rollback is partial, hangs, failed or could not be verified.
    RollbackFailed,
    /// A person must decide.
    Escalated,
    /// Somebody stopped the run by hand.
    Cancelled,
}

impl Ending {
    /// The program's exit code.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Confirmed => 0,
            Self::Hotfix => 10,
            Self::RolledBack => 20,
            Self::RollbackFailed => 21,
            Self::Escalated => 30,
            Self::Cancelled => 130,
        }
    }

    /// In words, fit after "the run ended:".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Hotfix => "hotfix",
            Self::RolledBack => "rolled back",
            Self::RollbackFailed => "rollback failed",
            Self::Escalated => "escalated",
            Self::Cancelled => "cancelled",
        }
    }
}
