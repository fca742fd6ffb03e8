//! Mischief: events that make no sense, clocks that jump, ends out of their order, and people who speak unasked.

use holdpoint_core::id::CallId;
use holdpoint_core::run::entry::What;
use holdpoint_core::run::event::Event;

use crate::outside::Mood;
use crate::scene::{ended, is_complaint, pass};
use crate::watch;
use crate::world::World;

impl World {
    /// One thing happens that should not.
    pub(crate) fn mischief(&mut self) {
        match self.chance.below(12) {
            0 | 1 => self.wake_early(),
            2 => self.say_twice(),
            3 => self.lie(),
            4 => self.sleep(),
            5 if self.chance.one_in(3) => self.jump(),
            6 if self.mood == Mood::Wild && self.chance.one_in(12) => self.interrupt(),
            7 => {
                let word = self.answer();
                self.hears(word);
            }
            8 => {
                let event = self.started();
                self.must_complain(event);
            }
            _ => self.overtake(),
        }
    }

    fn wake_early(&mut self) {
        self.clock.now += self.chance.below(1_000);
        let now = self.run.course().unwrap().now().0.max(self.clock.elapsed());
        if self.run.wakes().is_some_and(|wake| wake.at.0 > now) {
            self.must_complain(Event::Woke);
        }
    }

    /// An entry that comes twice counts once, and so does what it says.
    fn say_twice(&mut self) {
        let which = self.chance.below(self.journal.len() as u64);
        let entry = self.journal[usize::try_from(which).unwrap()].clone();
        assert!(is_complaint(&self.run.step(&entry)), "an entry counts once");
        if let What::Event {
            event:
                Event::CallEnded { call, .. } | Event::RollbackReplied { call, .. } | Event::ShiftReplied { call, .. },
        } = &entry.what
            && !self.watch.open.contains_key(call)
        {
            let What::Event { event } = entry.what else { unreachable!("it is one") };
            self.happened.insert("a doubled event");
            self.must_complain(event);
        }
    }

    fn lie(&mut self) {
        self.must_complain(ended(CallId(1_000_000), pass()));
        let rollback =
            self.watch.open.iter().find(|(call, open)| {
                matches!(open.what, watch::What::Rollback(_)) && !self.watch.stopped.contains(call)
            });
        if let Some(call) = rollback.map(|(call, _)| *call) {
            self.must_complain(ended(call, pass()));
        }
    }

    /// The whole machine sleeps, or is busy with something else.
    fn sleep(&mut self) {
        self.happened.insert("a pause of the host");
        self.clock.now += if self.chance.one_in(4) { self.chance.below(120_000) } else { self.chance.below(4_000) };
    }

    /// The host's clock or its calendar jumps.
    fn jump(&mut self) {
        self.happened.insert("a clock that jumps");
        self.truth.wrong_clock = true;
        let by = i64::try_from(self.chance.below(60_000)).unwrap();
        match self.chance.below(3) {
            0 => self.clock.ahead += by,
            1 => self.clock.ahead = (self.clock.ahead - by).max(-i64::try_from(self.clock.now).unwrap()),
            _ => self.clock.calendar -= by * 100,
        }
    }

    fn interrupt(&mut self) {
        self.happened.insert("an interruption");
        // What is being brought to an end already is not interrupted once more.
        if self.truth.interrupted {
            return;
        }
        if self.happens(Event::Interrupted { by: "SIGTERM".into() }, None).is_some() {
            self.truth.interrupted = true;
        }
    }

    /// Something that is on its way overtakes everything else.
    fn overtake(&mut self) {
        if self.flights.is_empty() {
            return;
        }
        self.happened.insert("events out of their order");
        let which = self.chance.below(self.flights.len() as u64);
        let flight = self.flights.remove(usize::try_from(which).unwrap());
        self.deliver(flight.brings);
    }
}
