//! A rollback of which it is known what came of it, and the look at whether the previous version serves again.

use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use serde::Serialize;

use crate::id::CallId;
use crate::outcome::Called;
use crate::plan::check::Check;
use crate::reason::{Ground, Reason};
use crate::response::Asked;
use crate::rollback::{Progress, RollbackPlan};
use crate::run::command::{Command, Purpose};
use crate::run::ending::Ending;
use crate::run::restore::{Means, Moved, Restoring};
use crate::run::round::Round;
use crate::time::{Elapsed, Span};

/// How many recovery checks run at the same time.
const PARALLEL: NonZeroU32 = NonZeroU32::new(4).unwrap();

/// A rollback of which it is known what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Known {
    plan: Option<RollbackPlan>,
    progress: Progress,
    account: String,
    recovery: Option<Round>,
}

impl Known {
    /// What it was to do; absent when there was nothing to do.
    pub const fn plan(&self) -> Option<&RollbackPlan> {
        self.plan.as_ref()
    }

    /// How far the target says that it is.
    pub const fn progress(&self) -> Progress {
        self.progress
    }

    /// What was seen, in one sentence.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The recovery checks; absent when it did not come so far.
    pub const fn recovery(&self) -> Option<&Round> {
        self.recovery.as_ref()
    }

    /// A rollback that did not come to its end.
    pub(super) const fn incomplete(plan: RollbackPlan, progress: Progress, account: String) -> Self {
        Self { plan: Some(plan), progress, account, recovery: None }
    }

    pub(super) fn take(&mut self, call: CallId, called: &Called, now: Elapsed) -> bool {
        self.recovery.as_mut().is_some_and(|round| round.take(call, called, now))
    }

    /// The target says that the previous version is back: the recovery checks say whether that is true. (D-5)
    pub(super) fn complete(plan: Option<RollbackPlan>, account: String, means: &mut Means<'_>) -> Moved {
        let checks = &means.restore.recovery;
        let mut recovery = Round::of(Purpose::Recover, PARALLEL, allowance(checks), checks);
        recovery.begin(means.now);
        Self { plan, progress: Progress::Complete, account, recovery: Some(recovery) }.go_on(means)
    }

    pub(super) fn go_on(mut self, means: &mut Means<'_>) -> Moved {
        let commands = self.recovery.iter_mut().flat_map(|round| round.fill(means.calls, means.now)).collect();
        let over = self.recovery.as_ref().is_none_or(Round::is_over);
        let end = over.then(|| self.verdict());
        Moved { state: Restoring::Known(self), commands, end }
    }

    /// Judges the recovery: only when every check lets the previous version through is it rolled
    /// back, whatever the checks ask for. When one doesn't, nothing more is moved and a person takes over. (D-1, D-5, D-11)
    fn verdict(&self) -> (Ending, Reason) {
        let asked = self.recovery.as_ref().map(Round::asked).unwrap_or_default();
        let good = !asked.is_empty() && asked.iter().all(Asked::lets_through);
        let (ending, ground) =
            if good { (Ending::RolledBack, Ground::Recovered) } else { (Ending::RollbackFailed, Ground::NotRecovered) };
        let telling = asked.iter().filter(|asked| good || !asked.lets_through());
        (ending, Reason::because(ground, telling.map(Reason::of_check).collect()))
    }

    pub(super) fn woke(mut self, means: &mut Means<'_>) -> Moved {
        let stops: Vec<Command> =
            self.recovery.iter_mut().flat_map(|round| round.wake(means.calls, means.now)).collect();
        let mut moved = self.go_on(means);
        moved.commands.splice(0..0, stops);
        moved
    }

    pub(super) fn interrupt(mut self, reason: Reason, means: &mut Means<'_>) -> Moved {
        let ending = if self.plan.is_some() { Ending::RollbackFailed } else { Ending::Cancelled };
        let commands = self.recovery.iter_mut().flat_map(|round| round.stop(means.calls, "interrupted")).collect();
        Moved { state: Restoring::Known(self), commands, end: Some((ending, reason)) }
    }
}

/// How long the recovery checks may take: twice what they would need one after the other with every attempt. Longer
/// than that, the host itself hangs.
fn allowance(checks: &[Check]) -> Span {
    let worst = |check: &Check| {
        let each = check.timeout.as_millis().saturating_add(check.attempts.longest_backoff.as_millis());
        each.saturating_mul(u64::from(check.attempts.most))
    };
    let sum = checks.iter().map(worst).fold(0, u64::saturating_add);
    Span::from_millis(sum).times(2).min(Span::LONGEST)
}
