//! The watch over commands: what may be commanded when, whatever the plan says and whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_core::id::CallId;
use holdpoint_core::name::{CheckName, PhaseName};
use holdpoint_core::plan::Plan;
use holdpoint_core::rollback::Deed;
use holdpoint_core::rollout;
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Mode;
use holdpoint_core::time::Elapsed;

/// What was commanded so far, as far as the next commands depend on it.
#[derive(Default)]
pub(crate) struct Watch {
    /// Calls that were commanded and have not ended.
    pub(crate) open: BTreeMap<CallId, Open>,
    /// Those among them that are being stopped.
    pub(crate) stopped: BTreeSet<CallId>,
    /// Whether the run waits for a person.
    pub(crate) asking: bool,
    /// The number of the question that was asked last.
    pub(crate) question: Option<u32>,
    /// How the run ended.
    pub(crate) finished: Option<Ending>,
    calls: u64,
    executed: BTreeMap<String, u32>,
    unlooked: Option<String>,
}

/// A call that was commanded.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) what: What,
    /// When.
    pub(crate) at: Elapsed,
}

/// What a call is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Check { check: CheckName, purpose: Purpose },
    Rollback(Deed),
    Shift(rollout::Deed),
}

impl Watch {
    /// Takes the commands that follow from one event.
    pub(crate) fn follow(&mut self, commands: &[Command], at: Elapsed, (plan, mode): (&Plan, Mode)) {
        let was_finished = self.finished.is_some();
        for command in commands {
            let complains = matches!(command, Command::Complain { .. });
            assert!(complains || !was_finished, "after the end nothing is commanded: {command:?}");
            assert!(complains || self.finished.is_none(), "the end is the last command: {command:?}");
            assert!(!complains || commands.len() == 1, "a complaint stands alone");
            self.take(command, at, mode);
        }
        self.look_at_room(plan);
    }

    /// The status was seen: a step may be commanded once more.
    pub(crate) fn looked(&mut self) {
        self.unlooked = None;
    }

    fn take(&mut self, command: &Command, at: Elapsed, mode: Mode) {
        match command {
            Command::Call { call, check, purpose, .. } => {
                let what = What::Check { check: check.clone(), purpose: purpose.clone() };
                self.opens(*call, Open { what, at });
            }
            Command::RollBack { call, deed, .. } => {
                self.look_at_deed(deed, mode);
                self.opens(*call, Open { what: What::Rollback(deed.clone()), at });
            }
            Command::Shift { call, deed, .. } => {
                self.look_at_shift(deed, mode);
                self.opens(*call, Open { what: What::Shift(deed.clone()), at });
            }
            Command::Cancel { call, .. } => {
                assert!(self.open.contains_key(call), "only what runs is cancelled: {call}");
                assert!(self.stopped.insert(*call), "and only once");
            }
            Command::Ask { number, .. } => {
                assert!(self.question <= Some(*number), "questions are counted");
                (self.asking, self.question) = (true, Some(*number));
            }
            Command::Complain { .. } => {}
            Command::Finish { ending } => {
                self.finished = Some(*ending);
                self.asking = false;
            }
        }
    }

    fn opens(&mut self, call: CallId, open: Open) {
        self.calls += 1;
        assert_eq!(call, CallId(self.calls), "every call has a number of its own");
        self.open.insert(call, open);
    }

    /// Those that are waited for.
    fn awaited(&self) -> impl Iterator<Item = &What> {
        self.open.iter().filter(|(call, _)| !self.stopped.contains(call)).map(|(_, open)| &open.what)
    }

    /// At most one step in flight, none in a dry run, and none again without a look. (D-5)
    fn look_at_deed(&mut self, deed: &Deed, mode: Mode) {
        self.asking = false;
        assert_eq!(self.awaited().count(), 0, "one thing after the other, and nothing beside a rollback");
        if let Deed::Execute { step, .. } = deed {
            self.look_at_change(&step.id, mode);
        }
    }

    /// The same for traffic that is shifted.
    fn look_at_shift(&mut self, deed: &rollout::Deed, mode: Mode) {
        let samples = |what: &What| matches!(what, What::Check { purpose: Purpose::Sample { .. }, .. });
        assert!(self.awaited().all(samples), "nothing beside a shift but what is watched on");
        if let rollout::Deed::Shift { share, .. } = deed {
            self.look_at_change(&share.to_string(), mode);
        }
    }

    fn look_at_change(&mut self, what: &str, mode: Mode) {
        assert_ne!(mode, Mode::DryRun, "a dry run does nothing");
        let times = self.executed.entry(what.to_string()).or_default();
        *times += 1;
        assert!(*times <= 2, "a step is repeated once");
        assert_ne!(self.unlooked.as_deref(), Some(what), "a step is repeated only after a look");
        self.unlooked = Some(what.to_string());
    }

    /// No more at a time than the plan allows, one phase at a time, and beside it only samples of those before it.
    fn look_at_room(&self, plan: &Plan) {
        let mut phases = BTreeSet::new();
        let place = |name: &PhaseName| plan.phases.iter().position(|phase| phase.name == *name);
        let (mut judged, mut watched) = (None, None);
        let (mut judging, mut most, mut recovering) = (0, 0, 0);
        let mut sampling = BTreeSet::new();
        for what in self.awaited() {
            let What::Check { check, purpose } = what else { continue };
            match purpose {
                Purpose::Judge { phase } => {
                    judging += 1;
                    most = plan.phase(phase).map_or(0, |phase| phase.parallel.get());
                    judged = place(phase);
                    phases.insert(phase.as_str());
                }
                Purpose::Sample { phase } => {
                    assert!(sampling.insert((check, phase.as_str())), "one sample of a signal at a time");
                    watched = watched.max(place(phase));
                }
                Purpose::Recover => {
                    recovering += 1;
                    phases.insert("recovery");
                }
            }
        }
        assert!(judging <= most, "no more checks at a time than the phase allows");
        assert!(recovering <= 4, "no more recovery checks at a time than four");
        assert!(judged.is_none() || watched <= judged, "nothing is sampled before its phase");
        assert!(phases.len() <= 1, "one phase at a time: {phases:?}");
    }
}
