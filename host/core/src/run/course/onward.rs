//! What follows from what has been judged: gates, decisions, holds, the rollback and the end.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use crate::decision::{Decided, Decision, Taken, decide_at_end, decide_at_gate, path_of};
use crate::gate::Gate;
use crate::reason::{Ground, Reason};
use crate::response::{Asked, Sight};
use crate::run::command::Command;
use crate::run::course::{Closing, Course, Doing};
use crate::run::ending::Ending;
use crate::run::onset;
use crate::run::people::{CanRollBack, Hold, Over, Silent, question, silence_of};
use crate::run::phase::PhaseRun;
use crate::run::restore::{Means, Moved, Restoring};
use crate::run::shift::ShiftRun;
use crate::run::vigil::Vigil;
use crate::time::Span;

impl Course {
    /// Goes as far as it can without waiting: calls checks, closes gates, begins phases. (D-3)
    pub(super) fn judge(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while let Doing::Judging { phase: place } = self.doing {
            if let Some(share) = self.shift_due(place) {
                commands.extend(self.begin_shift(place, share));
                break;
            }
            if self.phases.len() <= place {
                commands.extend(self.conclude());
                break;
            }
            commands.extend(self.begin_phase(place));
            let beside: Vec<Asked> = self.vigils.iter().flat_map(Vigil::asked).collect();
            let Some(phase) = self.phases.get_mut(place) else { break };
            if !phase.is_decided(&beside) {
                commands.extend(phase.fill(&mut self.calls, self.now));
            }
            // A window whose time is over is decided without a further call.
            if !phase.is_decided(&beside) {
                break;
            }
            commands.extend(phase.close(&mut self.calls, self.now, beside));
            commands.extend(self.follow_gate(place));
            self.watch_on(place);
        }
        commands
    }

    fn follow_gate(&mut self, place: usize) -> Vec<Command> {
        let gate = self.phases.get(place).and_then(PhaseRun::gate);
        let decided = gate.and_then(|gate| {
            let (decided, reason) = decide_at_gate(gate)?;
            Some((decided, reason, path_of(&[gate], &self.start.plan.escalation)))
        });
        if let Some((decided, reason, path)) = decided {
            return self.carry_out(decided, reason, path);
        }
        self.doing = Doing::Judging { phase: place.saturating_add(1) };
        Vec::new()
    }

    fn conclude(&mut self) -> Vec<Command> {
        if let Some(commands) = self.hear_vigils() {
            return commands;
        }
        let gates = self.gates();
        let (decided, reason) = decide_at_end(&gates);
        let path = path_of(&gates, &self.start.plan.escalation);
        let owing: Vec<Reason> = self.shifts.iter().filter(|shift| shift.owes()).map(ShiftRun::reason).collect();
        match decided {
            Decided::Confirm if !owing.is_empty() => {
                self.carry_out(Decided::Hotfix, Reason::because(Ground::Owing, owing), path)
            }
            Decided::Confirm | Decided::Hotfix | Decided::Escalate | Decided::RollBack => {
                self.carry_out(decided, reason, path)
            }
        }
    }

    pub(super) fn carry_out(&mut self, decided: Decided, reason: Reason, path: Option<Taken>) -> Vec<Command> {
        let hint = match decided {
            Decided::Confirm => None,
            Decided::Hotfix | Decided::Escalate | Decided::RollBack => onset::hint(&self.phases),
        };
        let reason = reason.headed_by(hint.into_iter().chain(path.as_ref().map(Taken::told)));
        self.path = path;
        match decided {
            Decided::Confirm => {
                self.decide(Decided::Confirm, reason.clone());
                self.finish(Ending::Confirmed, reason)
            }
            Decided::Hotfix => {
                self.decide(Decided::Hotfix, reason.clone());
                self.finish(Ending::Hotfix, reason)
            }
            Decided::Escalate => self.escalate(reason),
            Decided::RollBack => self.roll_back(reason),
        }
    }

    /// Holds and asks the commander, or ends when the plan waits for nobody. (D-6)
    pub(super) fn escalate(&mut self, reason: Reason) -> Vec<Command> {
        self.decide(Decided::Escalate, reason.clone());
        let own = self.path.as_ref().and_then(|taken| taken.path.answer_within);
        match own.or(self.start.plan.escalation.patience.within()) {
            None => self.finish(Ending::Escalated, Reason::because(Ground::NoPatience, vec![reason])),
            Some(within) => self.hold(&reason, within),
        }
    }

    fn hold(&mut self, reason: &Reason, within: Span) -> Vec<Command> {
        let can = self.can_roll_back();
        let escalation = &self.start.plan.escalation;
        let (phase, over) = match self.doing {
            // A shift says nothing of the release: what it is worth is unclear. (D-9)
            Doing::Shifting { phase } => (phase, Over::Shift),
            Doing::Judging { .. } | Doing::Holding { .. } | Doing::RollingBack | Doing::Ended => {
                let closed = self.phases.iter().rposition(|phase| phase.closed().is_some());
                (closed.unwrap_or_default(), Over::Gate)
            }
        };
        let gate = self.phases.get(phase).and_then(PhaseRun::gate).map_or(Sight::Unclear, Gate::sight);
        let cause = self.worst_unheard().map_or(gate, |worst| worst.max(gate));
        self.questions = self.questions.saturating_add(1);
        let taken = self.path.as_ref();
        let hold = Hold {
            number: self.questions,
            commander: taken.map_or(&escalation.commander, |taken| &taken.person).clone(),
            question: question(reason, over, can),
            ways: taken.map(|taken| taken.path.ways.clone()).unwrap_or_default(),
            within,
            since: self.now,
            until: self.now.plus(within),
            times: 1,
            phase,
            over,
            silence: silence_of(escalation.on_silence, cause, can),
        };
        let ask = hold.ask(self.now);
        self.doing = Doing::Holding { hold };
        vec![ask]
    }

    pub(super) fn nobody_answered(&mut self, mut hold: Hold) -> Vec<Command> {
        match hold.silence {
            Silent::RollsBack => {
                let reason = self.on_top_of_decision(Ground::Silence { waited: hold.until.since(hold.since) });
                self.roll_back(reason)
            }
            Silent::AsksAgain => {
                let ask = hold.ask_again(self.now);
                self.doing = Doing::Holding { hold };
                vec![ask]
            }
        }
    }

    /// Brings the previous version back. What the plan names no rollback for, a person must decide. (D-5)
    pub(super) fn roll_back(&mut self, reason: Reason) -> Vec<Command> {
        match self.can_roll_back() {
            CanRollBack::No => self.escalate(Reason::because(Ground::NoRollback, vec![reason])),
            CanRollBack::Yes => {
                self.decide(Decided::RollBack, reason);
                let mut commands = self.skip_rest("the release is rolled back");
                self.doing = Doing::RollingBack;
                commands.extend(self.move_rollback(Restoring::begin));
                commands
            }
        }
    }

    /// Moves the rollback that is under way.
    pub(super) fn restore(&mut self, go: impl FnOnce(Restoring, &mut Means<'_>) -> Moved) -> Vec<Command> {
        match self.rollback.take() {
            Some(state) => self.move_rollback(|means| go(state, means)),
            None => Vec::new(),
        }
    }

    fn move_rollback(&mut self, go: impl FnOnce(&mut Means<'_>) -> Moved) -> Vec<Command> {
        let Some(restore) = &self.start.plan.restore else { return Vec::new() };
        let (run, mode, now, shifted) = (&self.start.run, self.start.mode, self.now, self.has_shifted());
        let mut means = Means { restore, run, mode, shifted, calls: &mut self.calls, now };
        let Moved { state, mut commands, end } = go(&mut means);
        self.rollback = Some(state);
        if let Some((ending, reason)) = end {
            commands.extend(self.end_rollback(ending, reason));
        }
        commands
    }

    fn end_rollback(&mut self, ending: Ending, mut reason: Reason) -> Vec<Command> {
        reason.because.extend(self.decision().map(|decision| decision.reason.clone()));
        match ending {
            Ending::RollbackFailed | Ending::Escalated => self.decide(Decided::Escalate, reason.clone()),
            Ending::RolledBack | Ending::Cancelled | Ending::Confirmed | Ending::Hotfix => {}
        }
        self.finish(ending, reason)
    }

    /// Ends the run. What was never reached is recorded as skipped.
    pub(super) fn finish(&mut self, ending: Ending, mut reason: Reason) -> Vec<Command> {
        reason.because.extend(self.traffic(ending).map(Reason::plain));
        let mut commands = self.skip_rest(&format!("the run ended: {}", ending.words()));
        self.doing = Doing::Ended;
        self.closing = Some(Closing { at: self.now, ending, reason });
        commands.push(Command::Finish { ending });
        commands
    }

    fn skip_rest(&mut self, why: &str) -> Vec<Command> {
        let calls = &mut self.calls;
        let mut commands: Vec<Command> = self.phases.iter_mut().flat_map(|phase| phase.stop(calls, why)).collect();
        commands.extend(self.end_watch(why));
        commands
    }

    fn decide(&mut self, decided: Decided, reason: Reason) {
        self.decisions.push(Decision { at: self.now, decided, reason, path: self.path.clone() });
    }

    /// A ground that stands on the decision made before.
    pub(super) fn on_top_of_decision(&self, ground: Ground) -> Reason {
        Reason::because(ground, self.decision().map(|decision| decision.reason.clone()).into_iter().collect())
    }

    pub(super) const fn can_roll_back(&self) -> CanRollBack {
        if self.start.plan.restore.is_some() { CanRollBack::Yes } else { CanRollBack::No }
    }
}
