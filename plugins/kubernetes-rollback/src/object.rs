//! Deployments and `ReplicaSets`, as far as a rollback reads them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The annotation in which the Deployment controller counts revisions.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// The label that the Deployment controller adds to a `ReplicaSet`'s template.
const HASH: &str = "pod-template-hash";

/// A Deployment.
#[derive(Debug, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) metadata: Metadata,
    pub(crate) spec: DeploymentSpec,
    #[serde(default)]
    pub(crate) status: DeploymentStatus,
}

/// A `ReplicaSet`.
#[derive(Debug, Deserialize)]
pub(crate) struct ReplicaSet {
    pub(crate) metadata: Metadata,
    pub(crate) spec: ReplicaSetSpec,
}

/// A list of `ReplicaSets`.
#[derive(Debug, Deserialize)]
pub(crate) struct ReplicaSetList {
    pub(crate) metadata: ListMetadata,
    pub(crate) items: Vec<ReplicaSet>,
}

/// What a list says of itself.
#[derive(Debug, Deserialize)]
pub(crate) struct ListMetadata {
    /// Not empty when there is more than the list has.
    #[serde(default, rename = "continue")]
    pub(crate) more: String,
}

/// What every object says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) resource_version: String,
    #[serde(default)]
    pub(crate) generation: i64,
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) owner_references: Vec<OwnerReference>,
}

/// Whose an object is.
#[derive(Debug, Deserialize)]
pub(crate) struct OwnerReference {
    pub(crate) uid: String,
}

/// What a Deployment is to be.
#[derive(Debug, Deserialize)]
pub(crate) struct DeploymentSpec {
    /// One, when it isn't said.
    pub(crate) replicas: Option<i64>,
    #[serde(default)]
    pub(crate) paused: bool,
    pub(crate) selector: Selector,
    pub(crate) template: Value,
}

/// What a `ReplicaSet` is to be.
#[derive(Debug, Deserialize)]
pub(crate) struct ReplicaSetSpec {
    pub(crate) template: Value,
}

/// Which pods are meant.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Selector {
    #[serde(default)]
    match_labels: BTreeMap<String, String>,
    #[serde(default)]
    match_expressions: Vec<Expression>,
}

#[derive(Debug, Deserialize)]
struct Expression {
    key: String,
    operator: Operator,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Debug, Deserialize)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// What a Deployment is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct DeploymentStatus {
    pub(crate) observed_generation: i64,
    pub(crate) replicas: i64,
    pub(crate) updated_replicas: i64,
    pub(crate) available_replicas: i64,
    pub(crate) conditions: Vec<Condition>,
}

/// One thing that the controller says of a Deployment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Condition {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) last_update_time: String,
}

impl Metadata {
    /// Returns the revision, if the controller has given one.
    pub(crate) fn revision(&self) -> Option<u64> {
        self.annotations.get(REVISION)?.parse().ok()
    }
}

impl Deployment {
    /// Whether the controller has seen what the Deployment is to be; until then its status is about something else.
    pub(crate) fn is_observed(&self) -> bool {
        self.status.observed_generation >= self.metadata.generation
    }

    /// Returns what the controller says of its progress.
    pub(crate) fn progressing(&self) -> Option<&Condition> {
        self.status.conditions.iter().find(|condition| condition.kind == "Progressing")
    }
}

impl Selector {
    /// Returns the selector as the API's `labelSelector` has it.
    pub(crate) fn as_query(&self) -> String {
        let labels = self.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
        labels.chain(self.match_expressions.iter().map(Expression::as_query)).collect::<Vec<_>>().join(",")
    }
}

impl Expression {
    fn as_query(&self) -> String {
        let (key, values) = (&self.key, self.values.join(","));
        match self.operator {
            Operator::In => format!("{key} in ({values})"),
            Operator::NotIn => format!("{key} notin ({values})"),
            Operator::Exists => key.clone(),
            Operator::DoesNotExist => format!("!{key}"),
        }
    }
}

/// Returns a pod template without what the Deployment controller added to it.
pub(crate) fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(HASH);
    }
    template
}

/// Returns the images of a template's containers, by container.
pub(crate) fn images(template: &Value) -> BTreeMap<&str, &str> {
    let containers = template.pointer("/spec/containers").and_then(Value::as_array);
    containers
        .into_iter()
        .flatten()
        .filter_map(|container| Some((container.get("name")?.as_str()?, container.get("image")?.as_str()?)))
        .collect()
}
