//! What the plans of these tests are read against: a few plugins, a policy, an environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use holdpoint_core::id::Digest;
use holdpoint_core::manifest::{Manifest, PluginKind, Request};
use holdpoint_core::plan::grant::{Method, NetOperation};
use holdpoint_core::plan::limit::Bytes;
use holdpoint_plan::{BundleFacts, Context, policy};

/// The folder of the plans.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/plans")
}

/// The context that a plan's first comments ask for.
pub(crate) fn context_for(text: &str) -> Context {
    let said = |key: &str| {
        let mut lines = text.lines().take_while(|line| line.starts_with('#'));
        lines.find_map(|line| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(": "))
    };
    let policy = match said("policy") {
        Some(file) => {
            let text = std::fs::read_to_string(root().join("policies").join(file)).unwrap();
            policy::read(&text).0.unwrap()
        }
        None => policy::standard(),
    };
    let environment = Some(said("environment").unwrap_or("staging")).filter(|name| *name != "none");
    let pem = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".to_owned();
    Context {
        environment: environment.map(str::to_owned),
        policy,
        bundles: bundles(),
        authorities: BTreeMap::from([
            ("certs/ca.pem".to_owned(), Ok(pem)),
            ("certs/lost.pem".to_owned(), Err("no such file".to_owned())),
        ]),
    }
}

fn bundles() -> BTreeMap<String, Result<BundleFacts, String>> {
    let found = [
        ("plugins/http.wasm", manifest("http", PluginKind::Check, HTTP, vec![http(&["GET", "HEAD", "POST"])])),
        ("plugins/tcp.wasm", manifest("tcp", PluginKind::Check, TCP, vec![net()])),
        ("plugins/switch.wasm", manifest("http-rollback", PluginKind::Rollback, SWITCH, vec![http(&["GET", "POST"])])),
        ("plugins/weights.wasm", manifest("http-rollout", PluginKind::Rollout, WEIGHTS, vec![http(&["GET", "POST"])])),
        (
            "plugins/python.wasm",
            Manifest {
                memory: Some(Bytes::mib(256)),
                ..manifest("python", PluginKind::Check, HTTP, vec![http(&["GET"])])
            },
        ),
    ];
    let lost = ("plugins/lost.wasm", Err("there is no such file".to_owned()));
    let odd = manifest("odd", PluginKind::Check, r#"{"type": "objekt"}"#, vec![http(&["GET"])]);
    found
        .into_iter()
        .chain([("plugins/odd.wasm", odd)])
        .map(|(path, manifest)| {
            let digest = Digest::of(path.as_bytes());
            (path, Ok(BundleFacts { digest, manifest }))
        })
        .chain([lost])
        .map(|(path, facts)| (path.to_owned(), facts))
        .collect()
}

fn manifest(name: &str, kind: PluginKind, settings: &str, requests: Vec<Request>) -> Manifest {
    Manifest {
        name: name.to_owned(),
        version: "0.1.0".parse().unwrap(),
        kind,
        summary: String::new(),
        docs: String::new(),
        requests,
        memory: None,
        settings: settings.to_owned(),
    }
}

fn http(methods: &[&str]) -> Request {
    let methods = methods.iter().map(|method| Method::parse(method).unwrap()).collect();
    Request::Http { methods, why: "to ask".to_owned() }
}

fn net() -> Request {
    let operations = [NetOperation::Resolve, NetOperation::Connect, NetOperation::Transact].into_iter().collect();
    Request::Net { operations, why: "to connect".to_owned() }
}

const HTTP: &str = r##"{
    "type": "object", "additionalProperties": false, "required": ["url"],
    "properties": {
        "url": {"type": "string", "description": "Where to: `endpoint:NAME/path`."},
        "timeout-ms": {"type": "integer", "minimum": 1},
        "headers": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Header"}},
        "expect": {"$ref": "#/$defs/Expect"}
    },
    "$defs": {
        "Expect": {
            "type": "object", "additionalProperties": false,
            "properties": {
                "status": {"type": "array", "items": {"type": "integer", "minimum": 100, "maximum": 599}},
                "body": {"type": "array", "items": {"$ref": "#/$defs/Rule"}}
            }
        },
        "Header": {"anyOf": [
            {"const": "present"}, {"type": "integer"},
            {"type": "object", "required": ["equals"], "properties": {"equals": {}}, "additionalProperties": false},
            {"type": "object", "required": ["lacks"], "properties": {"lacks": {}}, "additionalProperties": false}
        ]},
        "Rule": {"oneOf": [
            {"type": "object", "required": ["contains"], "additionalProperties": false,
             "properties": {"contains": {"type": "string"}}},
            {"type": "object", "required": ["rule", "pattern"], "additionalProperties": false,
             "properties": {"rule": {"const": "regex"}, "pattern": {"type": "string"}}}
        ]}
    }
}"##;

const TCP: &str = r#"{
    "type": "object", "additionalProperties": false, "required": ["target"],
    "properties": {"target": {"type": "string"}, "send": {"type": "string"}, "expect": {"type": "string"}}
}"#;

const WEIGHTS: &str = r#"{
    "type": "object", "additionalProperties": false, "required": ["shift"],
    "properties": {"shift": {"type": "string"}}
}"#;

const SWITCH: &str = r#"{
    "type": "object", "additionalProperties": false, "required": ["steps"],
    "properties": {"steps": {"type": "array", "minItems": 1, "items": {
        "type": "object", "required": ["method", "url"],
        "properties": {"method": {"enum": ["GET", "POST", "PUT"]}, "url": {"type": "string"}, "body": {"type": "string"}}
    }}}
}"#;
