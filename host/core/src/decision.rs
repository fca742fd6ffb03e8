//! Decisions: what follows from the gates, and why.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::gate::{Gate, Terms};
use crate::plan::people::{Escalation, Path};
use crate::plan::phase::Arming;
use crate::reason::{Ground, Reason};
use crate::response::{Asked, Response};
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
    /// The escalation path that is taken; absent where the plan has none for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Taken>,
}

/// An escalation path that is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its place in the plan, from 1.
    pub number: usize,
    /// Who is told, and asked when somebody is.
    pub person: String,
    /// The path, as the plan states it.
    pub path: Path,
}

/// Finds the path for what these gates ask for: that of the worst which asks for the strongest response.
///
/// The worst is what was seen to be bad before what could not be found out, and then what is most severe. Where several
/// are equally bad, the first path of the plan that fits one of them is taken. Gates that only observe have no say, and
/// what a person waived has none left.
#[must_use]
pub fn path_of(gates: &[&Gate], escalation: &Escalation) -> Option<Taken> {
    let rank = |asked: &Asked| (asked.response, asked.cause.sight, asked.cause.severity);
    let armed = gates.iter().filter(|gate| gate.acts().is_some());
    let asked = armed.flat_map(|gate| gate.asked.iter().filter(|asked| stands(gate, asked)));
    let asked: Vec<&Asked> = asked.filter(|asked| asked.response.is_some()).collect();
    let worst = asked.iter().map(|asked| rank(asked)).max()?;
    let worst: Vec<&Asked> = asked.into_iter().filter(|asked| rank(asked) == worst).collect();
    let fits = |path: &Path| worst.iter().any(|asked| path.pattern.fits(asked.cause.root, asked.cause.severity));
    let (place, path) = escalation.paths.iter().enumerate().find(|(_, path)| fits(path))?;
    let person = path.to.as_ref().unwrap_or(&escalation.commander).clone();
    Some(Taken { number: place.saturating_add(1), person, path: path.clone() })
}

/// Whether something still stands: a waiver takes away what stood in the way.
fn stands(gate: &Gate, asked: &Asked) -> bool {
    match gate.leave.as_ref().map(|leave| leave.terms) {
        None | Some(Terms::Hotfix) => true,
        Some(Terms::Waiver) => !asked.stops(),
    }
}

impl Taken {
    /// As a reason.
    pub(crate) fn told(&self) -> Reason {
        let Path { pattern, ways, .. } = &self.path;
        let (number, person) = (self.number, self.person.clone());
        Reason::plain(Ground::Path { number, pattern: *pattern, person, ways: ways.clone() })
    }
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
