//! Responses: what a failed check asks for.

use serde::{Deserialize, Serialize};

/// What a failed check or fired rule asks for, from the weakest to the strongest. (D-3)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// Write it down.
    Note,
    /// The release stays, and is to be mended.
    Hotfix,
    /// A person decides.
    Escalate,
    /// The previous version comes back.
    RollBack,
}

impl Response {
    /// Every response, as it is written in a plan, from the strongest to the weakest.
    pub const ALL: [(&'static str, Self); 4] =
        [("roll-back", Self::RollBack), ("escalate", Self::Escalate), ("hotfix", Self::Hotfix), ("note", Self::Note)];

    /// As it is written in a plan.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Hotfix => "hotfix",
            Self::Escalate => "escalate",
            Self::RollBack => "roll-back",
        }
    }
}
