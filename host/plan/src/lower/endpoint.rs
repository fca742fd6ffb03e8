//! Endpoints: bound to the environment, and held against the host's policy and their own address rules.

use std::collections::BTreeMap;
use std::net::IpAddr;

use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::{AddressRule, Endpoint};

use crate::draft::Draft;
use crate::form::{List, OneOrMore};
use crate::lower::Context;
use crate::lower::address::{covered, permitted};
use crate::lower::url::Target;
use crate::policy::allows_host;
use crate::problem::Code;
use crate::raw::endpoint::{Binding, CONNECT_TIMEOUT, Endpoint as Raw};
use crate::reader::{Placed, Reader};
use crate::source::At;
use crate::suggest::{did_you_mean, either};

/// An endpoint as one environment sees it.
struct View<'a> {
    /// The endpoint's name.
    name: &'a EndpointName,
    /// Where the endpoint begins.
    at: At,
    /// The table whose keys count: `[endpoint.shop]` or its environment's.
    table: String,
    raw: &'a Raw,
    binding: Option<&'a Binding>,
}

/// Binds every endpoint to the chosen environment; without one, to the first that each has.
pub(super) fn lower(draft: &Draft, context: &Context, reader: &mut Reader<'_>) -> BTreeMap<EndpointName, Endpoint> {
    let mut endpoints = BTreeMap::new();
    for (name, raw) in draft.endpoints() {
        let views = views(name, raw);
        for view in &views {
            check_literal(view, reader);
        }
        let chosen = match &context.environment {
            Some(environment) => Some(chosen(name, raw, environment)),
            None => views.into_iter().next(),
        };
        let Some(view) = chosen else { continue };
        check_policy(&view, context, reader);
        check_literal(&view, reader);
        if let Some(endpoint) = bind(&view, context, reader) {
            endpoints.insert(name.value.clone(), endpoint);
        }
    }
    endpoints
}

/// The endpoint in each environment that it names, or as it is where it names none.
fn views<'a>(name: &'a Placed<EndpointName>, raw: &'a Raw) -> Vec<View<'a>> {
    let named = raw.environment.iter().flat_map(|named| &named.value.0);
    let views: Vec<View<'a>> = named.map(|(environment, _)| chosen(name, raw, &environment.value.0)).collect();
    if views.is_empty() { vec![chosen(name, raw, "")] } else { views }
}

fn chosen<'a>(name: &'a Placed<EndpointName>, raw: &'a Raw, environment: &str) -> View<'a> {
    let mut named = raw.environment.iter().flat_map(|named| &named.value.0);
    let binding = named.find(|(found, _)| found.value.0 == environment).map(|(_, binding)| binding);
    let mut table = format!("endpoint.{}", name.value);
    if binding.is_some() {
        table = format!("{table}.environment.{}", key(environment));
    }
    View { name: &name.value, at: name.at, table, raw, binding }
}

/// Writes a key, quoted where TOML wants it.
fn key(text: &str) -> String {
    let bare = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if bare && !text.is_empty() { text.to_owned() } else { format!("{text:?}") }
}

impl View<'_> {
    fn url(&self) -> Option<&Placed<Target>> {
        self.binding.and_then(|binding| binding.url.as_ref()).or(self.raw.url.as_ref())
    }

    fn addresses(&self) -> Option<&Placed<List<AddressRule>>> {
        self.binding.and_then(|binding| binding.addresses.as_ref()).or(self.raw.addresses.as_ref())
    }

    fn rules(&self) -> Vec<AddressRule> {
        let written = self.addresses().map(|list| list.value.0.iter().map(|rule| rule.value.clone()).collect());
        written.unwrap_or_else(|| vec![AddressRule::Public])
    }

    fn authorities(&self) -> Option<&Placed<OneOrMore>> {
        self.binding.and_then(|binding| binding.ca.as_ref()).or(self.raw.ca.as_ref())
    }
}

fn bind(view: &View<'_>, context: &Context, reader: &mut Reader<'_>) -> Option<Endpoint> {
    let authorities = authorities(view, context, reader);
    let timeout = view.binding.and_then(|binding| binding.connect_timeout.as_ref());
    let timeout = timeout.or(view.raw.connect_timeout.as_ref()).map_or(CONNECT_TIMEOUT, |timeout| timeout.value);
    let Some(url) = view.url() else {
        let unreadable =
            view.raw.unreadable.holds("url") || view.binding.is_some_and(|raw| raw.unreadable.holds("url"));
        if !unreadable {
            note_no_url(view, context, reader);
        }
        return None;
    };
    Some(Endpoint {
        origin: url.value.origin.clone(),
        base_path: url.value.base_path.clone(),
        addresses: view.rules(),
        authorities,
        connect_timeout: timeout,
    })
}

fn note_no_url(view: &View<'_>, context: &Context, reader: &mut Reader<'_>) {
    let named: Vec<&str> =
        view.raw.environment.iter().flat_map(|named| &named.value.0).map(|(name, _)| name.value.0.as_str()).collect();
    let (what, table) = match &context.environment {
        Some(environment) => {
            let meant = did_you_mean(environment, named.iter().copied());
            let what = format!("endpoint {:?} has no URL in environment {environment:?}{meant}", view.name.as_str());
            (what, format!("endpoint.{}.environment.{}", view.name, key(environment)))
        }
        None => (format!("endpoint {:?} has no URL", view.name.as_str()), view.table.clone()),
    };
    let has = if named.is_empty() { String::new() } else { format!("; it has {}", either(named)) };
    reader.curable(Code::Environment, view.at, (what, format!("give [{table}] a url{has}")));
}

fn authorities(view: &View<'_>, context: &Context, reader: &mut Reader<'_>) -> Vec<String> {
    let paths = view.authorities().into_iter().flat_map(|paths| &paths.value.0);
    let mut found = Vec::new();
    for path in paths {
        match context.authorities.get(&path.value.0) {
            Some(Ok(pem)) => found.push(pem.clone()),
            Some(Err(why)) => {
                let what = format!("certificate authorities {:?} can't be used: {why}", path.value.0);
                reader.error(Code::Attachment, path.at, what);
            }
            None => {
                let what = format!("certificate authorities {:?} were not looked at", path.value.0);
                reader.error(Code::Attachment, path.at, what);
            }
        }
    }
    found
}

/// Notes a host that is an address, or this machine's own name, and that the endpoint's rules don't allow.
fn check_literal(view: &View<'_>, reader: &mut Reader<'_>) {
    let Some(url) = view.url() else { return };
    let host = url.value.origin.host.as_str();
    let local = host == "localhost" || host.ends_with(".localhost");
    let (address, allowed) = match url.value.address() {
        Some(address) => (address, covered(&view.rules(), address)),
        None if local => {
            let loopback = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])];
            (IpAddr::from([127, 0, 0, 1]), loopback.iter().any(|address| covered(&view.rules(), *address)))
        }
        None => return,
    };
    if allowed {
        return;
    }
    let rules: Vec<String> = view.rules().iter().map(ToString::to_string).collect();
    let what = format!(
        "endpoint {:?} is at {host}, and its addresses allow {} only",
        view.name.as_str(),
        either(rules.iter().map(String::as_str))
    );
    let address = address.to_canonical();
    reader.curable(Code::Address, url.at, (what, format!("write addresses = [\"{address}\"] in [{}]", view.table)));
}

fn check_policy(view: &View<'_>, context: &Context, reader: &mut Reader<'_>) {
    if let Some(url) = view.url()
        && !allows_host(&context.policy.hosts, &url.value.origin.host)
    {
        let what = format!(
            "endpoint {:?} is at {}, and the host's policy allows no such host",
            view.name.as_str(),
            url.value.origin.host
        );
        let cure = format!("add {:?} to hosts in the policy", url.value.origin.host);
        reader.curable(Code::BeyondPolicy, url.at, (what, cure));
    }
    let Some(addresses) = view.addresses() else {
        if !context.policy.addresses.contains(&AddressRule::Public) {
            let what = format!(
                "endpoint {:?} allows public addresses by default, and the host's policy does not",
                view.name.as_str()
            );
            let cure = format!("write addresses in [{}]", view.table);
            reader.curable(Code::BeyondPolicy, view.at, (what, cure));
        }
        return;
    };
    for rule in &addresses.value.0 {
        if !permitted(&context.policy.addresses, &rule.value) {
            let what = format!(
                "endpoint {:?} allows the addresses \"{}\", and the host's policy does not",
                view.name.as_str(),
                rule.value
            );
            let cure = format!("add \"{}\" to addresses in the policy", rule.value);
            reader.curable(Code::BeyondPolicy, rule.at, (what, cure));
        }
    }
}
