//! What a plan names and never uses.

use std::collections::BTreeMap;

use holdpoint_core::name::PluginName;

use crate::draft::Draft;
use crate::lower::plugin::Known;
use crate::problem::Code;
use crate::reader::Reader;

/// Notes endpoints that nothing is granted, plugins that nothing calls, and plugins that may reach nothing.
///
/// Says nothing while something is unreadable or a name unknown: what is not used is then probably what was meant.
pub(super) fn check(draft: &Draft, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) {
    if draft.broken || reader.problems.iter().any(|problem| problem.code == Code::UnknownName) {
        return;
    }
    for (name, _) in draft.endpoints() {
        if !plugins.values().any(|plugin| plugin.granted.contains(&name.value)) {
            let what = format!("no plugin is granted endpoint {:?}", name.value.as_str());
            reader.warning(Code::Unused, name.at, (what, "grant it, or drop it".to_owned()));
        }
    }
    let rollback = draft.document.rollback.iter().filter_map(|rollback| rollback.value.0.plugin.as_ref());
    let rollout = draft.document.rollout.iter().filter_map(|rollout| rollout.value.0.plugin.as_ref());
    let callers = draft.callers().filter_map(|caller| caller.plugin);
    let called: Vec<&PluginName> = callers.chain(rollback).chain(rollout).map(|name| &name.value).collect();
    for (name, _) in draft.plugins() {
        if !called.contains(&&name.value) {
            let what = format!("no check calls plugin {:?}", name.value.as_str());
            reader.warning(Code::Unused, name.at, (what, "call it, or drop it".to_owned()));
        }
        let Some(known) = plugins.get(&name.value) else { continue };
        let asks = known.facts.as_ref().is_some_and(|facts| !facts.manifest.requests.is_empty());
        if asks && known.granted.is_empty() {
            let what = format!("plugin {:?} asks for the network and is granted nothing", name.value.as_str());
            let cure = format!("add [[plugin.{}.grant]] with an endpoint", name.value);
            reader.warning(Code::Unused, name.at, (what, cure));
        }
    }
}
