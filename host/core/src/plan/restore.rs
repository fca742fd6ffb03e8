//! How the previous version is brought back.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::name::PluginName;
use crate::plan::check::Check;
use crate::time::Span;

/// The plan's `[rollback]`: which plugin brings the previous version back, and how its success is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// The rollback plugin.
    pub plugin: PluginName,
    /// Its settings: one JSON object, as text.
    pub settings: String,
    /// How long the whole rollback may take, from the decision until the target says that it is complete.
    pub timeout: Span,
    /// How long one call of the plugin may take.
    pub call_timeout: Span,
    /// The pause between two looks at the status.
    pub poll: Span,
    /// The checks against the old version. At least one: only a verified recovery is a rollback. (D-5)
    pub recovery: Vec<Check>,
}
