//! The thinking and writing half of a turn: an event is taken into account and written down with what follows from it,
//! before anything is done about it.

use holdpoint_core::id::{RunId, Sequence};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_journal::{Journal as _, JournalError, Store};
use tokio::task::block_in_place;

use crate::clock::Clock;
use crate::conductor::{ConductError, Observer};

/// Where entries are written.
pub(crate) enum Book<'a> {
    /// In a store, safe on disk before anything follows from them.
    Kept(&'a mut Store),
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
}

impl<'a> Turns<'a> {
    pub(crate) fn new(id: RunId, book: Book<'a>, observer: &'a mut dyn Observer, clock: Clock) -> Self {
        Self { id, book, observer, clock, run: Run::new(), written: 0 }
    }

    /// Takes an event: thinks, writes the event and what is to be done about it, and returns the latter.
    pub(crate) fn take(&mut self, event: Event) -> Result<Vec<Command>, ConductError> {
        let first = self.entry(0, What::Event { event });
        let commands = self.run.step(&first);
        let intents = commands
            .iter()
            .zip(1..)
            .map(|(command, offset)| self.entry(offset, What::Intent { command: command.clone() }));
        let entries: Vec<Entry> = intents.collect();
        let entries: Vec<Entry> = std::iter::once(first).chain(entries).collect();
        let expected = Sequence(self.written + 1);
        self.book
            .append(&self.id, expected, &entries)
            .map_err(|source| ConductError::Journal { run: self.id.clone(), source })?;
        self.written += entries.len() as u64;
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                self.run.step(entry);
            }
            self.observer.saw(entry, &self.run);
        }
        self.book.take_in(entries);
        Ok(commands)
    }

    fn entry(&self, offset: u64, what: What) -> Entry {
        let sequence = Sequence(self.written + 1 + offset);
        Entry { sequence, at: self.clock.elapsed(), moment: self.clock.moment(), what }
    }
}

impl Book<'_> {
    /// Makes entries safe, where they are to be.
    fn append(&mut self, run: &RunId, expected: Sequence, entries: &[Entry]) -> Result<(), JournalError> {
        match self {
            Self::Kept(store) => block_in_place(|| store.journal_mut().append(run, expected, entries)),
            Self::Played(_) => Ok(()),
        }
    }

    /// Takes entries in that nobody needs any more.
    fn take_in(&mut self, entries: Vec<Entry>) {
        match self {
            Self::Kept(_) => {}
            Self::Played(all) => all.extend(entries),
        }
    }
}
