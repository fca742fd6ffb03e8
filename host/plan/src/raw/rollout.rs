//! The rollout and its stages as they are typed.

use holdpoint_core::name::{PhaseName, PluginName};
use holdpoint_core::plan::stage::OnFail;
use holdpoint_core::time::Span;

use crate::form::{Count, List, Settings};
use crate::raw::rollback::{CALL_TIMEOUT, POLL};
use crate::raw::section;

/// How long a shift may take unless the plan says otherwise.
pub(crate) const TIMEOUT: Span = Span::from_secs(120);

section! {
    /// How traffic is given to the released version, share by share. All of it comes back through the rollback.
    "rollout" Rollout {
        /// The rollout plugin.
        required plugin: PluginName,
        /// How long one shift may take, until the target says that it is complete.
        optional timeout: Span = TIMEOUT,
        /// How long one call of the plugin may take.
        optional call_timeout: Span = CALL_TIMEOUT,
        /// The pause between two looks at the status.
        optional poll: Span = POLL,
        /// What a shift that failed leads to: "escalate" asks a person, "roll-back" brings the previous version back. What
        /// can't be found out always asks a person.
        optional on_fail: OnFail = OnFail::Escalate,
        /// The plugin's settings, as its own schema describes them.
        optional settings: Settings,
    }
}

section! {
    /// One stage: a share of the traffic, and what is judged at it.
    "stage" Stage {
        /// The share of the traffic that the released version gets, in percent; more than at the stage before.
        required traffic: Count<1, 100>,
        /// The phases that are judged at it, in the plan's order. A phase may be named by several stages, and runs in each.
        required phases: List<PhaseName>,
    }
}
