//! Grants: held against the endpoint, the host's policy and what the plugin asks for.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_core::manifest::{Manifest, Request};
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::grant::{Grant, Method, NetOperation, PathPattern};
use holdpoint_core::policy::HostPolicy;

use crate::draft::Draft;
use crate::form::List;
use crate::problem::Code;
use crate::raw::plugin::{Grant as Raw, METHODS, PATHS};
use crate::reader::{Placed, Reader};
use crate::suggest::did_you_mean;
use crate::word::operation_word;

/// What a grant is held against.
pub(super) struct Bounds<'a> {
    pub(super) draft: &'a Draft,
    pub(super) plugin: &'a str,
    pub(super) endpoints: &'a BTreeMap<EndpointName, Endpoint>,
    pub(super) policy: &'a HostPolicy,
    /// What the plugin says of itself, where it could be read.
    pub(super) manifest: Option<&'a Manifest>,
}

/// Lowers one grant; notes what is wrong with it.
pub(super) fn lower(raw: &Raw, bounds: &Bounds<'_>, reader: &mut Reader<'_>) -> Option<Grant> {
    let endpoint = raw.endpoint.as_ref()?;
    if !bounds.draft.endpoints().any(|(name, _)| name.value == endpoint.value) {
        note_unknown_endpoint(endpoint, bounds, reader);
        return None;
    }
    let name = endpoint.value.clone();
    match &raw.operations {
        Some(operations) if raw.methods.is_some() || raw.paths.is_some() => {
            let what = format!("a grant of plugin {:?} has both operations and methods or paths", bounds.plugin);
            let cure = "write two grants, one for HTTP and one for what lies below".to_owned();
            reader.curable(Code::Grant, operations.at, (what, cure));
            None
        }
        Some(operations) => {
            check_operations(operations, bounds, reader);
            let operations = operations.value.0.iter().map(|operation| operation.value).collect();
            Some(Grant::Net { endpoint: name, operations })
        }
        None => {
            check_scheme(endpoint, bounds, reader);
            check_methods(raw, bounds, reader);
            Some(Grant::Http { endpoint: name, methods: methods(raw), paths: paths(raw) })
        }
    }
}

fn methods(raw: &Raw) -> BTreeSet<Method> {
    match &raw.methods {
        Some(list) => list.value.0.iter().map(|method| method.value.clone()).collect(),
        None => METHODS.iter().filter_map(|method| Method::parse(method).ok()).collect(),
    }
}

fn paths(raw: &Raw) -> Vec<PathPattern> {
    match &raw.paths {
        Some(list) => list.value.0.iter().map(|path| path.value.clone()).collect(),
        None => PATHS.iter().filter_map(|path| PathPattern::parse(path).ok()).collect(),
    }
}

fn note_unknown_endpoint(endpoint: &Placed<EndpointName>, bounds: &Bounds<'_>, reader: &mut Reader<'_>) {
    let known = bounds.draft.endpoints().map(|(name, _)| name.value.as_str());
    let meant = did_you_mean(endpoint.value.as_str(), known);
    let what = format!(
        "a grant of plugin {:?} is for endpoint {:?}, which the plan does not have{meant}",
        bounds.plugin,
        endpoint.value.as_str()
    );
    reader.curable(Code::UnknownName, endpoint.at, (what, format!("add [endpoint.{}]", endpoint.value)));
}

/// Notes a grant of HTTP for an endpoint that speaks none.
fn check_scheme(endpoint: &Placed<EndpointName>, bounds: &Bounds<'_>, reader: &mut Reader<'_>) {
    let Some(bound) = bounds.endpoints.get(&endpoint.value) else { return };
    if bound.origin.scheme.speaks_http() {
        return;
    }
    let what = format!(
        "a grant of plugin {:?} is for HTTP, and endpoint {:?} is {}",
        bounds.plugin,
        endpoint.value.as_str(),
        bound.origin
    );
    let cure = "write operations = [\"connect\"] (or resolve, inspect-tls, transact) instead of methods and paths";
    reader.curable(Code::Grant, endpoint.at, (what, cure.to_owned()));
}

fn check_methods(raw: &Raw, bounds: &Bounds<'_>, reader: &mut Reader<'_>) {
    let asked: Option<BTreeSet<&Method>> = bounds.manifest.map(|manifest| {
        manifest
            .requests
            .iter()
            .flat_map(|request| match request {
                Request::Http { methods, .. } => methods.iter().collect::<Vec<_>>(),
                Request::Net { .. } => Vec::new(),
            })
            .collect()
    });
    if asked.as_ref().is_some_and(BTreeSet::is_empty) {
        note_unasked(raw, "HTTP", bounds, reader);
        return;
    }
    for method in raw.methods.iter().flat_map(|list: &Placed<List<Method>>| &list.value.0) {
        if !bounds.policy.methods.contains(&method.value) {
            let what = format!(
                "plugin {:?} is granted {}, and the host's policy does not allow it",
                bounds.plugin, method.value
            );
            let cure = format!("add \"{}\" to methods in the policy", method.value);
            reader.curable(Code::BeyondPolicy, method.at, (what, cure));
        } else if asked.as_ref().is_some_and(|asked| !asked.contains(&method.value)) {
            let what = format!("plugin {:?} is granted {}, which it does not ask for", bounds.plugin, method.value);
            let cure = "drop it: what a plugin does not ask for it never gets".to_owned();
            reader.warning(Code::Unused, method.at, (what, cure));
        }
    }
}

fn check_operations(operations: &Placed<List<NetOperation>>, bounds: &Bounds<'_>, reader: &mut Reader<'_>) {
    for operation in &operations.value.0 {
        let word = operation_word(operation.value);
        let asked = bounds.manifest.is_none_or(|manifest| {
            manifest.requests.iter().any(|request| match request {
                Request::Net { operations, .. } => operations.contains(&operation.value),
                Request::Http { .. } => false,
            })
        });
        if !bounds.policy.operations.contains(&operation.value) {
            let what = format!("plugin {:?} is granted {word}, and the host's policy does not allow it", bounds.plugin);
            let cure = format!("add {word:?} to operations in the policy");
            reader.curable(Code::BeyondPolicy, operation.at, (what, cure));
        } else if !asked {
            let what = format!("plugin {:?} is granted {word}, which it does not ask for", bounds.plugin);
            let cure = "drop it: what a plugin does not ask for it never gets".to_owned();
            reader.warning(Code::Unused, operation.at, (what, cure));
        }
    }
}

fn note_unasked(raw: &Raw, asked: &str, bounds: &Bounds<'_>, reader: &mut Reader<'_>) {
    let what = format!("plugin {:?} is granted {asked}, which it does not ask for", bounds.plugin);
    let cure = "drop the grant: what a plugin does not ask for it never gets".to_owned();
    reader.warning(Code::Unused, raw.at, (what, cure));
}
