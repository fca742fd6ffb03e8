//! What was deployed.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

/// A release: the subject of every run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Release {
    /// The service that was deployed.
    pub service: String,
    /// The environment that it was deployed to. Binds the plan's endpoints.
    pub environment: String,
    /// The version that was deployed.
    pub version: String,
    /// The version that ran before, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_version: Option<String>,
    /// The artifact as a package URL with a digest, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// The source revision, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// What kind of change this is.
    pub change: ChangeKind,
    /// How it was rolled out.
    pub strategy: Strategy,
    /// Other facts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// What kind of change a release is. Decides how long it is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Mends something.
    Bugfix,
    /// Adds something.
    Feature,
    /// Changes how things are stored.
    Migration,
    /// Changes what it runs on.
    Infrastructure,
}

impl ChangeKind {
    /// Every kind, as it is written in a plan.
    pub const ALL: [(&'static str, Self); 4] = [
        ("bugfix", Self::Bugfix),
        ("feature", Self::Feature),
        ("migration", Self::Migration),
        ("infrastructure", Self::Infrastructure),
    ];
}

/// How a release was rolled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Replica by replica.
    Rolling,
    /// Beside the old one, then traffic moved at once.
    BlueGreen,
    /// Beside the old one, traffic moved in steps.
    Canary,
    /// The old one stopped first.
    Recreate,
}

impl Strategy {
    /// Every strategy, as it is written in a plan.
    pub const ALL: [(&'static str, Self); 4] = [
        ("rolling", Self::Rolling),
        ("blue-green", Self::BlueGreen),
        ("canary", Self::Canary),
        ("recreate", Self::Recreate),
    ];
}
