//! A run: one verification of one release under one plan, as a fold over its journal.
//!
//! Entries go in, commands come out; nothing else moves a run. The same entries give the same run and the same
//! commands, on any machine.

mod breaker;
mod calls;
pub mod command;
pub mod course;
pub mod ending;
pub mod entry;
pub mod event;
mod left_behind;
mod onset;
pub mod people;
pub mod phase;
pub mod restore;
pub mod round;
pub mod shift;
pub mod window;
pub mod past;
pub mod vigil;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use crate::id::{CallId, Sequence};
use crate::run::command::Command;
use crate::run::course::{Course, Start};
use crate::run::ending::Ending;
use crate::run::entry::{Entry, What};
use crate::run::event::Event;
use crate::time::{Elapsed, Moment, Wake};

/// A run: its course since it started, and what the journal says was begun.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    course: Option<Course>,
    marks: Marks,
}

/// What the journal says beside what happened. No decision looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Marks {
    last: Option<Sequence>,
    begun: BTreeSet<CallId>,
}

impl Run {
    /// A run of which nothing is known: it waits for [`Event::Started`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds a journal: the run as it stands after these entries.
    #[must_use]
    pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut run = Self::new();
        for entry in entries {
            run.step(entry);
        }
        run
    }

    /// Takes one journalled entry into account and says what must happen next.
    ///
    /// Total and deterministic: every entry is accepted, an impossible one changes nothing and is answered with
    /// [`Command::Complain`] alone. Impossible are an entry whose sequence does not grow, a call that was never
    /// commanded or has ended already, a wake before its time, an answer that nobody asked for. A gap in the
    /// sequence is possible. Reads no clock: `entry.at` is the time, and where it goes back the latest one counts.
    ///
    /// A call that was cancelled still ends, and its end is accepted in silence. An intent marks a call as begun and
    /// gives no commands. After [`Command::Finish`] nothing comes but complaints. (D-1, D-3)
    pub fn step(&mut self, entry: &Entry) -> Vec<Command> {
        if self.marks.last.is_some_and(|last| entry.sequence <= last) {
            return complain(format!("entry {} has been taken into account already", entry.sequence.0));
        }
        let taken = match &entry.what {
            What::Event { event } => self.happened(event, entry.at, entry.moment),
            What::Intent { command } => self.intended(command),
        };
        match taken {
            Ok(commands) => {
                self.marks.last = Some(entry.sequence);
                commands
            }
            Err(why) => complain(why),
        }
    }

    /// Returns when the run wants to be woken if nothing happens before, and why.
    ///
    /// The moment may lie in the past when the wake is late. `None` before the start and after the end.
    #[must_use]
    pub fn wakes(&self) -> Option<Wake> {
        self.course.as_ref().and_then(Course::wakes)
    }

    /// How the run ended; `None` as long as it goes on.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.course.as_ref().and_then(Course::closing).map(|closing| closing.ending)
    }

    /// What has happened since the start: phases, checks, gates, decisions, rollback. `None` before the start.
    #[must_use]
    pub const fn course(&self) -> Option<&Course> {
        self.course.as_ref()
    }

    /// Whether the journal says that this call was about to be made. What was begun and has no end when a host died
    /// is what it left behind.
    #[must_use]
    pub fn has_begun(&self, call: CallId) -> bool {
        self.marks.begun.contains(&call)
    }

    fn happened(&mut self, event: &Event, at: Elapsed, moment: Moment) -> Result<Vec<Command>, String> {
        match (&mut self.course, Start::of(event)) {
            (None, Some(start)) => {
                let (course, commands) = Course::begin(start, at, moment);
                self.course = Some(course);
                Ok(commands)
            }
            (None, None) => Err("the run has not started".to_string()),
            (Some(_), Some(_)) => Err("the run has started already".to_string()),
            (Some(course), None) => course.take(event, at),
        }
    }

    fn intended(&mut self, command: &Command) -> Result<Vec<Command>, String> {
        match command {
            Command::Call { call, .. } | Command::RollBack { call, .. } | Command::Shift { call, .. } => {
                if !self.course.as_ref().is_some_and(|course| course.has_issued(*call)) {
                    return Err(format!("call {call} was never commanded"));
                }
                self.marks.begun.insert(*call);
            }
            Command::Cancel { .. } | Command::Ask { .. } | Command::Complain { .. } | Command::Finish { .. } => {}
        }
        Ok(Vec::new())
    }
}

fn complain(why: String) -> Vec<Command> {
    vec![Command::Complain { why }]
}
