//! What follows from an event. Each looks first, so that what is refused has changed nothing.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use crate::decision::Decided;
use crate::gate::Leave;
use crate::id::CallId;
use crate::outcome::Called;
use crate::reason::{Ground, Reason};
use crate::rollback::Replied;
use crate::run::calls::{Calls, Errand};
use crate::run::command::Command;
use crate::run::course::{Course, Doing, Start};
use crate::run::ending::Ending;
use crate::run::event::{Answer, Event};
use crate::run::people::{Heard, Hold, Over};
use crate::run::phase::PhaseRun;
use crate::run::restore::Restoring;
use crate::run::shift::{ShiftRun, Stop};
use crate::run::window::Earlier;
use crate::run::window::signal::Take;
use crate::time::{Elapsed, Moment};

impl Course {
    pub(crate) fn begin(start: Start, now: Elapsed, began: Moment) -> (Self, Vec<Command>) {
        let in_force = start.plan.phases.iter().map(|phase| start.plan.escalation.over(phase));
        let phases = in_force.map(|phase| PhaseRun::of(&phase, start.release.change)).collect();
        let mut course = Self {
            start,
            began,
            now,
            calls: Calls::default(),
            phases,
            shifts: Vec::new(),
            vigils: Vec::new(),
            doing: Doing::Judging { phase: 0 },
            rollback: None,
            decisions: Vec::new(),
            questions: 0,
            path: None,
            closing: None,
        };
        let commands = course.judge();
        (course, commands)
    }

    /// Takes an event into account.
    ///
    /// # Errors
    /// When it is impossible; then nothing has changed.
    pub(crate) fn take(&mut self, event: &Event, at: Elapsed) -> Result<Vec<Command>, String> {
        let before = self.now;
        self.now = before.max(at);
        let taken = match event {
            Event::Started { .. } => Err("the run has started already".to_string()),
            Event::CallEnded { call, called } => self.call_ended(*call, called),
            Event::RollbackReplied { call, replied } => self.rollback_replied(*call, replied),
            Event::ShiftReplied { call, replied } => self.shift_replied(*call, replied),
            Event::Woke => self.woke(),
            Event::Answered { by, answer, question } => self.answered(by, answer, *question),
            Event::NobodyToAsk => self.nobody_to_ask(),
            Event::Interrupted { by } => self.interrupted(by),
        };
        if taken.is_err() {
            self.now = before;
        }
        taken
    }

    fn call_ended(&mut self, call: CallId, called: &Called) -> Result<Vec<Command>, String> {
        if self.calls.stopped(call, Errand::Check) {
            return Ok(Vec::new());
        }
        let now = self.now;
        let take = Take { now, began: self.began };
        let (judged, recovered) = match &mut self.doing {
            Doing::Judging { phase } => {
                let (before, rest) = self.phases.split_at_mut(*phase);
                let earlier = Earlier { phases: before, past: self.start.past.as_deref() };
                let taken = rest.first_mut().is_some_and(|phase| phase.take(call, called, &take, earlier));
                (taken, false)
            }
            Doing::RollingBack => (false, self.rollback.as_mut().is_some_and(|it| it.recovered(call, called, now))),
            Doing::Shifting { .. } | Doing::Holding { .. } | Doing::Ended => (false, false),
        };
        match (judged, recovered) {
            (true, _) => Ok(self.judge()),
            (false, true) => Ok(self.restore(Restoring::go_on)),
            (false, false) if self.watched(call, called, &take) => Ok(self.heed()),
            (false, false) => Err(format!("no check waits for the end of call {call}")),
        }
    }

    fn rollback_replied(&mut self, call: CallId, replied: &Replied) -> Result<Vec<Command>, String> {
        if self.calls.stopped(call, Errand::Rollback) {
            return Ok(Vec::new());
        }
        let awaited = match &self.doing {
            Doing::RollingBack => self.rollback.as_ref().and_then(Restoring::awaits) == Some(call),
            Doing::Judging { .. } | Doing::Shifting { .. } | Doing::Holding { .. } | Doing::Ended => false,
        };
        if !awaited {
            return Err(format!("no rollback waits for the reply to call {call}"));
        }
        Ok(self.restore(|state, means| state.replied(&replied.reply, means)))
    }

    fn woke(&mut self) -> Result<Vec<Command>, String> {
        if self.wakes().is_none_or(|wake| wake.at > self.now) {
            return Err("nothing was due".to_string());
        }
        let take = Take { now: self.now, began: self.began };
        let is_due = self.waits().is_some_and(|wake| wake.at <= self.now);
        let calls = &mut self.calls;
        let mut commands: Vec<Command> = self.vigils.iter_mut().flat_map(|vigil| vigil.wake(calls, &take)).collect();
        if is_due {
            commands.extend(self.woke_for_itself(&take));
        }
        commands.extend(self.sample_on());
        Ok(commands)
    }

    fn woke_for_itself(&mut self, take: &Take) -> Vec<Command> {
        match &mut self.doing {
            Doing::Judging { phase } => {
                let phase = self.phases.get_mut(*phase);
                let mut commands = phase.map(|phase| phase.wake(&mut self.calls, take)).unwrap_or_default();
                commands.extend(self.judge());
                commands
            }
            Doing::Holding { hold } => {
                let hold = hold.clone();
                self.nobody_answered(hold)
            }
            Doing::Shifting { .. } => self.move_shift(ShiftRun::woke),
            Doing::RollingBack => self.restore(Restoring::woke),
            Doing::Ended => Vec::new(),
        }
    }

    fn answered(&mut self, by: &str, answer: &Answer, question: Option<u32>) -> Result<Vec<Command>, String> {
        let hold = self.held()?;
        hold.is_answered_by(question)?;
        match hold.hear(by, answer, self.can_roll_back(), self.now)? {
            Heard::GoOn(leave) => {
                self.go_on(hold.phase, hold.over, leave);
                Ok(self.judge())
            }
            Heard::RollBack { reason } => {
                let ground = Ground::Person { by: by.to_string(), answer: Decided::RollBack.as_str(), reason };
                let reason = self.on_top_of_decision(ground);
                Ok(self.roll_back(reason))
            }
            Heard::HoldUntil(until) => {
                let hold = Hold { until, ..hold };
                let ask = hold.ask(self.now);
                self.doing = Doing::Holding { hold };
                Ok(vec![ask])
            }
        }
    }

    /// Goes on past what the run held over. A shift counts as done then: whoever gave leave has seen to it.
    fn go_on(&mut self, place: usize, over: Over, leave: Leave) {
        let phase = match over {
            Over::Gate => {
                if let Some(phase) = self.phases.get_mut(place) {
                    phase.give_leave(leave);
                }
                place.saturating_add(1)
            }
            Over::Shift => {
                if let Some(shift) = self.shifts.last_mut() {
                    shift.give_leave(leave);
                }
                place
            }
        };
        self.doing = Doing::Judging { phase };
    }

    fn nobody_to_ask(&mut self) -> Result<Vec<Command>, String> {
        self.held()?;
        let reason = self.on_top_of_decision(Ground::NobodyToAsk);
        Ok(self.finish(Ending::Escalated, reason))
    }

    fn interrupted(&mut self, by: &str) -> Result<Vec<Command>, String> {
        match &self.doing {
            Doing::Judging { .. } | Doing::Holding { .. } => {
                Ok(self.finish(Ending::Cancelled, Reason::plain(Ground::Interrupted { by: by.to_string() })))
            }
            Doing::Shifting { .. } if self.shifts.last().is_some_and(ShiftRun::is_stopping) => {
                Err("the shift is being brought to an end already".to_string())
            }
            Doing::Shifting { .. } => {
                let by = by.to_string();
                Ok(self.move_shift(|shift, means| shift.stop(Stop::Interrupted { by }, means)))
            }
            Doing::RollingBack if self.rollback.as_ref().is_some_and(Restoring::is_interrupted) => {
                Err("the rollback is being brought to an end already".to_string())
            }
            Doing::RollingBack => Ok(self.restore(|state, means| state.interrupt(by, means))),
            Doing::Ended => Err("the run has ended".to_string()),
        }
    }

    fn held(&self) -> Result<Hold, String> {
        match &self.doing {
            Doing::Holding { hold } => Ok(hold.clone()),
            Doing::Judging { .. } | Doing::Shifting { .. } | Doing::RollingBack | Doing::Ended => {
                Err("nobody was asked".to_string())
            }
        }
    }
}
