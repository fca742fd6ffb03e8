//! A rollback that was decided: can it be done, and what would it do?

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use serde::Serialize;

use crate::id::CallId;
use crate::reason::{Ground, Reason};
use crate::rollback::{Deed, Readiness, Reply, RollbackPlan};
use crate::run::command::Command;
use crate::run::ending::Ending;
use crate::run::event::Mode;
use crate::run::restore::known::Known;
use crate::run::restore::planned::Planned;
use crate::run::restore::reply::{Trouble, planned, readiness};
use crate::run::restore::{Means, Moved, Restoring};
use crate::time::{Elapsed, Wake};

/// How often `ready` and `plan` are asked when they don't answer. Both change nothing.
const TRIES: u32 = 3;

/// A rollback that was decided: the plugin is asked whether it can be done, then what it would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    deadline: Elapsed,
    inquiry: Inquiry,
    waits: Waits,
    tries: u32,
}

/// What is asked before anything is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Inquiry {
    Readiness,
    Plan,
}

/// What a rollback waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Waits {
    Reply(CallId),
    Pause(Elapsed),
}

impl Ready {
    pub(super) fn begin(means: &mut Means<'_>) -> Moved {
        Self::ask(means.now.plus(means.restore.timeout), Inquiry::Readiness, 1, means)
    }

    /// What is being asked, in words.
    pub const fn account(&self) -> &'static str {
        match self.inquiry {
            Inquiry::Readiness => "asking whether it can be done",
            Inquiry::Plan => "asking what it would do",
        }
    }

    pub(super) const fn awaits(&self) -> Option<CallId> {
        match self.waits {
            Waits::Reply(call) => Some(call),
            Waits::Pause(_) => None,
        }
    }

    pub(super) fn wakes(&self) -> Wake {
        match self.waits {
            Waits::Pause(until) if until < self.deadline => {
                Wake { at: until, why: format!("the next try at the rollback: {}", self.account()) }
            }
            Waits::Pause(_) | Waits::Reply(_) => {
                Wake { at: self.deadline, why: format!("the rollback: {}", self.account()) }
            }
        }
    }

    pub(super) fn interrupt(self, reason: Reason, means: &mut Means<'_>) -> Moved {
        let stop = self.stop("interrupted", means);
        Moved::end(Restoring::Ready(self), Ending::Cancelled, reason).after(stop)
    }

    fn ask(deadline: Elapsed, inquiry: Inquiry, tries: u32, means: &mut Means<'_>) -> Moved {
        let (call, command) = means.ask(match inquiry {
            Inquiry::Readiness => Deed::Ready,
            Inquiry::Plan => Deed::Plan,
        });
        let ready = Self { deadline, inquiry, waits: Waits::Reply(call), tries };
        Moved::on(Restoring::Ready(ready), vec![command])
    }

    pub(super) fn replied(self, reply: &Reply, means: &mut Means<'_>) -> Moved {
        match self.inquiry {
            Inquiry::Readiness => match readiness(reply) {
                Ok(Readiness::Ready) => Self::ask(self.deadline, Inquiry::Plan, 1, means),
                // What the run itself has moved is not back by itself, whatever it looks like from afar.
                Ok(Readiness::AlreadyThere { .. }) if means.shifted => {
                    Self::ask(self.deadline, Inquiry::Plan, 1, means)
                }
                Ok(Readiness::AlreadyThere { why }) => self.already_there(why, means),
                Ok(Readiness::Refused { why }) => self.failed(format!("refused: {why}")),
                Err(trouble) => self.again(&trouble, means),
            },
            Inquiry::Plan => match planned(reply) {
                Ok(plan) if has_twins(plan) => self.failed("its plan has two steps of the same name".to_string()),
                Ok(plan) => Planned::of(self.deadline, plan.clone()).begin(means),
                Err(trouble) => self.again(&trouble, means),
            },
        }
    }

    fn already_there(self, why: &str, means: &mut Means<'_>) -> Moved {
        let account = format!("the previous version runs already: {why}");
        match means.mode {
            Mode::Real | Mode::Rehearsal => Known::complete(None, account, means),
            Mode::DryRun => {
                let reason = Reason::plain(Ground::DryRun { summary: account, steps: Vec::new() });
                Moved::end(Restoring::Ready(self), Ending::Escalated, reason)
            }
        }
    }

    fn again(self, trouble: &Trouble, means: &Means<'_>) -> Moved {
        if self.tries >= TRIES || !trouble.may_pass {
            return self.failed(trouble.account.clone());
        }
        Moved::on(Restoring::Ready(Self { waits: Waits::Pause(means.pause()), ..self }), Vec::new())
    }

    pub(super) fn woke(self, means: &mut Means<'_>) -> Moved {
        if self.deadline <= means.now {
            let stop = self.stop("the rollback took too long", means);
            return self.failed(means.too_late("not begun")).after(stop);
        }
        Self::ask(self.deadline, self.inquiry, self.tries.saturating_add(1), means)
    }

    fn stop(&self, why: &str, means: &mut Means<'_>) -> Option<Command> {
        match self.waits {
            Waits::Reply(call) => Some(means.stop(call, why)),
            Waits::Pause(_) => None,
        }
    }

    fn failed(self, account: String) -> Moved {
        Moved::end(Restoring::Ready(self), Ending::RollbackFailed, Reason::rollback(account))
    }
}

fn has_twins(plan: &RollbackPlan) -> bool {
    let names: BTreeSet<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
    names.len() < plan.steps.len()
}
