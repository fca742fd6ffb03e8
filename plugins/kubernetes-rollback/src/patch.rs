//! The patch that sets a Deployment back, and the marks that it leaves.

use serde_json::{Value, json};

use crate::object::{Condition, Deployment, ReplicaSet, without_hash};

/// The annotation with the key of the last rollback that was carried out.
const KEY: &str = "holdpoint/rollback-key";
/// The annotation with the moment at which the controller last spoke of progress before that rollback.
const BEFORE: &str = "holdpoint/rollback-progress-before";
/// The annotation that `kubectl rollout history` shows.
const CAUSE: &str = "kubernetes.io/change-cause";

/// Returns the patch, as RFC 6902 has it. It holds only for the Deployment exactly as it was read.
pub(crate) fn setting_back(deployment: &Deployment, set: &ReplicaSet, key: &str, cause: &str) -> Value {
    let before = deployment.progressing().map_or("", |condition| condition.last_update_time.as_str());
    json!([
        {"op": "test", "path": "/metadata/resourceVersion", "value": deployment.metadata.resource_version},
        {"op": "replace", "path": "/spec/template", "value": without_hash(&set.spec.template)},
        {"op": "add", "path": place(CAUSE), "value": cause},
        {"op": "add", "path": place(KEY), "value": key},
        {"op": "add", "path": place(BEFORE), "value": before},
    ])
}

/// Returns the key of the last rollback that was carried out, if there was one.
pub(crate) fn key_of(deployment: &Deployment) -> Option<&str> {
    deployment.metadata.annotations.get(KEY).map(String::as_str)
}

/// Whether the controller has said this since the rollback. What it says stays until something new is to be said, so
/// a failed release's word may still stand there.
pub(crate) fn is_said_since(deployment: &Deployment, condition: &Condition) -> bool {
    deployment.metadata.annotations.get(BEFORE) != Some(&condition.last_update_time)
}

/// Returns an annotation's JSON pointer. A Deployment that has a revision has annotations, so one can be added.
fn place(annotation: &str) -> String {
    format!("/metadata/annotations/{}", annotation.replace('~', "~0").replace('/', "~1"))
}
