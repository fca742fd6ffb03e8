//! Runs the work of one call under every limit, and gathers what was seen of it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::facts::{Evidence, Facts};
use holdpoint_core::id::Digest;
use holdpoint_core::outcome::{Fault, FaultKind};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::text;
use holdpoint_core::time::Span;
use holdpoint_gateway::{Gateway, Play, Recorded, Scope, Session, Time};
use tokio::time::Instant;
use wasmtime::Store;

use crate::engine::TICK;
use crate::load::Loaded;
use crate::pace::{Late, Pace};
use crate::redact::redacted;
use crate::sandbox::Sandbox;
use crate::state::{SharedLog, State};
use crate::trap::{self, MESSAGE};
use crate::world::{Asked, Source, World};

/// How long a call of a play may keep the machine. Its own time is the play's.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a line of the log begins that tells what is wrong.
const ERROR: &str = "error: ";

/// What one call may reach and use.
pub(crate) struct Bounds {
    pub(crate) scope: Scope,
    /// The name of the check, or `rollback`.
    pub(crate) caller: String,
    /// Where its answers come from.
    pub(crate) source: Source,
    pub(crate) limits: Arc<Limits>,
    /// How long it may take by the wall clock.
    pub(crate) wall: Span,
}

/// How the work of a call ended.
pub(crate) enum Ended<T> {
    /// The guest returned.
    Returned(T),
    /// The guest, the engine or the host went wrong.
    Crashed(Fault),
    /// It took longer than it may: what ran out, and how much there was of it.
    OutOfTime(String, Span),
}

/// What is left when a call's instance is gone.
pub(crate) struct Left<T> {
    pub(crate) ended: Ended<T>,
    pub(crate) last_log: Vec<String>,
    pub(crate) facts: Facts,
    /// Everything that was seen, as JSON.
    pub(crate) evidence: Vec<u8>,
    pub(crate) bodies: Vec<(Digest, Bytes)>,
    /// What was asked of the record in a replay.
    pub(crate) asked: Option<Asked>,
}

impl Sandbox {
    /// Runs the work of one call. Dropping the future ends it and leaves nothing behind.
    pub(crate) async fn guarded<T>(
        &self,
        plugin: &Loaded,
        bounds: Bounds,
        work: impl AsyncFnOnce(&mut Store<State>) -> wasmtime::Result<T>,
    ) -> Left<T> {
        // Never closed, so this only ever waits.
        let _place = self.places().acquire().await;
        let (session, deadline) = self.open(&bounds);
        let Bounds { source, limits, wall, .. } = bounds;
        let began = Instant::now();
        let session = Arc::new(session);
        let pace = Arc::new(Pace::of(&limits, Arc::clone(&plugin.burns)));
        let world = World::of(source, &session);
        let state = State::new(world.clone(), Arc::clone(&limits));
        let log = state.log.clone();
        let mut store = self.store(state, &pace);

        let worked = pace.run(work(&mut store), deadline, self.burners()).await;

        let (last_log, asked) = (log.last(), world.asked());
        let stray = asked.as_ref().and_then(|asked| asked.stray.clone());
        let ended = match worked {
            // Whatever the guest made of what it was not given.
            _ if stray.is_some() => Ended::Crashed(host_fault(stray.unwrap_or_default(), last_log.clone())),
            // Likewise in a play, where nothing but its own time can end a call for its time.
            _ if session.is_over() => {
                Ended::OutOfTime(last_words(format!("it did not end within {wall}"), &last_log), wall)
            }
            Ok(Ok(value)) => Ended::Returned(value),
            Ok(Err(_)) if pace.ran_out() => Ended::OutOfTime(
                last_words(format!("it used up its CPU time of {}", limits.cpu), &last_log),
                limits.cpu,
            ),
            Ok(Err(error)) => {
                let fault = trap::fault(&error, store.data().limiter.reached(), last_log.clone());
                Ended::Crashed(Fault { message: last_words(fault.message, &last_log), ..fault })
            }
            Err(Late) => Ended::OutOfTime(last_words(format!("it did not end within {wall}"), &last_log), wall),
        };
        let peak_memory = store.data().limiter.peak_memory();
        drop(store);
        let (evidence, bodies, counted) = gathered(self.gateway(), session.finish(), &world, &log);
        // What is measured of the machine is no part of a play.
        let time = world.time();
        let (took, cpu_micros) =
            if time.is_played() { (time.since_begin(), 0) } else { (began.elapsed(), pace.cpu_micros()) };
        let facts = Facts {
            wall: Span::from_millis(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
            cpu_micros,
            peak_memory,
            evidence: world.keeps().then(|| Digest::of(&evidence)),
            ..counted
        };
        Left { ended, last_log, facts, evidence, bodies, asked }
    }

    /// The call's slice of the gateway, and when the machine is done with it at the latest.
    fn open(&self, bounds: &Bounds) -> (Session, Instant) {
        let Bounds { scope, caller, source, limits, wall } = bounds;
        let within = Duration::from_millis(wall.as_millis());
        match source {
            Source::Played(script) => {
                let deadline = Instant::now() + within.max(PATIENCE);
                let (outside, time) = (Arc::clone(&script.outside), Time::played(script.began));
                let play = Play { outside, caller: caller.clone(), time, within };
                (self.gateway().played(scope.clone(), limits, deadline, play), deadline)
            }
            Source::Noted | Source::Counted | Source::Record(_) => {
                let deadline = Instant::now() + within;
                (self.gateway().session(scope.clone(), limits, deadline), deadline)
            }
        }
    }

    /// A fresh store under its limits.
    fn store(&self, state: State, pace: &Arc<Pace>) -> Store<State> {
        let limits = Arc::clone(&state.limits);
        let mut store = Store::new(self.engine(), state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(usize::try_from(limits.host_copy.0).unwrap_or(usize::MAX));
        store.set_max_component_handles(limits.handles as usize);
        store.set_epoch_deadline(1);
        let pace = Arc::clone(pace);
        store.epoch_deadline_callback(move |_| Ok(pace.ticked(TICK)));
        store
    }
}

fn host_fault(message: String, last_log: Vec<String>) -> Fault {
    Fault { kind: FaultKind::Host, message, frames: Vec::new(), last_log }
}

/// What was said last is often why: a panic tells its place and its message in the log.
fn last_words(message: String, last_log: &[String]) -> String {
    let Some(last) = last_log.last() else { return message };
    // What is wrong may take several lines, each of which stands in the log by itself.
    let mut errors: Vec<&str> = last_log.iter().rev().map_while(|line| line.strip_prefix(ERROR)).take(4).collect();
    errors.reverse();
    let words = if errors.is_empty() { last.clone() } else { errors.join(" ") };
    text::fit(&format!("{message}; its last words: {words}"), MESSAGE)
}

/// The evidence as JSON, the bodies that it names, and the sums.
fn gathered(
    gateway: &Gateway,
    recorded: Recorded,
    world: &World,
    log: &SharedLog,
) -> (Vec<u8>, Vec<(Digest, Bytes)>, Facts) {
    let counted = Facts {
        requests: recorded.requests,
        denials: recorded.denials,
        sent: recorded.sent,
        received: recorded.received,
        ..Facts::none()
    };
    if !world.keeps() {
        return (Vec::new(), Vec::new(), counted);
    }
    let (lines, log_dropped) = log.take().finish();
    let mut bodies = recorded.bodies;
    let world = world.notes().map(|notes| {
        let digest = Digest::of(&notes);
        bodies.push((digest, Bytes::from(notes)));
        digest
    });
    let evidence = Evidence { exchanges: recorded.exchanges, log: lines, log_dropped, world };
    // Nothing rather than a secret.
    let nothing = || Evidence { exchanges: Vec::new(), log: Vec::new(), log_dropped: 0, world };
    let evidence = redacted(gateway, evidence).unwrap_or_else(nothing);
    // Texts and numbers alone, no map with keys that are no text: writing it can't fail.
    let evidence = serde_json::to_vec(&evidence).unwrap_or_default();
    (evidence, bodies, counted)
}
