//! Calling a check, and keeping what was seen of it.

use holdpoint_core::facts::Facts;
use holdpoint_core::id::CallId;
use holdpoint_core::name::CheckName;
use holdpoint_core::outcome::{Called, Outcome};
use holdpoint_core::run::command::Purpose;
use holdpoint_core::run::event::Event;
use holdpoint_core::time::Span;
use holdpoint_sandbox::CheckCall;
use tokio::sync::oneshot;

use crate::perform::{Scene, host_fault};

/// Which check is to be called, and how.
pub(crate) struct Order {
    pub(crate) call: CallId,
    pub(crate) check: CheckName,
    pub(crate) attempt: u32,
    pub(crate) timeout: Span,
    pub(crate) purpose: Purpose,
}

/// Calls the check, unless it is stopped before it has ended.
pub(crate) async fn carry_out(scene: Scene, order: Order, stopped: oneshot::Receiver<String>) -> Event {
    let call = order.call;
    let called = tokio::select! {
        called = called(scene, order) => called,
        why = cancelled(stopped) => Called { outcome: Outcome::Cancelled { why }, facts: Facts::none() },
    };
    Event::CallEnded { call, called }
}

/// Waits until the call is stopped; for ever, if nobody can stop it any more.
pub(crate) async fn cancelled(stopped: oneshot::Receiver<String>) -> String {
    match stopped.await {
        Ok(why) => why,
        Err(_) => std::future::pending().await,
    }
}

async fn called(scene: Scene, order: Order) -> Called {
    let Some(check) = scene.checks.get(&order.check) else {
        return broken("the plan has no such check");
    };
    let Some(loaded) = scene.plugins.get(&check.plugin) else {
        return broken("the check's plugin was not loaded");
    };
    let Some(context) = scene.context(&check.plugin, check.name.as_str(), check.settings.clone(), order.timeout) else {
        return broken("the plan has no such plugin");
    };
    let result = scene
        .sandbox
        .check(loaded, CheckCall { context, attempt: order.attempt, labels: order.purpose.labels() })
        .await;
    let Called { outcome, facts } = result.called;
    match scene.shelf.clone().keep(result.evidence, result.bodies).await {
        Ok(()) => Called { outcome, facts },
        Err(why) => {
            Called { outcome: Outcome::Error { fault: host_fault(&why) }, facts: Facts { evidence: None, ..facts } }
        }
    }
}

/// A plan is valid by construction, so this is the host's own mistake, and an error like any other.
fn broken(why: &str) -> Called {
    Called { outcome: Outcome::Error { fault: host_fault(why) }, facts: Facts::none() }
}
