//! Lowering: from a plan as it was read to a plan that is valid by construction.
//!
//! The only bridge between the two. Every part is lowered even when another can't be, so that all problems are told
//! at once; a plan comes of it only when none of them is an error.

use std::collections::BTreeMap;

use holdpoint_core::id::Digest;
use holdpoint_core::manifest::Manifest;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::stage::Rollout;
use holdpoint_core::policy::HostPolicy;

use crate::draft::Draft;
use crate::lint;
use crate::problem::{Problem, any_error, sort};
use crate::reader::Reader;

pub(crate) mod url;
pub(crate) mod address;
mod endpoint;
mod secret;
mod placeholder;
pub(crate) mod limit;
mod grant;
pub(crate) mod plugin;
mod settings;
mod conform;
mod check;
mod phase;
mod rollout;
mod stage;
mod signal;
mod rule;
mod baseline;
mod budget;
mod counts;
mod assess;
mod restore;
mod people;

/// All that a plan's meaning depends on besides its text.
#[derive(Debug, Clone)]
pub struct Context {
    /// The environment that the release was deployed to. Without one every environment of the plan is looked at, and
    /// no plan comes of it: good for linting.
    pub environment: Option<String>,
    /// The host's policy.
    pub policy: HostPolicy,
    /// What was found at each path that the plan names as a bundle, or why it can't be used.
    pub bundles: BTreeMap<String, Result<BundleFacts, String>>,
    /// The PEM text found at each path that the plan names as certificate authorities, or why it can't be used.
    pub authorities: BTreeMap<String, Result<String, String>>,
}

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFacts {
    /// The digest of its content.
    pub digest: Digest,
    /// Its manifest.
    pub manifest: Manifest,
}

/// Turns what was read into a plan.
///
/// Returns the plan, if there was no error in reading or lowering, and the problems of lowering in the order of the
/// text. Those of reading are not among them.
pub fn lower(draft: &Draft, context: &Context) -> (Option<Plan>, Vec<Problem>) {
    if draft.unreadable {
        return (None, Vec::new());
    }
    let mut reader = Reader::new(&draft.source);
    let endpoints = endpoint::lower(draft, context, &mut reader);
    let secrets = secret::lower(draft, context, &endpoints, &mut reader);
    let plugins = plugin::lower(draft, context, &endpoints, &mut reader);
    let phases = phase::lower(draft, &plugins, &mut reader);
    let rollout = rollout::lower(draft, &plugins, &mut reader);
    let (phases, stages) = stage::lower(draft, phases, &mut reader);
    let restore = restore::lower(draft, &plugins, &mut reader);
    let escalation = people::lower(draft, &mut reader);
    settings::check(draft, &plugins, &mut reader);
    placeholder::check(draft, &mut reader);
    lint::check(draft, &plugins, &mut reader);
    lint::check_paths(draft, &phases, &escalation, &mut reader);
    let mut problems = reader.problems;
    sort(&mut problems);
    if draft.broken || any_error(&problems) || context.environment.is_none() {
        return (None, problems);
    }
    let name = draft.document.name.as_ref().map(|name| name.value.0.clone()).unwrap_or_default();
    let plugins = plugins.into_iter().filter_map(|(name, plugin)| Some((name, plugin.lowered?))).collect();
    let rollout = rollout.map(|rollout| Rollout { stages, ..rollout });
    (Some(Plan { name, endpoints, secrets, plugins, phases, rollout, restore, escalation }), problems)
}
