//! The thinking and writing half of a turn: an event is taken into account and written down with what follows from it,
//! before anything is done about it. What happened at the same moment is written down together: safe on disk means waiting
//! for the disk, and a window with thousands of signals has no time to wait for each sample.

use holdpoint_core::id::{RunId, Sequence};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_journal::{Journal as _, JournalError, Store};
use tokio::task::block_in_place;

use crate::clock::Clock;
use crate::conductor::{ConductError, Observer};
use crate::shelf::Counter;

/// Where entries are written.
pub(crate) enum Book<'a> {
    /// In a store, safe on disk before anything follows from them.
    Kept(&'a mut Store, Counter),
    /// In memory: a rehearsal that dies has done nothing.
    Played(&'a mut Vec<Entry>),
}

/// The run, its journal and its clock.
pub(crate) struct Turns<'a> {
    pub(crate) id: RunId,
    book: Book<'a>,
    observer: &'a mut dyn Observer,
    pub(crate) clock: Clock,
    pub(crate) run: Run,
    written: u64,
    /// What has been thought and is not written down yet.
    thought: Vec<Entry>,
}

impl<'a> Turns<'a> {
    pub(crate) fn new(id: RunId, book: Book<'a>, observer: &'a mut dyn Observer, clock: Clock) -> Self {
        Self { id, book, observer, clock, run: Run::new(), written: 0, thought: Vec::new() }
    }

    /// Takes an event into account and returns what is to be done about it, once both have been written down.
    pub(crate) fn think(&mut self, event: Event) -> Vec<Command> {
        let event = self.entry(What::Event { event });
        let commands = self.run.step(&event);
        self.thought.push(event);
        for command in &commands {
            let intent = self.entry(What::Intent { command: command.clone() });
            self.run.step(&intent);
            self.thought.push(intent);
        }
        commands
    }

    /// Writes down all that has been thought, whole or not at all.
    pub(crate) fn write(&mut self) -> Result<(), ConductError> {
        let entries = std::mem::take(&mut self.thought);
        let expected = Sequence(self.written + 1);
        self.book
            .append(&self.id, expected, &entries)
            .map_err(|source| ConductError::Journal { run: self.id.clone(), source })?;
        self.written += entries.len() as u64;
        for entry in &entries {
            self.observer.saw(entry, &self.run);
        }
        self.book.take_in(entries);
        Ok(())
    }

    /// Makes the run anew from what was written, as a host does that takes it up.
    pub(crate) fn fold_anew(&mut self) {
        match &self.book {
            Book::Kept(..) => {}
            Book::Played(entries) => self.run = Run::fold(entries.iter()),
        }
    }

    fn entry(&self, what: What) -> Entry {
        let sequence = Sequence(self.written + self.thought.len() as u64 + 1);
        Entry { sequence, at: self.clock.elapsed(), moment: self.clock.moment(), what }
    }
}

impl Book<'_> {
    /// Makes entries safe, where they are to be.
    fn append(&mut self, run: &RunId, expected: Sequence, entries: &[Entry]) -> Result<(), JournalError> {
        match self {
            Self::Kept(store, counter) => {
                let evidence = counter.clear();
                block_in_place(|| store.journal_mut().append_with(run, expected, entries, &evidence))
            }
            Self::Played(_) => Ok(()),
        }
    }

    /// Takes entries in that nobody needs any more.
    fn take_in(&mut self, entries: Vec<Entry>) {
        match self {
            Self::Kept(..) => {}
            Self::Played(all) => all.extend(entries),
        }
    }
}
