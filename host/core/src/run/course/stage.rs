//! Stages: traffic is shifted before a stage's first phase, and what follows from how that went.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::id::CallId;
use crate::plan::stage::{OnFail, Rollout};
use crate::reason::{Ground, Reason};
use crate::rollout::{Replied, Share};
use crate::run::calls::Errand;
use crate::run::command::Command;
use crate::run::course::{Course, Doing};
use crate::run::ending::Ending;
use crate::run::phase::PhaseRun;
use crate::run::shift::{How, Means, ShiftRun, Stop};

impl Course {
    /// The share that has to be shifted before the phase at this place is begun; none when that was done, or when the
    /// phase begins no stage.
    pub(super) fn shift_due(&self, place: usize) -> Option<Share> {
        let begins = self.phases.get(place).map(PhaseRun::name)?;
        let (number, stage) = self.start.plan.rollout.as_ref()?.begun_by(begins)?;
        (self.shifts.len() <= number).then_some(stage.share)
    }

    /// Begins to shift for the stage whose first phase stands at this place.
    pub(super) fn begin_shift(&mut self, place: usize, share: Share) -> Vec<Command> {
        let mut watch = self.watch_through_shift();
        let Some(rollout) = &self.start.plan.rollout else { return watch };
        let (mode, now) = (self.start.mode, self.now);
        let mut means = Means { rollout, mode, calls: &mut self.calls, now };
        let (shift, commands) = ShiftRun::begin(share, &self.start.run, &mut means);
        self.shifts.push(shift);
        self.doing = Doing::Shifting { phase: place };
        watch.extend(commands);
        watch
    }

    pub(super) fn shift_replied(&mut self, call: CallId, replied: &Replied) -> Result<Vec<Command>, String> {
        if self.calls.stopped(call, Errand::Rollout) {
            return Ok(Vec::new());
        }
        let awaited = match &self.doing {
            Doing::Shifting { .. } => self.shifts.last().and_then(ShiftRun::awaits) == Some(call),
            Doing::Judging { .. } | Doing::Holding { .. } | Doing::RollingBack | Doing::Ended => false,
        };
        if !awaited {
            return Err(format!("no shift waits for the reply to call {call}"));
        }
        Ok(self.move_shift(|shift, means| shift.replied(&replied.reply, means)))
    }

    /// Moves the shift that is under way, and goes on when it has ended.
    pub(super) fn move_shift(
        &mut self,
        go: impl FnOnce(&mut ShiftRun, &mut Means<'_>) -> Vec<Command>,
    ) -> Vec<Command> {
        let (Some(rollout), Some(shift)) = (&self.start.plan.rollout, self.shifts.last_mut()) else {
            return Vec::new();
        };
        let (mode, now) = (self.start.mode, self.now);
        let mut commands = go(shift, &mut Means { rollout, mode, calls: &mut self.calls, now });
        commands.extend(self.follow_shift());
        commands
    }

    /// What follows from a shift that has ended: its stage is judged, or the plan says what a failed one leads to. What
    /// could not be found out asks a person. (D-5, D-9)
    fn follow_shift(&mut self) -> Vec<Command> {
        let (Doing::Shifting { phase }, Some(shift)) = (&self.doing, self.shifts.last()) else { return Vec::new() };
        let Some(end) = shift.end() else { return Vec::new() };
        let (phase, how, reason) = (*phase, end.how, shift.reason());
        match shift.stopping().cloned() {
            Some(Stop::Interrupted { by }) => {
                return self.finish(Ending::Cancelled, Reason::because(Ground::Interrupted { by }, vec![reason]));
            }
            Some(Stop::Overtaken { reason: mut alarm }) => {
                alarm.because.push(reason);
                return self.roll_back(alarm);
            }
            None => {}
        }
        // What led to an earlier answer has no say in this one.
        self.path = None;
        match (how, self.start.plan.rollout.as_ref().map(|rollout| rollout.on_fail)) {
            (How::Complete, _) => {
                self.doing = Doing::Judging { phase };
                self.judge()
            }
            (How::DryRun, _) => {
                let shares = self.start.plan.rollout.as_ref().map(shares).unwrap_or_default();
                self.finish(Ending::Escalated, Reason::plain(Ground::DryShift { shares }))
            }
            (How::NotMoved | How::Failed, Some(OnFail::RollBack)) => self.roll_back(reason),
            (How::NotMoved | How::Failed, Some(OnFail::Escalate) | None) | (How::Unknown, _) => self.escalate(reason),
        }
    }

    /// How much of the traffic the run gave to the released version, for the closing words; nothing when it gave none, or
    /// has taken all of it back.
    pub(super) fn traffic(&self, ending: Ending) -> Option<Ground> {
        match ending {
            Ending::RolledBack => return None,
            Ending::Confirmed | Ending::Hotfix | Ending::RollbackFailed | Ending::Escalated | Ending::Cancelled => {}
        }
        let moving = self.shifts.iter().filter(|shift| shift.was_commanded() || shift.leave().is_some());
        let given = moving
            .fold(None, |before: Option<(u8, _)>, shift| Some(shift.gives(before.map_or(0, |(percent, _)| percent))));
        given.map(|(percent, unsettled)| Ground::Traffic { percent, unsettled })
    }

    /// Whether the run itself may have moved traffic: then the previous version is not there already, whatever it looks
    /// like.
    pub(super) fn has_shifted(&self) -> bool {
        self.shifts.iter().any(ShiftRun::was_commanded)
    }
}

fn shares(rollout: &Rollout) -> Vec<Share> {
    rollout.stages.iter().map(|stage| stage.share).collect()
}
