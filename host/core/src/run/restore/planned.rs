//! A rollback that has been planned, and has changed nothing.

use serde::Serialize;

use crate::reason::{Ground, Reason};
use crate::rollback::RollbackPlan;
use crate::run::ending::Ending;
use crate::run::event::Mode;
use crate::run::restore::begun::Begun;
use crate::run::restore::{Means, Moved, Restoring};
use crate::time::Elapsed;

/// A rollback that has been planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planned {
    deadline: Elapsed,
    plan: RollbackPlan,
}

impl Planned {
    pub(super) const fn of(deadline: Elapsed, plan: RollbackPlan) -> Self {
        Self { deadline, plan }
    }

    /// What it would do.
    pub const fn plan(&self) -> &RollbackPlan {
        &self.plan
    }

    /// Begins with the first step. A dry run ends instead. (D-5)
    pub(super) fn begin(self, means: &mut Means<'_>) -> Moved {
        match means.mode {
            Mode::Real | Mode::Rehearsal => Begun::begin(self.deadline, self.plan, means),
            Mode::DryRun => {
                let (summary, steps) = (self.plan.summary.clone(), self.plan.steps.clone());
                let reason = Reason::plain(Ground::DryRun { summary, steps });
                Moved::end(Restoring::Planned(self), Ending::Escalated, reason)
            }
        }
    }
}
