//! The target of a rollback: it knows itself which version it runs, whatever anybody believes.
//!
//! It may refuse, be slow, break in the middle, lose its answer after the deed was done, do the deed long after it was
//! asked, and say that it is done when it is not. What it never does is forget a key, or deny what it has done.

use std::collections::BTreeSet;

use holdpoint_core::id::IdempotencyKey;
use holdpoint_core::outcome::FaultKind;
use holdpoint_core::rollback::{Deed, Progress, Readiness, Reply, RollbackPlan, Step, StepEnd};

use crate::chance::Chance;
use crate::outside::Mood;
use crate::scene::fault;

/// A target.
pub(crate) struct Target {
    names: Vec<String>,
    /// How often each step was carried out, and changed something.
    pub(crate) done: Vec<u32>,
    /// Steps that it has taken on, or that are still on their way to it, and when each will be carried out.
    coming: Vec<Coming>,
    keys: BTreeSet<IdempotencyKey>,
    manner: Manner,
    broken: bool,
    runs_old_already: bool,
    /// Whether the previous version serves when it runs.
    pub(crate) old_is_well: bool,
}

/// What kind of target it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It knows a key again, so that what comes twice is done once.
    Keyed,
    /// It does what it is told as often as it is told, and shows at once what it has taken on.
    Plain,
    /// It knows a key again, and says that it is complete when it is not.
    Boasting,
}

/// Whether things may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    Storm,
    Calm,
}

struct Coming {
    at: u64,
    place: usize,
    taken_on: bool,
}

/// What comes back of a deed, and what happened to it on the way.
pub(crate) enum Back {
    Reply(Reply),
    Lost,
}

impl Target {
    pub(crate) fn any(mood: Mood, chance: &mut Chance) -> Self {
        let kind = mood == Mood::Kind;
        let steps = if chance.one_in(10) { 0 } else { chance.between(1, 3) };
        let twins = !kind && chance.one_in(40);
        let manners = [Manner::Keyed, Manner::Plain, Manner::Keyed, Manner::Plain, Manner::Boasting];
        let name = |n| if twins { "step".to_string() } else { format!("step-{n}") };
        Self {
            names: (0..steps).map(name).collect(),
            done: vec![0; usize::try_from(steps).unwrap()],
            coming: vec![],
            keys: BTreeSet::new(),
            manner: if kind { Manner::Plain } else { chance.pick(&manners) },
            broken: false,
            runs_old_already: chance.one_in(20),
            old_is_well: kind || !chance.one_in(8),
        }
    }

    /// Whether the previous version runs.
    pub(crate) fn runs_old(&mut self, now: u64) -> bool {
        self.arrive(now);
        self.runs_old_already || (!self.done.is_empty() && self.done.iter().all(|times| *times > 0))
    }

    /// Lets everything arrive that is still on its way.
    pub(crate) fn settle(&mut self) {
        self.arrive(u64::MAX);
    }

    fn arrive(&mut self, now: u64) {
        self.coming.sort_by_key(|it| it.at);
        while self.coming.first().is_some_and(|it| it.at <= now) {
            let Coming { place, .. } = self.coming.remove(0);
            self.carry_out(place);
        }
    }

    fn carry_out(&mut self, place: usize) {
        let known = self.manner != Manner::Plain && self.done[place] > 0;
        if known || self.broken {
            return;
        }
        let before = &self.done[..place];
        assert!(before.iter().all(|times| *times > 0), "no step is carried out before those that come first");
        self.done[place] += 1;
    }

    /// Does what it is asked.
    pub(crate) fn does(&mut self, deed: &Deed, (now, weather): (u64, Weather), chance: &mut Chance) -> Back {
        self.arrive(now);
        let luck = if weather == Weather::Calm { u64::MAX } else { chance.below(24) };
        match (deed, luck) {
            (Deed::Ready, 0) => {
                Back::Reply(Reply::Readiness { readiness: Readiness::Refused { why: "paused".into() } })
            }
            (Deed::Ready | Deed::Plan | Deed::Status { .. }, 1) => unavailable(),
            (Deed::Ready | Deed::Plan | Deed::Status { .. }, 2) => Back::Lost,
            (Deed::Ready, _) if self.runs_old(now) => {
                Back::Reply(Reply::Readiness { readiness: Readiness::AlreadyThere { why: "it runs".into() } })
            }
            (Deed::Ready, _) => Back::Reply(Reply::Readiness { readiness: Readiness::Ready }),
            (Deed::Plan, _) => Back::Reply(Reply::Planned { plan: self.plan() }),
            (Deed::Execute { step, key, .. }, luck) => self.executes(step, key, (now, luck), chance),
            (Deed::Status { key, .. }, luck) => {
                let boasts = self.manner == Manner::Boasting && luck < 8;
                let progress = if boasts { Progress::Complete } else { self.progress(key) };
                Back::Reply(Reply::Status { progress, summary: "looked".into() })
            }
        }
    }

    fn executes(&mut self, step: &Step, key: &IdempotencyKey, (now, luck): (u64, u64), chance: &mut Chance) -> Back {
        let place = self.names.iter().position(|name| *name == step.id).expect("only planned steps are commanded");
        assert!(self.keys.is_empty() || self.keys.contains(key), "one rollback has one key");
        match luck {
            0 => return Back::Reply(Reply::Error { fault: fault(FaultKind::Denied) }),
            1 => return unavailable(),
            2 => return Back::Lost,
            _ => {}
        }
        self.keys.insert(key.clone());
        let executed = |end| Back::Reply(Reply::Executed { end, summary: "as asked".into() });
        if self.manner != Manner::Plain && self.done[place] > 0 {
            return executed(StepEnd::AlreadyDone);
        }
        let soon = now + chance.between(1, 5_000);
        match luck {
            3 => self.broken = true,
            4 | 5 => self.coming.push(Coming { at: soon, place, taken_on: true }),
            6 if self.manner != Manner::Plain => {
                self.coming.push(Coming { at: now + chance.between(1, 40_000), place, taken_on: false });
            }
            _ => self.carry_out(place),
        }
        match luck {
            3 => Back::Reply(Reply::Error { fault: fault(FaultKind::Internal) }),
            4 => executed(StepEnd::Started),
            5..=8 => Back::Lost,
            _ => executed(StepEnd::Done),
        }
    }

    fn plan(&self) -> RollbackPlan {
        let step = |id: &String| Step { id: id.clone(), summary: "go".into(), payload: "{}".into(), labels: vec![] };
        RollbackPlan { summary: "back".into(), steps: self.names.iter().map(step).collect() }
    }

    fn progress(&self, key: &IdempotencyKey) -> Progress {
        let (done, all) = (self.done.iter().filter(|times| **times > 0).count(), self.done.len());
        match (self.broken, self.coming.iter().any(|it| it.taken_on)) {
            (true, _) => Progress::Failed,
            (false, true) => Progress::UnderWay,
            (false, false) if all > 0 && !self.keys.contains(key) => Progress::NotBegun,
            (false, false) if done == all => Progress::Complete,
            (false, false) if done == 0 => Progress::NotBegun,
            (false, false) => Progress::Partial,
        }
    }
}

fn unavailable() -> Back {
    Back::Reply(Reply::Error { fault: fault(FaultKind::Unavailable) })
}
