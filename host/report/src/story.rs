//! The story of a run: what a reader needs of a history, in the order in which it is asked for.

pub(crate) mod cause;
pub(crate) mod chain;
pub(crate) mod check;
pub(crate) mod evidence;
pub(crate) mod headline;
pub(crate) mod ledger;
pub(crate) mod phase;
pub(crate) mod rollback;
pub(crate) mod rollout;
pub(crate) mod signal;
pub(crate) mod subject;
pub(crate) mod timeline;

use std::collections::BTreeMap;

use holdpoint_core::facts::Evidence;
use holdpoint_core::id::Digest;
use holdpoint_core::run::entry::Entry;
use serde::Serialize;

use cause::{Hint, Path};
use chain::{Chain, Decision};
use headline::Headline;
use ledger::Ledger;
use phase::Phase;
use rollback::Rollback;
use rollout::Rollout;
use subject::Subject;
use timeline::Happening;

/// What is known of a run: its journal, and the evidence that is kept beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The journal, in order.
    pub entries: Vec<Entry>,
    /// The evidence by its digest. What is missing here is told as missing.
    pub evidence: BTreeMap<Digest, Evidence>,
    /// The hash of the journal's last row, which stands for all of it. `None` where the journal has none.
    pub head: Option<Digest>,
}

/// What a reader needs of a run. Made by [`tell`]; every format renders it and nothing else.
///
/// Its serialised form is the JSON report, see [`crate::json`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Story {
    pub(crate) headline: Headline,
    /// That the service may not be at fault; absent when nothing that it needs failed first.
    pub(crate) hint: Option<Hint>,
    /// The escalation path that is taken; absent when the plan has none for it.
    pub(crate) path: Option<Path>,
    pub(crate) reasons: Option<Chain>,
    pub(crate) subject: Option<Subject>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) phases: Vec<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rollout: Option<Rollout>,
    pub(crate) rollback: Option<Rollback>,
    pub(crate) timeline: Vec<Happening>,
    /// Entries that made no sense to the run and changed nothing.
    pub(crate) complaints: Vec<String>,
}

/// Tells a history: folds it into what a reader needs.
///
/// Total and pure: any history has a story, the same one each time. A history without a start tells that nothing is
/// known; evidence that is not there is told as missing, never as none.
#[must_use]
pub fn tell(history: &History) -> Story {
    let ledger = Ledger::of(&history.entries);
    let course = ledger.run.course();
    let kept = &history.evidence;
    Story {
        headline: Headline::of(course),
        hint: course.and_then(cause::hint),
        path: course.and_then(cause::path),
        reasons: course.and_then(chain::standing),
        subject: course.map(|course| Subject::of(course, history)),
        decisions: course.map(chain::decisions).unwrap_or_default(),
        phases: course.map(|course| phase::all(course, &ledger, kept)).unwrap_or_default(),
        rollout: course.and_then(|course| rollout::of(course, &ledger, kept)),
        rollback: course.and_then(|course| rollback::of(course, &ledger, kept)),
        timeline: timeline::of(&ledger),
        complaints: ledger.complaints,
    }
}
