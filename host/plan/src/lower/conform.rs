//! What a plugin's JSON Schema says of settings, told in the plan's words and at the plan's keys.

use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::text::{fit, visible};
use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use serde_json::Value as Json;

use crate::lower::settings::Subject;
use crate::problem::Code;
use crate::reader::Reader;
use crate::source::At;
use crate::suggest::did_you_mean;

/// Tells what one error of the schema's means for the plan.
pub(super) fn tell(error: &ValidationError<'_>, subject: &Subject<'_>, schema: &Json, reader: &mut Reader<'_>) {
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
        tell_forms(error, at, (words, schema), reader);
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

/// Tells a value that fits none of several forms, with the forms.
fn tell_forms(error: &ValidationError<'_>, at: At, (words, schema): (String, &Json), reader: &mut Reader<'_>) {
    let branches = schema.pointer(error.schema_path().as_str()).and_then(Json::as_array);
    let branches: Vec<&Json> = branches.into_iter().flatten().map(|branch| resolved(branch, schema)).collect();
    let keys = branches.iter().filter_map(|branch| branch.get("properties")?.as_object()).flatten();
    let keys: Vec<&str> = keys.map(|(key, _)| key.as_str()).collect();
    let written = error.instance().as_object().into_iter().flatten().map(|(key, _)| key);
    let strange = written.filter(|key| !keys.contains(&key.as_str()));
    let meant: String = strange.map(|key| did_you_mean(key, keys.iter().copied())).collect();
    let what = format!("{words}: this fits none of the forms that the plugin takes{meant}");
    let forms: Vec<String> = branches.iter().map(|branch| form(branch)).collect();
    if forms.is_empty() {
        reader.error(Code::Settings, at, what);
    } else {
        reader.curable(Code::Settings, at, (what, short(&format!("it is {}", forms.join(", or ")))));
    }
}

/// Follows a reference within the schema, once.
fn resolved<'a>(branch: &'a Json, schema: &'a Json) -> &'a Json {
    let target = branch.get("$ref").and_then(Json::as_str).and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| schema.pointer(pointer)).unwrap_or(branch)
}

/// Writes one form as a plan would have it: `{ contains = … }`.
fn form(branch: &Json) -> String {
    if let Some(constant) = branch.get("const") {
        return constant.to_string();
    }
    if let Some(words) = branch.get("enum").and_then(Json::as_array) {
        return words.iter().map(Json::to_string).collect::<Vec<_>>().join(", or ");
    }
    let required = branch.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    let keys: Vec<String> = required.map(|key| format!("{key} = …")).collect();
    if !keys.is_empty() {
        return format!("{{ {} }}", keys.join(", "));
    }
    match branch.get("type").and_then(Json::as_str) {
        Some("string") => "a text".to_owned(),
        Some("integer") => "a whole number".to_owned(),
        Some("number") => "a number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("array") => "a list".to_owned(),
        Some("object") => "a table".to_owned(),
        Some(_) | None => "something else".to_owned(),
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
pub(super) fn short(text: &str) -> String {
    fit(&text.split_whitespace().collect::<Vec<_>>().join(" "), Bytes(300))
}
