//! Secrets: each with one source, bound to one header of one endpoint, and never sent in the clear unless the plan says so.

use std::collections::BTreeMap;

use holdpoint_core::name::{EndpointName, SecretName};
use holdpoint_core::plan::endpoint::{Endpoint, Scheme};
use holdpoint_core::plan::secret::{HOLE, Secret, Source};

use crate::draft::Draft;
use crate::lower::Context;
use crate::problem::Code;
use crate::raw::endpoint::Endpoint as RawEndpoint;
use crate::raw::secret::Secret as Raw;
use crate::reader::{Placed, Reader};
use crate::suggest::did_you_mean;

/// Lowers every secret, and holds it against the endpoint that it goes to.
pub(super) fn lower(
    draft: &Draft,
    context: &Context,
    endpoints: &BTreeMap<EndpointName, Endpoint>,
    reader: &mut Reader<'_>,
) -> BTreeMap<SecretName, Secret> {
    let mut secrets: BTreeMap<SecretName, Secret> = BTreeMap::new();
    for (name, raw) in draft.secrets() {
        let source = source(name, raw, reader);
        let text = text(name, raw, reader);
        let Some(endpoint) = &raw.endpoint else { continue };
        let Some((_, target)) = draft.endpoints().find(|(found, _)| found.value == endpoint.value) else {
            note_unknown(draft, name, endpoint, reader);
            continue;
        };
        check_schemes(name, (endpoint, target), (context, endpoints), reader);
        let (Some(source), Some(text), Some(header)) = (source, text, &raw.header) else { continue };
        let header = header.value.0.clone();
        let secret = Secret { source, endpoint: endpoint.value.clone(), header, text };
        let twin = secrets.iter().find(|(_, one)| one.endpoint == secret.endpoint && one.header == secret.header);
        if let Some((other, _)) = twin {
            let (name, header) = (name.value.as_str(), &secret.header);
            let what =
                format!("secrets {:?} and {name:?} are both the header {header} of one endpoint", other.as_str());
            reader.error(Code::Duplicate, raw.at, what);
        }
        secrets.insert(name.value.clone(), secret);
    }
    check_allowed(draft, reader);
    secrets
}

fn source(name: &Placed<SecretName>, raw: &Raw, reader: &mut Reader<'_>) -> Option<Source> {
    match (&raw.variable, &raw.file) {
        (Some(variable), None) => Some(Source::Variable(variable.value.0.clone())),
        (None, Some(file)) => Some(Source::File(file.value.0.clone())),
        (Some(_), Some(file)) => {
            let what = format!("secret {:?} has two sources", name.value.as_str());
            reader.curable(Code::Secret, file.at, (what, "keep variable or file, and drop the other".to_owned()));
            None
        }
        (None, None) => {
            if !raw.unreadable.holds("variable") && !raw.unreadable.holds("file") {
                let what = format!("secret {:?} has no source", name.value.as_str());
                let cure = format!("give [secret.{}] a variable or a file", name.value);
                reader.curable(Code::Secret, name.at, (what, cure));
            }
            None
        }
    }
}

fn text(name: &Placed<SecretName>, raw: &Raw, reader: &mut Reader<'_>) -> Option<String> {
    let Some(text) = &raw.text else {
        return (!raw.unreadable.holds("text")).then(|| HOLE.to_owned());
    };
    let plain = text.value.0.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if plain && text.value.0.matches(HOLE).count() == 1 {
        return Some(text.value.0.clone());
    }
    let what = format!("the text of secret {:?} must be ASCII, with {HOLE} in it once", name.value.as_str());
    reader.curable(Code::Secret, text.at, (what, "write it like text = \"Bearer {}\"".to_owned()));
    None
}

fn note_unknown(draft: &Draft, name: &Placed<SecretName>, endpoint: &Placed<EndpointName>, reader: &mut Reader<'_>) {
    let wanted = endpoint.value.as_str();
    let meant = did_you_mean(wanted, draft.endpoints().map(|(found, _)| found.value.as_str()));
    let what = format!("secret {:?} is for endpoint {wanted:?}, which there is none of{meant}", name.value.as_str());
    reader.error(Code::UnknownName, endpoint.at, what);
}

/// Notes an endpoint that HTTP is not spoken to, and one that the secret would be readable on the way to. Without an
/// environment every one that the endpoint has is looked at.
fn check_schemes(
    name: &Placed<SecretName>,
    (endpoint, raw): (&Placed<EndpointName>, &RawEndpoint),
    (context, endpoints): (&Context, &BTreeMap<EndpointName, Endpoint>),
    reader: &mut Reader<'_>,
) {
    let schemes: Vec<Scheme> = if context.environment.is_some() {
        endpoints.get(&endpoint.value).map(|endpoint| endpoint.origin.scheme).into_iter().collect()
    } else {
        let bindings = raw.environment.iter().flat_map(|named| &named.value.0);
        let urls = bindings.filter_map(|(_, binding)| binding.url.as_ref()).chain(&raw.url);
        urls.map(|url| url.value.origin.scheme).collect()
    };
    let secret = name.value.as_str();
    if schemes.iter().any(|scheme| !scheme.speaks_http()) {
        let what = format!("secret {secret:?} is for a header, and HTTP is not spoken to endpoint {}", endpoint.value);
        reader.error(Code::Secret, endpoint.at, what);
    }
    let allowed = raw.allow_plain_http.iter().flat_map(|list| &list.value.0).any(|one| one.value == name.value);
    if schemes.contains(&Scheme::Http) && !allowed {
        let what = format!("secret {secret:?} would go to endpoint {:?} over plain http", endpoint.value.as_str());
        let cure = format!("use https, or write allow-plain-http = [\"{secret}\"] in [endpoint.{}]", endpoint.value);
        reader.curable(Code::Secret, endpoint.at, (what, cure));
    }
}

/// Notes secrets that an endpoint allows in the clear and that never go to it.
fn check_allowed(draft: &Draft, reader: &mut Reader<'_>) {
    for (endpoint, raw) in draft.endpoints() {
        for allowed in raw.allow_plain_http.iter().flat_map(|list| &list.value.0) {
            let bound = |raw: &Raw| raw.endpoint.as_ref().is_none_or(|bound| bound.value == endpoint.value);
            if !draft.secrets().any(|(name, raw)| name.value == allowed.value && bound(raw)) {
                let (secret, endpoint) = (allowed.value.as_str(), endpoint.value.as_str());
                let what =
                    format!("endpoint {endpoint:?} allows secret {secret:?} over plain http, and has no such secret");
                reader.error(Code::UnknownName, allowed.at, what);
            }
        }
    }
}
