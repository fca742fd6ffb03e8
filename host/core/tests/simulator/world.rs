//! The world of one run: a host with a clock and a journal, what is on its way to it, and everything that can go wrong.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use holdpoint_core::facts::Facts;
use holdpoint_core::id::{CallId, Digest, Sequence};
use holdpoint_core::outcome::Called;
use holdpoint_core::plan::Plan;
use holdpoint_core::rollback::{Replied, Reply};
use holdpoint_core::rollout;
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::course::Course;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Answer, Event, Mode};
use holdpoint_core::run::past::Past;
use holdpoint_core::time::{Elapsed, Moment};

use crate::chance::Chance;
use crate::laws;
use crate::outside::{CALENDAR, Mood, Outside, Seen};
use crate::plans::any_past;
use crate::reasons;
use crate::scene::{is_complaint, started};
use crate::target::Target;
use crate::traffic::Traffic;
use crate::truth::Truth;
use crate::watch::{self, Watch};

/// So many turns are enough for every run once the faults have stopped.
const ENOUGH: u64 = 6_000;

/// A run in its world.
pub(crate) struct World {
    pub(crate) run: Run,
    pub(crate) plan: Plan,
    pub(crate) mode: Mode,
    /// What past runs saw.
    pub(crate) past: Past,
    pub(crate) journal: Vec<Entry>,
    pub(crate) target: Target,
    pub(crate) traffic: Traffic,
    pub(crate) truth: Truth,
    /// What happened at all, so that the seeds can be seen to try everything.
    pub(crate) happened: BTreeSet<&'static str>,
    pub(crate) watch: Watch,
    pub(crate) outside: Outside,
    pub(crate) chance: Chance,
    pub(crate) clock: Clock,
    pub(crate) flights: Vec<Flight>,
    pub(crate) mood: Mood,
    /// Whether things may still go wrong.
    pub(crate) storm: bool,
    /// One in how many chances of a crash is taken.
    pub(crate) crashes: u64,
    /// Whether the host is dead.
    pub(crate) dead: bool,
    told: Option<Told>,
}

/// A journal in lines, for whoever tries one seed.
pub(crate) type Told = Rc<RefCell<Vec<String>>>;

/// What the host's clocks show.
pub(crate) struct Clock {
    /// The true time, in milliseconds since the start.
    pub(crate) now: u64,
    /// How far its own clock is ahead of that.
    pub(crate) ahead: i64,
    /// How far its calendar is ahead of everybody's.
    pub(crate) calendar: i64,
}

/// Something on its way to the host.
pub(crate) struct Flight {
    pub(crate) at: u64,
    pub(crate) brings: Brings,
}

pub(crate) enum Brings {
    /// The end of a check's call.
    End { call: CallId, seen: Seen },
    /// The end of a rollback's call.
    Reply { call: CallId, reply: Reply },
    /// The end of a rollout's call.
    Shift { call: CallId, reply: rollout::Reply },
    /// A person's word.
    Word(Event),
    /// An event that has come already.
    Echo(Event),
}

impl Clock {
    pub(crate) fn elapsed(&self) -> u64 {
        self.now.saturating_add_signed(self.ahead)
    }

    fn moment(&self) -> Moment {
        Moment(CALENDAR + i64::try_from(self.now).unwrap() + self.calendar)
    }

    /// Waits until the host's own clock shows this.
    pub(crate) fn reach(&mut self, at: Elapsed) {
        self.now += at.0.saturating_sub(self.elapsed());
    }
}

impl World {
    pub(crate) fn new(plan: Plan, mode: Mode, mood: Mood, mut chance: Chance) -> Self {
        let outside = Outside::of(&plan, mood, &mut chance);
        let past = any_past(&plan, &mut chance);
        let target = Target::any(mood, &mut chance);
        let crashes = if mood == Mood::Kind { 0 } else { chance.pick(&[0, 0, 400, 80, 20]) };
        let calendar = if mood == Mood::Wild && chance.one_in(10) {
            i64::try_from(chance.below(200_000)).unwrap() - 100_000
        } else {
            0
        };
        Self {
            run: Run::new(),
            plan,
            mode,
            past,
            journal: vec![],
            target,
            traffic: Traffic::default(),
            truth: Truth { wrong_clock: calendar != 0, ..Truth::default() },
            happened: BTreeSet::new(),
            watch: Watch::default(),
            outside,
            chance,
            clock: Clock { now: 0, ahead: 0, calendar },
            flights: vec![],
            mood,
            storm: true,
            crashes,
            dead: true,
            told: None,
        }
    }

    /// Lets the run tell what happens.
    pub(crate) fn tell(&mut self, told: Option<Told>) {
        self.told = told;
    }

    /// Lets things go wrong for so many turns, and then stops every fault: the run ends.
    pub(crate) fn live(&mut self, stormy: u64) {
        for turn in 0..stormy + ENOUGH {
            self.storm = self.mood != Mood::Kind && turn < stormy;
            if self.dead {
                self.resume();
            } else if self.watch.finished.is_some() {
                return;
            } else if self.storm && self.chance.one_in(5) {
                self.mischief();
            } else {
                self.go_on();
            }
        }
        panic!("the run does not end: it waits for {:?}", self.run.wakes());
    }

    /// Whatever still comes after the end changes nothing.
    pub(crate) fn outlive(&mut self) {
        let before = self.run.course().cloned();
        self.storm = false;
        for flight in std::mem::take(&mut self.flights) {
            self.deliver(flight.brings);
        }
        self.must_complain(Event::Woke);
        self.must_complain(Event::NobodyToAsk);
        let ending = |course: Option<_>| course.map(|it: Course| it.closing().cloned());
        assert_eq!(ending(self.run.course().cloned()), ending(before), "an end is the end");
        self.target.settle();
    }

    /// The next thing happens: something arrives, or the time has come that the run waits for.
    fn go_on(&mut self) {
        let wake = self.run.wakes().expect("a run that goes on waits for something");
        assert!(!wake.why.is_empty(), "a wait has a reason");
        let until = self.clock.now + wake.at.0.saturating_sub(self.clock.elapsed());
        let next = self.flights.iter().enumerate().min_by_key(|(_, flight)| flight.at);
        match next.map(|(place, flight)| (place, flight.at)) {
            Some((place, at)) if at <= until => {
                self.clock.now = self.clock.now.max(at);
                let flight = self.flights.remove(place);
                self.deliver(flight.brings);
            }
            _ => {
                self.clock.reach(wake.at);
                if self.storm && self.chance.one_in(12) {
                    self.happened.insert("a late wake");
                    self.clock.now += self.chance.below(20_000);
                }
                self.wake();
            }
        }
    }

    fn wake(&mut self) {
        if self.happens(Event::Woke, None).is_none() {
            return;
        }
        let now = self.run.course().unwrap().now();
        assert!(
            self.run.wakes().is_none_or(|wake| wake.at > now),
            "a wake that was answered does not come again at once"
        );
    }

    pub(crate) fn deliver(&mut self, brings: Brings) {
        let again = self.storm && self.chance.one_in(20);
        let event = match brings {
            Brings::End { call, seen } => {
                let facts = Facts { evidence: Some(evidence(call)), requests: seen.requests, ..Facts::none() };
                let event = Event::CallEnded { call, called: Called { outcome: seen.outcome.clone(), facts } };
                self.happens(event.clone(), Some(seen)).map(|()| event)
            }
            Brings::Reply { call, reply } => {
                let event = Event::RollbackReplied { call, replied: Replied { reply, facts: Facts::none() } };
                self.happens(event.clone(), None).map(|()| event)
            }
            Brings::Shift { call, reply } => {
                let replied = rollout::Replied { reply, facts: Facts::none() };
                let event = Event::ShiftReplied { call, replied };
                self.happens(event.clone(), None).map(|()| event)
            }
            Brings::Word(event) => {
                self.hears(event);
                None
            }
            Brings::Echo(event) => {
                self.happened.insert("a doubled event");
                self.must_complain(event);
                None
            }
        };
        if let (Some(event), true, false) = (event, again, self.dead) {
            let at = self.clock.now + self.chance.below(10_000);
            self.flights.push(Flight { at, brings: Brings::Echo(event) });
        }
    }

    /// A person's word is heard when somebody was asked, and it says what it must.
    pub(crate) fn hears(&mut self, event: Event) {
        let to_another = |question: &Option<u32>| question.is_some() && *question != self.watch.question;
        let can = self.watch.asking
            && match &event {
                Event::Answered { question, .. } if to_another(question) => false,
                Event::Answered { answer: Answer::Confirm { reason } | Answer::Hotfix { reason }, .. } => {
                    !reason.trim().is_empty()
                }
                Event::Answered { answer: Answer::RollBack { reason }, .. } => {
                    !reason.trim().is_empty() && self.plan.restore.is_some()
                }
                _ => true,
            };
        if !can {
            return self.must_complain(event);
        }
        let course = self.run.course();
        let of_shift = course.and_then(Course::decision).is_some_and(|it| reasons::names_a_shift(&it.reason));
        let at = course.and_then(|course| course.phase()).map(|phase| phase.name().clone());
        let Event::Answered { answer, .. } = &event else {
            self.watch.asking = self.happens(event, None).is_none();
            return;
        };
        let answer = answer.clone();
        let goes_on = matches!(answer, Answer::Confirm { .. } | Answer::Hotfix { .. });
        // What follows from a word is performed at once, so that it is noted first.
        let before = self.truth.went_on_without_shift;
        self.truth.went_on_without_shift |= of_shift && goes_on;
        self.watch.asking = matches!(answer, Answer::Extend { .. });
        if self.happens(event, None).is_none() {
            self.truth.went_on_without_shift = before;
            self.watch.asking = true;
            return;
        }
        self.truth.waived.extend(at.filter(|_| !of_shift && matches!(answer, Answer::Confirm { .. })));
        self.truth.answers.push(answer);
    }

    /// Something happens that the run was waiting for. `None` when the host died before it was written down.
    pub(crate) fn happens(&mut self, event: Event, seen: Option<Seen>) -> Option<()> {
        if self.crashed() {
            return None;
        }
        let (commands, open) = self.enter_event(event);
        if let Some((call, open)) = open {
            self.note(call, open, seen, &commands);
        }
        assert!(!is_complaint(&commands), "{commands:?}");
        for command in &commands {
            if self.crashed() {
                return Some(());
            }
            let none = self.enter(What::Intent { command: command.clone() });
            assert_eq!(none, [], "an intent decides nothing");
        }
        for command in commands {
            if self.crashed() {
                return Some(());
            }
            self.perform(command);
        }
        Some(())
    }

    fn enter_event(&mut self, event: Event) -> (Vec<Command>, Option<(CallId, watch::Open)>) {
        let call = match &event {
            Event::CallEnded { call, .. } | Event::RollbackReplied { call, .. } | Event::ShiftReplied { call, .. } => {
                Some(*call)
            }
            _ => None,
        };
        match &event {
            Event::RollbackReplied { replied: Replied { reply: Reply::Status { .. }, .. }, .. } => self.watch.looked(),
            Event::ShiftReplied { replied, .. } if matches!(replied.reply, rollout::Reply::Status { .. }) => {
                self.watch.looked();
            }
            _ => {}
        }
        let open = call.and_then(|call| Some((call, self.watch.open.remove(&call)?)));
        let commands = self.enter(What::Event { event });
        let at = self.run.course().map_or(Elapsed(0), Course::now);
        self.watch.follow(&commands, at, (&self.plan, self.mode));
        assert_eq!(self.run.ending(), self.watch.finished);
        assert_eq!(self.run.wakes().is_none(), self.watch.finished.is_some(), "a run that goes on waits for something");
        laws::nothing_urgent_waits(&self.run);
        (commands, open)
    }

    /// Something that makes no sense: it is refused, and changes nothing.
    pub(crate) fn must_complain(&mut self, event: Event) {
        let before = self.chance.one_in(8).then(|| self.run.clone());
        let entry = self.entry(What::Event { event });
        let commands = self.run.step(&entry);
        assert!(is_complaint(&commands), "{entry:?}: {commands:?}");
        if let Some(before) = before {
            assert_eq!(self.run, before, "what is impossible changes nothing");
        }
        self.keep(entry);
    }

    pub(crate) fn enter(&mut self, what: What) -> Vec<Command> {
        let entry = self.entry(what);
        let commands = self.run.step(&entry);
        self.keep(entry);
        commands
    }

    fn entry(&self, what: What) -> Entry {
        let sequence = Sequence(self.journal.len() as u64 + 1);
        Entry { sequence, at: Elapsed(self.clock.elapsed()), moment: self.clock.moment(), what }
    }

    fn keep(&mut self, entry: Entry) {
        if let Some(told) = &self.told {
            let text = serde_json::to_string(&entry.what).unwrap();
            told.borrow_mut().push(format!(
                "{:>5} {:>8} {}",
                entry.sequence.0,
                entry.at.0,
                text.get(..240).unwrap_or(&text)
            ));
        }
        self.journal.push(entry);
    }

    /// The true time.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now
    }

    pub(crate) fn started(&self) -> Event {
        let mut event = started(self.mode, self.plan.clone());
        if let Event::Started { past, .. } = &mut event {
            *past = Some(Box::new(self.past.clone()));
        }
        event
    }
}

/// The digest of what the host kept of a call.
pub(crate) fn evidence(call: CallId) -> Digest {
    Digest::of(&call.0.to_le_bytes())
}
