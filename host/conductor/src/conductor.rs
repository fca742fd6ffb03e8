//! The loop of a run: one event at a time, written down before anything follows from it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use holdpoint_core::id::{Digest, RunId};
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::Plan;
use holdpoint_core::release::Release;
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::entry::Entry;
use holdpoint_core::run::event::{Event, Mode};
use holdpoint_core::run::past::Past;
use holdpoint_journal::{JournalError, Store};
use holdpoint_sandbox::{Loaded, Sandbox, Source};
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::people::People;
use crate::perform::{Performer, Scene, checks_of};
use crate::shelf::{Counter, Shelf};
use crate::turns::{Book, Turns};

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
    /// What the plan's rules compare with of past runs; absent where none does.
    pub past: Option<Past>,
    /// The plan's plugins, compiled.
    pub plugins: BTreeMap<PluginName, Loaded>,
}

impl Start {
    /// The event that a run starts with.
    pub(crate) fn event(self) -> Event {
        Event::Started {
            run: self.run,
            plan: Box::new(self.plan),
            plan_digest: self.plan_digest,
            release: Box::new(self.release),
            mode: self.mode,
            host: self.host,
            past: self.past.map(Box::new),
        }
    }
}

/// Sees each entry after it has been written, in order, with the state that follows from all that were written with it.
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
        mut start: Start,
        inbox: mpsc::Receiver<Event>,
        people: Box<dyn People>,
        observer: &mut dyn Observer,
    ) -> Result<Conducted, ConductError> {
        let counter = Counter::default();
        let scene = Scene {
            plan: Arc::new(start.plan.clone()),
            checks: checks_of(&start.plan),
            endpoints: Arc::new(start.plan.endpoints.clone()),
            release: Arc::new(start.release.clone()),
            plugins: Arc::new(std::mem::take(&mut start.plugins)),
            sandbox: self.sandbox.clone(),
            shelf: Shelf::Kept(self.store.blobs(), counter.clone()),
            source: Source::Noted,
        };
        let mut turns = Turns::new(start.run.clone(), Book::Kept(&mut self.store, counter), observer, Clock::start());
        let started = start.event();
        let mut stage = Stage { performer: Performer::new(scene, people), inbox, outside: true };
        let mut pending = VecDeque::from([started]);
        while turns.run.ending().is_none() {
            let event = match pending.pop_front() {
                Some(event) => event,
                None => stage.next(&turns).await?,
            };
            let mut commands = turns.think(event);
            for _ in 1..TOGETHER {
                if !pending.is_empty() || !commands.iter().all(only_calls) {
                    break;
                }
                let Some(event) = stage.performer.ended_already() else { break };
                commands.extend(turns.think(event));
            }
            turns.write()?;
            for command in commands {
                pending.extend(stage.performer.perform(command));
            }
        }
        Ok(Conducted { run: turns.run })
    }
}

/// How many ends of calls are written down together at most.
const TOGETHER: usize = 256;

/// Whether a command does nothing but call a check. Everything else is done before anything more is thought about.
const fn only_calls(command: &Command) -> bool {
    matches!(command, Command::Call { .. })
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
