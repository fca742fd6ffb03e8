//! A Kubernetes API with one Deployment: checks what it receives, and patches as RFC 6902 says.

use std::cell::RefCell;
use std::rc::Rc;

use holdpoint_sdk::fake::{Reply, World};
use holdpoint_sdk::http::Request;
use serde_json::{Value, json};

/// Where the Deployment stands.
pub(super) const DEPLOYMENT: &str = "endpoint:kube/apis/apps/v1/namespaces/prod/deployments/shop";
/// Where the `ReplicaSets` stand.
pub(super) const SETS: &str = "endpoint:kube/apis/apps/v1/namespaces/prod/replicasets";

/// The API. Clones are the same.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) deployment: Rc<RefCell<Value>>,
    pub(super) sets: Rc<RefCell<Vec<Value>>>,
    /// Is done to the Deployment before the next patch is looked at.
    meddle: Rc<RefCell<Option<Value>>>,
    world: World,
}

/// A pod template with an image.
pub(super) fn template(image: &str) -> Value {
    json!({
        "metadata": {"labels": {"app": "shop"}},
        "spec": {"containers": [{"name": "shop", "image": image, "env": [{"name": "A", "value": "b"}]}]},
    })
}

/// A `ReplicaSet` of the Deployment that keeps a revision.
pub(super) fn replica_set(revision: u64, image: &str) -> Value {
    let mut template = template(image);
    template["metadata"]["labels"]["pod-template-hash"] = json!(format!("hash{revision}"));
    json!({
        "metadata": {
            "name": format!("shop-hash{revision}"), "uid": format!("uid-{revision}"), "resourceVersion": "7",
            "annotations": {"deployment.kubernetes.io/revision": revision.to_string()},
            "ownerReferences": [{"uid": "uid-shop", "kind": "Deployment", "name": "shop", "controller": true}],
        },
        "spec": {"replicas": 0, "template": template},
    })
}

impl Api {
    /// Returns an API whose Deployment is at revision 5, after 3 and 4, and another's `ReplicaSet` beside.
    pub(super) fn at_revision_5() -> Self {
        let deployment = json!({
            "metadata": {
                "name": "shop", "uid": "uid-shop", "resourceVersion": "100", "generation": 9,
                "annotations": {"deployment.kubernetes.io/revision": "5"},
            },
            "spec": {
                "replicas": 3, "template": template("shop:2.0.0"),
                "selector": {
                    "matchLabels": {"app": "shop"},
                    "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}],
                },
            },
            "status": {
                "observedGeneration": 9, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3,
                "conditions": [{
                    "type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "message": "done",
                    "lastUpdateTime": "2026-01-01T00:00:00Z",
                }],
            },
        });
        let mut foreign = replica_set(4, "other:1");
        foreign["metadata"]["ownerReferences"][0]["uid"] = json!("uid-other");
        let sets =
            vec![foreign, replica_set(4, "shop:1.9.0"), replica_set(3, "shop:1.8.0"), replica_set(5, "shop:2.0.0")];
        let api = Self {
            deployment: Rc::new(RefCell::new(deployment)),
            sets: Rc::new(RefCell::new(sets)),
            meddle: Rc::default(),
            world: World::new(),
        };
        let behind = (Rc::clone(&api.deployment), Rc::clone(&api.sets), Rc::clone(&api.meddle));
        api.world.answer_with(move |request| answer(&behind.0, &behind.1, &behind.2, request));
        api
    }

    pub(super) fn world(&self) -> World {
        self.world.clone()
    }

    /// Changes the Deployment as anyone else might.
    pub(super) fn set(&self, pointer: &str, value: Value) {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let mut deployment = self.deployment.borrow_mut();
        let parent = deployment.pointer_mut(parent).expect("a place");
        parent[name.replace("~1", "/")] = value;
    }

    /// Lets someone else's Deployment come first when the next patch arrives.
    pub(super) fn meddle_with(&self, deployment: Value) {
        *self.meddle.borrow_mut() = Some(deployment);
    }

    /// Returns the requests that change something.
    pub(super) fn patches(&self) -> Vec<Request> {
        self.world.requests().into_iter().filter(|request| request.method != "GET").collect()
    }
}

fn answer(
    deployment: &RefCell<Value>,
    sets: &RefCell<Vec<Value>>,
    meddle: &RefCell<Option<Value>>,
    request: &Request,
) -> Option<Reply> {
    let (at, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    match (request.method.as_str(), at) {
        ("GET", DEPLOYMENT) => Some(Reply::status(200).json(&deployment.borrow())),
        ("GET", SETS) => {
            assert_eq!(query, "labelSelector=app%3Dshop%2Ctier%20in%20%28a%2Cb%29");
            Some(Reply::status(200).json(&json!({"metadata": {}, "items": *sets.borrow()})))
        }
        ("GET", _) => {
            let name = at.strip_prefix(SETS)?.strip_prefix('/')?;
            let sets = sets.borrow();
            let found = sets.iter().rev().find(|set| set["metadata"]["name"] == name);
            Some(found.map_or(Reply::status(404), |set| Reply::status(200).json(set)))
        }
        ("PATCH", DEPLOYMENT) => {
            if let Some(other) = meddle.borrow_mut().take() {
                *deployment.borrow_mut() = other;
            }
            Some(patched(&mut deployment.borrow_mut(), request))
        }
        _ => None,
    }
}

fn patched(deployment: &mut Value, request: &Request) -> Reply {
    assert_eq!(request.headers, [("content-type".to_owned(), "application/json-patch+json".to_owned())]);
    let patch: Value = serde_json::from_slice(request.body.as_deref().expect("a body")).expect("JSON");
    let mut after = deployment.clone();
    for operation in patch.as_array().expect("a list") {
        let (pointer, value) = (operation["path"].as_str().expect("a path"), &operation["value"]);
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let place = after.pointer_mut(parent).expect("a place that is there");
        let name = name.replace("~1", "/");
        match operation["op"].as_str() {
            Some("test") if place[&name] != *value => {
                return Reply::status(422).json(&json!({"kind": "Status", "message": "testing value failed"}));
            }
            Some("test") => {}
            Some("replace" | "add") => place[&name] = value.clone(),
            other => panic!("no such operation: {other:?}"),
        }
    }
    after["metadata"]["resourceVersion"] = json!("101");
    after["metadata"]["generation"] = json!(10);
    *deployment = after;
    Reply::status(200).json(deployment)
}
