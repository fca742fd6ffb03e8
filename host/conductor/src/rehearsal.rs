//! Rehearsals: a run in a play. The core decides, the plugins run in the sandbox under their grants, and everything
//! outside is scripted; time is a hand that jumps to whatever happens next.
//!
//! A call is carried out whole when it is commanded, and its end is put down for the time that it takes in the play. What
//! happens at the same time happens in the order in which it was put down, and ends come before the run wakes by itself.
//! So the same play gives the same journal, to the byte.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use holdpoint_core::facts::Facts;
use holdpoint_core::id::{CallId, Digest};
use holdpoint_core::outcome::{Called, Outcome};
use holdpoint_core::rollback::{Replied, Reply};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::entry::Entry;
use holdpoint_core::run::event::{Answer, Event, Mode};
use holdpoint_core::time::{Elapsed, Moment, Span};
use holdpoint_gateway::Outside;
use holdpoint_sandbox::{Sandbox, Script, Source};
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::conductor::{ConductError, Observer, Start};
use crate::people::Question;
use crate::perform::{Scene, checks_of};
use crate::shelf::Shelf;
use crate::turns::{Book, Turns};
use crate::{call, rollback};

/// What a run is rehearsed with.
pub struct Rehearsal {
    /// Who answers what is sent outside.
    pub outside: Arc<dyn Outside>,
    /// Who answers questions.
    pub cast: Box<dyn Cast>,
    /// What happens whether or not the run asked for it, and when.
    pub events: Vec<(Elapsed, Event)>,
    /// When the run starts, by the calendar of the play.
    pub start: Moment,
    /// What all random bytes of its calls come from.
    pub seed: u64,
}

/// The people of a play.
pub trait Cast: Send {
    /// Hears a question at this time, and says what comes of it.
    fn asked(&mut self, question: &Question, now: Elapsed) -> Heard;
}

/// What comes of a question in a play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Somebody answers.
    Said {
        /// When.
        at: Elapsed,
        /// Who.
        by: String,
        /// What.
        answer: Answer,
    },
    /// Somebody hears it and says nothing.
    Silence,
    /// Nobody is there.
    Nobody,
}

/// A run that was rehearsed, whole in memory.
#[derive(Debug)]
pub struct Rehearsed {
    /// Its last state; `ending()` is there.
    pub run: Run,
    /// Its journal.
    pub entries: Vec<Entry>,
    /// The evidence that the journal names, and the bodies that the evidence names.
    pub evidence: BTreeMap<Digest, Bytes>,
}

/// Rehearses a run from its start to its end, whatever mode it was to have. Nothing is written and nothing is touched.
///
/// # Errors
/// When the run waits for nothing and has not ended.
pub async fn rehearse(
    sandbox: &Sandbox,
    mut start: Start,
    rehearsal: Rehearsal,
    observer: &mut dyn Observer,
) -> Result<Rehearsed, ConductError> {
    let mut entries = Vec::new();
    let evidence = Arc::default();
    let scene = Scene {
        plan: Arc::new(start.plan.clone()),
        checks: checks_of(&start.plan),
        endpoints: Arc::new(start.plan.endpoints.clone()),
        release: Arc::new(start.release.clone()),
        plugins: Arc::new(std::mem::take(&mut start.plugins)),
        sandbox: sandbox.clone(),
        shelf: Shelf::Played(Arc::clone(&evidence)),
        source: Source::Noted,
    };
    let clock = Clock::played(rehearsal.start);
    let mut turns = Turns::new(start.run.clone(), Book::Played(&mut entries), observer, clock);
    let mut stage = Stage::new(scene, rehearsal);
    let mut next = Event::from(Start { mode: Mode::Rehearsal, ..start });
    loop {
        let commands = turns.think(next);
        turns.write()?;
        for command in commands {
            stage.perform(command, turns.clock.elapsed()).await;
        }
        if turns.run.ending().is_some() {
            break;
        }
        let (at, event) = stage.next(&turns.run).ok_or_else(|| ConductError::Stuck { run: turns.id.clone() })?;
        turns.clock.set(at);
        next = event;
    }
    let run = turns.run;
    let evidence = std::mem::take(&mut *evidence.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Rehearsed { run, entries, evidence })
}

impl From<Start> for Event {
    fn from(start: Start) -> Self {
        start.event()
    }
}

/// What is still to happen, and who makes it happen.
struct Stage {
    scene: Scene,
    outside: Arc<dyn Outside>,
    cast: Box<dyn Cast>,
    start: Moment,
    seed: u64,
    /// By time, and in the order in which it was put down.
    agenda: BTreeMap<(Elapsed, u64), Event>,
    /// Where the ends of calls stand in the agenda.
    running: BTreeMap<CallId, (Elapsed, u64)>,
    put_down: u64,
}

impl Stage {
    fn new(scene: Scene, rehearsal: Rehearsal) -> Self {
        let Rehearsal { outside, cast, events, start, seed } = rehearsal;
        let (agenda, running) = (BTreeMap::new(), BTreeMap::new());
        let mut stage = Self { scene, outside, cast, start, seed, agenda, running, put_down: 0 };
        for (at, event) in events {
            stage.put_down(at, event);
        }
        stage
    }

    /// What happens next, and when; `None` when nothing does.
    fn next(&mut self, run: &Run) -> Option<(Elapsed, Event)> {
        let wake = run.wakes().map(|wake| wake.at);
        let first = self.agenda.first_key_value().map(|((at, _), _)| *at);
        match (first, wake) {
            (Some(first), Some(wake)) if wake < first => Some((wake, Event::Woke)),
            (None, Some(wake)) => Some((wake, Event::Woke)),
            (Some(_), _) => self.agenda.pop_first().map(|((at, _), event)| (at, event)),
            (None, None) => None,
        }
    }

    fn put_down(&mut self, at: Elapsed, event: Event) -> (Elapsed, u64) {
        self.put_down += 1;
        let place = (at, self.put_down);
        self.agenda.insert(place, event);
        place
    }

    /// Performs one command.
    async fn perform(&mut self, command: Command, now: Elapsed) {
        match command {
            Command::Call { call, check, attempt, timeout, purpose } => {
                let order = call::Order { call, check, attempt, timeout, purpose };
                let (_stop, stopped) = oneshot::channel();
                let event = call::carry_out(self.scene_at(call, now), order, stopped).await;
                self.ends(call, now, event);
            }
            Command::RollBack { call, plugin, deed, timeout } => {
                let order = rollback::Order { call, plugin, deed, timeout };
                let (_stop, stopped) = oneshot::channel();
                let event = rollback::carry_out(self.scene_at(call, now), order, stopped).await;
                self.ends(call, now, event);
            }
            Command::Cancel { call, why } => self.stop(call, why, now),
            Command::Ask { commander, question, within, ways } => {
                match self.cast.asked(&Question { commander, question, within, ways }, now) {
                    Heard::Said { at, by, answer } => drop(self.put_down(at.max(now), Event::Answered { by, answer })),
                    Heard::Silence => {}
                    Heard::Nobody => drop(self.put_down(now, Event::NobodyToAsk)),
                }
            }
            Command::Complain { why } => tracing::warn!(why, "an entry made no sense and changed nothing"),
            Command::Finish { ending: _ } => {}
        }
    }

    /// The scene of a call that begins now.
    fn scene_at(&self, call: CallId, now: Elapsed) -> Scene {
        let began = Moment(self.start.0.saturating_add_unsigned(now.0));
        let seed = Digest::of(format!("holdpoint rehearsal {} {}", self.seed, call.0).as_bytes());
        let script = Script { outside: Arc::clone(&self.outside), began, seed: *seed.as_bytes() };
        Scene { source: Source::Played(script), ..self.scene.clone() }
    }

    /// Puts a call's end down for the time that it took.
    fn ends(&mut self, call: CallId, now: Elapsed, event: Event) {
        let place = self.put_down(now.plus(took(&event)), event);
        self.running.insert(call, place);
    }

    /// Stops a call that has not ended yet.
    fn stop(&mut self, call: CallId, why: String, now: Elapsed) {
        let Some(place) = self.running.remove(&call) else { return };
        let Some(event) = self.agenda.remove(&place) else { return };
        let stopped = match event {
            Event::CallEnded { call, .. } => {
                Event::CallEnded { call, called: Called { outcome: Outcome::Cancelled { why }, facts: Facts::none() } }
            }
            Event::RollbackReplied { call, .. } => {
                Event::RollbackReplied { call, replied: Replied { reply: Reply::Cancelled, facts: Facts::none() } }
            }
            other @ (Event::Started { .. }
            | Event::Woke
            | Event::Answered { .. }
            | Event::NobodyToAsk
            | Event::Interrupted { .. }) => other,
        };
        self.put_down(now, stopped);
    }
}

/// How long a call took in the play.
fn took(event: &Event) -> Span {
    match event {
        Event::CallEnded { called, .. } => called.facts.wall,
        Event::RollbackReplied { replied, .. } => replied.facts.wall,
        Event::Started { .. }
        | Event::Woke
        | Event::Answered { .. }
        | Event::NobodyToAsk
        | Event::Interrupted { .. } => Span::ZERO,
    }
}
