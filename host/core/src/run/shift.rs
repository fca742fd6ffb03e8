//! Shifting traffic: one stage's share, from the question whether it can be had to the word that it is so.
//!
//! A shift is commanded under a key of its own, and never again before its status was asked. What is known to have failed
//! is answered as the plan says; what could not be found out is a person's to decide. Nothing here takes traffic away from
//! the released version: that is the rollback's. (D-5, D-9)

mod reply;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use serde::Serialize;

use crate::gate::{Leave, Terms};
use crate::id::{CallId, IdempotencyKey, RunId};
use crate::plan::stage::Rollout;
use crate::reason::{Ground, Reason};
use crate::rollback::Progress;
use crate::rollout::{Deed, Reply, Share};
use crate::run::calls::{Calls, Errand};
use crate::run::command::Command;
use crate::run::event::Mode;
use crate::time::{Elapsed, Wake};

use reply::{Seen, Trouble, readiness, shifted, status};

/// The fence of a run's first owner. It grows with each further one.
const FENCE: u64 = 1;

/// How often it is asked whether a shift can be done, when no answer comes. Asking changes nothing.
const TRIES: u32 = 3;

/// A shift and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShiftRun {
    share: Share,
    began: Elapsed,
    deadline: Elapsed,
    key: IdempotencyKey,
    doing: Doing,
    /// How often it was asked whether it can be done.
    tries: u32,
    repeated: bool,
    /// The share that the target told last, in percent.
    seen: Option<u32>,
    stopping: Option<Stop>,
    end: Option<End>,
    leave: Option<Leave>,
}

/// How a shift ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct End {
    /// When.
    pub at: Elapsed,
    /// How.
    pub how: How,
    /// What was seen, in one sentence.
    pub account: String,
}

/// How a shift ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The released version has the share.
    Complete,
    /// Nothing was moved: it was refused, or could not be begun.
    NotMoved,
    /// It was begun and did not get there.
    Failed,
    /// It could not be found out.
    Unknown,
    /// It can be done, and the run may not change anything.
    DryRun,
}

/// Why a shift is stopped before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "stop", rename_all = "kebab-case")]
pub(crate) enum Stop {
    /// Somebody stopped the run by hand.
    Interrupted {
        /// How.
        by: String,
    },
    /// A rule that has stayed armed brings the previous version back.
    Overtaken {
        /// Why.
        reason: Reason,
    },
}

impl Stop {
    const fn word(&self) -> &'static str {
        match self {
            Self::Interrupted { .. } => "interrupted",
            Self::Overtaken { .. } => "overtaken by a rollback",
        }
    }
}

/// What is being done about a shift at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Doing {
    /// It is being asked whether it can be done.
    Asking(CallId),
    /// It was commanded.
    Shifting(CallId),
    /// The status is being asked.
    Looking(CallId, Aim),
    /// It goes on then.
    Pausing(Elapsed, Aim),
    /// Nothing any more.
    Nothing,
}

/// What a look or a pause is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Aim {
    /// To ask again whether it can be done. Nothing was commanded yet.
    Readiness,
    /// To see it complete.
    Completion,
    /// It gave no answer: what came of it?
    Trouble(Trouble),
}

/// What a shift needs from the run.
pub(crate) struct Means<'a> {
    pub(crate) rollout: &'a Rollout,
    pub(crate) mode: Mode,
    pub(crate) calls: &'a mut Calls,
    pub(crate) now: Elapsed,
}

impl Means<'_> {
    fn ask(&mut self, deed: Deed) -> (CallId, Vec<Command>) {
        let call = self.calls.issue();
        let plugin = self.rollout.plugin.clone();
        (call, vec![Command::Shift { call, plugin, deed, timeout: self.rollout.call_timeout }])
    }

    fn stop(&mut self, call: CallId, why: &str) -> Vec<Command> {
        vec![self.calls.stop(call, Errand::Rollout, why.to_string())]
    }
}

impl How {
    /// In words, fit after "the shift".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Complete => "is complete",
            Self::NotMoved => "moved nothing",
            Self::Failed => "failed",
            Self::Unknown => "is not known to have ended",
            Self::DryRun => "can be done",
        }
    }
}

impl ShiftRun {
    /// Begins: asks whether it can be done.
    pub(crate) fn begin(share: Share, run: &RunId, means: &mut Means<'_>) -> (Self, Vec<Command>) {
        let (call, commands) = means.ask(Deed::Ready { share });
        let shift = Self {
            share,
            began: means.now,
            deadline: means.now.plus(means.rollout.timeout),
            key: IdempotencyKey::of_shift(run, share),
            doing: Doing::Asking(call),
            tries: 1,
            repeated: false,
            seen: None,
            stopping: None,
            end: None,
            leave: None,
        };
        (shift, commands)
    }

    /// The share that the released version is to have.
    pub const fn share(&self) -> Share {
        self.share
    }

    /// When it began.
    pub const fn began(&self) -> Elapsed {
        self.began
    }

    /// How it ended; absent before.
    pub const fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// The share that the target told last, in percent; absent when it told none.
    pub const fn seen(&self) -> Option<u32> {
        self.seen
    }

    /// Who let the run go on although it had not ended well.
    pub const fn leave(&self) -> Option<&Leave> {
        self.leave.as_ref()
    }

    /// What goes before it, and ends it early.
    pub(crate) const fn stopping(&self) -> Option<&Stop> {
        self.stopping.as_ref()
    }

    /// Whether it is being brought to an end already.
    pub(crate) const fn is_stopping(&self) -> bool {
        self.stopping.is_some()
    }

    /// Whether a person let the run go on, to be mended.
    pub(crate) fn owes(&self) -> bool {
        self.leave.as_ref().is_some_and(|leave| leave.terms == Terms::Hotfix)
    }

    pub(crate) fn give_leave(&mut self, leave: Leave) {
        self.leave = Some(leave);
    }

    /// Whether anything was commanded: from then on traffic may have moved.
    pub(crate) fn was_commanded(&self) -> bool {
        match (&self.doing, &self.end) {
            (_, Some(end)) => match end.how {
                How::Complete | How::Failed | How::Unknown => true,
                How::NotMoved | How::DryRun => false,
            },
            (Doing::Asking(_) | Doing::Pausing(_, Aim::Readiness), None) => false,
            (Doing::Shifting(_) | Doing::Looking(..) | Doing::Pausing(..) | Doing::Nothing, None) => true,
        }
    }

    /// What the released version has of the traffic after it, in percent, when it had so much before; and the share of
    /// which it is not known whether it has it.
    pub(crate) fn gives(&self, before: u8) -> (u8, Option<Share>) {
        let complete = self.end.as_ref().is_some_and(|end| end.how == How::Complete);
        if complete || self.leave.is_some() {
            return (self.share.percent(), None);
        }
        match self.seen.and_then(|percent| u8::try_from(percent).ok()) {
            Some(percent) => (percent, None),
            None => (before, Some(self.share)),
        }
    }

    /// How it went, as a reason.
    pub(crate) fn reason(&self) -> Reason {
        let (how, account) = match &self.end {
            Some(end) => (end.how.words(), end.account.clone()),
            None => ("is under way", String::new()),
        };
        Reason::plain(Ground::Shift { share: self.share, how, account })
    }

    /// How far it is, in one sentence.
    pub fn account(&self) -> String {
        match (&self.end, &self.doing) {
            (Some(end), _) => format!("{}: {}", end.how.words(), end.account),
            (None, Doing::Asking(_) | Doing::Pausing(_, Aim::Readiness)) => "asking whether it can be done".to_string(),
            (None, Doing::Shifting(_)) => "was commanded".to_string(),
            (None, Doing::Looking(..) | Doing::Pausing(..) | Doing::Nothing) => "is looked at".to_string(),
        }
    }

    /// The call whose reply is waited for.
    pub(crate) const fn awaits(&self) -> Option<CallId> {
        match self.doing {
            Doing::Asking(call) | Doing::Shifting(call) | Doing::Looking(call, _) => Some(call),
            Doing::Pausing(..) | Doing::Nothing => None,
        }
    }

    /// When it wants to be woken, and why.
    pub(crate) fn wakes(&self) -> Option<Wake> {
        let why = format!("the shift to {}", self.share);
        match &self.doing {
            Doing::Pausing(until, _) => Some(Wake { at: (*until).min(self.deadline), why }),
            Doing::Asking(_) | Doing::Shifting(_) | Doing::Looking(..) => Some(Wake { at: self.deadline, why }),
            Doing::Nothing => None,
        }
    }

    /// Takes the reply that was waited for into account.
    pub(crate) fn replied(&mut self, reply: &Reply, means: &mut Means<'_>) -> Vec<Command> {
        match self.doing.clone() {
            Doing::Asking(_) => self.asked(reply, means),
            Doing::Shifting(_) => match shifted(reply) {
                Ok(()) => self.look(Aim::Completion, means),
                Err(trouble) => self.look(Aim::Trouble(trouble), means),
            },
            Doing::Looking(_, aim) => self.looked(&status(reply), aim, means),
            Doing::Pausing(..) | Doing::Nothing => Vec::new(),
        }
    }

    fn asked(&mut self, reply: &Reply, means: &mut Means<'_>) -> Vec<Command> {
        match (readiness(reply), means.mode) {
            (Ok(Ok(())), Mode::Real | Mode::Rehearsal) => self.shift(means),
            (Ok(Ok(())), Mode::DryRun) => self.ends(How::DryRun, "it can be done", means),
            (Ok(Err(why)), Mode::Real | Mode::Rehearsal | Mode::DryRun) => {
                self.ends(How::NotMoved, &format!("refused: {why}"), means)
            }
            (Err(trouble), Mode::Real | Mode::Rehearsal | Mode::DryRun) => {
                if self.tries >= TRIES || !trouble.may_pass {
                    return self.ends(How::NotMoved, &trouble.account, means);
                }
                self.pause(Aim::Readiness, means)
            }
        }
    }

    /// Takes a look at the status into account: one line a rule. (D-5)
    fn looked(&mut self, seen: &Seen, aim: Aim, means: &mut Means<'_>) -> Vec<Command> {
        self.seen = seen.percent.or(self.seen);
        let other = seen.percent.filter(|percent| *percent != u32::from(self.share.percent()));
        let stopped = self.is_stopping();
        match (seen.progress, aim, stopped) {
            (Progress::Complete, Aim::Readiness | Aim::Completion | Aim::Trouble(_), _) => match other {
                None => self.ends(How::Complete, &seen.account, means),
                Some(percent) => {
                    let account = format!("complete, but with {percent} %: {}", seen.account);
                    self.ends(How::Failed, &account, means)
                }
            },
            (Progress::Failed | Progress::Partial, Aim::Readiness | Aim::Completion | Aim::Trouble(_), _) => {
                self.ends(How::Failed, &seen.account, means)
            }
            (Progress::NotBegun, Aim::Trouble(trouble), false) if trouble.may_pass && !self.repeated => {
                self.repeated = true;
                self.shift(means)
            }
            (Progress::NotBegun, Aim::Trouble(trouble), _) => self.ends(How::NotMoved, &trouble.account, means),
            (Progress::UnderWay | Progress::Unknown, Aim::Readiness | Aim::Completion | Aim::Trouble(_), true)
            | (Progress::NotBegun, Aim::Readiness | Aim::Completion, true) => {
                self.ends(How::Unknown, &format!("{}, {}", seen.progress.as_str(), seen.account), means)
            }
            (Progress::NotBegun, aim @ (Aim::Readiness | Aim::Completion), false)
            | (Progress::UnderWay | Progress::Unknown, aim, false) => self.pause(aim, means),
        }
    }

    /// Does what the time asks for.
    pub(crate) fn woke(&mut self, means: &mut Means<'_>) -> Vec<Command> {
        if self.deadline <= means.now {
            let how = if self.was_commanded() { How::Unknown } else { How::NotMoved };
            let stop = self.awaits().map(|call| means.stop(call, "the shift took too long")).unwrap_or_default();
            self.ends(how, &format!("not complete within {}", means.rollout.timeout), means);
            return stop;
        }
        match self.doing.clone() {
            Doing::Pausing(_, Aim::Readiness) => {
                let (call, commands) = means.ask(Deed::Ready { share: self.share });
                self.doing = Doing::Asking(call);
                self.tries = self.tries.saturating_add(1);
                commands
            }
            Doing::Pausing(_, aim) => self.look(aim, means),
            Doing::Asking(_) | Doing::Shifting(_) | Doing::Looking(..) | Doing::Nothing => Vec::new(),
        }
    }

    /// Stops it early. What was commanded isn't left alone: the call in flight ends, and the status is asked once more,
    /// so that it can be said how much of the traffic the released version has, and no late shift undoes a rollback.
    pub(crate) fn stop(&mut self, stop: Stop, means: &mut Means<'_>) -> Vec<Command> {
        let (word, account) = (stop.word(), format!("{} before it began", stop.word()));
        self.stopping = Some(stop);
        match self.doing.clone() {
            Doing::Asking(call) => {
                let stop = means.stop(call, word);
                self.ends(How::NotMoved, &account, means);
                stop
            }
            Doing::Pausing(_, Aim::Readiness) => self.ends(How::NotMoved, &account, means),
            Doing::Pausing(_, aim) => self.look(aim, means),
            Doing::Shifting(_) | Doing::Looking(..) | Doing::Nothing => Vec::new(),
        }
    }

    fn shift(&mut self, means: &mut Means<'_>) -> Vec<Command> {
        let (share, key) = (self.share, self.key.clone());
        let (call, commands) = means.ask(Deed::Shift { share, key, fence: FENCE });
        self.doing = Doing::Shifting(call);
        commands
    }

    fn look(&mut self, aim: Aim, means: &mut Means<'_>) -> Vec<Command> {
        let (call, commands) = means.ask(Deed::Status { share: self.share, key: self.key.clone() });
        self.doing = Doing::Looking(call, aim);
        commands
    }

    fn pause(&mut self, aim: Aim, means: &Means<'_>) -> Vec<Command> {
        self.doing = Doing::Pausing(means.now.plus(means.rollout.poll), aim);
        Vec::new()
    }

    fn ends(&mut self, how: How, account: &str, means: &Means<'_>) -> Vec<Command> {
        self.doing = Doing::Nothing;
        self.end = Some(End { at: means.now, how, account: account.to_string() });
        Vec::new()
    }
}
