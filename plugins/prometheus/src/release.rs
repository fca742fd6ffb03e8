//! Facts of the release in the values of labels: `version = "{{release.version}}"` asks for the new version only.

use std::collections::BTreeMap;

use holdpoint_sdk::template::{Template, Values};
use holdpoint_sdk::{Failure, Release};
use serde_json::Value;

use crate::settings::{LabelMatch, Not};

/// The facts that a label's value can name.
const FACTS: [&str; 5] =
    ["release.service", "release.environment", "release.version", "release.previous-version", "release.revision"];

/// Returns labels with the facts of a release put into their values. A regular expression is left as it is.
///
/// # Errors
/// When the release does not state what a value names.
pub(crate) fn filled(
    labels: &BTreeMap<String, LabelMatch>,
    release: &Release,
) -> Result<BTreeMap<String, LabelMatch>, Failure> {
    let text = |text: &String| Template::parse(text).map_err(Failure::Settings)?.fill(&Facts(release));
    let texts = |several: &[String]| several.iter().map(text).collect::<Result<Vec<_>, _>>();
    let one = |wanted: &LabelMatch| -> Result<LabelMatch, Failure> {
        Ok(match wanted {
            LabelMatch::Is(value) => LabelMatch::Is(text(value)?),
            LabelMatch::OneOf(values) => LabelMatch::OneOf(texts(values)?),
            LabelMatch::Not(values) => LabelMatch::Not(Not { not: texts(&values.not)? }),
            LabelMatch::Regex(regex) => LabelMatch::Regex(regex.clone()),
        })
    };
    labels.iter().map(|(label, wanted)| Ok((label.clone(), one(wanted)?))).collect()
}

/// Returns what is wrong with the names in a label's value.
pub(crate) fn flaw(wanted: &LabelMatch) -> Option<String> {
    let values = match wanted {
        LabelMatch::Is(value) => std::slice::from_ref(value),
        LabelMatch::OneOf(values) => values,
        LabelMatch::Not(values) => &values.not,
        LabelMatch::Regex(regex) if regex.regex.contains("{{") => {
            return Some("a regular expression can't hold `{{`".to_owned());
        }
        LabelMatch::Regex(_) => &[],
    };
    values.iter().find_map(|value| match Template::parse(value) {
        Err(flaw) => Some(flaw),
        // The host would put it between the quotes as it is.
        Ok(template) if template.has_secret() => Some("a secret can't be the value of a label".to_owned()),
        Ok(template) => template
            .names()
            .find(|name| !FACTS.contains(name))
            .map(|name| format!("there is no {{{{{name}}}}}; there is {}", FACTS.join(", "))),
    })
}

struct Facts<'a>(&'a Release);

impl Values for Facts<'_> {
    /// A fact that the release does not state is an error: an empty value would ask for series without the label.
    fn value(&self, name: &str) -> Result<Value, Failure> {
        let fact = match name {
            "release.service" => Some(&self.0.service),
            "release.environment" => Some(&self.0.environment),
            "release.version" => Some(&self.0.version),
            "release.previous-version" => self.0.previous_version.as_ref(),
            "release.revision" => self.0.revision.as_ref(),
            _ => None,
        };
        let stated = fact.filter(|fact| !fact.is_empty());
        let missing = || Failure::Settings(format!("the release does not state `{name}`, which a label names"));
        stated.map(|fact| Value::from(fact.as_str())).ok_or_else(missing)
    }
}
