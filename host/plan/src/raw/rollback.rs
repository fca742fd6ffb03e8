//! The rollback as it is typed.

use holdpoint_core::name::PluginName;
use holdpoint_core::time::Span;

use crate::form::{Settings, Tables};
use crate::raw::check::Check;
use crate::raw::section;

/// How long a rollback may take unless the plan says otherwise.
pub(crate) const TIMEOUT: Span = Span::from_secs(300);
/// How long one call of a rollback plugin may take unless the plan says otherwise.
pub(crate) const CALL_TIMEOUT: Span = Span::from_secs(30);
/// The pause between two looks at a rollback unless the plan says otherwise.
pub(crate) const POLL: Span = Span::from_secs(2);

section! {
    /// How the previous version is brought back, and how its recovery is verified.
    "rollback" Rollback {
        /// The rollback plugin.
        required plugin: PluginName,
        /// How long the whole may take, from the decision until the target says that it is complete.
        optional timeout: Span = TIMEOUT,
        /// How long one call of the plugin may take.
        optional call_timeout: Span = CALL_TIMEOUT,
        /// The pause between two looks at the status.
        optional poll: Span = POLL,
        /// The plugin's settings, as its own schema describes them.
        optional settings: Settings,
        /// The checks against the old version. At least one: only a verified recovery is a rollback.
        wanted check: Tables<Check>,
    }
}
