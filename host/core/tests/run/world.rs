//! A world for runs: it answers, is silent, says things twice, lies and interrupts, and checks every command it is given.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_core::facts::Facts;
use holdpoint_core::id::CallId;
use holdpoint_core::outcome::{FaultKind, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::rollback::{Deed, Progress, Readiness, Replied, Reply, RollbackPlan, Step, StepEnd};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Answer, Event, Mode};
use holdpoint_core::time::Span;

use crate::scene::*;

/// How kind a world is to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Everything passes.
    Kind,
    /// Most things pass.
    Fair,
    /// Anything happens.
    Wild,
}

/// A run in a world.
pub(crate) struct World {
    pub(crate) run: Run,
    pub(crate) plan: Plan,
    pub(crate) mode: Mode,
    pub(crate) history: Vec<Entry>,
    /// What each check's call truly ended as.
    pub(crate) ended: BTreeMap<CallId, Outcome>,
    /// Whether somebody gave leave with `confirm`.
    pub(crate) confirmed: bool,
    /// Whether the target ever said that the previous version is back.
    pub(crate) complete: bool,
    open: BTreeMap<CallId, Open>,
    stopped: BTreeSet<CallId>,
    executed: BTreeMap<String, u32>,
    unlooked: Option<String>,
    asking: bool,
    finished: Option<Ending>,
    calls: u64,
    now: u64,
    chance: Chance,
    mood: Mood,
}

enum Open {
    Check(Purpose),
    Rollback(Deed),
}

/// A small generator, so that a seed and a plan are a whole story.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit.max(1)
    }
}

impl World {
    pub(crate) fn new(plan: Plan, mode: Mode, mood: Mood, seed: u64) -> Self {
        let mut world = Self {
            run: Run::new(),
            plan: plan.clone(),
            mode,
            history: vec![],
            ended: BTreeMap::new(),
            confirmed: false,
            complete: false,
            open: BTreeMap::new(),
            stopped: BTreeSet::new(),
            executed: BTreeMap::new(),
            unlooked: None,
            asking: false,
            finished: None,
            calls: 0,
            now: 0,
            chance: Chance(seed | 1),
            mood,
        };
        world.happens(started(mode, plan));
        world
    }

    /// Lets so many things happen, in any order.
    pub(crate) fn live(&mut self, turns: u32) {
        for _ in 0..turns {
            match self.chance.below(16) {
                0..=7 => self.answer_a_call(),
                8 | 9 => self.sleep(),
                10 => self.speak(),
                11 => self.say_twice(),
                12 => self.lie(),
                13 => self.pass_time(),
                14 => self.intend(),
                _ if self.mood == Mood::Wild && self.chance.below(12) == 0 => self.interrupt(),
                _ => self.answer_a_call(),
            }
        }
    }

    /// Answers every call and delivers every wake until the run has ended. (every run ends)
    pub(crate) fn bring_to_an_end(&mut self) {
        for turn in 0..2_000 {
            if self.finished.is_some() {
                return;
            }
            if !self.open.is_empty() {
                self.answer_a_call();
            } else if self.asking && turn % 5 == 4 {
                self.happens(Event::NobodyToAsk);
            } else {
                self.sleep();
            }
        }
        panic!("the run does not end: {:#?}", self.run);
    }

    fn answer_a_call(&mut self) {
        let which = self.chance.below(self.open.len() as u64);
        let Some(call) = self.open.keys().nth(usize::try_from(which).unwrap()).copied() else { return };
        match self.open.remove(&call).unwrap() {
            Open::Check(_) => {
                let outcome = self.outcome();
                if !self.stopped.contains(&call) {
                    self.ended.insert(call, outcome.clone());
                }
                self.happens(ended(call, outcome));
            }
            Open::Rollback(deed) => {
                let reply = self.reply(&deed);
                self.happens(Event::RollbackReplied { call, replied: Replied { reply, facts: Facts::none() } });
            }
        }
    }

    fn outcome(&mut self) -> Outcome {
        let sides = match self.mood {
            Mood::Kind => 6,
            Mood::Fair => 36,
            Mood::Wild => 12,
        };
        match (self.mood, self.chance.below(sides)) {
            (Mood::Kind, _) => pass(),
            (_, 0 | 1) => fail(),
            (_, 2) => inconclusive(),
            (_, 3) => timeout(),
            (_, 4) => error(FaultKind::Unavailable),
            (_, 5) => error(FaultKind::Denied),
            (_, 6) => Outcome::Cancelled { why: "the host stops".into() },
            (_, 7) => Outcome::Waived { by: "plugin".into(), reason: "trust me".into() },
            (_, 8) => warn(),
            _ => pass(),
        }
    }

    fn reply(&mut self, deed: &Deed) -> Reply {
        let luck = self.chance.below(if self.mood == Mood::Wild { 12 } else { 40 });
        match (deed, luck) {
            (_, 0) => Reply::Error { fault: fault(FaultKind::Unavailable) },
            (_, 1) => Reply::Timeout { limit: Span::from_secs(10) },
            (_, 2) => Reply::Cancelled,
            (Deed::Ready, 3) => Reply::Readiness { readiness: Readiness::Refused { why: "paused".into() } },
            (Deed::Ready, 4) => {
                self.complete = true;
                Reply::Readiness { readiness: Readiness::AlreadyThere { why: "it runs".into() } }
            }
            (Deed::Ready, _) => Reply::Readiness { readiness: Readiness::Ready },
            (Deed::Plan, _) => Reply::Planned { plan: self.steps() },
            (Deed::Execute { .. }, 3) => Reply::Error { fault: fault(FaultKind::Denied) },
            (Deed::Execute { .. }, 4..=6) => Reply::Executed { end: StepEnd::Started, summary: "started".into() },
            (Deed::Execute { .. }, _) => Reply::Executed { end: StepEnd::Done, summary: "done".into() },
            (Deed::Status { .. }, _) => {
                let progress = self.progress();
                self.complete |= progress == Progress::Complete;
                self.unlooked = None;
                Reply::Status { progress, summary: "looked".into() }
            }
        }
    }

    fn progress(&mut self) -> Progress {
        match self.chance.below(if self.mood == Mood::Wild { 10 } else { 30 }) {
            0 => Progress::Failed,
            1 | 2 => Progress::UnderWay,
            3 => Progress::NotBegun,
            4 => Progress::Unknown,
            5 => Progress::Partial,
            _ => Progress::Complete,
        }
    }

    fn steps(&mut self) -> RollbackPlan {
        let step = |n| Step { id: format!("step-{n}"), summary: "go".into(), payload: "{}".into(), labels: vec![] };
        RollbackPlan { summary: "back".into(), steps: (0..self.chance.below(4)).map(step).collect() }
    }

    fn sleep(&mut self) {
        if let Some(wake) = self.run.wakes() {
            assert!(!wake.why.is_empty(), "a wait has a reason");
            self.now = self.now.max(wake.at.0);
            self.happens(Event::Woke);
        }
    }

    fn pass_time(&mut self) {
        self.now += self.chance.below(3_000);
        if self.run.wakes().is_none_or(|wake| wake.at.0 > self.now) {
            self.must_complain(Event::Woke);
        }
    }

    fn speak(&mut self) {
        let reason = || "I know".to_string();
        let answer = match self.chance.below(6) {
            0 | 1 => Answer::Confirm { reason: reason() },
            2 => Answer::Hotfix { reason: reason() },
            3 => Answer::RollBack { reason: reason() },
            4 => Answer::Extend { by: Span::from_secs(30) },
            _ => Answer::Confirm { reason: String::new() },
        };
        let nothing = Answer::Confirm { reason: String::new() };
        let event = Event::Answered { by: "ada".into(), answer: answer.clone() };
        if !self.asking || answer == nothing {
            return self.must_complain(event);
        }
        let no_way_back = matches!(answer, Answer::RollBack { .. }) && self.plan.restore.is_none();
        if no_way_back {
            return self.must_complain(event);
        }
        self.confirmed |= matches!(answer, Answer::Confirm { .. });
        self.asking = matches!(answer, Answer::Extend { .. });
        self.happens(event);
    }

    fn say_twice(&mut self) {
        let which = self.chance.below(self.history.len() as u64);
        let entry = self.history[usize::try_from(which).unwrap()].clone();
        let before = self.run.clone();
        assert!(is_complaint(&self.run.step(&entry)), "an entry counts once");
        assert_eq!(self.run, before);
        if let What::Event { event: event @ (Event::CallEnded { .. } | Event::RollbackReplied { .. }) } = entry.what {
            self.must_complain(event);
        }
    }

    fn lie(&mut self) {
        self.must_complain(ended(CallId(1_000_000), pass()));
        let rollback = self.open.iter().find(|(_, open)| matches!(open, Open::Rollback(_)));
        if let Some((call, _)) = rollback {
            self.must_complain(ended(*call, pass()));
        }
    }

    fn intend(&mut self) {
        let before = self.run.clone();
        let Some((call, Open::Check(purpose))) = self.open.first_key_value() else { return };
        let check = major("home").name;
        let (call, purpose, timeout) = (*call, purpose.clone(), Span::from_secs(1));
        let command = Command::Call { call, check, purpose, attempt: 1, timeout };
        let commands = self.enter(What::Intent { command });
        assert_eq!(commands, [], "an intent decides nothing");
        assert_eq!(self.run.course(), before.course());
    }

    fn interrupt(&mut self) {
        self.happens(Event::Interrupted { by: "SIGTERM".into() });
    }

    fn must_complain(&mut self, event: Event) {
        let before = self.run.clone();
        let commands = self.enter(What::Event { event });
        assert!(is_complaint(&commands), "{commands:?}");
        assert_eq!(self.run, before, "what is impossible changes nothing");
    }

    fn enter(&mut self, what: What) -> Vec<Command> {
        let entry = entry(self.history.len() as u64 + 1, self.now, what);
        let commands = self.run.step(&entry);
        self.history.push(entry);
        commands
    }

    fn happens(&mut self, event: Event) {
        let was_finished = self.finished.is_some();
        let commands = self.enter(What::Event { event });
        for command in &commands {
            let complains = matches!(command, Command::Complain { .. });
            assert!(complains || !was_finished, "after the end nothing is commanded: {command:?}");
            assert!(complains || self.finished.is_none(), "the end is the last command: {command:?}");
            assert!(!complains || commands.len() == 1, "a complaint stands alone");
            self.obey(command);
        }
        assert_eq!(self.run.ending(), self.finished);
        assert_eq!(self.run.wakes().is_none(), self.finished.is_some(), "a run that goes on waits for something");
        self.look_at_room();
    }

    fn obey(&mut self, command: &Command) {
        match command {
            Command::Call { call, purpose, .. } => {
                self.number(*call);
                self.open.insert(*call, Open::Check(purpose.clone()));
            }
            Command::RollBack { call, deed, .. } => {
                self.number(*call);
                self.look_at_deed(deed);
                self.open.insert(*call, Open::Rollback(deed.clone()));
            }
            Command::Cancel { call, .. } => {
                assert!(self.open.contains_key(call), "only what runs is cancelled");
                assert!(self.stopped.insert(*call), "and only once");
            }
            Command::Ask { .. } => self.asking = true,
            Command::Complain { .. } => {}
            Command::Finish { ending } => {
                self.finished = Some(*ending);
                self.asking = false;
            }
        }
    }

    fn number(&mut self, call: CallId) {
        self.calls += 1;
        assert_eq!(call, CallId(self.calls), "every call has a number of its own");
    }

    /// At most one step in flight, none in a dry run, and none again without a look. (D-5)
    fn look_at_deed(&mut self, deed: &Deed) {
        self.asking = false;
        let others = self.open.iter().filter(|(call, _)| !self.stopped.contains(call));
        let in_flight = others.filter(|(_, open)| matches!(open, Open::Rollback(_))).count();
        assert_eq!(in_flight, 0, "one thing after the other");
        if let Deed::Execute { step, .. } = deed {
            assert_eq!(self.mode, Mode::Real, "a dry run does nothing");
            let times = self.executed.entry(step.id.clone()).or_default();
            *times += 1;
            assert!(*times <= 2, "a step is repeated once");
            assert_ne!(self.unlooked.as_ref(), Some(&step.id), "a step is repeated only after a look");
            self.unlooked = Some(step.id.clone());
        }
    }

    fn look_at_room(&self) {
        let running = self.open.iter().filter(|(call, _)| !self.stopped.contains(call));
        let purposes: Vec<_> = running
            .filter_map(|(_, open)| match open {
                Open::Check(purpose) => Some(purpose),
                Open::Rollback(_) => None,
            })
            .collect();
        let most = match purposes.first() {
            Some(Purpose::Judge { phase }) => self.plan.phase(phase).map_or(0, |phase| phase.parallel.get()),
            Some(Purpose::Sample { phase }) => {
                let window = self.plan.phase(phase).and_then(|phase| phase.window.as_ref());
                window.map_or(0, |window| u32::try_from(window.signals.len()).unwrap_or(u32::MAX))
            }
            Some(Purpose::Recover) => 4,
            None => 0,
        };
        assert!(purposes.len() <= most as usize, "no more at a time than the plan allows");
        assert!(purposes.windows(2).all(|pair| pair[0] == pair[1]), "one phase at a time");
    }
}
