//! Watching on: what the rules that stay armed beyond their window lead to. (D-10)

use alloc::vec::Vec;

use crate::decision::{Taken, decide_at_gate, path_of};
use crate::gate::Gate;
use crate::id::CallId;
use crate::outcome::Called;
use crate::plan::phase::Arming;
use crate::reason::Reason;
use crate::response::Sight;
use crate::run::command::Command;
use crate::run::course::{Course, Doing};
use crate::run::people::CanRollBack;
use crate::run::shift::{ShiftRun, Stop};
use crate::run::vigil::Vigil;
use crate::run::window::Earlier;
use crate::run::window::signal::{SignalRun, Take};

impl Course {
    /// Keeps the rules of a phase armed whose gate has closed, unless the run has ended with it. A gate that acts has
    /// heard everything that had fired.
    pub(super) fn watch_on(&mut self, place: usize) {
        let Some(phase) = self.phases.get(place).filter(|phase| phase.arming() == Arming::Armed) else { return };
        self.vigils.iter_mut().for_each(Vigil::hush);
        if self.keeps_watch() {
            self.vigils.extend(Vigil::after((place, phase), &self.start.plan, self.calls.last(), self.now));
        }
    }

    /// Begins a phase that has not begun. What it watches itself is left to it, unless it only observes.
    pub(super) fn begin_phase(&mut self, place: usize) -> Vec<Command> {
        let now = self.now;
        let Some(phase) = self.phases.get_mut(place).filter(|phase| phase.began().is_none()) else { return Vec::new() };
        phase.begin(now);
        if phase.arming() == Arming::ObserveOnly {
            return Vec::new();
        }
        let names: Vec<_> = phase.signals().iter().map(SignalRun::name).collect();
        let calls = &mut self.calls;
        self.vigils.iter_mut().flat_map(|vigil| vigil.leave(&names, calls, now)).collect()
    }

    /// Keeps only what a change of the traffic's share does not concern.
    pub(super) fn watch_through_shift(&mut self) -> Vec<Command> {
        let (calls, now) = (&mut self.calls, self.now);
        self.vigils.iter_mut().flat_map(|vigil| vigil.survive_shift(calls, now)).collect()
    }

    /// Takes the end of a sample into account; `false` when nothing that is watched on waits for it.
    pub(super) fn watched(&mut self, call: CallId, called: &Called, take: &Take) -> bool {
        let earlier = Earlier { phases: &self.phases, past: self.start.past.as_deref() };
        self.keeps_watch() && self.vigils.iter_mut().any(|vigil| vigil.take(call, called, take, earlier))
    }

    /// Goes on after a sample that was watched on: what it rings the alarm for is answered before anything else.
    pub(super) fn heed(&mut self) -> Vec<Command> {
        if let Some(alarm) = self.alarm() {
            return self.answer(&alarm);
        }
        let mut commands = self.judge();
        commands.extend(self.sample_on());
        commands
    }

    /// Takes every sample that is due.
    pub(super) fn sample_on(&mut self) -> Vec<Command> {
        if !self.keeps_watch() {
            return Vec::new();
        }
        let (calls, now) = (&mut self.calls, self.now);
        self.vigils.iter_mut().flat_map(|vigil| vigil.fill(calls, now)).collect()
    }

    /// What brings the previous version back at once. Where the plan names no rollback, the next gate asks a person.
    fn alarm(&self) -> Option<Gate> {
        let may = match (&self.doing, self.can_roll_back()) {
            (_, CanRollBack::No) | (Doing::RollingBack | Doing::Ended, _) => false,
            (Doing::Shifting { .. }, CanRollBack::Yes) => !self.shifts.last().is_some_and(ShiftRun::is_stopping),
            (Doing::Judging { .. } | Doing::Holding { .. }, CanRollBack::Yes) => true,
        };
        self.vigils.iter().filter(|_| may).find_map(Vigil::alarm)
    }

    fn answer(&mut self, alarm: &Gate) -> Vec<Command> {
        self.path = path_of(&[alarm], &self.start.plan.escalation);
        let reason = Reason::of_vigil(alarm).headed_by(self.path.as_ref().map(Taken::told));
        match &self.doing {
            Doing::Shifting { .. } => self.move_shift(|shift, means| shift.stop(Stop::Overtaken { reason }, means)),
            Doing::Judging { .. } | Doing::Holding { .. } | Doing::RollingBack | Doing::Ended => self.roll_back(reason),
        }
    }

    /// Decides over what has fired since the last gate that acts: there is no further one. `None` when nothing has.
    pub(super) fn hear_vigils(&mut self) -> Option<Vec<Command>> {
        let place = self.vigils.iter().position(|vigil| !vigil.asked().is_empty())?;
        let gate = self.vigils.get(place).map(|vigil| vigil.gate(vigil.asked()))?;
        let (decided, _) = decide_at_gate(&gate)?;
        let path = path_of(&[&gate], &self.start.plan.escalation);
        let commands = self.carry_out(decided, Reason::of_vigil(&gate), path);
        self.vigils.get_mut(place).into_iter().for_each(Vigil::hush);
        Some(commands)
    }

    pub(super) fn end_watch(&mut self, why: &str) -> Vec<Command> {
        let (calls, now) = (&mut self.calls, self.now);
        let commands = self.vigils.iter_mut().flat_map(|vigil| vigil.stop(calls, why, now)).collect();
        self.vigils.retain(|vigil| vigil.signals().next().is_some());
        commands
    }

    /// The worst that has fired and was not heard yet.
    pub(super) fn worst_unheard(&self) -> Option<Sight> {
        self.vigils.iter().flat_map(Vigil::asked).map(|asked| asked.cause.sight).max()
    }

    const fn keeps_watch(&self) -> bool {
        match self.doing {
            Doing::Judging { .. } | Doing::Shifting { .. } | Doing::Holding { .. } => true,
            Doing::RollingBack | Doing::Ended => false,
        }
    }
}
