//! Gates: go or no-go at the end of a phase.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::name::PhaseName;
use crate::plan::phase::Arming;
use crate::response::{Asked, Response, Sight};

/// A gate that has closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// The phase that it ended.
    pub phase: PhaseName,
    /// Whether it acts on what it found.
    pub arming: Arming,
    /// What each check of the phase asked for, in the plan's order.
    pub asked: Vec<Asked>,
    /// The strongest of them; absent when nobody asked for anything.
    pub strongest: Option<Response>,
    /// Who let the run go on although the gate had stopped it.
    pub leave: Option<Leave>,
}

/// A person's leave to go on past a gate that had stopped the run. (D-6)
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leave {
    /// Who gave it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// On which terms.
    pub terms: Terms,
}

/// On which terms a person lets a run go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Terms {
    /// What stood in the way is waived.
    Waiver,
    /// What stood in the way is to be mended.
    Hotfix,
}

/// Closes a phase's gate: the strongest response wins, and no response means go. (D-3)
#[must_use]
pub fn close(phase: PhaseName, arming: Arming, asked: Vec<Asked>) -> Gate {
    let strongest = asked.iter().filter_map(|asked| asked.response).max();
    Gate { phase, arming, asked, strongest, leave: None }
}

impl Gate {
    /// What the gate does: its strongest response, or nothing when it only observes. (D-10)
    pub const fn acts(&self) -> Option<Response> {
        match self.arming {
            Arming::Armed => self.strongest,
            Arming::ObserveOnly => None,
        }
    }

    /// Whether the run went past it: because nothing stopped it, or because a person gave leave.
    pub fn lets_through(&self) -> bool {
        self.leave.is_some() || !self.acts().is_some_and(Response::stops)
    }

    /// Whether what it let through is to be mended. (D-4)
    pub fn owes(&self) -> bool {
        match &self.leave {
            Some(leave) if leave.terms == Terms::Hotfix => true,
            // A waiver takes away what stood in the way, and nothing that was owed beside it.
            Some(_) | None => {
                self.arming == Arming::Armed && self.asked.iter().any(|it| it.response == Some(Response::Hotfix))
            }
        }
    }

    /// Whether something at this gate speaks for the release: a check that was let through, or a person. A gate that
    /// only observes can't. (D-7)
    pub fn vouches(&self) -> bool {
        self.leave.is_some() || (self.arming == Arming::Armed && self.asked.iter().any(Asked::lets_through))
    }

    /// The worst that was seen by what stopped the run here; unclear when nothing did. (D-9)
    pub fn sight(&self) -> Sight {
        self.asked.iter().filter(|asked| asked.stops()).map(|asked| asked.cause.sight).max().unwrap_or(Sight::Unclear)
    }
}
