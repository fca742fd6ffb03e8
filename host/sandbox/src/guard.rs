//! Runs the work of one call under every limit, and gathers what was seen of it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::facts::{Evidence, Facts};
use holdpoint_core::id::Digest;
use holdpoint_core::outcome::{Fault, FaultKind};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::time::Span;
use holdpoint_gateway::{Gateway, Recorded, Scope};
use tokio::time::Instant;
use wasmtime::Store;

use crate::engine::TICK;
use crate::load::Loaded;
use crate::pace::{Late, Pace};
use crate::redact::redacted;
use crate::sandbox::Sandbox;
use crate::state::{SharedLog, State};
use crate::trap;
use crate::world::{Asked, Source, World};

/// What one call may reach and use.
pub(crate) struct Bounds {
    pub(crate) scope: Scope,
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
        let Bounds { scope, source, limits, wall } = bounds;
        let began = Instant::now();
        let deadline = began + Duration::from_millis(wall.as_millis());
        let session = Arc::new(self.gateway().session(scope, &limits, deadline));
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
            Ok(Ok(value)) => Ended::Returned(value),
            Ok(Err(_)) if pace.ran_out() => Ended::OutOfTime(
                last_words(format!("it used up its CPU time of {}", limits.cpu), &last_log),
                limits.cpu,
            ),
            Ok(Err(error)) => Ended::Crashed(trap::fault(&error, store.data().limiter.reached(), last_log.clone())),
            Err(Late) => Ended::OutOfTime(last_words(format!("it did not end within {wall}"), &last_log), wall),
        };
        let peak_memory = store.data().limiter.peak_memory();
        drop(store);
        let (evidence, bodies, counted) = gathered(self.gateway(), session.finish(), &world, &log);
        let facts = Facts {
            wall: Span::from_millis(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)),
            cpu_micros: pace.cpu_micros(),
            peak_memory,
            evidence: world.keeps().then(|| Digest::of(&evidence)),
            ..counted
        };
        Left { ended, last_log, facts, evidence, bodies, asked }
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

fn last_words(message: String, last_log: &[String]) -> String {
    match last_log.last() {
        Some(line) => format!("{message}; its last words: {line}"),
        None => message,
    }
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
