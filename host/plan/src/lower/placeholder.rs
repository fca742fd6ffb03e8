//! Placeholders: what settings say of secrets, held against the secrets that there are.

use holdpoint_core::name::SecretName;
use holdpoint_core::plan::secret::PLACEHOLDER;

use crate::draft::Draft;
use crate::node::{Node, Value};
use crate::problem::Code;
use crate::reader::Reader;
use crate::source::At;
use crate::suggest::did_you_mean;
use crate::word::UsedAs;

/// Notes placeholders that nothing fills, and secrets that are for placeholders and that no settings name.
pub(super) fn check(draft: &Draft, reader: &mut Reader<'_>) {
    let checks = draft.callers().filter_map(|caller| caller.settings);
    let rollback = draft.document.rollback.iter().filter_map(|rollback| rollback.value.0.settings.as_ref());
    let rollout = draft.document.rollout.iter().filter_map(|rollout| rollout.value.0.settings.as_ref());
    let mut texts = Vec::new();
    for settings in checks.chain(rollback).chain(rollout) {
        gather(&settings.value.0, &mut texts);
    }
    for (at, text) in &texts {
        for name in named(text) {
            check_name(draft, name, *at, reader);
        }
    }
    let placeholders = draft.secrets().filter(|(_, raw)| is_placeholder(raw));
    for (name, raw) in placeholders {
        let name = name.value.as_str();
        if !texts.iter().any(|(_, text)| text.contains(name)) {
            let what = format!("secret {name:?} is for placeholders, and no settings name it");
            let cure = format!("write {PLACEHOLDER}{name}}}}} where its value is to stand, or drop the secret");
            reader.warning(Code::Secret, raw.at, (what, cure));
        }
    }
}

fn is_placeholder(raw: &crate::raw::secret::Secret) -> bool {
    raw.used_as.as_ref().is_some_and(|used| used.value == UsedAs::Placeholder)
}

fn check_name(draft: &Draft, name: &str, at: At, reader: &mut Reader<'_>) {
    let shown = holdpoint_core::text::visible(name);
    let known = draft.secrets().find(|(found, _)| found.value.as_str() == name);
    match known {
        Some((_, raw)) if is_placeholder(raw) || raw.unreadable.holds("used-as") => {}
        Some(_) => {
            let what = format!("secret {shown:?} is not for placeholders: it has another carrier");
            let cure = format!("give [secret.{shown}] used-as = \"placeholder\" instead");
            reader.curable(Code::Secret, at, (what, cure));
        }
        None => {
            let names = draft.secrets().map(|(found, _)| found.value.as_str());
            let meant = did_you_mean(name, names);
            reader.error(Code::UnknownName, at, format!("there is no secret {shown:?}{meant}"));
        }
    }
}

/// Every text of settings, keys among them, with its place.
fn gather<'n>(node: &'n Node, texts: &mut Vec<(At, &'n str)>) {
    match &node.value {
        Value::Text(text) => texts.push((node.at, text)),
        Value::List(nodes) => nodes.iter().for_each(|node| gather(node, texts)),
        Value::Table(entries) => {
            for entry in entries {
                texts.push((entry.key_at, &entry.key));
                gather(&entry.node, texts);
            }
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Other(_) => {}
    }
}

/// The names in the placeholders of a text. What can't be the name of a secret is no placeholder.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let opened = text.split(PLACEHOLDER).skip(1).filter_map(|rest| rest.split_once("}}"));
    opened.map(|(name, _)| name.trim()).filter(|name| SecretName::parse(name).is_ok())
}
