//! Calling the rollout plugin, and keeping what was seen of it.

use holdpoint_core::facts::Facts;
use holdpoint_core::id::CallId;
use holdpoint_core::name::PluginName;
use holdpoint_core::rollout::{Deed, Replied, Reply};
use holdpoint_core::run::event::Event;
use holdpoint_core::time::Span;
use holdpoint_sandbox::RolloutCall;
use tokio::sync::oneshot;

use crate::call::cancelled;
use crate::perform::{Scene, host_fault};

/// What is asked of the rollout plugin, and how.
pub(crate) struct Order {
    pub(crate) call: CallId,
    pub(crate) plugin: PluginName,
    pub(crate) deed: Deed,
    pub(crate) timeout: Span,
}

/// Asks the plugin, unless it is stopped before it has answered.
pub(crate) async fn carry_out(scene: Scene, order: Order, stopped: oneshot::Receiver<String>) -> Event {
    let call = order.call;
    let replied = tokio::select! {
        replied = replied(scene, order) => replied,
        _ = cancelled(stopped) => Replied { reply: Reply::Cancelled, facts: Facts::none() },
    };
    Event::ShiftReplied { call, replied }
}

/// A reply that is the host's own mistake.
pub(crate) fn broken(message: &str) -> Replied {
    Replied { reply: Reply::Error { fault: host_fault(message) }, facts: Facts::none() }
}

async fn replied(scene: Scene, order: Order) -> Replied {
    let settings = scene.plan.rollout.as_ref().map(|rollout| rollout.settings.clone());
    let loaded = scene.plugins.get(&order.plugin);
    // A plan is valid by construction, so this is the host's own mistake, and an error like any other.
    let (Some(settings), Some(loaded)) = (settings, loaded) else {
        return broken("the plan names no rollout, or its plugin was not loaded");
    };
    let Some(context) = scene.context(&order.plugin, "rollout", settings, order.timeout) else {
        return broken("the plan has no such plugin");
    };
    let result = scene.sandbox.shift(loaded, RolloutCall { context, deed: order.deed }).await;
    match scene.shelf.clone().keep(result.evidence, result.bodies).await {
        Ok(()) => result.replied,
        // What was done to the target stands, whether or not its evidence could be kept: the answer counts.
        Err(why) => {
            tracing::error!(why, "the evidence of a rollout call could not be kept");
            Replied { facts: Facts { evidence: None, ..result.replied.facts }, ..result.replied }
        }
    }
}
