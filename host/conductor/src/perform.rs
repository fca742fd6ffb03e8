//! From command to deed: the only place that acts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use holdpoint_core::facts::Facts;
use holdpoint_core::id::CallId;
use holdpoint_core::name::{CheckName, EndpointName, PluginName};
use holdpoint_core::outcome::{Called, Fault, FaultKind, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::check::Check;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::release::Release;
use holdpoint_core::rollback::{Replied, Reply};
use holdpoint_core::run::command::Command;
use holdpoint_core::run::event::Event;
use holdpoint_core::time::Span;
use holdpoint_sandbox::{CallContext, Loaded, Sandbox, Source};
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};

use crate::people::{People, Question, Reached};
use crate::shelf::Shelf;
use crate::{call, rollback, rollout};

/// What every deed of a run works with.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) plan: Arc<Plan>,
    /// The plan's checks and those of its signals, by their names.
    pub(crate) checks: Arc<BTreeMap<CheckName, Check>>,
    pub(crate) endpoints: Arc<BTreeMap<EndpointName, Endpoint>>,
    pub(crate) release: Arc<Release>,
    pub(crate) plugins: Arc<BTreeMap<PluginName, Loaded>>,
    pub(crate) sandbox: Sandbox,
    pub(crate) shelf: Shelf,
    /// Where the world of its calls comes from.
    pub(crate) source: Source,
}

/// Every check of a plan by its name.
pub(crate) fn checks_of(plan: &Plan) -> Arc<BTreeMap<CheckName, Check>> {
    Arc::new(plan.checks().map(|check| (check.name.clone(), check.clone())).collect())
}

impl Scene {
    /// The circumstances of one call of a plugin; `None` when the plan has no such plugin.
    pub(crate) fn context(
        &self,
        plugin: &PluginName,
        name: &str,
        settings: String,
        timeout: Span,
    ) -> Option<CallContext> {
        let planned = self.plan.plugins.get(plugin)?;
        Some(CallContext {
            plugin: plugin.clone(),
            name: name.to_owned(),
            settings,
            release: Arc::clone(&self.release),
            endpoints: Arc::clone(&self.endpoints),
            effective: planned.effective.clone(),
            limits: planned.limits.clone(),
            timeout,
            source: self.source.clone(),
        })
    }
}

/// What a running deed answers to, so that even its crash becomes the right event.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Check(CallId),
    Rollback(CallId),
    Shift(CallId),
}

/// Performs commands; what ends comes back as events.
pub(crate) struct Performer {
    scene: Scene,
    people: Box<dyn People>,
    /// The deeds under way. Each ends with its event.
    running: JoinSet<Event>,
    /// Which deed a task is, for the case that it panics.
    deeds: HashMap<Id, Deed>,
    /// The way to stop a call. Dropping a sender stops nothing: the call ends when it ends.
    stops: BTreeMap<CallId, oneshot::Sender<String>>,
}

impl Performer {
    pub(crate) fn new(scene: Scene, people: Box<dyn People>) -> Self {
        Self { scene, people, running: JoinSet::new(), deeds: HashMap::new(), stops: BTreeMap::new() }
    }

    /// Whether nothing is under way.
    pub(crate) fn idle(&self) -> bool {
        self.running.is_empty()
    }

    /// Performs one command. Returns the event, if it has happened already.
    pub(crate) fn perform(&mut self, command: Command) -> Option<Event> {
        match command {
            Command::Call { call, check, attempt, timeout, purpose } => {
                let (stop, stopped) = oneshot::channel();
                self.stops.insert(call, stop);
                let order = call::Order { call, check, attempt, timeout, purpose };
                let task = self.running.spawn(call::carry_out(self.scene.clone(), order, stopped));
                self.deeds.insert(task.id(), Deed::Check(call));
                None
            }
            Command::RollBack { call, plugin, deed, timeout } => {
                let (stop, stopped) = oneshot::channel();
                self.stops.insert(call, stop);
                let order = rollback::Order { call, plugin, deed, timeout };
                let task = self.running.spawn(rollback::carry_out(self.scene.clone(), order, stopped));
                self.deeds.insert(task.id(), Deed::Rollback(call));
                None
            }
            Command::Shift { call, plugin, deed, timeout } => {
                let (stop, stopped) = oneshot::channel();
                self.stops.insert(call, stop);
                let order = rollout::Order { call, plugin, deed, timeout };
                let task = self.running.spawn(rollout::carry_out(self.scene.clone(), order, stopped));
                self.deeds.insert(task.id(), Deed::Shift(call));
                None
            }
            Command::Cancel { call, why } => {
                if let Some(stop) = self.stops.remove(&call) {
                    // A call that has just ended can't be stopped any more; its own event tells how it ended.
                    let _ = stop.send(why);
                }
                None
            }
            Command::Ask { number, commander, question, within, ways } => {
                match self.people.ask(Question { number, commander, question, within, ways }) {
                    Reached::Somebody => None,
                    Reached::Nobody => Some(Event::NobodyToAsk),
                }
            }
            Command::Complain { why } => {
                tracing::warn!(why, "an entry made no sense and changed nothing");
                None
            }
            Command::Finish { ending: _ } => None,
        }
    }

    /// Waits for the next deed to end. `None` when nothing is under way.
    pub(crate) async fn ended(&mut self) -> Option<Event> {
        let joined = self.running.join_next_with_id().await?;
        self.joined(joined)
    }

    /// A deed that has ended by now, if there is one.
    pub(crate) fn ended_already(&mut self) -> Option<Event> {
        let joined = self.running.try_join_next_with_id()?;
        self.joined(joined)
    }

    fn joined(&mut self, joined: Result<(Id, Event), JoinError>) -> Option<Event> {
        let (task, event) = match joined {
            Ok((task, event)) => (task, event),
            Err(crash) => (crash.id(), self.crashed(crash.id())?),
        };
        if let Some(Deed::Check(call) | Deed::Rollback(call) | Deed::Shift(call)) = self.deeds.remove(&task) {
            self.stops.remove(&call);
        }
        Some(event)
    }

    /// The event of a deed whose task panicked: an error of the host, never a pass.
    fn crashed(&self, task: Id) -> Option<Event> {
        let fault = host_fault("the host crashed while it carried out this call");
        Some(match self.deeds.get(&task)? {
            Deed::Check(call) => {
                let called = Called { outcome: Outcome::Error { fault }, facts: Facts::none() };
                Event::CallEnded { call: *call, called }
            }
            Deed::Rollback(call) => {
                let replied = Replied { reply: Reply::Error { fault }, facts: Facts::none() };
                Event::RollbackReplied { call: *call, replied }
            }
            Deed::Shift(call) => Event::ShiftReplied { call: *call, replied: rollout::broken(&fault.message) },
        })
    }
}

/// An error of the host itself.
pub(crate) fn host_fault(message: &str) -> Fault {
    Fault { kind: FaultKind::Host, message: message.to_owned(), frames: Vec::new(), last_log: Vec::new() }
}
