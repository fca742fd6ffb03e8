//! The loop of a run: one event at a time, written down before anything follows from it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use holdpoint_core::id::{Digest, RunId, Sequence};
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::Plan;
use holdpoint_core::release::Release;
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Event, Mode};
use holdpoint_journal::{Journal, JournalError, Store};
use holdpoint_sandbox::{Loaded, Sandbox};
use tokio::sync::mpsc;
use tokio::task::block_in_place;

use crate::clock::{Clock, moment};
use crate::people::People;
use crate::perform::{Performer, Scene};

/// What a run starts from. Everything is decided: the run leaves no choice open.
pub struct Start {
    /// The run's identity.
    pub run: RunId,
    /// The plan.
    pub plan: Plan,
    /// The digest of its frozen form.
    pub plan_digest: Digest,
    /// The release under verification.
    pub release: Release,
    /// Whether the run may change anything.
    pub mode: Mode,
    /// The version of this host.
    pub host: String,
    /// The plan's plugins, compiled.
    pub plugins: BTreeMap<PluginName, Loaded>,
}

/// Sees each entry after it has been written, in order, with the state that follows from it.
pub trait Observer: Send {
    /// Takes note of an entry.
    fn saw(&mut self, entry: &Entry, run: &Run);
}

/// A run that has ended.
pub struct Conducted {
    /// Its last state; `ending()` is there.
    pub run: Run,
}

/// Why a run could not be carried on. What was written before stays true.
#[derive(Debug, thiserror::Error)]
pub enum ConductError {
    /// The journal could not be written, so nothing more may be done.
    #[error("could not write the journal of run {run}, so the run stops here")]
    Journal {
        /// Which run.
        run: RunId,
        /// Why.
        #[source]
        source: JournalError,
    },
    /// The run waits for nothing and has not ended: a defect of the core.
    #[error("run {run} waits for nothing and has not ended")]
    Stuck {
        /// Which run.
        run: RunId,
    },
}

/// Carries runs out.
pub struct Conductor {
    store: Store,
    sandbox: Sandbox,
}

impl Conductor {
    /// A conductor over this store and this sandbox.
    pub fn new(store: Store, sandbox: Sandbox) -> Self {
        Self { store, sandbox }
    }

    /// Carries one run from its start to its end. Events from outside (answers, interruptions) come by `inbox`.
    ///
    /// # Errors
    /// When the journal can't be written: the run stops at once, and nothing is done that is not written down.
    pub async fn conduct(
        &mut self,
        start: Start,
        inbox: mpsc::Receiver<Event>,
        people: Box<dyn People>,
        observer: &mut dyn Observer,
    ) -> Result<Conducted, ConductError> {
        let scene = Scene {
            plan: Arc::new(start.plan.clone()),
            endpoints: Arc::new(start.plan.endpoints.clone()),
            release: Arc::new(start.release.clone()),
            plugins: Arc::new(start.plugins),
            sandbox: self.sandbox.clone(),
            blobs: self.store.blobs(),
        };
        let mut turns = Turns {
            id: start.run.clone(),
            store: &mut self.store,
            observer,
            clock: Clock::start(),
            run: Run::new(),
            written: 0,
        };
        let started = Event::Started {
            run: start.run,
            plan: Box::new(start.plan),
            plan_digest: start.plan_digest,
            release: Box::new(start.release),
            mode: start.mode,
            host: start.host,
        };
        let mut stage = Stage { performer: Performer::new(scene, people), inbox, outside: true };
        let mut pending = VecDeque::from([started]);
        while turns.run.ending().is_none() {
            let event = match pending.pop_front() {
                Some(event) => event,
                None => stage.next(&turns).await?,
            };
            for command in turns.take(event)? {
                pending.extend(stage.performer.perform(command));
            }
        }
        Ok(Conducted { run: turns.run })
    }
}

/// The thinking and writing half of a turn.
struct Turns<'a> {
    id: RunId,
    store: &'a mut Store,
    observer: &'a mut dyn Observer,
    clock: Clock,
    run: Run,
    written: u64,
}

impl Turns<'_> {
    /// Takes an event: thinks, writes the event and what is to be done about it, and returns the latter.
    fn take(&mut self, event: Event) -> Result<Vec<Command>, ConductError> {
        let first = self.entry(0, What::Event { event });
        let commands = self.run.step(&first);
        let intents = commands
            .iter()
            .zip(1..)
            .map(|(command, offset)| self.entry(offset, What::Intent { command: command.clone() }));
        let entries: Vec<Entry> = std::iter::once(first.clone()).chain(intents).collect();
        let expected = Sequence(self.written + 1);
        block_in_place(|| self.store.journal_mut().append(&self.id, expected, &entries))
            .map_err(|source| ConductError::Journal { run: self.id.clone(), source })?;
        self.written += entries.len() as u64;
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                self.run.step(entry);
            }
            self.observer.saw(entry, &self.run);
        }
        Ok(commands)
    }

    fn entry(&self, offset: u64, what: What) -> Entry {
        Entry { sequence: Sequence(self.written + 1 + offset), at: self.clock.elapsed(), moment: moment(), what }
    }
}

/// The doing and waiting half of a turn.
struct Stage {
    performer: Performer,
    inbox: mpsc::Receiver<Event>,
    outside: bool,
}

impl Stage {
    /// Waits for whatever happens next: a deed ends, somebody outside speaks, or the time has come.
    async fn next(&mut self, turns: &Turns<'_>) -> Result<Event, ConductError> {
        loop {
            let wake = turns.run.wakes();
            if wake.is_none() && self.performer.idle() && !self.outside {
                return Err(ConductError::Stuck { run: turns.id.clone() });
            }
            let alarm = async {
                match &wake {
                    Some(wake) => turns.clock.reach(wake.at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(event) = self.performer.ended() => return Ok(event),
                spoken = self.inbox.recv(), if self.outside => match spoken {
                    Some(event) => return Ok(event),
                    None => self.outside = false,
                },
                () = alarm => return Ok(Event::Woke),
            }
        }
    }
}
