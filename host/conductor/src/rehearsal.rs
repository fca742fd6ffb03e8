//! Rehearsals: a run in a play. The core decides, the plugins run in the sandbox under their grants, and everything
//! outside is scripted; time is a hand that jumps to whatever happens next.
//!
//! A call is carried out whole when it is commanded, and its end is put down for the time that it takes in the play. What
//! happens at the same time happens in the order in which it was put down, and ends come before the run wakes by itself.
//! So the same play gives the same journal, to the byte.

use std::collections::{BTreeMap, VecDeque};
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
use crate::{call, rollback, rollout};

/// What a run is rehearsed with.
pub struct Rehearsal {
    /// Who answers what is sent outside.
    pub outside: Arc<dyn Outside>,
    /// Who answers questions.
    pub cast: Box<dyn Cast>,
    /// What happens whether or not the run asked for it, and when.
    pub events: Vec<(Elapsed, Event)>,
    /// When the host dies, with all that it is doing, and for how long; then it takes the run up from its journal.
    pub crashes: Vec<(Elapsed, Span)>,
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
    let mut next = Some(Start { mode: Mode::Rehearsal, ..start }.event());
    loop {
        if let Some(event) = next.take() {
            let commands = turns.think(event);
            turns.write()?;
            for command in commands {
                stage.perform(command, turns.clock.elapsed()).await;
            }
        }
        if turns.run.ending().is_some() {
            break;
        }
        match stage.next(&turns.run) {
            Some((at, Next::Happens(event))) => {
                turns.clock.set(at);
                next = Some(event);
            }
            Some((at, Next::Crash { down })) => {
                turns.clock.set(at.plus(down));
                turns.fold_anew();
                stage.take_up(&turns.run, turns.clock.elapsed()).await;
            }
            None => return Err(ConductError::Stuck { run: turns.id.clone() }),
        }
    }
    let run = turns.run;
    let evidence = std::mem::take(&mut *evidence.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Rehearsed { run, entries, evidence })
}

/// What is next.
enum Next {
    /// Something happens to the run.
    Happens(Event),
    /// The host dies, and is gone for so long.
    Crash { down: Span },
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
    /// The crashes that are still to come, the first first.
    crashes: VecDeque<(Elapsed, Span)>,
    put_down: u64,
}

impl Stage {
    fn new(scene: Scene, rehearsal: Rehearsal) -> Self {
        let Rehearsal { outside, cast, events, mut crashes, start, seed } = rehearsal;
        let (agenda, running) = (BTreeMap::new(), BTreeMap::new());
        crashes.sort_unstable();
        let crashes = crashes.into();
        let mut stage = Self { scene, outside, cast, start, seed, agenda, running, crashes, put_down: 0 };
        for (at, event) in events {
            stage.put_down(at, event);
        }
        stage
    }

    /// What is next, and when; `None` when nothing is.
    fn next(&mut self, run: &Run) -> Option<(Elapsed, Next)> {
        let wake = run.wakes().map(|wake| wake.at);
        let first = self.agenda.first_key_value().map(|((at, _), _)| *at);
        let soonest = first.into_iter().chain(wake).min()?;
        if let Some((at, down)) = self.crashes.pop_front_if(|(at, _)| *at <= soonest) {
            return Some((at, Next::Crash { down }));
        }
        // What ends comes before the run wakes by itself.
        if first.is_none_or(|first| soonest < first) {
            return Some((soonest, Next::Happens(Event::Woke)));
        }
        self.agenda.pop_first().map(|((at, _), event)| (at, Next::Happens(event)))
    }

    /// Takes the run up after a crash: nobody knows how the calls in flight would have ended.
    async fn take_up(&mut self, run: &Run, now: Elapsed) {
        for place in std::mem::take(&mut self.running).into_values() {
            self.agenda.remove(&place);
        }
        for event in run.left_behind() {
            self.put_down(now, event);
        }
        if let Some(command) = run.question(now) {
            self.perform(command, now).await;
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
            Command::Shift { call, plugin, deed, timeout } => {
                let order = rollout::Order { call, plugin, deed, timeout };
                let (_stop, stopped) = oneshot::channel();
                let event = rollout::carry_out(self.scene_at(call, now), order, stopped).await;
                self.ends(call, now, event);
            }
            Command::Cancel { call, why } => self.stop(call, why, now),
            Command::Ask { number, commander, question, within, ways } => {
                match self.cast.asked(&Question { number, commander, question, within, ways }, now) {
                    Heard::Said { at, by, answer } => {
                        self.put_down(at.max(now), Event::Answered { by, answer, question: Some(number) });
                    }
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
            Event::ShiftReplied { call, .. } => {
                let reply = holdpoint_core::rollout::Reply::Cancelled;
                let replied = holdpoint_core::rollout::Replied { reply, facts: Facts::none() };
                Event::ShiftReplied { call, replied }
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
        Event::ShiftReplied { replied, .. } => replied.facts.wall,
        Event::Started { .. }
        | Event::Woke
        | Event::Answered { .. }
        | Event::NobodyToAsk
        | Event::Interrupted { .. } => Span::ZERO,
    }
}
