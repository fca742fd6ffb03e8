//! Decisions: what follows from the gates, and why.

use alloc::vec::Vec;

use serde::Serialize;

use crate::gate::Gate;
use crate::plan::phase::Arming;
use crate::reason::{Ground, Reason};
use crate::response::Response;
use crate::time::Elapsed;

/// What is to become of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decided {
    /// It is good.
    Confirm,
    /// It stays and is to be mended.
    Hotfix,
    /// A person must decide.
    Escalate,
    /// The previous version comes back.
    RollBack,
}

impl Decided {
    /// The glossary's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Hotfix => "hotfix",
            Self::Escalate => "escalate",
            Self::RollBack => "roll-back",
        }
    }
}

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// When.
    pub at: Elapsed,
    /// What.
    pub decided: Decided,
    /// Why.
    pub reason: Reason,
}

/// Decides whether the run goes on after a gate: `None` when it does. (D-3, D-10)
#[must_use]
pub fn decide_at_gate(gate: &Gate) -> Option<(Decided, Reason)> {
    let decided = match gate.acts()? {
        Response::Note | Response::Hotfix => return None,
        Response::Escalate => Decided::Escalate,
        Response::RollBack => Decided::RollBack,
    };
    Some((decided, Reason::of_gate(gate)))
}

/// Decides once every phase has closed its gate and the run went past each. (D-4, D-7)
///
/// Something owed makes it hotfix. A plan whose gates are armed is confirmed only when something speaks for the
/// release; when every check was merely noted, a person must decide. A plan that only observes stops nothing, this
/// included.
#[must_use]
pub fn decide_at_end(gates: &[&Gate]) -> (Decided, Reason) {
    let owing: Vec<Reason> = gates.iter().filter(|gate| gate.owes()).map(|gate| Reason::of_gate(gate)).collect();
    if !owing.is_empty() {
        return (Decided::Hotfix, Reason::because(Ground::Owing, owing));
    }
    let every = gates.iter().map(|gate| Reason::of_gate(gate)).collect();
    let on_trial = !gates.is_empty() && gates.iter().all(|gate| gate.arming == Arming::ObserveOnly);
    if !on_trial && !gates.iter().any(|gate| gate.vouches()) {
        return (Decided::Escalate, Reason::because(Ground::NothingVouches, every));
    }
    (Decided::Confirm, Reason::because(Ground::EveryGate, every))
}
