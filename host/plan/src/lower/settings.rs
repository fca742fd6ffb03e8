//! Settings: held against the plugin's own JSON Schema, and their references to endpoints looked up.

use std::collections::BTreeMap;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::{EndpointName, PluginName};
use jsonschema::Validator;
use serde_json::{Value as Json, json};

use crate::draft::{Draft, References};
use crate::form::Settings;
use crate::lower::conform::{self, short};
use crate::lower::plugin::Known;
use crate::node::{Node, Value};
use crate::problem::Code;
use crate::reader::{Placed, Reader};
use crate::source::At;
use crate::suggest::did_you_mean;

/// How many problems of one check's settings are told.
const TOLD: usize = 20;

/// Settings with the words for whose they are.
pub(super) struct Subject<'a> {
    /// Whose they are.
    pub(super) owner: String,
    /// The kind that the plugin should be of.
    kind: PluginKind,
    plugin: &'a Placed<PluginName>,
    /// The settings, if there are any.
    pub(super) settings: Option<&'a Placed<Settings>>,
    /// Where whatever is missing would stand.
    pub(super) at: At,
}

/// Checks the settings of every check, of the rollback and of the rollout.
pub(super) fn check(draft: &Draft, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) {
    let mut schemas: BTreeMap<&PluginName, Option<(Json, Validator)>> = BTreeMap::new();
    for subject in subjects(draft) {
        let Some((name, known)) = plugins.get_key_value(&subject.plugin.value) else { continue };
        if known.kind().is_some_and(|kind| kind != subject.kind) {
            continue;
        }
        let schema = schemas.entry(name).or_insert_with(|| compile(name, known, subject.plugin.at, reader));
        if let Some((schema, validator)) = schema {
            check_against(&subject, schema, validator, reader);
        }
        if let Some(settings) = subject.settings.filter(|_| draft.references == References::Plan) {
            check_references(&settings.value.0, &subject, (draft, known), reader);
        }
    }
}

fn subjects(draft: &Draft) -> Vec<Subject<'_>> {
    let checks = draft.callers().filter_map(|check| {
        let (plugin, settings) = (check.plugin?, check.settings);
        let at = settings.map_or(check.at, |settings| settings.at);
        let readable = !check.unreadable.holds("settings");
        readable.then_some(Subject { owner: check.owner, kind: PluginKind::Check, plugin, settings, at })
    });
    let rollback = draft.document.rollback.iter().filter_map(|rollback| {
        let rollback = &rollback.value.0;
        let (plugin, settings) = (rollback.plugin.as_ref()?, rollback.settings.as_ref());
        let at = settings.map_or(rollback.at, |settings| settings.at);
        let readable = !rollback.unreadable.holds("settings");
        let owner = "the rollback".to_owned();
        readable.then_some(Subject { owner, kind: PluginKind::Rollback, plugin, settings, at })
    });
    let rollout = draft.document.rollout.iter().filter_map(|rollout| {
        let rollout = &rollout.value.0;
        let (plugin, settings) = (rollout.plugin.as_ref()?, rollout.settings.as_ref());
        let at = settings.map_or(rollout.at, |settings| settings.at);
        let readable = !rollout.unreadable.holds("settings");
        let owner = "the rollout".to_owned();
        readable.then_some(Subject { owner, kind: PluginKind::Rollout, plugin, settings, at })
    });
    checks.chain(rollback).chain(rollout).collect()
}

fn compile(name: &PluginName, known: &Known, at: At, reader: &mut Reader<'_>) -> Option<(Json, Validator)> {
    let text = &known.facts.as_ref()?.manifest.settings;
    let compiled = serde_json::from_str::<Json>(text).map_err(|error| error.to_string()).and_then(|schema| {
        // A schema comes with a bundle: nothing is fetched for it, whatever it refers to.
        let validator = jsonschema::options().offline().build(&schema).map_err(|error| error.to_string())?;
        Ok((schema, validator))
    });
    match compiled {
        Ok(compiled) => Some(compiled),
        Err(why) => {
            let what = format!("the settings schema of plugin {:?} can't be used: {}", name.as_str(), short(&why));
            reader.error(Code::Attachment, at, what);
            None
        }
    }
}

fn check_against(subject: &Subject<'_>, schema: &Json, validator: &Validator, reader: &mut Reader<'_>) {
    let settings = subject.settings.map_or_else(|| json!({}), |settings| settings.value.0.to_json());
    for error in validator.iter_errors(&settings).take(TOLD) {
        conform::tell(&error, subject, schema, reader);
    }
}

/// Looks up every text that names an endpoint.
fn check_references(node: &Node, subject: &Subject<'_>, within: (&Draft, &Known), reader: &mut Reader<'_>) {
    match &node.value {
        Value::Text(text) => {
            if let Some(name) = referred(text) {
                check_reference(&Placed { value: name, at: node.at }, subject, within, reader);
            }
        }
        Value::List(nodes) => {
            for node in nodes {
                check_references(node, subject, within, reader);
            }
        }
        Value::Table(entries) => {
            for entry in entries {
                check_references(&entry.node, subject, within, reader);
            }
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Other(_) => {}
    }
}

/// The endpoint that a text names: `endpoint:NAME`, alone or before a path or a query.
fn referred(text: &str) -> Option<EndpointName> {
    let rest = text.strip_prefix("endpoint:")?;
    EndpointName::parse(rest.split(['/', '?', '#']).next()?).ok()
}

fn check_reference(
    name: &Placed<EndpointName>,
    subject: &Subject<'_>,
    (draft, known): (&Draft, &Known),
    reader: &mut Reader<'_>,
) {
    let (endpoint, plugin) = (name.value.as_str(), subject.plugin.value.as_str());
    if !draft.endpoints().any(|(known, _)| known.value == name.value) {
        let meant = did_you_mean(endpoint, draft.endpoints().map(|(known, _)| known.value.as_str()));
        let what = format!(
            "the settings of {} name endpoint {endpoint:?}, which the plan does not have{meant}",
            subject.owner
        );
        reader.curable(Code::UnknownName, name.at, (what, format!("add [endpoint.{endpoint}]")));
    } else if !known.granted.contains(&name.value) && !has_dangling(draft, known) {
        let what = format!(
            "the settings of {} name endpoint {endpoint:?}, which plugin {plugin:?} is not granted",
            subject.owner
        );
        let cure = format!("add [[plugin.{plugin}.grant]] with endpoint = {endpoint:?}");
        reader.curable(Code::NotGranted, name.at, (what, cure));
    }
}

/// Whether a grant of the plugin is for an endpoint that isn't there: it may be the very one that is looked for, and is
/// told where it stands.
fn has_dangling(draft: &Draft, known: &Known) -> bool {
    known.granted.iter().any(|granted| !draft.endpoints().any(|(name, _)| name.value == *granted))
}
