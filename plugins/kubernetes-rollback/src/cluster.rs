//! The calls of the Kubernetes API.

use holdpoint_sdk::finding::excerpt;
use holdpoint_sdk::http::Answer;
use holdpoint_sdk::{Failure, Host, Target};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::object::{Deployment, ReplicaSet, ReplicaSetList};
use crate::settings::Settings;

/// One Deployment's neighbourhood in a cluster.
pub(crate) struct Cluster<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) host: &'a Host,
}

/// How the API met a patch.
pub(crate) enum Patched {
    /// It is done.
    Done,
    /// The Deployment is not as the patch supposed: nothing was changed. The text is the API's.
    Refused(String),
}

impl Cluster<'_> {
    /// Reads the Deployment; `None` when there is none.
    ///
    /// # Errors
    /// When nothing or something else answers.
    pub(crate) fn deployment(&self) -> Result<Option<Deployment>, Failure> {
        self.read(&self.deployment_target())
    }

    /// Reads a `ReplicaSet`; `None` when there is none.
    ///
    /// # Errors
    /// When nothing or something else answers.
    pub(crate) fn replica_set(&self, name: &str) -> Result<Option<ReplicaSet>, Failure> {
        self.read(&self.below(&format!("replicasets/{name}")))
    }

    /// Reads the `ReplicaSets` that belong to a Deployment.
    ///
    /// # Errors
    /// When nothing or something else answers, or the list is not whole.
    pub(crate) fn replica_sets_of(&self, deployment: &Deployment) -> Result<Vec<ReplicaSet>, Failure> {
        let request = self.host.get(self.below("replicasets"));
        let answer = request.query("labelSelector", &deployment.spec.selector.as_query()).send()?;
        if answer.status != 200 {
            return Err(unexpected(&answer));
        }
        let mut list: ReplicaSetList = answer.json()?;
        if !list.metadata.more.is_empty() {
            return Err(Failure::Unavailable("the API's list of ReplicaSets is not whole".to_owned()));
        }
        // Labels may be shared; whose a ReplicaSet is, is said by its owner alone.
        let uid = &deployment.metadata.uid;
        list.items.retain(|set| set.metadata.owner_references.iter().any(|owner| &owner.uid == uid));
        Ok(list.items)
    }

    /// Patches the Deployment.
    ///
    /// # Errors
    /// When nothing or something else answers: then it isn't known whether it was done.
    pub(crate) fn patch(&self, patch: &Value) -> Result<Patched, Failure> {
        let request = self.host.patch(self.deployment_target()).body(patch.to_string());
        let answer = request.header("content-type", "application/json-patch+json").send()?;
        match answer.status {
            200 => Ok(Patched::Done),
            409 | 422 => Ok(Patched::Refused(words(&answer))),
            _ => Err(unexpected(&answer)),
        }
    }

    /// Returns where the Deployment stands in the API.
    pub(crate) fn deployment_target(&self) -> Target {
        self.below(&format!("deployments/{}", self.settings.deployment))
    }

    fn below(&self, path: &str) -> Target {
        self.settings.api.below(&format!("apis/apps/v1/namespaces/{}/{path}", self.settings.namespace))
    }

    fn read<T: DeserializeOwned>(&self, target: &Target) -> Result<Option<T>, Failure> {
        let answer = self.host.get(target).send()?;
        match answer.status {
            200 => Ok(Some(answer.json()?)),
            404 => Ok(None),
            _ => Err(unexpected(&answer)),
        }
    }
}

fn unexpected(answer: &Answer) -> Failure {
    Failure::Unavailable(format!("the Kubernetes API answered {}: {}", answer.status, words(answer)))
}

/// Returns the message of the API's own status object, or else what came.
fn words(answer: &Answer) -> String {
    let message = answer.pointer("/message").ok().flatten();
    match message.as_ref().and_then(Value::as_str) {
        Some(message) => excerpt(message),
        None => excerpt(&answer.text()),
    }
}
