//! A stub of the Kubernetes API around one Deployment. It holds every request against what the API would accept, keeps
//! what doesn't fit, and lets its controller come along step by step, a step for each time the Deployment is read.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/prod/deployments/shop";
const SETS: &str = "/apis/apps/v1/namespaces/prod/replicasets";
const REVISION: &str = "deployment.kubernetes.io/revision";

/// The cluster. Clones are the same.
#[derive(Clone)]
pub(crate) struct Cluster(Arc<Mutex<Inner>>);

struct Inner {
    deployment: Value,
    sets: Vec<Value>,
    /// What must not have been sent.
    wrong: Vec<String>,
    patches: u32,
    /// Whether the controller makes progress with what it is asked for.
    lively: bool,
    /// Whether somebody else deploys 1.6.0 just before the next patch.
    meddled: bool,
}

fn template(image: &str) -> Value {
    json!({"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": [{"name": "shop", "image": image}]}})
}

fn replica_set(revision: u64, image: &str) -> Value {
    let mut template = template(image);
    template["metadata"]["labels"]["pod-template-hash"] = json!(format!("hash{revision}"));
    json!({
        "metadata": {
            "name": format!("shop-hash{revision}"), "uid": format!("uid-{revision}"), "resourceVersion": "7",
            "annotations": {REVISION: revision.to_string()},
            "ownerReferences": [{"uid": "uid-shop", "kind": "Deployment", "name": "shop", "controller": true}],
        },
        "spec": {"replicas": 0, "template": template},
    })
}

impl Cluster {
    /// Starts a cluster that runs 1.5.0 as revision 5, after 1.4.0 as revision 4, and says where.
    pub(crate) async fn start() -> (Self, String) {
        let deployment = json!({
            "metadata": {
                "name": "shop", "uid": "uid-shop", "resourceVersion": "100", "generation": 9,
                "annotations": {REVISION: "5"},
            },
            "spec": {"replicas": 3, "template": template("shop:1.5.0"), "selector": {"matchLabels": {"app": "shop"}}},
            "status": {"observedGeneration": 9, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3},
        });
        let sets = vec![replica_set(4, "shop:1.4.0"), replica_set(5, "shop:1.5.0")];
        let inner = Inner { deployment, sets, wrong: Vec::new(), patches: 0, lively: true, meddled: false };
        let cluster = Self(Arc::new(Mutex::new(inner)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
        let app = Router::new().fallback(answer).with_state(cluster.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (cluster, url)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("nobody panics here")
    }

    pub(crate) fn pause(&self) {
        self.inner().deployment["spec"]["paused"] = json!(true);
    }

    pub(crate) fn prune(&self) {
        self.inner().sets.remove(0);
    }

    pub(crate) fn hang(&self) {
        self.inner().lively = false;
    }

    pub(crate) fn meddle(&self) {
        self.inner().meddled = true;
    }

    /// Lets the previous version run, as after a rollback by hand.
    pub(crate) fn run_the_previous(&self) {
        self.inner().deployment["spec"]["template"] = template("shop:1.4.0");
    }

    /// The image that its pods are to run, how often it was patched, and what was sent that must not be.
    pub(crate) fn seen(&self) -> (String, u32, Vec<String>) {
        let inner = self.inner();
        (inner.image(), inner.patches, inner.wrong.clone())
    }
}

async fn answer(
    State(cluster): State<Cluster>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let mut inner = cluster.inner();
    let answered = match (method.as_str(), uri.path()) {
        ("GET", "/health") => inner.health(),
        ("GET", DEPLOYMENT) => Ok(inner.read()),
        ("GET", SETS) if uri.query() == Some("labelSelector=app%3Dshop") => {
            Ok(json!({"metadata": {}, "items": inner.sets}))
        }
        ("GET", path) => match path.strip_prefix(SETS).and_then(|rest| rest.strip_prefix('/')) {
            Some(name) => inner.set(name),
            None => Err(inner.refuse(&format!("GET {uri}"))),
        },
        ("PATCH", DEPLOYMENT) => inner.patch(&headers, &body),
        (method, _) => Err(inner.refuse(&format!("{method} {uri}"))),
    };
    match answered {
        Ok(object) => (StatusCode::OK, object.to_string()),
        Err((status, message)) => (status, json!({"kind": "Status", "message": message}).to_string()),
    }
}

type Refusal = (StatusCode, String);

impl Inner {
    fn image(&self) -> String {
        self.deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap_or_default().to_owned()
    }

    /// The service behind the Deployment: 1.5.0 is broken.
    fn health(&self) -> Result<Value, Refusal> {
        if self.image() == "shop:1.5.0" {
            return Err((StatusCode::INTERNAL_SERVER_ERROR, "broken".to_owned()));
        }
        Ok(json!({"version": self.image()}))
    }

    fn refuse(&mut self, what: &str) -> Refusal {
        self.wrong.push(what.to_owned());
        (StatusCode::FORBIDDEN, format!("no rule allows {what}"))
    }

    fn set(&self, name: &str) -> Result<Value, Refusal> {
        let found = self.sets.iter().find(|set| set["metadata"]["name"] == name);
        found.cloned().ok_or((StatusCode::NOT_FOUND, format!("there is no ReplicaSet {name}")))
    }

    /// Returns the Deployment, and lets the controller come one step along.
    fn read(&mut self) -> Value {
        let shown = self.deployment.clone();
        let generation = self.deployment["metadata"]["generation"].clone();
        let status = &mut self.deployment["status"];
        if self.lively && status["observedGeneration"] != generation {
            *status = json!({
                "observedGeneration": generation, "replicas": 4, "updatedReplicas": 1, "availableReplicas": 3,
            });
        } else if self.lively {
            let updated = status["updatedReplicas"].as_i64().unwrap_or(0);
            status["updatedReplicas"] = json!((updated + 1).min(3));
            status["replicas"] = json!(if updated < 3 { 4 } else { 3 });
        }
        shown
    }

    fn patch(&mut self, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
        let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind != "application/json-patch+json" {
            return Err(self.refuse(&format!("a patch of the type {kind:?}")));
        }
        if std::mem::take(&mut self.meddled) {
            self.deployment["spec"]["template"] = template("shop:1.6.0");
            self.deployment["metadata"]["resourceVersion"] = json!("100-meddled");
            self.deployment["metadata"]["annotations"][REVISION] = json!("6");
        }
        let operations: Vec<Value> = serde_json::from_slice(body).unwrap_or_default();
        let tests_version =
            |operation: &Value| operation["op"] == "test" && operation["path"] == "/metadata/resourceVersion";
        if !operations.iter().any(tests_version) {
            return Err(self.refuse("a patch that holds for any version of the Deployment"));
        }
        let mut after = self.deployment.clone();
        for operation in &operations {
            self.apply(&mut after, operation)?;
        }
        self.patches += 1;
        after["metadata"]["resourceVersion"] = json!("101");
        after["metadata"]["generation"] = json!(10);
        after["metadata"]["annotations"][REVISION] = json!("6");
        self.deployment = after;
        Ok(self.deployment.clone())
    }

    /// One operation, as RFC 6902 has it, on what a Deployment's owner may change.
    fn apply(&mut self, after: &mut Value, operation: &Value) -> Result<(), Refusal> {
        let path = operation["path"].as_str().unwrap_or_default();
        let value = &operation["value"];
        let allowed = path == "/spec/template" || path.starts_with("/metadata/annotations/");
        let Some((parent, name)) = path.rsplit_once('/') else {
            return Err(self.refuse("a patch without a path"));
        };
        let name = name.replace("~1", "/").replace("~0", "~");
        let place = after.pointer_mut(parent).and_then(Value::as_object_mut);
        match (operation["op"].as_str(), place) {
            (Some("test"), Some(place)) if place.get(&name) == Some(value) => Ok(()),
            (Some("test"), _) => Err((StatusCode::UNPROCESSABLE_ENTITY, format!("the test of {path} failed"))),
            (Some("add"), Some(place)) if allowed => {
                place.insert(name, value.clone());
                Ok(())
            }
            (Some("replace"), Some(place)) if allowed && place.contains_key(&name) => {
                place.insert(name, value.clone());
                Ok(())
            }
            (op, _) => Err(self.refuse(&format!("{op:?} of {path}"))),
        }
    }
}
