//! Calls of rollout plugins.

use bytes::Bytes;
use holdpoint_core::facts::Facts;
use holdpoint_core::id::Digest;
use holdpoint_core::outcome::{Fault, FaultKind};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::rollback::{Progress, StepEnd};
use holdpoint_core::rollout::{Deed, Replied, Reply, Share};
use std::sync::Arc;
use wasmtime::Store;

use crate::bindings::rollout::exports::holdpoint::plugin::shifter::{self, Guest};
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

/// A call of a rollout plugin.
#[derive(Debug, Clone)]
pub struct RolloutCall {
    /// The circumstances.
    pub context: CallContext,
    /// What is asked of it.
    pub deed: Deed,
}

/// How a rollout plugin's call ended, and what was seen of it.
#[derive(Debug)]
pub struct RolloutResult {
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
    /// Calls a rollout plugin. Dropping the future ends the call, not what it has started elsewhere.
    pub async fn shift(&self, plugin: &Loaded, call: RolloutCall) -> RolloutResult {
        let Pre::Rollout(pre) = &*plugin.pre else {
            let reply = Reply::Error { fault: misused("it is not a rollout plugin") };
            let replied = Replied { reply, facts: Facts::none() };
            return RolloutResult { replied, evidence: Vec::new(), bodies: Vec::new(), asked: None };
        };
        let (bounds, record) = call.context.parted(1, Vec::new());
        let limits = Arc::clone(&bounds.limits);
        let work = async |store: &mut Store<State>| {
            let plugin = pre.instantiate_async(&mut *store).await.map_err(Starting::failed)?;
            let shifter = Shifter { guest: plugin.holdpoint_plugin_shifter(), record: &record, limits: &limits };
            shifter.ask(store, &call.deed).await
        };
        let left = self.guarded(plugin, bounds, work).await;
        let reply = match left.ended {
            Ended::Returned(Ok(Ok(reply))) => reply,
            Ended::Returned(Ok(Err(Inadmissible(message)))) => {
                let (kind, frames) = (FaultKind::Inadmissible, Vec::new());
                Reply::Error { fault: Fault { kind, message, frames, last_log: left.last_log } }
            }
            Ended::Returned(Err(failure)) => Reply::Error { fault: reply::failed(failure, &limits, left.last_log) },
            Ended::Crashed(fault) => Reply::Error { fault },
            Ended::OutOfTime(_, limit) => Reply::Timeout { limit },
        };
        let reply = redacted(self.gateway(), reply).unwrap_or_else(|| Reply::Error { fault: unredacted() });
        let replied = Replied { reply, facts: left.facts };
        RolloutResult { replied, evidence: left.evidence, bodies: left.bodies, asked: left.asked }
    }
}

/// Why an answer can't be taken, in words.
struct Inadmissible(String);

/// What a rollout plugin answered: an answer of ours, one that can't be taken, or its own failure.
type Answered = Result<Result<Reply, Inadmissible>, types::Failure>;

/// One instance of a rollout plugin, and what each of its functions is told.
struct Shifter<'a> {
    guest: &'a Guest,
    record: &'a types::Call,
    limits: &'a Limits,
}

impl Shifter<'_> {
    async fn ask(&self, store: &mut Store<State>, deed: &Deed) -> wasmtime::Result<Answered> {
        match deed {
            Deed::Ready { share } => {
                let said = self.guest.call_ready(store, self.record, &guests(*share)).await?;
                Ok(said.map(|said| Ok(self.readiness(said))))
            }
            Deed::Shift { share, key, fence } => {
                let said = self.guest.call_shift(store, self.record, &guests(*share), key.as_str(), *fence).await?;
                Ok(said.map(|report| Ok(self.shifted(&report))))
            }
            Deed::Status { share, key } => {
                let said = self.guest.call_status(store, self.record, &guests(*share), key.as_str()).await?;
                Ok(said.map(|report| self.status(&report)))
            }
        }
    }

    fn readiness(&self, readiness: shifter::Readiness) -> Reply {
        match readiness {
            shifter::Readiness::Ready => Reply::Ready,
            shifter::Readiness::Refused(why) => Reply::Refused { why: reply::fitting(&why, self.limits) },
        }
    }

    fn shifted(&self, report: &shifter::ShiftReport) -> Reply {
        let end = match report.end {
            shifter::ShiftEnd::Done => StepEnd::Done,
            shifter::ShiftEnd::AlreadyDone => StepEnd::AlreadyDone,
            shifter::ShiftEnd::Started => StepEnd::Started,
        };
        Reply::Shifted { end, summary: reply::fitting(&report.summary, self.limits) }
    }

    fn status(&self, report: &shifter::StatusReport) -> Result<Reply, Inadmissible> {
        if let Some(percent) = report.percent.filter(|percent| *percent > 100) {
            return Err(Inadmissible(format!("it says that the released version has {percent} % of the traffic")));
        }
        let progress = match report.progress {
            shifter::Progress::NotBegun => Progress::NotBegun,
            shifter::Progress::UnderWay => Progress::UnderWay,
            shifter::Progress::Complete => Progress::Complete,
            shifter::Progress::Failed => Progress::Failed,
            shifter::Progress::Unknown => Progress::Unknown,
        };
        let summary = reply::fitting(&report.summary, self.limits);
        Ok(Reply::Status { progress, percent: report.percent, summary })
    }
}

/// A share as guests see it.
fn guests(share: Share) -> shifter::Share {
    shifter::Share { percent: u32::from(share.percent()), labels: Vec::new() }
}
