//! Secrets: each with one source, carried in one way to one endpoint, and never sent in the clear unless the plan says so.

use std::collections::BTreeMap;

use holdpoint_core::name::{EndpointName, SecretName};
use holdpoint_core::plan::endpoint::{Endpoint, Scheme};
use holdpoint_core::plan::secret::{Carrier, HOLE, Secret, Source};

use crate::draft::Draft;
use crate::lower::Context;
use crate::problem::Code;
use crate::raw::endpoint::Endpoint as RawEndpoint;
use crate::raw::secret::Secret as Raw;
use crate::reader::{Placed, Reader};
use crate::source::At;
use crate::suggest::did_you_mean;
use crate::word::UsedAs;

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
        let carrier = carrier(name, raw, reader);
        let Some(endpoint) = &raw.endpoint else { continue };
        let Some((_, target)) = draft.endpoints().find(|(found, _)| found.value == endpoint.value) else {
            note_unknown(draft, name, endpoint, reader);
            continue;
        };
        check_granted(draft, name, endpoint, reader);
        let Some(carrier) = carrier else { continue };
        let way = Way { name: &name.value, carrier: &carrier, endpoint, target };
        way.check((context, endpoints), reader);
        let Some(source) = source else { continue };
        let secret = Secret { source, endpoint: endpoint.value.clone(), carrier };
        let twin =
            secrets.iter().find(|(_, one)| one.endpoint == secret.endpoint && same(&one.carrier, &secret.carrier));
        if let Some((other, _)) = twin {
            let what = format!(
                "secrets {:?} and {:?} are both {} of one endpoint",
                other.as_str(),
                name.value.as_str(),
                in_words(&secret.carrier)
            );
            reader.error(Code::Duplicate, raw.at, what);
        }
        secrets.insert(name.value.clone(), secret);
    }
    check_allowed(draft, reader);
    secrets
}

fn source(name: &Placed<SecretName>, raw: &Raw, reader: &mut Reader<'_>) -> Option<Source> {
    let named: [(&str, Option<(At, Source)>); 3] = [
        ("variable", raw.variable.as_ref().map(|one| (one.at, Source::Variable(one.value.0.clone())))),
        ("file", raw.file.as_ref().map(|one| (one.at, Source::File(one.value.0.clone())))),
        ("command", raw.command.as_ref().map(|one| (one.at, Source::Command(one.value.0.clone())))),
    ];
    let (what, cure) = ("source", "a variable, a file or a command");
    one_of(named, (name, raw), (what, cure), reader)
}

/// Takes the one of several keys that is there. That there is none or more than one is told.
fn one_of<T, const N: usize>(
    named: [(&str, Option<(At, T)>); N],
    (name, raw): (&Placed<SecretName>, &Raw),
    (what, cure): (&str, &str),
    reader: &mut Reader<'_>,
) -> Option<T> {
    if named.iter().any(|(key, _)| raw.unreadable.holds(key)) {
        return None;
    }
    let secret = name.value.as_str();
    let mut found = named.into_iter().filter_map(|(key, found)| Some((key, found?)));
    let Some((first, (_, value))) = found.next() else {
        let told = (format!("secret {secret:?} has no {what}"), format!("give [secret.{secret}] {cure}"));
        reader.curable(Code::Secret, name.at, told);
        return None;
    };
    let Some((second, (at, _))) = found.next() else { return Some(value) };
    let told = (format!("secret {secret:?} has two {what}s"), format!("keep {first} or {second}, and drop the other"));
    reader.curable(Code::Secret, at, told);
    None
}

fn carrier(name: &Placed<SecretName>, raw: &Raw, reader: &mut Reader<'_>) -> Option<Carrier> {
    let text = text(name, raw, reader);
    let header = raw.header.as_ref().map(|header| {
        let name = header.value.0.clone();
        (header.at, Carrier::Header { name, text: text.clone().unwrap_or_default() })
    });
    let query = raw.query.as_ref().map(|query| (query.at, Carrier::Query { parameter: query.value.0.clone() }));
    let used_as = raw.used_as.as_ref().map(|used| {
        let carrier = match used.value {
            UsedAs::Placeholder => Carrier::Placeholder,
            UsedAs::ClientCertificate => Carrier::ClientCertificate,
        };
        (used.at, carrier)
    });
    let named = [("header", header), ("query", query), ("used-as", used_as)];
    let carrier = one_of(named, (name, raw), ("carrier", "a header, a query or a used-as"), reader)?;
    match (&carrier, &raw.text) {
        (Carrier::Query { .. } | Carrier::Placeholder | Carrier::ClientCertificate, Some(text)) => {
            let what = format!("secret {:?} has a text, which only headers have", name.value.as_str());
            reader.curable(Code::Secret, text.at, (what, "leave it out".to_owned()));
            None
        }
        (Carrier::Header { .. }, _) => text.map(|_| carrier),
        (Carrier::Query { .. } | Carrier::Placeholder | Carrier::ClientCertificate, None) => Some(carrier),
    }
}

/// Whether two secrets of one endpoint can't both be sent.
fn same(one: &Carrier, other: &Carrier) -> bool {
    match (one, other) {
        (Carrier::Header { name: one, .. }, Carrier::Header { name: other, .. })
        | (Carrier::Query { parameter: one }, Carrier::Query { parameter: other }) => one == other,
        (Carrier::ClientCertificate, Carrier::ClientCertificate) => true,
        (Carrier::Header { .. } | Carrier::Query { .. } | Carrier::Placeholder | Carrier::ClientCertificate, _) => {
            false
        }
    }
}

fn in_words(carrier: &Carrier) -> String {
    match carrier {
        Carrier::Header { name, .. } => format!("the header {name}"),
        Carrier::Query { parameter } => format!("the parameter {parameter:?}"),
        Carrier::Placeholder => "placeholders".to_owned(),
        Carrier::ClientCertificate => "the client certificate".to_owned(),
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

/// Notes an endpoint that no plugin may reach: nothing would ever carry the secret.
fn check_granted(draft: &Draft, name: &Placed<SecretName>, endpoint: &Placed<EndpointName>, reader: &mut Reader<'_>) {
    let grants = draft.plugins().flat_map(|(_, plugin)| &plugin.grant).flat_map(|grants| &grants.value.0);
    let mut granted = grants.filter_map(|grant| grant.endpoint.as_ref());
    // A grant that can't be read has been told, and may be the one.
    let unreadable = draft.plugins().any(|(_, plugin)| plugin.unreadable.holds("grant"));
    if unreadable || granted.any(|granted| granted.value == endpoint.value) {
        return;
    }
    let (secret, endpoint_name) = (name.value.as_str(), endpoint.value.as_str());
    let what = format!("secret {secret:?} is never used: no plugin is granted endpoint {endpoint_name:?}");
    let cure = format!("grant the endpoint to a plugin, or drop [secret.{secret}]");
    reader.curable(Code::Secret, endpoint.at, (what, cure));
}

/// How a secret gets to its endpoint.
struct Way<'a> {
    name: &'a SecretName,
    carrier: &'a Carrier,
    endpoint: &'a Placed<EndpointName>,
    target: &'a RawEndpoint,
}

impl Way<'_> {
    /// Notes an endpoint that can't carry the secret, and one that it would be readable on the way to. Without an
    /// environment every one that the endpoint has is looked at.
    fn check(&self, (context, endpoints): (&Context, &BTreeMap<EndpointName, Endpoint>), reader: &mut Reader<'_>) {
        let schemes: Vec<Scheme> = if context.environment.is_some() {
            endpoints.get(&self.endpoint.value).map(|endpoint| endpoint.origin.scheme).into_iter().collect()
        } else {
            let bindings = self.target.environment.iter().flat_map(|named| &named.value.0);
            let urls = bindings.filter_map(|(_, binding)| binding.url.as_ref()).chain(&self.target.url);
            urls.map(|url| url.value.origin.scheme).collect()
        };
        let (secret, endpoint) = (self.name.as_str(), self.endpoint.value.as_str());
        match self.carrier {
            Carrier::ClientCertificate => {
                if schemes.iter().any(|scheme| matches!(scheme, Scheme::Http | Scheme::Tcp)) {
                    let what =
                        format!("secret {secret:?} is a client certificate, and endpoint {endpoint:?} has no TLS");
                    reader.curable(Code::Secret, self.endpoint.at, (what, "use https or tls".to_owned()));
                }
            }
            Carrier::Header { .. } | Carrier::Query { .. } | Carrier::Placeholder => {
                if schemes.iter().any(|scheme| !scheme.speaks_http()) {
                    let what = format!("secret {secret:?} is for HTTP, which is not spoken to endpoint {endpoint}");
                    reader.error(Code::Secret, self.endpoint.at, what);
                }
                let allowed = self.target.allow_plain_http.iter().flat_map(|list| &list.value.0);
                let allowed = allowed.into_iter().any(|one| one.value == *self.name);
                if schemes.contains(&Scheme::Http) && !allowed {
                    let what = format!("secret {secret:?} would go to endpoint {endpoint:?} over plain http");
                    let cure =
                        format!("use https, or write allow-plain-http = [\"{secret}\"] in [endpoint.{endpoint}]");
                    reader.curable(Code::Secret, self.endpoint.at, (what, cure));
                }
            }
        }
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
