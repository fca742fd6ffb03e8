//! Calls of rollback plugins.

use bytes::Bytes;
use holdpoint_core::facts::Facts;
use holdpoint_core::id::Digest;
use holdpoint_core::outcome::{Fault, FaultKind};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::rollback::{Deed, Replied, Reply};
use std::sync::Arc;
use wasmtime::Store;

use crate::bindings::rollback::exports::holdpoint::plugin::restorer::Guest;
use crate::bindings::types;
use crate::call::{CallContext, misused, unredacted};
use crate::guard::Ended;
use crate::load::{Loaded, Pre};
use crate::redact::redacted;
use crate::reply;
use crate::sandbox::Sandbox;
use crate::state::State;
use crate::trap::Starting;
use crate::world::Asked;

/// A call of a rollback plugin.
#[derive(Debug, Clone)]
pub struct RollbackCall {
    /// The circumstances.
    pub context: CallContext,
    /// What is asked of it.
    pub deed: Deed,
}

/// How a rollback plugin's call ended, and what was seen of it.
#[derive(Debug)]
pub struct RollbackResult {
    /// How it ended. `facts.evidence` is the digest of `evidence`.
    pub replied: Replied,
    /// Everything that was seen, as JSON.
    pub evidence: Vec<u8>,
    /// The bodies that the evidence names.
    pub bodies: Vec<(Digest, Bytes)>,
    /// In a replay, what the plugin asked.
    pub asked: Option<Asked>,
}

impl Sandbox {
    /// Calls a rollback plugin. Dropping the future ends the call, not what it has started elsewhere.
    pub async fn roll_back(&self, plugin: &Loaded, call: RollbackCall) -> RollbackResult {
        let Pre::Rollback(pre) = &*plugin.pre else {
            let reply = Reply::Error { fault: misused("it is not a rollback plugin") };
            let replied = Replied { reply, facts: Facts::none() };
            return RollbackResult { replied, evidence: Vec::new(), bodies: Vec::new(), asked: None };
        };
        let (bounds, record) = call.context.parted(1, Vec::new());
        let limits = Arc::clone(&bounds.limits);
        let work = async |store: &mut Store<State>| {
            let plugin = pre.instantiate_async(&mut *store).await.map_err(Starting::failed)?;
            let restorer = Restorer { guest: plugin.holdpoint_plugin_restorer(), record: &record, limits: &limits };
            restorer.ask(store, &call.deed).await
        };
        let left = self.guarded(plugin, bounds, work).await;
        let fault = |kind, message, last_log| Fault { kind, message, frames: Vec::new(), last_log };
        let reply = match left.ended {
            Ended::Returned(Ok(Ok(reply))) => reply,
            Ended::Returned(Ok(Err(Inadmissible(message)))) => {
                Reply::Error { fault: fault(FaultKind::Inadmissible, message, left.last_log) }
            }
            Ended::Returned(Err(failure)) => Reply::Error { fault: reply::failed(failure, &limits, left.last_log) },
            Ended::Crashed(fault) => Reply::Error { fault },
            Ended::OutOfTime(_, limit) => Reply::Timeout { limit },
        };
        let reply = redacted(self.gateway(), reply).unwrap_or_else(|| Reply::Error { fault: unredacted() });
        let replied = Replied { reply, facts: left.facts };
        RollbackResult { replied, evidence: left.evidence, bodies: left.bodies, asked: left.asked }
    }
}

/// Why an answer can't be taken, in words.
struct Inadmissible(String);

/// What a rollback plugin answered: an answer of ours, one that can't be taken, or its own failure.
type Answered = Result<Result<Reply, Inadmissible>, types::Failure>;

/// One instance of a rollback plugin, and what each of its functions is told.
struct Restorer<'a> {
    guest: &'a Guest,
    record: &'a types::Call,
    limits: &'a Limits,
}

impl Restorer<'_> {
    async fn ask(&self, store: &mut Store<State>, deed: &Deed) -> wasmtime::Result<Answered> {
        match deed {
            Deed::Ready => self.ready(store).await,
            Deed::Plan => self.plan(store).await,
            Deed::Execute { step, key, fence } => {
                let step = reply::step(step);
                let report = self.guest.call_execute(store, self.record, &step, key.as_str(), *fence).await?;
                Ok(report.map(|report| {
                    let summary = reply::fitting(&report.summary, self.limits);
                    Ok(Reply::Executed { end: reply::step_end(report.end), summary })
                }))
            }
            Deed::Status { plan, key } => {
                let plan = reply::plan(plan);
                let report = self.guest.call_status(store, self.record, &plan, key.as_str()).await?;
                Ok(report.map(|report| {
                    let summary = reply::fitting(&report.summary, self.limits);
                    Ok(Reply::Status { progress: reply::progress(report.progress), summary })
                }))
            }
        }
    }

    async fn ready(&self, store: &mut Store<State>) -> wasmtime::Result<Answered> {
        let said = self.guest.call_ready(store, self.record).await?;
        Ok(said.map(|said| Ok(Reply::Readiness { readiness: reply::readiness(said, self.limits) })))
    }

    async fn plan(&self, store: &mut Store<State>) -> wasmtime::Result<Answered> {
        let said = self.guest.call_plan(store, self.record).await?;
        let taken = |plan| reply::planned(plan, self.limits).map(|plan| Reply::Planned { plan });
        Ok(said.map(|plan| taken(plan).map_err(Inadmissible)))
    }
}
