//! Settings: held against the plugin's own JSON Schema, and their references to endpoints looked up.

use std::collections::BTreeMap;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::text::{fit, visible};
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use serde_json::{Value as Json, json};

use crate::draft::Draft;
use crate::form::Settings;
use crate::lower::plugin::Known;
use crate::node::{Node, Value};
use crate::problem::Code;
use crate::reader::{Placed, Reader};
use crate::source::At;
use crate::suggest::did_you_mean;

/// How many problems of one check's settings are told.
const TOLD: usize = 20;

/// Settings with the words for whose they are.
struct Subject<'a> {
    owner: String,
    /// The kind that the plugin should be of.
    kind: PluginKind,
    plugin: &'a Placed<PluginName>,
    settings: Option<&'a Placed<Settings>>,
    /// Where whatever is missing would stand.
    at: At,
}

/// Checks the settings of every check and of the rollback.
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
        if let Some(settings) = subject.settings {
            check_references(&settings.value.0, &subject, (draft, known), reader);
        }
    }
}

fn subjects(draft: &Draft) -> Vec<Subject<'_>> {
    let checks = draft.checks().filter_map(|check| {
        let (plugin, settings) = (check.plugin.as_ref()?, check.settings.as_ref());
        let at = settings.map_or(check.at, |settings| settings.at);
        let readable = !check.unreadable.holds("settings");
        readable.then(|| Subject { owner: check.owner(), kind: PluginKind::Check, plugin, settings, at })
    });
    let rollback = draft.document.rollback.iter().filter_map(|rollback| {
        let rollback = &rollback.value.0;
        let (plugin, settings) = (rollback.plugin.as_ref()?, rollback.settings.as_ref());
        let at = settings.map_or(rollback.at, |settings| settings.at);
        let readable = !rollback.unreadable.holds("settings");
        let owner = "the rollback".to_owned();
        readable.then_some(Subject { owner, kind: PluginKind::Rollback, plugin, settings, at })
    });
    checks.chain(rollback).collect()
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
        tell(&error, subject, schema, reader);
    }
}

/// Tells what one error of the schema's means for the plan.
fn tell(error: &ValidationError<'_>, subject: &Subject<'_>, schema: &Json, reader: &mut Reader<'_>) {
    let pointer = error.instance_path().as_str().to_owned();
    if let Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } = error.kind() {
        for key in unexpected {
            tell_unknown_key(key, &pointer, (error, schema), (subject, reader));
        }
        return;
    }
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind()
        && let Some(branch) = likeliest(context, &pointer)
    {
        for error in branch {
            tell(error, subject, schema, reader);
        }
        return;
    }
    let at = subject.settings.map_or(subject.at, |settings| settings.value.0.follow(&pointer, subject.at));
    let words = place_words(&pointer, &subject.owner);
    if let Kind::Required { property } = error.kind() {
        let description = described(error, schema, property.as_str().unwrap_or_default());
        let cure = description.map_or_else(|| format!("add {property}"), |text| format!("add {property}: {text}"));
        reader.curable(Code::Settings, at, (format!("{property} is missing in {words}"), cure));
    } else if let Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } = error.kind() {
        reader.error(Code::Settings, at, format!("{words}: this fits none of the forms that the plugin takes"));
    } else {
        reader.error(Code::Settings, at, format!("{words}: {}", short(&error.to_string())));
    }
}

fn tell_unknown_key(
    key: &str,
    pointer: &str,
    (error, schema): (&ValidationError<'_>, &Json),
    (subject, reader): (&Subject<'_>, &mut Reader<'_>),
) {
    let known: Vec<&str> = properties(error, schema).map(|(name, _)| name.as_str()).collect();
    let meant = did_you_mean(key, known.iter().copied());
    let what = format!("unknown key {key:?} in {}{meant}", place_words(pointer, &subject.owner));
    let path = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    let at = subject.settings.map_or(subject.at, |settings| settings.value.0.follow(&path, subject.at));
    if known.is_empty() {
        reader.error(Code::Settings, at, what);
    } else {
        reader.curable(Code::Settings, at, (what, format!("the keys here are {}", known.join(", "))));
    }
}

/// The properties beside the keyword of the schema that an error comes from.
fn properties<'a>(
    error: &ValidationError<'_>,
    schema: &'a Json,
) -> impl Iterator<Item = (&'a String, &'a Json)> + use<'a> {
    let path = error.schema_path().as_str();
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let properties = schema.pointer(parent).and_then(|parent| parent.get("properties")).and_then(Json::as_object);
    properties.into_iter().flatten()
}

/// What the schema says of a property that is missing.
fn described(error: &ValidationError<'_>, schema: &Json, property: &str) -> Option<String> {
    let (_, found) = properties(error, schema).find(|(name, _)| *name == property)?;
    let description = found.get("description")?.as_str()?;
    Some(short(description))
}

/// Finds the one form that was probably meant: of those that agree on the type, and on the constants where the forms
/// part, the one with the least that is missing or too much.
fn likeliest<'a>(
    branches: &'a [Vec<ValidationError<'static>>],
    pointer: &str,
) -> Option<&'a Vec<ValidationError<'static>>> {
    let parts = |error: &ValidationError<'static>| {
        let below = error.instance_path().as_str().strip_prefix(pointer);
        let depth = below.map_or(0, |rest| rest.matches('/').count());
        let of_type = matches!(error.kind(), Kind::Type { .. } | Kind::FalseSchema);
        let of_constant = matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. });
        (of_type && depth == 0) || (of_constant && depth <= 1)
    };
    let weight = |error: &ValidationError<'static>| {
        let Kind::AdditionalProperties { unexpected } = error.kind() else { return 1 };
        unexpected.len()
    };
    let fitting = branches.iter().filter(|branch| !branch.is_empty() && !branch.iter().any(parts));
    let mut weighed: Vec<(usize, &Vec<_>)> = fitting.map(|branch| (branch.iter().map(weight).sum(), branch)).collect();
    weighed.sort_by_key(|(weight, _)| *weight);
    match weighed.as_slice() {
        [(best, _), (second, _), ..] if best == second => None,
        [(_, branch), ..] => Some(branch),
        [] => None,
    }
}

fn place_words(pointer: &str, owner: &str) -> String {
    if pointer.is_empty() {
        format!("the settings of {owner}")
    } else {
        format!("{} in the settings of {owner}", visible(pointer.trim_start_matches('/')))
    }
}

/// Cuts what a bundle or a validator says to a line.
fn short(text: &str) -> String {
    fit(&text.split_whitespace().collect::<Vec<_>>().join(" "), Bytes(300))
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
    } else if !known.granted.contains(&name.value) {
        let what = format!(
            "the settings of {} name endpoint {endpoint:?}, which plugin {plugin:?} is not granted",
            subject.owner
        );
        let cure = format!("add [[plugin.{plugin}.grant]] with endpoint = {endpoint:?}");
        reader.curable(Code::NotGranted, name.at, (what, cure));
    }
}
