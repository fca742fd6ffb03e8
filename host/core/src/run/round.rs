//! Rounds: checks that are called until each has settled, so many at a time.
//!
//! A phase is a round, and so is the look at what a rollback left behind.

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use serde::Serialize;

use crate::attempt::{Attempt, Settled, Settling, settle};
use crate::id::CallId;
use crate::name::PluginName;
use crate::outcome::{Called, Outcome};
use crate::plan::check::Check;
use crate::response::{Asked, demand_of, response_to};
use crate::run::breaker::Breaker;
use crate::run::calls::{Calls, Errand};
use crate::run::command::{Command, Purpose};
use crate::time::{Elapsed, Span, Wake};

/// Some checks and how far each is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Round {
    purpose: Purpose,
    parallel: NonZeroU32,
    budget: Span,
    deadline: Option<Elapsed>,
    checks: Vec<CheckRun>,
    breaker: Breaker,
}

/// One check and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckRun {
    /// The check, as the plan states it.
    pub check: Check,
    /// How far it is.
    pub standing: Standing,
}

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    /// It waits for its turn.
    Waiting {
        /// The attempts so far.
        attempts: Vec<Attempt>,
    },
    /// It is being called.
    Running {
        /// The call.
        call: CallId,
        /// Since when.
        since: Elapsed,
        /// The attempts before this one.
        attempts: Vec<Attempt>,
    },
    /// It gave no answer, and is called again later.
    Pausing {
        /// When.
        until: Elapsed,
        /// The attempts so far.
        attempts: Vec<Attempt>,
    },
    /// It will not be called again.
    Settled(Settled),
}

impl CheckRun {
    /// What it came to, once retries are over.
    pub const fn settled(&self) -> Option<&Settled> {
        match &self.standing {
            Standing::Settled(settled) => Some(settled),
            Standing::Waiting { .. } | Standing::Running { .. } | Standing::Pausing { .. } => None,
        }
    }

    /// The calls that have ended so far.
    pub fn attempts(&self) -> &[Attempt] {
        match &self.standing {
            Standing::Waiting { attempts }
            | Standing::Running { attempts, .. }
            | Standing::Pausing { attempts, .. }
            | Standing::Settled(Settled { attempts, .. }) => attempts,
        }
    }

    /// The call that is being made, if one is.
    pub const fn running(&self) -> Option<CallId> {
        match &self.standing {
            Standing::Running { call, .. } => Some(*call),
            Standing::Waiting { .. } | Standing::Pausing { .. } | Standing::Settled(_) => None,
        }
    }

    /// What it asks for, once it has settled.
    pub fn asked(&self) -> Option<Asked> {
        self.settled().map(|settled| response_to(settled, &self.check))
    }

    fn is_urgent(&self) -> bool {
        self.settled().is_some_and(|settled| demand_of(settled, &self.check).stops_at_once())
    }

    fn call(&mut self, purpose: &Purpose, call: CallId, now: Elapsed) -> Command {
        let attempts = self.attempts().to_vec();
        let attempt = u32::try_from(attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.standing = Standing::Running { call, since: now, attempts };
        Command::Call {
            call,
            check: self.check.name.clone(),
            purpose: purpose.clone(),
            attempt,
            timeout: self.check.timeout,
        }
    }

    fn settle_as(&mut self, outcome: Outcome) {
        let attempts = self.attempts().to_vec();
        self.standing = Standing::Settled(Settled { outcome, attempts, before_waiver: None });
    }
}

impl Round {
    pub(crate) fn of(purpose: Purpose, parallel: NonZeroU32, budget: Span, checks: &[Check]) -> Self {
        let waiting =
            |check: &Check| CheckRun { check: check.clone(), standing: Standing::Waiting { attempts: Vec::new() } };
        let checks = checks.iter().map(waiting).collect();
        Self { purpose, parallel, budget, deadline: None, checks, breaker: Breaker::default() }
    }

    /// The checks, in the plan's order.
    pub fn checks(&self) -> &[CheckRun] {
        &self.checks
    }

    /// When what has not settled counts as timed out; absent before the round has begun.
    pub const fn deadline(&self) -> Option<Elapsed> {
        self.deadline
    }

    /// Whether every check has settled.
    pub fn is_over(&self) -> bool {
        self.checks.iter().all(|run| run.settled().is_some())
    }

    /// Whether a settled check asks to be answered at once.
    pub(crate) fn is_urgent(&self) -> bool {
        self.checks.iter().any(CheckRun::is_urgent)
    }

    /// What the settled checks ask for, in the plan's order.
    pub fn asked(&self) -> Vec<Asked> {
        self.checks.iter().filter_map(CheckRun::asked).collect()
    }

    /// The calls that are being made.
    pub(crate) fn running(&self) -> impl Iterator<Item = CallId> {
        self.checks.iter().filter_map(CheckRun::running)
    }

    /// Starts the clock of the budget. Once begun it stays as it is.
    pub(crate) fn begin(&mut self, now: Elapsed) {
        self.deadline.get_or_insert(now.plus(self.budget));
    }

    /// Calls what waits for its turn, in the plan's order, as long as there is room.
    pub(crate) fn fill(&mut self, calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        let running = self.checks.iter().filter(|run| run.running().is_some()).count();
        let most = usize::try_from(self.parallel.get()).unwrap_or(usize::MAX);
        let waiting = self.checks.iter_mut().filter(|run| match &run.standing {
            Standing::Waiting { .. } => true,
            Standing::Running { .. } | Standing::Pausing { .. } | Standing::Settled(_) => false,
        });
        let room = most.saturating_sub(running);
        waiting.take(room).map(|run| run.call(&self.purpose, calls.issue(), now)).collect()
    }

    /// Takes the end of a call into account; `false` when no check is waiting for it.
    pub(crate) fn take(&mut self, call: CallId, called: &Called, now: Elapsed) -> bool {
        let Some(run) = self.checks.iter_mut().find(|run| run.running() == Some(call)) else {
            return false;
        };
        let Standing::Running { since, attempts, .. } = &run.standing else {
            return false;
        };
        let ended = Attempt {
            call,
            began: *since,
            ended: now,
            called: called.clone().of_call().held_to(run.check.min_evidence),
        };
        let plugin = run.check.plugin.clone();
        let broken = self.breaker.saw(&plugin, &ended.called.outcome);
        let attempts = attempts.iter().cloned().chain([ended]).collect();
        run.standing = match settle(attempts, &run.check.attempts) {
            Settling::Settled(settled) => Standing::Settled(settled),
            Settling::Again { attempts, pause } if pause == Span::ZERO => Standing::Waiting { attempts },
            Settling::Again { attempts, pause } => Standing::Pausing { until: now.plus(pause), attempts },
        };
        if let Some(outcome) = broken {
            self.leave_alone(&plugin, &outcome);
        }
        true
    }

    /// Settles the checks of a plugin that would still be called. What runs may end by itself.
    fn leave_alone(&mut self, plugin: &PluginName, outcome: &Outcome) {
        for run in self.checks.iter_mut().filter(|run| run.check.plugin == *plugin) {
            match &run.standing {
                Standing::Waiting { .. } | Standing::Pausing { .. } => run.settle_as(outcome.clone()),
                Standing::Running { .. } | Standing::Settled(_) => {}
            }
        }
    }

    /// Does what the time asks for: ends pauses, and the round when its budget is used up.
    pub(crate) fn wake(&mut self, calls: &mut Calls, now: Elapsed) -> Vec<Command> {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            return self.expire(calls);
        }
        for run in &mut self.checks {
            if let Standing::Pausing { until, attempts } = &mut run.standing
                && *until <= now
            {
                run.standing = Standing::Waiting { attempts: core::mem::take(attempts) };
            }
        }
        Vec::new()
    }

    /// Lets everything that has not settled count as timed out. (D-1)
    fn expire(&mut self, calls: &mut Calls) -> Vec<Command> {
        let limit = self.budget;
        let mut commands = Vec::new();
        for run in self.checks.iter_mut().filter(|run| run.settled().is_none()) {
            if let Some(call) = run.running() {
                commands.push(calls.stop(call, Errand::Check, "the budget is used up".to_string()));
            }
            let message = format!("the budget for all was used up after {} ended attempts", run.attempts().len());
            run.settle_as(Outcome::Timeout { limit, message });
        }
        commands
    }

    /// Stops everything that has not settled: what runs is cancelled, what waits is skipped.
    pub(crate) fn stop(&mut self, calls: &mut Calls, why: &str) -> Vec<Command> {
        let mut commands = Vec::new();
        for run in self.checks.iter_mut().filter(|run| run.settled().is_none()) {
            if let Some(call) = run.running() {
                commands.push(calls.stop(call, Errand::Check, why.to_string()));
                run.settle_as(Outcome::Cancelled { why: why.to_string() });
            } else {
                run.settle_as(Outcome::Skipped { why: why.to_string() });
            }
        }
        commands
    }

    /// Lets a person take responsibility for what stands in the way. (D-6)
    pub(crate) fn waive(&mut self, by: &str, reason: &str) {
        for run in &mut self.checks {
            let stands_in_the_way = run.asked().is_some_and(|asked| asked.stops());
            if let Standing::Settled(settled) = &mut run.standing
                && stands_in_the_way
            {
                settled.waive(by, reason);
            }
        }
    }

    /// When the round wants to be woken, and why: the end of the next pause, or of the budget.
    pub(crate) fn wakes(&self) -> Option<Wake> {
        let pauses = self.checks.iter().filter_map(|run| match &run.standing {
            Standing::Pausing { until, attempts } => {
                let next = attempts.len().saturating_add(1);
                Some(Wake { at: *until, why: format!("attempt {next} of check {}", run.check.name) })
            }
            Standing::Waiting { .. } | Standing::Running { .. } | Standing::Settled(_) => None,
        });
        pauses.chain(self.deadline.map(|at| self.end(at))).min_by_key(|wake| wake.at)
    }

    fn end(&self, at: Elapsed) -> Wake {
        let open = self.checks.iter().filter(|run| run.settled().is_none()).count();
        let whole = match &self.purpose {
            Purpose::Judge { phase } | Purpose::Sample { phase } => format!("phase {phase}"),
            Purpose::Recover => "the recovery".to_string(),
        };
        Wake { at, why: format!("{open} open checks of {whole}, at most {}", self.budget) }
    }
}
