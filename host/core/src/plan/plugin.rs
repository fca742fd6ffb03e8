//! Plugins as a plan names them.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::id::Digest;
use crate::manifest::PluginKind;
use crate::plan::grant::Effective;
use crate::plan::limit::Limits;

/// A plugin of a plan: which bundle, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plugin {
    /// Where the bundle lies, as the plan says it: a path relative to the plan.
    pub bundle: String,
    /// What the bundle was when the plan was read. Another content is another plugin.
    pub digest: Digest,
    /// Its kind.
    pub kind: PluginKind,
    /// Its own name and version, for reports: `http 0.1.0`.
    pub title: String,
    /// What it may reach.
    pub effective: Effective,
    /// What one call may use.
    pub limits: Limits,
}
