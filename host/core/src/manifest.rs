//! What a plugin says of itself, readable without running it.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::plan::grant::{Method, NetOperation};
use crate::plan::limit::Bytes;

/// What kind of plugin it is: which world it was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PluginKind {
    /// Looks at a release and says what it found.
    Check,
    /// Brings the previous version back.
    Rollback,
    /// Shifts traffic to the released version.
    Rollout,
}

/// A plugin's manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The plugin's own name.
    pub name: String,
    /// The plugin's own version.
    pub version: semver::Version,
    /// Its kind.
    pub kind: PluginKind,
    /// What it does, in one sentence.
    pub summary: String,
    /// Its documentation, in Markdown.
    pub docs: String,
    /// What it asks for. What it does not ask for it never gets, whatever the plan grants.
    pub requests: Vec<Request>,
    /// The memory it needs, if the default is not enough.
    pub memory: Option<Bytes>,
    /// The JSON Schema of its settings, as text.
    pub settings: String,
}

/// One thing that a plugin asks for, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "import", rename_all = "kebab-case")]
pub enum Request {
    /// HTTP requests with these methods.
    Http {
        /// The methods.
        methods: BTreeSet<Method>,
        /// Why, for whoever writes the grant.
        why: String,
    },
    /// These operations below HTTP.
    Net {
        /// The operations.
        operations: BTreeSet<NetOperation>,
        /// Why, for whoever writes the grant.
        why: String,
    },
}
