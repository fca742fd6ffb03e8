//! Retries: when a check that did not answer is called again.
//!
//! An attempt is spent on anything that is not an answer: error, timeout, inconclusive. A `fail` is an answer and is
//! not asked again: a check that passes at the second look has still failed once.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use serde::Serialize;

use crate::id::CallId;
use crate::outcome::{Called, Fault, FaultKind, Outcome};
use crate::plan::check::Attempts;
use crate::time::{Elapsed, Span};
use crate::verdict::Finds;

/// One call of a check that has ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attempt {
    /// Which call.
    pub call: CallId,
    /// When it was commanded.
    pub began: Elapsed,
    /// When its end was taken into account.
    pub ended: Elapsed,
    /// How it ended and what the host saw.
    pub called: Called,
}

/// A check that will not be called again: retries are over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settled {
    /// What counts.
    pub outcome: Outcome,
    /// Every call that was made for it, in order. The last one's outcome need not be what counts: a phase that ran
    /// out of its budget or a person who waived it says something else.
    pub attempts: Vec<Attempt>,
    /// What counted before a person waived it.
    pub before_waiver: Option<Box<Outcome>>,
}

/// What follows from the attempts so far.
#[derive(Debug, Clone, PartialEq)]
pub enum Settling {
    /// That is it.
    Settled(Settled),
    /// The check is called again.
    Again {
        /// The attempts so far.
        attempts: Vec<Attempt>,
        /// The pause before it is called again.
        pause: Span,
    },
}

/// Decides whether a check that was called so often has its answer, or is called again. (D-2)
///
/// The last attempt counts. It is repeated while attempts are left, when it is no answer and repetition can help:
/// wrong settings and denied requests stay what they are. Without any attempt the check settles as skipped.
#[must_use]
pub fn settle(attempts: Vec<Attempt>, policy: &Attempts) -> Settling {
    let Some(last) = attempts.last() else {
        return Settling::Settled(Settled::uncalled(Outcome::Skipped { why: "it was never called".to_string() }));
    };
    let made = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
    if made < policy.most && repetition_can_help(&last.called.outcome) {
        return Settling::Again { pause: pause_after(made, policy), attempts };
    }
    let outcome = last.called.outcome.clone();
    Settling::Settled(Settled { outcome, attempts, before_waiver: None })
}

/// Returns the pause after so many attempts: the backoff, twice as long each further time, never longer than the
/// plan's longest.
fn pause_after(made: u32, policy: &Attempts) -> Span {
    let factor = 1_u64.checked_shl(made.saturating_sub(1)).unwrap_or(u64::MAX);
    policy.backoff.times(factor).min(policy.longest_backoff)
}

fn repetition_can_help(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Said { verdict } => match verdict.finds() {
            Finds::Inconclusive => true,
            Finds::Pass | Finds::Warn | Finds::Fail => false,
        },
        Outcome::Error { fault } => fault.kind.may_pass(),
        Outcome::Timeout { .. } | Outcome::Cancelled { .. } => true,
        Outcome::Skipped { .. } | Outcome::Waived { .. } => false,
    }
}

impl FaultKind {
    /// Whether the same call may go better another time. A plan's mistake and a denial stay what they are.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Settings | Self::Denied => false,
            Self::Unavailable | Self::Internal | Self::Trap | Self::Limit | Self::Inadmissible | Self::Host => true,
        }
    }
}

impl Settled {
    /// A check that was not called at all.
    pub(crate) const fn uncalled(outcome: Outcome) -> Self {
        Self { outcome, attempts: Vec::new(), before_waiver: None }
    }

    /// Lets a person take responsibility for it. What counted before is kept. (D-6)
    pub(crate) fn waive(&mut self, by: &str, reason: &str) {
        let waived = Outcome::Waived { by: by.to_string(), reason: reason.to_string() };
        self.before_waiver = Some(Box::new(core::mem::replace(&mut self.outcome, waived)));
    }
}

impl Called {
    /// Doubts a word that lets the release through, when the host did not see the plugin look: fewer requests left than
    /// the check asks for. What it said stands in the summary. (D-1)
    pub(crate) fn held_to(mut self, min_evidence: u32) -> Self {
        let sent = self.facts.requests;
        if let Outcome::Said { verdict } = &mut self.outcome
            && sent < min_evidence
        {
            verdict.doubt(sent, min_evidence);
        }
        self
    }

    /// Returns what a call may have ended as: skipped and waived are words of the run alone, and a call that brings
    /// one of them counts as an error of the host. (D-1)
    pub(crate) fn of_call(mut self) -> Self {
        self.outcome = match self.outcome {
            Outcome::Skipped { .. } | Outcome::Waived { .. } => Outcome::Error {
                fault: Fault {
                    kind: FaultKind::Host,
                    message: format!("a call can't end as {}", self.outcome.word()),
                    frames: Vec::new(),
                    last_log: Vec::new(),
                },
            },
            Outcome::Said { .. } | Outcome::Error { .. } | Outcome::Timeout { .. } | Outcome::Cancelled { .. } => {
                self.outcome
            }
        };
        self
    }
}
