//! Plugins: the bundle that was found, what is in force for it, and its limits.

use std::collections::BTreeMap;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::grant::{Effective, Grant};
use holdpoint_core::plan::limit::{Bytes, Limits};
use holdpoint_core::plan::plugin::Plugin;
use holdpoint_core::time::Span;

use crate::draft::Draft;
use crate::lower::grant::{self, Bounds};
use crate::lower::limit::{Excess, excesses, overlay};
use crate::lower::{BundleFacts, Context};
use crate::problem::Code;
use crate::raw::plugin::Plugin as Raw;
use crate::raw::rollback::CALL_TIMEOUT;
use crate::reader::{Placed, Reader};

/// A plugin of the plan, as far as it could be lowered.
pub(crate) struct Known {
    /// The plugin, where everything it needs was found.
    pub(crate) lowered: Option<Plugin>,
    /// What its bundle says of itself, where that could be read.
    pub(crate) facts: Option<BundleFacts>,
    /// The endpoints that its grants name.
    pub(crate) granted: Vec<EndpointName>,
    /// What one call may use.
    pub(crate) limits: Limits,
    /// How long a call may take that says nothing of it: the wall limit where one is written, else its default.
    pub(crate) timeout: Span,
}

impl Known {
    /// Whether anything of the network is granted to it and asked for by it.
    pub(crate) fn reaches(&self) -> bool {
        self.lowered.as_ref().is_some_and(|plugin| !plugin.effective.grants().is_empty())
    }

    /// Its kind, where that could be read.
    pub(crate) fn kind(&self) -> Option<PluginKind> {
        self.facts.as_ref().map(|facts| facts.manifest.kind)
    }
}

/// Lowers every plugin.
pub(super) fn lower(
    draft: &Draft,
    context: &Context,
    endpoints: &BTreeMap<EndpointName, Endpoint>,
    reader: &mut Reader<'_>,
) -> BTreeMap<PluginName, Known> {
    let mut plugins = BTreeMap::new();
    for (name, raw) in draft.plugins() {
        let facts = facts(name, raw, context, reader);
        let bounds = Bounds {
            draft,
            plugin: name.value.as_str(),
            endpoints,
            policy: &context.policy,
            manifest: facts.as_ref().map(|facts| &facts.manifest),
        };
        let grants = grants(raw, &bounds, reader);
        let limits = limits(name, raw, &bounds, reader);
        let lowered = facts.as_ref().map(|facts| Plugin {
            bundle: raw.bundle.as_ref().map(|bundle| bundle.value.0.clone()).unwrap_or_default(),
            digest: facts.digest,
            kind: facts.manifest.kind,
            title: format!("{} {}", facts.manifest.name, facts.manifest.version),
            effective: Effective::of(&facts.manifest.requests, &grants, &context.policy),
            limits: limits.clone(),
        });
        let raw_grants = raw.grant.iter().flat_map(|grants| &grants.value.0);
        let granted = raw_grants.filter_map(|grant| Some(grant.endpoint.as_ref()?.value.clone())).collect();
        let wall = raw.limits.as_ref().and_then(|limits| limits.value.0.wall.as_ref()).map(|wall| wall.value);
        let timeout = wall.unwrap_or(Limits::default().wall).min(limits.wall);
        plugins.insert(name.value.clone(), Known { lowered, facts, granted, limits, timeout });
    }
    plugins
}

fn facts(name: &Placed<PluginName>, raw: &Raw, context: &Context, reader: &mut Reader<'_>) -> Option<BundleFacts> {
    let bundle = raw.bundle.as_ref()?;
    let plugin = name.value.as_str();
    let facts = match context.bundles.get(&bundle.value.0) {
        Some(Ok(facts)) => facts,
        Some(Err(why)) => {
            reader.error(Code::Attachment, bundle.at, format!("the bundle of plugin {plugin:?} can't be used: {why}"));
            return None;
        }
        None => {
            reader.error(Code::Attachment, bundle.at, format!("the bundle of plugin {plugin:?} was not looked at"));
            return None;
        }
    };
    if let Some(pin) = &raw.digest
        && pin.value != facts.digest
    {
        let what = format!("the bundle of plugin {plugin:?} is not the one that the plan names by its digest");
        let cure = format!("the bundle is {}; if that is the one you mean, write it here", facts.digest);
        reader.curable(Code::Attachment, pin.at, (what, cure));
    }
    Some(facts.clone())
}

fn grants(raw: &Raw, bounds: &Bounds<'_>, reader: &mut Reader<'_>) -> Vec<Grant> {
    let raw_grants = raw.grant.iter().flat_map(|grants| &grants.value.0);
    raw_grants.filter_map(|grant| grant::lower(grant, bounds, reader)).collect()
}

fn limits(name: &Placed<PluginName>, raw: &Raw, bounds: &Bounds<'_>, reader: &mut Reader<'_>) -> Limits {
    let written = raw.limits.as_ref().map(|limits| &limits.value.0);
    let mut base = Limits::default();
    let needed = bounds.manifest.and_then(|manifest| manifest.memory);
    base.memory = base.memory.max(needed.unwrap_or(Bytes(0)));
    let longest = timeouts(bounds.draft, &name.value).into_iter().max();
    base.wall = base.wall.max(longest.unwrap_or_default()).min(bounds.policy.caps.wall);
    let limits = overlay(base, written);
    for excess in excesses(&limits, &bounds.policy.caps, written) {
        note_excess(&excess, name, reader);
    }
    let memory = written.and_then(|written| written.memory.as_ref());
    if let (Some(needed), Some(memory)) = (needed, memory)
        && memory.value < needed
    {
        let what = format!("plugin {:?} says that it needs {needed} of memory", name.value.as_str());
        reader.warning(Code::Unused, memory.at, (what, format!("write {:?}, or leave it out", needed.to_string())));
    }
    limits
}

fn note_excess(excess: &Excess, name: &Placed<PluginName>, reader: &mut Reader<'_>) {
    let Excess { key, value, cap, at } = excess;
    let plugin = name.value.as_str();
    let what = match at {
        Some(_) => format!("{key:?} of plugin {plugin:?} is {value}, and the host allows {cap} at most"),
        None => format!("plugin {plugin:?} asks for {value} of {key}, and the host allows {cap} at most"),
    };
    let cure = format!("lower it, or raise {key} in the caps of the host's policy");
    reader.curable(Code::BeyondCap, at.unwrap_or(name.at), (what, cure));
}

/// How long each of the plugin's calls may take, where the plan says so.
fn timeouts(draft: &Draft, name: &PluginName) -> Vec<Span> {
    let calls = draft.callers().filter(|check| check.plugin.is_some_and(|plugin| plugin.value == *name));
    let mut timeouts: Vec<Span> = calls.filter_map(|check| check.timeout).map(|timeout| timeout.value).collect();
    if let Some(rollback) = &draft.document.rollback
        && rollback.value.0.plugin.as_ref().is_some_and(|plugin| plugin.value == *name)
    {
        timeouts.push(rollback.value.0.call_timeout.as_ref().map_or(CALL_TIMEOUT, |timeout| timeout.value));
    }
    if let Some(rollout) = &draft.document.rollout
        && rollout.value.0.plugin.as_ref().is_some_and(|plugin| plugin.value == *name)
    {
        timeouts.push(rollout.value.0.call_timeout.as_ref().map_or(CALL_TIMEOUT, |timeout| timeout.value));
    }
    timeouts
}
