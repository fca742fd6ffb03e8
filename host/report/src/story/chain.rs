//! The chain of reasons: why it was decided so, in words, from the gate down to the evidence.

use holdpoint_core::reason::{Ground, Reason};
use holdpoint_core::run::course::Course;
use serde::Serialize;

use crate::words;

/// A reason in words, and what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Chain {
    /// One sentence without a stop.
    pub(crate) words: String,
    /// How it bears on what stands above it.
    #[serde(skip)]
    pub(crate) bearing: Bearing,
    /// Because of what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) because: Vec<Self>,
}

/// How a reason bears on the one above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bearing {
    /// The one above stands because of it.
    Because,
    /// It is told beside it.
    Beside,
}

/// One decision of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Decision {
    /// When, in milliseconds after the start.
    pub(crate) at_ms: u64,
    /// When, for people.
    pub(crate) clock: String,
    /// `confirm`, `hotfix`, `escalate` or `roll-back`.
    pub(crate) decided: &'static str,
    /// Why.
    pub(crate) reason: Chain,
}

impl Chain {
    pub(crate) fn of(reason: &Reason) -> Self {
        let bearing = match &reason.ground {
            Ground::DependencyFirst { .. }
            | Ground::Path { .. }
            | Ground::Suspicion { .. }
            | Ground::Traffic { .. } => Bearing::Beside,
            Ground::EveryGate
            | Ground::Owing
            | Ground::Gate { .. }
            | Ground::Check { .. }
            | Ground::Failing { .. }
            | Ground::Verdict { .. }
            | Ground::Evidence { .. }
            | Ground::Person { .. }
            | Ground::Silence { .. }
            | Ground::NobodyToAsk
            | Ground::NoPatience
            | Ground::NothingVouches
            | Ground::NoRollback
            | Ground::DryRun { .. }
            | Ground::Rollback { .. }
            | Ground::Shift { .. }
            | Ground::DryShift { .. }
            | Ground::Recovered
            | Ground::NotRecovered
            | Ground::StillArmed { .. }
            | Ground::Interrupted { .. } => Bearing::Because,
        };
        Self { words: reason.ground.to_string(), bearing, because: reason.because.iter().map(Self::of).collect() }
    }
}

/// Why the run ended as it did; before its end, why the decision stands that does.
pub(crate) fn standing(course: &Course) -> Option<Chain> {
    let closing = course.closing().map(|closing| &closing.reason);
    closing.or_else(|| course.decision().map(|decision| &decision.reason)).map(Chain::of)
}

/// Every decision, in order.
pub(crate) fn decisions(course: &Course) -> Vec<Decision> {
    let tell = |decision: &holdpoint_core::decision::Decision| Decision {
        at_ms: decision.at.0,
        clock: words::clock(decision.at.0),
        decided: decision.decided.as_str(),
        reason: Chain::of(&decision.reason),
    };
    course.decisions().iter().map(tell).collect()
}
