//! Causes: what a plan puts a failure down to.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What a failure is put down to. The plan says it of a check, a signal or a rule; a plugin may only suspect.
///
/// Data and infrastructure are two words: different people mend them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RootCause {
    /// The program that was released.
    Code,
    /// What it was told about where it runs: settings, flags, secrets.
    Configuration,
    /// What it works on: rows, migrations, messages.
    Data,
    /// What it runs on: machines, networks, clusters.
    Infrastructure,
    /// Something that it needs and that others run.
    Dependency,
    /// Nobody has said.
    #[default]
    Unknown,
}

impl RootCause {
    /// Every cause, as it is written in a plan.
    pub const ALL: [(&'static str, Self); 6] = [
        ("code", Self::Code),
        ("configuration", Self::Configuration),
        ("data", Self::Data),
        ("infrastructure", Self::Infrastructure),
        ("dependency", Self::Dependency),
        ("unknown", Self::Unknown),
    ];

    /// As it is written in a plan.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Configuration => "configuration",
            Self::Data => "data",
            Self::Infrastructure => "infrastructure",
            Self::Dependency => "dependency",
            Self::Unknown => "unknown",
        }
    }

    /// The cause of this word; `None` where the word is none of them.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, cause)| *cause)
    }

    /// Whether it says something.
    pub const fn is_known(self) -> bool {
        match self {
            Self::Code | Self::Configuration | Self::Data | Self::Infrastructure | Self::Dependency => true,
            Self::Unknown => false,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(crate) const fn is_unknown(&self) -> bool {
        !self.is_known()
    }
}

impl fmt::Display for RootCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
