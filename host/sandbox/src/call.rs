//! Calls: a fresh instance under its limits, from the first instruction to the evidence.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::facts::{Evidence, Facts};
use holdpoint_core::id::Digest;
use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::outcome::{Called, Fault, FaultKind, Outcome};
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::grant::Effective;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::release::Release;
use holdpoint_core::rollback::{Deed, Replied, Reply};
use holdpoint_core::time::Span;
use holdpoint_gateway::{Recorded, Scope};
use tokio::time::Instant;
use wasmtime::{Store, UpdateDeadline};

use crate::bindings::types;
use crate::load::{Loaded, Pre};
use crate::meter::Meter;
use crate::reply;
use crate::sandbox::Sandbox;
use crate::state::{SharedLog, State};
use crate::trap;

/// The circumstances of a call.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The plugin's name in the plan.
    pub plugin: PluginName,
    /// The name of the check, or `rollback`.
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
}

/// A call of a check.
#[derive(Debug, Clone)]
pub struct CheckCall {
    /// The circumstances.
    pub context: CallContext,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// A call of a rollback plugin.
#[derive(Debug, Clone)]
pub struct RollbackCall {
    /// The circumstances.
    pub context: CallContext,
    /// What is asked of it.
    pub deed: Deed,
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
}

/// Something that a plugin finds wrong with its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsProblem {
    /// Where, as a JSON pointer into the settings.
    pub pointer: String,
    /// What.
    pub message: String,
    /// What would mend it.
    pub hint: Option<String>,
}

/// Why a plugin could not look at its settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plugin could not look at its settings: {0}")]
pub struct ValidateError(String);

/// How the work of a call ended.
enum Ended<T> {
    Returned(T),
    Crashed(Fault),
    OutOfTime(String, Span),
}

/// What is left when a call's instance is gone.
struct Left<T> {
    ended: Ended<T>,
    last_log: Vec<String>,
    facts: Facts,
    evidence: Vec<u8>,
    bodies: Vec<(Digest, Bytes)>,
}

impl Sandbox {
    /// Calls a check. Dropping the future ends the call.
    pub async fn check(&self, plugin: &Loaded, call: CheckCall) -> CheckResult {
        let limits = Arc::new(call.context.limits.clone());
        let Pre::Check(pre) = &*plugin.pre else {
            return CheckResult {
                called: misused("it is a rollback plugin"),
                evidence: Vec::new(),
                bodies: Vec::new(),
            };
        };
        let record = record(&call.context, call.attempt);
        let left = self
            .guarded(call.context, Arc::clone(&limits), async |store: &mut Store<State>| {
                let check = pre.instantiate_async(&mut *store).await?;
                check.holdpoint_plugin_checker().call_run(&mut *store, &record).await
            })
            .await;
        let outcome = match left.ended {
            Ended::Returned(said) => reply::outcome(said, &limits, left.last_log),
            Ended::Crashed(fault) => Outcome::Error { fault },
            Ended::OutOfTime(message, limit) => Outcome::Timeout { limit, message },
        };
        CheckResult { called: Called { outcome, facts: left.facts }, evidence: left.evidence, bodies: left.bodies }
    }

    /// Calls a rollback plugin. Dropping the future ends the call, not what it has started elsewhere.
    pub async fn roll_back(&self, plugin: &Loaded, call: RollbackCall) -> RollbackResult {
        let limits = Arc::new(call.context.limits.clone());
        let Pre::Rollback(pre) = &*plugin.pre else {
            let fault = host_fault("it is a check plugin");
            let replied = Replied { reply: Reply::Error { fault }, facts: Facts::none() };
            return RollbackResult { replied, evidence: Vec::new(), bodies: Vec::new() };
        };
        let record = record(&call.context, 1);
        let deed = call.deed;
        let left = self
            .guarded(call.context, Arc::clone(&limits), async |store: &mut Store<State>| {
                let restorer = pre.instantiate_async(&mut *store).await?;
                let restorer = restorer.holdpoint_plugin_restorer();
                Ok(match &deed {
                    Deed::Ready => restorer
                        .call_ready(&mut *store, &record)
                        .await?
                        .map(|readiness| Ok(Reply::Readiness { readiness: reply::readiness(readiness) })),
                    Deed::Plan => restorer
                        .call_plan(&mut *store, &record)
                        .await?
                        .map(|plan| reply::planned(plan, &limits).map(|plan| Reply::Planned { plan })),
                    Deed::Execute { step, key, fence } => {
                        let step = reply::step(step);
                        let report = restorer.call_execute(&mut *store, &record, &step, key.as_str(), *fence).await?;
                        report.map(|report| {
                            let summary = reply::fitting(&report.summary);
                            Ok(Reply::Executed { end: reply::step_end(report.end), summary })
                        })
                    }
                    Deed::Status { plan, key } => {
                        let plan = reply::plan(plan);
                        restorer.call_status(&mut *store, &record, &plan, key.as_str()).await?.map(|report| {
                            let summary = reply::fitting(&report.summary);
                            Ok(Reply::Status { progress: reply::progress(report.progress), summary })
                        })
                    }
                })
            })
            .await;
        let reply = match left.ended {
            Ended::Returned(Ok(Ok(reply))) => reply,
            Ended::Returned(Ok(Err(message))) => {
                let kind = FaultKind::Inadmissible;
                Reply::Error { fault: Fault { kind, message, frames: Vec::new(), last_log: left.last_log } }
            }
            Ended::Returned(Err(failure)) => Reply::Error { fault: reply::failed(failure, left.last_log) },
            Ended::Crashed(fault) => Reply::Error { fault },
            Ended::OutOfTime(_, limit) => Reply::Timeout { limit },
        };
        RollbackResult { replied: Replied { reply, facts: left.facts }, evidence: left.evidence, bodies: left.bodies }
    }

    /// Asks a plugin what is wrong with settings beyond what its schema can say. It can reach nothing meanwhile.
    ///
    /// # Errors
    /// When the plugin crashes or takes too long.
    pub async fn validate(
        &self,
        plugin: &Loaded,
        name: &PluginName,
        settings: &str,
        release: Arc<Release>,
    ) -> Result<Vec<SettingsProblem>, ValidateError> {
        let context = CallContext {
            plugin: name.clone(),
            name: "validate".to_owned(),
            settings: settings.to_owned(),
            release,
            endpoints: Arc::default(),
            effective: Effective::none(),
            limits: Limits::default(),
            timeout: Limits::default().wall,
        };
        let limits = Arc::new(Limits::default());
        let left = self
            .guarded(context, limits, async |store: &mut Store<State>| match &*plugin.pre {
                Pre::Check(pre) => {
                    let check = pre.instantiate_async(&mut *store).await?;
                    check.holdpoint_plugin_checker().call_validate(&mut *store, settings).await
                }
                Pre::Rollback(pre) => {
                    let restorer = pre.instantiate_async(&mut *store).await?;
                    restorer.holdpoint_plugin_restorer().call_validate(&mut *store, settings).await
                }
            })
            .await;
        match left.ended {
            Ended::Returned(problems) => Ok(problems.into_iter().map(problem).collect()),
            Ended::Crashed(fault) => Err(ValidateError(fault.message)),
            Ended::OutOfTime(message, _) => Err(ValidateError(message)),
        }
    }

    /// Runs the work of one call under every limit, and gathers what was seen.
    async fn guarded<T>(
        &self,
        context: CallContext,
        limits: Arc<Limits>,
        work: impl AsyncFnOnce(&mut Store<State>) -> wasmtime::Result<T>,
    ) -> Left<T> {
        // Never closed, so this only ever waits.
        let _place = self.places().acquire().await;
        let wall = context.timeout.min(limits.wall);
        let began = Instant::now();
        let deadline = began + Duration::from_millis(wall.as_millis());
        let scope = Scope { plugin: context.plugin, endpoints: context.endpoints, effective: context.effective };
        let session = self.gateway().session(scope, &limits, deadline);
        let meter = Arc::new(Meter::default());
        let spent = Arc::new(AtomicBool::new(false));
        let mut store = self.store(State::new(session, Arc::clone(&limits)), &meter, &spent);
        let log = store.data().log.clone();
        let session = Arc::clone(&store.data().session);

        let worked = tokio::time::timeout_at(deadline, meter.count(work(&mut store))).await;
        let last_log = log.last();
        let ended = match worked {
            Ok(Ok(value)) => Ended::Returned(value),
            Ok(Err(_)) if spent.load(Ordering::Relaxed) => {
                let message = format!("it used up its CPU time of {}", limits.cpu);
                Ended::OutOfTime(with_last(message, &last_log), limits.cpu)
            }
            Ok(Err(error)) => {
                let fault = trap::fault(&error, store.data().limiter.reached(), last_log.clone());
                Ended::Crashed(fault)
            }
            Err(_) => {
                let message = format!("it did not end within {wall}");
                Ended::OutOfTime(with_last(message, &last_log), wall)
            }
        };
        let peak_memory = store.data().limiter.peak_memory();
        drop(store);
        let recorded = session.finish();
        let (evidence, bodies, counted) = gathered(recorded, &log);
        let facts = Facts {
            wall: Span::from_millis(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)),
            cpu_micros: meter.micros(),
            peak_memory,
            evidence: Some(Digest::of(&evidence)),
            ..counted
        };
        Left { ended, last_log, facts, evidence, bodies }
    }

    /// A fresh store under its limits.
    fn store(&self, state: State, meter: &Arc<Meter>, spent: &Arc<AtomicBool>) -> Store<State> {
        let limits = Arc::clone(&state.limits);
        let mut store = Store::new(self.engine(), state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(usize::try_from(limits.host_copy.0).unwrap_or(usize::MAX));
        store.set_max_component_handles(limits.handles as usize);
        let budget = limits.cpu.as_millis().saturating_mul(1_000_000);
        let (meter, spent) = (Arc::clone(meter), Arc::clone(spent));
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            if meter.nanos_from_inside() >= budget {
                spent.store(true, Ordering::Relaxed);
                return Ok(UpdateDeadline::Interrupt);
            }
            Ok(UpdateDeadline::Yield(1))
        });
        store
    }
}

fn with_last(message: String, last_log: &[String]) -> String {
    match last_log.last() {
        Some(line) => format!("{message}; its last words: {line}"),
        None => message,
    }
}

/// The evidence as JSON, the bodies that it names, and the sums.
fn gathered(recorded: Recorded, log: &SharedLog) -> (Vec<u8>, Vec<(Digest, Bytes)>, Facts) {
    let counted = Facts {
        requests: recorded.requests,
        denials: recorded.denials,
        sent: recorded.sent,
        received: recorded.received,
        ..Facts::none()
    };
    let (lines, log_dropped) = log.take().finish();
    let evidence = Evidence { exchanges: recorded.exchanges, log: lines, log_dropped };
    // Texts and numbers alone, no map with keys that are no text: writing it can't fail.
    let evidence = serde_json::to_vec(&evidence).unwrap_or_default();
    (evidence, recorded.bodies, counted)
}

fn record(context: &CallContext, attempt: u32) -> types::Call {
    types::Call {
        settings: context.settings.clone(),
        release: reply::release(&context.release),
        name: context.name.clone(),
        attempt,
        deadline_ms: context.timeout.min(context.limits.wall).as_millis(),
        labels: Vec::new(),
    }
}

fn problem(problem: types::Problem) -> SettingsProblem {
    SettingsProblem {
        pointer: problem.pointer,
        message: reply::fitting(&problem.message),
        hint: problem.hint.as_deref().map(reply::fitting),
    }
}

fn misused(why: &str) -> Called {
    Called { outcome: Outcome::Error { fault: host_fault(why) }, facts: Facts::none() }
}

/// A plan is valid by construction, so calling a plugin as the wrong kind is the host's own mistake.
fn host_fault(why: &str) -> Fault {
    let message = format!("the plugin can't be called like this: {why}");
    Fault { kind: FaultKind::Host, message, frames: Vec::new(), last_log: Vec::new() }
}
