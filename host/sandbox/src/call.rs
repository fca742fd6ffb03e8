//! Calls of check plugins, and the circumstances that every call has.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use holdpoint_core::facts::Facts;
use holdpoint_core::id::Digest;
use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::outcome::{Called, Fault, FaultKind, Outcome};
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::grant::Effective;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::release::Release;
use holdpoint_core::time::Span;
use holdpoint_gateway::Scope;
use wasmtime::Store;

use crate::bindings::types;
use crate::guard::{Bounds, Ended};
use crate::load::{Loaded, Pre};
use crate::redact::redacted;
use crate::reply;
use crate::sandbox::Sandbox;
use crate::state::State;
use crate::trap::Starting;
use crate::world::{Asked, Source};

/// The circumstances of a call.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The plugin's name in the plan.
    pub plugin: PluginName,
    /// The name of the check, or `rollback`, or `rollout`.
    pub name: String,
    /// The settings: one JSON object, as text.
    pub settings: String,
    /// The release under verification.
    pub release: Arc<Release>,
    /// The plan's endpoints.
    pub endpoints: Arc<BTreeMap<EndpointName, Endpoint>>,
    /// What is in force for the plugin.
    pub effective: Effective,
    /// What the call may use.
    pub limits: Limits,
    /// How long it may take; the limits' wall clock lowers it.
    pub timeout: Span,
    /// Where its world comes from: from outside, in a rehearsal from a play, or in a replay from a record.
    pub source: Source,
}

/// A call of a check.
#[derive(Debug, Clone)]
pub struct CheckCall {
    /// The circumstances.
    pub context: CallContext,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Other circumstances, as the guest is told them.
    pub labels: Vec<(String, String)>,
}

/// How a check's call ended, and what was seen of it.
#[derive(Debug)]
pub struct CheckResult {
    /// How it ended. `facts.evidence` is the digest of `evidence`.
    pub called: Called,
    /// Everything that was seen, as JSON.
    pub evidence: Vec<u8>,
    /// The bodies that the evidence names.
    pub bodies: Vec<(Digest, Bytes)>,
    /// In a replay, what the plugin asked.
    pub asked: Option<Asked>,
}

impl Sandbox {
    /// Calls a check. Dropping the future ends the call.
    pub async fn check(&self, plugin: &Loaded, call: CheckCall) -> CheckResult {
        let Pre::Check(pre) = &*plugin.pre else {
            let outcome = Outcome::Error { fault: misused("it is not a check plugin") };
            let called = Called { outcome, facts: Facts::none() };
            return CheckResult { called, evidence: Vec::new(), bodies: Vec::new(), asked: None };
        };
        let (bounds, record) = call.context.parted(call.attempt, call.labels);
        let limits = Arc::clone(&bounds.limits);
        let work = async |store: &mut Store<State>| {
            let check = pre.instantiate_async(&mut *store).await.map_err(Starting::failed)?;
            check.holdpoint_plugin_checker().call_run(&mut *store, &record).await
        };
        let left = self.guarded(plugin, bounds, work).await;
        let outcome = match left.ended {
            Ended::Returned(said) => reply::outcome(said, &limits, left.last_log),
            Ended::Crashed(fault) => Outcome::Error { fault },
            Ended::OutOfTime(message, limit) => Outcome::Timeout { limit, message },
        };
        let outcome = redacted(self.gateway(), outcome).unwrap_or_else(|| Outcome::Error { fault: unredacted() });
        let called = Called { outcome, facts: left.facts };
        CheckResult { called, evidence: left.evidence, bodies: left.bodies, asked: left.asked }
    }
}

impl CallContext {
    /// What the host holds the call to, and what the guest is told.
    pub(crate) fn parted(self, attempt: u32, labels: Vec<(String, String)>) -> (Bounds, types::Call) {
        let wall = self.timeout.min(self.limits.wall);
        let caller = self.name.clone();
        let record = types::Call {
            settings: self.settings,
            release: reply::release(&self.release),
            name: self.name,
            attempt,
            deadline_ms: wall.as_millis(),
            labels,
        };
        let scope = Scope { plugin: self.plugin, endpoints: self.endpoints, effective: self.effective };
        (Bounds { scope, caller, source: self.source, limits: Arc::new(self.limits), wall }, record)
    }
}

/// What a guest said is not kept when it can't be told without a secret.
pub(crate) fn unredacted() -> Fault {
    let message =
        "what the plugin said can't be kept: without the run's secrets it is nothing that could be read".to_owned();
    Fault { kind: FaultKind::Host, message, frames: Vec::new(), last_log: Vec::new() }
}

/// A plan is valid by construction, so calling a plugin as the wrong kind is the host's own mistake.
pub(crate) fn misused(why: &str) -> Fault {
    let message = format!("the plugin can't be called like this: {why}");
    Fault { kind: FaultKind::Host, message, frames: Vec::new(), last_log: Vec::new() }
}
