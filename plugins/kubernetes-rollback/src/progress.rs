//! How far a rollback is, by what the Deployment's controller says.

use holdpoint_sdk::rollback::Progress;

use crate::object::Deployment;
use crate::patch;

/// Returns how far the rollout of a Deployment is, and what was seen of it.
///
/// As `kubectl rollout status` has it: a status counts only once the controller has seen the latest change.
pub(crate) fn of_rollout(deployment: &Deployment) -> (Progress, String) {
    let status = &deployment.status;
    if !deployment.is_observed() {
        return (Progress::UnderWay, "the cluster's controller has not yet seen the change".to_owned());
    }
    if let Some(condition) = deployment.progressing()
        && condition.reason == "ProgressDeadlineExceeded"
        && patch::is_said_since(deployment, condition)
    {
        return (Progress::Failed, format!("the rollout made no progress: {}", condition.message));
    }
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let seen = format!(
        "{} of {wanted} replicas are updated, {} available, {} in all",
        status.updated_replicas, status.available_replicas, status.replicas
    );
    let all_updated = status.updated_replicas >= wanted && status.replicas <= status.updated_replicas;
    if all_updated && status.available_replicas >= status.updated_replicas {
        return (Progress::Complete, seen);
    }
    if deployment.spec.paused {
        return (Progress::Partial, format!("{seen}, and the Deployment was paused"));
    }
    (Progress::UnderWay, seen)
}
