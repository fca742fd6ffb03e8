//! A rollback that is being carried out: each step once, and a look at the status before anything is repeated.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use serde::Serialize;

use crate::id::{CallId, IdempotencyKey};
use crate::reason::{Ground, Reason};
use crate::rollback::{Deed, Progress, Reply, RollbackPlan, StepEnd};
use crate::run::command::Command;
use crate::run::ending::Ending;
use crate::run::restore::known::Known;
use crate::run::restore::reply::{Trouble, executed, status};
use crate::run::restore::{Means, Moved, Restoring};
use crate::time::{Elapsed, Wake};

/// The fence of a run's first owner. It grows with each further one.
const FENCE: u64 = 1;

/// A rollback that is being carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Begun {
    deadline: Elapsed,
    plan: RollbackPlan,
    key: IdempotencyKey,
    next: usize,
    repeated: bool,
    doing: Doing,
    aim: Aim,
    interrupted: Option<String>,
}

/// What is being done about a rollback at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Doing {
    /// A step is in flight.
    Executing(CallId),
    /// The status is being asked.
    Looking(CallId),
    /// The status is asked again then.
    Pausing(Elapsed),
}

/// What a look at the status is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Aim {
    /// The last step was only started, and others follow once it has ended.
    StepEnd,
    /// Every step was taken: is the whole complete?
    WholeEnd,
    /// A step gave no answer: what came of it?
    Trouble(Trouble),
}

/// Commands the next step, or a look at the whole when none is left.
fn next_deed(plan: &RollbackPlan, next: usize, key: &IdempotencyKey, means: &mut Means<'_>) -> (Doing, Command) {
    let key = key.clone();
    if let Some(step) = plan.steps.get(next).cloned() {
        let (call, command) = means.ask(Deed::Execute { step, key, fence: FENCE });
        (Doing::Executing(call), command)
    } else {
        let (call, command) = means.ask(Deed::Status { plan: plan.clone(), key });
        (Doing::Looking(call), command)
    }
}

impl Begun {
    /// Begins with the first step.
    pub(super) fn begin(deadline: Elapsed, plan: RollbackPlan, means: &mut Means<'_>) -> Moved {
        let key = IdempotencyKey::of(means.run);
        let (doing, command) = next_deed(&plan, 0, &key, means);
        let begun =
            Self { deadline, plan, key, next: 0, repeated: false, doing, aim: Aim::WholeEnd, interrupted: None };
        Moved::on(Restoring::Begun(begun), vec![command])
    }

    /// What is being done.
    pub const fn plan(&self) -> &RollbackPlan {
        &self.plan
    }

    /// The key under which it is done.
    pub const fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    pub(super) const fn is_interrupted(&self) -> bool {
        self.interrupted.is_some()
    }

    pub(super) const fn awaits(&self) -> Option<CallId> {
        match self.doing {
            Doing::Executing(call) | Doing::Looking(call) => Some(call),
            Doing::Pausing(_) => None,
        }
    }

    pub(super) fn replied(self, reply: &Reply, means: &mut Means<'_>) -> Moved {
        match self.doing {
            Doing::Executing(_) => self.executed(reply, means),
            Doing::Looking(_) | Doing::Pausing(_) => self.looked(reply, means),
        }
    }

    /// Commands the next step, or looks at the whole when none is left.
    fn execute(mut self, means: &mut Means<'_>) -> Moved {
        let (doing, command) = next_deed(&self.plan, self.next, &self.key, means);
        self.doing = doing;
        self.aim = Aim::WholeEnd;
        Moved::on(Restoring::Begun(self), vec![command])
    }

    fn look(mut self, aim: Aim, means: &mut Means<'_>) -> Moved {
        let (call, command) = means.ask(Deed::Status { plan: self.plan.clone(), key: self.key.clone() });
        self.doing = Doing::Looking(call);
        self.aim = aim;
        Moved::on(Restoring::Begun(self), vec![command])
    }

    fn pause(mut self, means: &Means<'_>) -> Moved {
        self.doing = Doing::Pausing(means.pause());
        Moved::on(Restoring::Begun(self), Vec::new())
    }

    /// Takes the end of a step into account. What gave no answer is looked at before anything is repeated. (D-5)
    fn executed(mut self, reply: &Reply, means: &mut Means<'_>) -> Moved {
        let end = match executed(reply) {
            Ok(end) => end,
            Err(trouble) => return self.look(Aim::Trouble(trouble), means),
        };
        self.next = self.next.saturating_add(1);
        self.repeated = false;
        let steps_left = self.next < self.plan.steps.len();
        match (end, steps_left) {
            (StepEnd::Started, true) => self.look(Aim::StepEnd, means),
            (StepEnd::Started | StepEnd::Done | StepEnd::AlreadyDone, false) => self.look(Aim::WholeEnd, means),
            (StepEnd::Done | StepEnd::AlreadyDone, true) if self.interrupted.is_some() => {
                self.look(Aim::StepEnd, means)
            }
            (StepEnd::Done | StepEnd::AlreadyDone, true) => self.execute(means),
        }
    }

    /// Takes a look at the status into account: one line a rule. (D-5)
    fn looked(mut self, reply: &Reply, means: &mut Means<'_>) -> Moved {
        let (progress, account) = status(reply);
        if let Some(by) = self.interrupted.take() {
            return self.abandon(by, progress, account);
        }
        match (progress, &self.aim) {
            (Progress::Complete, Aim::StepEnd | Aim::WholeEnd | Aim::Trouble(_)) => {
                Known::complete(Some(self.plan), account, means)
            }
            (Progress::UnderWay | Progress::Unknown, Aim::StepEnd | Aim::WholeEnd | Aim::Trouble(_))
            | (Progress::NotBegun, Aim::StepEnd | Aim::WholeEnd) => self.pause(means),
            // The rest does not happen by itself: it is the next steps.
            (Progress::Partial, Aim::StepEnd) => self.execute(means),
            (Progress::NotBegun, Aim::Trouble(trouble)) if trouble.may_pass && !self.repeated => {
                self.repeated = true;
                self.execute(means)
            }
            (Progress::NotBegun, Aim::Trouble(_))
            | (Progress::Partial, Aim::WholeEnd | Aim::Trouble(_))
            | (Progress::Failed, Aim::StepEnd | Aim::WholeEnd | Aim::Trouble(_)) => self.failed(progress, &account),
        }
    }

    pub(super) fn woke(self, means: &mut Means<'_>) -> Moved {
        if self.deadline <= means.now {
            let stop = match self.doing {
                Doing::Executing(call) | Doing::Looking(call) => Some(means.stop(call, "the rollback took too long")),
                Doing::Pausing(_) => None,
            };
            return self.failed(Progress::Unknown, &means.too_late("not complete")).after(stop);
        }
        let aim = self.aim.clone();
        self.look(aim, means)
    }

    pub(super) fn interrupt(mut self, by: &str, means: &mut Means<'_>) -> Moved {
        self.interrupted = Some(by.to_string());
        match self.doing {
            Doing::Executing(_) | Doing::Looking(_) => Moved::on(Restoring::Begun(self), Vec::new()),
            Doing::Pausing(_) => {
                let aim = self.aim.clone();
                self.look(aim, means)
            }
        }
    }

    fn abandon(self, by: String, progress: Progress, account: String) -> Moved {
        let below = Reason::rollback(format!("{}, {account}", progress.as_str()));
        let reason = Reason::because(Ground::Interrupted { by }, vec![below]);
        let known = Known::incomplete(self.plan, progress, account);
        Moved::end(Restoring::Known(known), Ending::RollbackFailed, reason)
    }

    fn failed(self, progress: Progress, account: &str) -> Moved {
        let trouble = match &self.aim {
            Aim::Trouble(trouble) => format!(", after a step without an answer ({})", trouble.account),
            Aim::StepEnd | Aim::WholeEnd => String::new(),
        };
        let account = format!("{}{trouble}: {account}", progress.as_str());
        let reason = Reason::rollback(account.clone());
        let known = Known::incomplete(self.plan, progress, account);
        Moved::end(Restoring::Known(known), Ending::RollbackFailed, reason)
    }

    pub(super) fn wakes(&self) -> Wake {
        match self.doing {
            Doing::Pausing(until) if until < self.deadline => {
                Wake { at: until, why: "another look at the rollback".to_string() }
            }
            Doing::Pausing(_) | Doing::Executing(_) | Doing::Looking(_) => {
                Wake { at: self.deadline, why: format!("the rollback: {}", self.account()) }
            }
        }
    }

    /// How far it is, in one sentence.
    pub fn account(&self) -> String {
        let all = self.plan.steps.len();
        match self.doing {
            Doing::Executing(_) => format!("step {} of {all} is being carried out", self.next.saturating_add(1)),
            Doing::Looking(_) | Doing::Pausing(_) => {
                format!("{} of {all} steps commanded, not complete yet", self.next)
            }
        }
    }
}
