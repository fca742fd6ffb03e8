//! The host: it performs commands, dies between any two of them, and is followed by another that takes the run up.

use std::collections::BTreeSet;

use holdpoint_core::id::CallId;
use holdpoint_core::outcome::{FaultKind, Outcome};
use holdpoint_core::rollback::{Deed, Reply};
use holdpoint_core::rollout;
use holdpoint_core::run::Run;
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::event::{Answer, Event};
use holdpoint_core::time::{Elapsed, Span};

use crate::outside::Seen;
use crate::scene::{error, fail, pass, timeout};
use crate::target::{Back, Weather};
use crate::watch::What;
use crate::world::{Brings, Flight, World};

impl World {
    /// Whether the host dies at this place. Everything that it has in memory is lost, and all that was on its way to it.
    pub(crate) fn crashed(&mut self) -> bool {
        if self.dead {
            return true;
        }
        if !self.storm || self.crashes == 0 || !self.chance.one_in(self.crashes) {
            return false;
        }
        self.dead = true;
        let words_stay = self.chance.one_in(2);
        self.flights.retain(|flight| words_stay && matches!(flight.brings, Brings::Word(_)));
        true
    }

    /// A host takes the run up: it folds the journal, ends what was left behind, and asks once more.
    pub(crate) fn resume(&mut self) {
        self.dead = false;
        if self.journal.is_empty() {
            let started = self.started();
            self.happens(started, None);
            return;
        }
        self.happened.insert("a crash");
        let folded = Run::fold(&self.journal);
        assert_eq!(folded, self.run, "the journal is the only truth");
        self.run = folded;
        let left = self.run.left_behind();
        if self.watch.finished.is_none() {
            let known: BTreeSet<CallId> = self.watch.open.keys().copied().collect();
            assert_eq!(left.iter().map(call_of).collect::<BTreeSet<_>>(), known, "what was open was left behind");
        }
        for event in left {
            self.note_crash_in(&event);
            if self.happens(event, None).is_none() || self.dead {
                return;
            }
        }
        let question = self.run.question(Elapsed(self.clock.elapsed()));
        assert_eq!(question.is_some(), self.watch.asking, "a question is asked again when one is open");
        if let Some(question) = question {
            self.happened.insert("a crash while a person was asked");
            self.perform(question);
        }
    }

    fn note_crash_in(&mut self, event: &Event) {
        if let Some(open) = self.watch.open.get(&call_of(event))
            && let What::Rollback(Deed::Execute { .. }) = open.what
        {
            self.happened.insert("a crash while a step was carried out");
        }
        if let Event::ShiftReplied { .. } = event {
            self.happened.insert("a crash while traffic was shifted");
        }
    }

    pub(crate) fn perform(&mut self, command: Command) {
        match command {
            Command::Call { call, check, purpose, timeout, .. } => {
                self.look_at_share(&purpose);
                let after = self.after(timeout);
                let at = self.clock.now + after.as_millis();
                let seen = match purpose {
                    Purpose::Judge { .. } => self.outside.check(&check, at, &mut self.chance),
                    Purpose::Sample { .. } => self.outside.signal(&check, at, &mut self.chance),
                    Purpose::Recover => self.look_at_recovery(at),
                };
                if self.is_lost() {
                    let lost = Seen { outcome: lost(timeout), requests: 1, number: None, busy: false, fails: false };
                    self.comes(timeout, Brings::End { call, seen: lost });
                } else {
                    self.comes(after, Brings::End { call, seen });
                }
            }
            Command::RollBack { call, deed, timeout, .. } => {
                let weather = if self.storm { Weather::Storm } else { Weather::Calm };
                let back = self.target.does(&deed, (self.clock.now, weather), &mut self.chance);
                match back {
                    Back::Reply(reply) if !self.is_lost() => {
                        let after = self.after(timeout);
                        self.comes(after, Brings::Reply { call, reply });
                    }
                    Back::Reply(_) | Back::Lost => {
                        self.comes(timeout, Brings::Reply { call, reply: Reply::Timeout { limit: timeout } });
                    }
                }
            }
            Command::Shift { call, deed, timeout, .. } => {
                let weather = if self.storm { Weather::Storm } else { Weather::Calm };
                let reply = self.traffic.does(&deed, (self.clock.now, weather), &mut self.chance);
                let (after, reply) = match reply.filter(|_| !self.is_lost()) {
                    Some(reply) => (self.after(timeout), reply),
                    None => (timeout, rollout::Reply::Timeout { limit: timeout }),
                };
                self.comes(after, Brings::Shift { call, reply });
            }
            Command::Cancel { call, why } => self.cancel(call, &why),
            Command::Ask { .. } => self.ask(),
            Command::Complain { why } => panic!("nothing was wrong: {why}"),
            Command::Finish { .. } => {}
        }
    }

    /// A stage is judged at its share, unless a person let the run go on without. (D-5)
    fn look_at_share(&mut self, purpose: &Purpose) {
        let (Purpose::Judge { phase } | Purpose::Sample { phase }, Some(rollout)) = (purpose, &self.plan.rollout)
        else {
            return;
        };
        let closed = self.run.course().unwrap().phases().iter().any(|it| it.name() == phase && it.closed().is_some());
        if closed {
            // What is watched on is no judgement of its stage any more.
            return;
        }
        let upto = self.plan.phases.iter().position(|it| it.name == *phase).map(|place| &self.plan.phases[..=place]);
        let mut stages = upto.into_iter().flatten().filter_map(|phase| rollout.stage_of(&phase.name));
        let due = stages.next_back().map_or(0, |(_, stage)| stage.share.percent());
        let has = self.traffic.percent(self.clock.now);
        assert!(has == due || self.truth.went_on_without_shift, "it is judged at {has} % instead of {due} %");
    }

    /// The recovery's checks see the truth: the previous version runs and serves, or not.
    fn look_at_recovery(&mut self, at: u64) -> Seen {
        let good = self.target.runs_old(at) && self.target.old_is_well;
        let outcome = match (good, self.storm && self.chance.one_in(8)) {
            (_, true) => error(FaultKind::Unavailable),
            (true, false) => pass(),
            (false, false) => fail(),
        };
        Seen { outcome, requests: 1, number: None, busy: false, fails: false }
    }

    /// How long a call takes: mostly not long.
    fn after(&mut self, timeout: Span) -> Span {
        let most = if self.storm && self.chance.one_in(6) { timeout.as_millis() } else { 400 };
        Span::from_millis(self.chance.between(1, most))
    }

    /// Whether an answer is lost on its way.
    fn is_lost(&mut self) -> bool {
        let lost = self.storm && self.chance.one_in(25);
        if lost {
            self.happened.insert("a lost answer");
        }
        lost
    }

    fn comes(&mut self, after: Span, brings: Brings) {
        if self.storm && self.chance.one_in(150) {
            self.happened.insert("an end that never comes");
            return;
        }
        let mut at = self.clock.now + after.as_millis();
        if self.storm && self.chance.one_in(20) {
            self.happened.insert("a late event");
            at += self.chance.below(15_000);
        }
        self.flights.push(Flight { at, brings });
    }

    /// A call is stopped, or is faster.
    fn cancel(&mut self, call: CallId, why: &str) {
        let at = self.clock.now + self.chance.below(100);
        for flight in &mut self.flights {
            match &mut flight.brings {
                Brings::End { call: its, seen } if *its == call && self.chance.one_in(2) => {
                    seen.outcome = Outcome::Cancelled { why: why.to_string() };
                    flight.at = at;
                }
                Brings::Reply { call: its, reply } if *its == call && self.chance.one_in(2) => {
                    *reply = Reply::Cancelled;
                    flight.at = at;
                }
                Brings::Shift { call: its, reply } if *its == call && self.chance.one_in(2) => {
                    *reply = rollout::Reply::Cancelled;
                    flight.at = at;
                }
                _ => {}
            }
        }
    }

    /// Somebody is asked: who is there answers, sooner or later. Once the faults have stopped somebody does, or it is
    /// known that nobody is there.
    fn ask(&mut self) {
        let after = self.chance.between(1, if self.storm { 60_000 } else { 1_000 });
        let event = match self.chance.below(6) {
            0 => Event::NobodyToAsk,
            1 | 2 if self.storm => return,
            _ => self.answer(),
        };
        let at = self.clock.now + if event == Event::NobodyToAsk { 0 } else { after };
        if !self.storm {
            // Words that are still on their way are of the storm.
            self.flights.retain(|flight| !matches!(flight.brings, Brings::Word(_)));
        }
        self.flights.push(Flight { at, brings: Brings::Word(event) });
    }

    pub(crate) fn answer(&mut self) -> Event {
        let reason = if self.storm && self.chance.one_in(12) { " " } else { "I know" }.to_string();
        let answer = match self.chance.below(7) {
            0..=2 => Answer::Confirm { reason },
            3 => Answer::Hotfix { reason },
            4 if self.storm => Answer::Extend { by: Span::from_secs(30) },
            _ if self.plan.restore.is_some() || self.storm => Answer::RollBack { reason },
            _ => Answer::Confirm { reason },
        };
        let asked = self.watch.question.filter(|_| self.chance.one_in(2));
        Event::Answered { by: "ada".into(), answer, question: asked }
    }
}

fn lost(limit: Span) -> Outcome {
    let Outcome::Timeout { message, .. } = timeout() else { unreachable!("a timeout is one") };
    Outcome::Timeout { limit, message }
}

fn call_of(event: &Event) -> CallId {
    match event {
        Event::CallEnded { call, .. } | Event::RollbackReplied { call, .. } | Event::ShiftReplied { call, .. } => *call,
        _ => panic!("nothing else is left behind: {event:?}"),
    }
}
