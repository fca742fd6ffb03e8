//! The JSON Schemas of plans and policies, for editors. Made from the same list of keys that the reader goes by.

use serde_json::{Value as Json, json};

use crate::form::{Definitions, Section, object_schema};
use crate::raw::document::{Document, FORMAT};
use crate::raw::policy::Policy;
use crate::raw::release::Release;
use crate::raw::scenario::Scenario;

/// The JSON Schema of a plan.
pub fn plan() -> Json {
    of::<Document>("A Holdpoint plan")
}

/// The JSON Schema of a host's policy.
pub fn policy() -> Json {
    of::<Policy>("The policy of a Holdpoint host")
}

/// The JSON Schema of a release file.
pub fn release() -> Json {
    of::<Release>("The facts of a release")
}

/// The JSON Schema of a scenario.
pub fn scenario() -> Json {
    of::<Scenario>("A scenario to rehearse a Holdpoint plan in")
}

fn of<S: Section>(title: &str) -> Json {
    let mut definitions = Definitions::new();
    let mut schema = object_schema::<S>(&mut definitions);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("title".to_owned(), json!(title));
        if !definitions.is_empty() {
            object.insert("$defs".to_owned(), Json::Object(definitions));
        }
        if let Some(version) = object.get_mut("properties").and_then(|properties| properties.get_mut("holdpoint")) {
            let description = version.get("description").cloned();
            *version = json!({"const": FORMAT, "description": description});
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{Entry, Node, Value};
    use crate::problem::Code;
    use crate::raw::assess::{Assess, Condition, Range};
    use crate::raw::check::{Check, Phase};
    use crate::raw::document::{Escalation, Path};
    use crate::raw::endpoint::{Binding, Endpoint};
    use crate::raw::plugin::{Grant, Limits, Plugin};
    use crate::raw::rollback::Rollback;
    use crate::raw::rollout::{Rollout, Stage};
    use crate::raw::scenario::{Answer, Crash, Expect, Fault, Person, Series};
    use crate::raw::secret::Secret;
    use crate::raw::signal::{Rule, Signal, Traffic};
    use crate::reader::Reader;
    use crate::source::{At, Source};

    /// The keys of a section's schema, in the order of the alphabet.
    fn described<S: Section>() -> Vec<String> {
        let schema = object_schema::<S>(&mut Definitions::new());
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    fn problems<S: Section>(keys: &[String]) -> Vec<crate::problem::Problem> {
        let odd = || Node { at: At::default(), value: Value::Other("something odd") };
        let entries = keys.iter().map(|key| Entry { key: key.clone(), key_at: At::default(), node: odd() });
        let node = Node { at: At::default(), value: Value::Table(entries.collect()) };
        let source = Source::new("");
        let mut reader = Reader::new(&source);
        S::read(&node, "this", &mut reader);
        reader.problems
    }

    /// Every key of the schema is read, and every key that the reader knows is in the schema.
    fn agree<S: Section>() {
        let described = described::<S>();
        let read = problems::<S>(&described);
        let refused = read.iter().filter(|problem| problem.code == Code::WrongType).count();
        assert_eq!((refused, read.len()), (described.len(), described.len()), "{}: {read:#?}", S::NOUN);

        let unknown = problems::<S>(&["no-such-key".to_owned()]);
        let cure = unknown.iter().find_map(|problem| problem.cure.clone()).unwrap();
        let mut known: Vec<String> =
            cure.strip_prefix("the keys here are ").unwrap().split(", ").map(str::to_owned).collect();
        known.sort();
        assert_eq!(known, described, "{}", S::NOUN);
    }

    #[test]
    fn the_schema_and_the_reader_know_the_same_keys() {
        agree::<Document>();
        agree::<Escalation>();
        agree::<Path>();
        agree::<Release>();
        agree::<Endpoint>();
        agree::<Binding>();
        agree::<Plugin>();
        agree::<Grant>();
        agree::<Limits>();
        agree::<Phase>();
        agree::<Check>();
        agree::<Rollback>();
        agree::<Rollout>();
        agree::<Stage>();
        agree::<Secret>();
        agree::<Signal>();
        agree::<Traffic>();
        agree::<Rule>();
        agree::<Assess>();
        agree::<Condition>();
        agree::<Range>();
        agree::<Policy>();
        agree::<Scenario>();
        agree::<Series>();
        agree::<Answer>();
        agree::<Fault>();
        agree::<Person>();
        agree::<Crash>();
        agree::<Expect>();
    }

    #[test]
    fn every_section_of_the_schemas_is_among_those_that_are_compared() {
        let sections: Vec<String> = plan()["$defs"].as_object().unwrap().keys().cloned().collect();

        let compared = [
            "assess",
            "check",
            "condition",
            "endpoint",
            "environment",
            "escalation",
            "grant",
            "limits",
            "path",
            "phase",
            "plugin",
            "range",
            "release",
            "rollback",
            "rollout",
            "rule",
            "secret",
            "signal",
            "stage",
            "traffic",
        ];
        assert_eq!(sections, compared);
    }

    #[test]
    fn every_key_is_explained() {
        for schema in [plan(), policy(), release(), scenario()] {
            let definitions = schema["$defs"].as_object().into_iter().flatten().map(|(_, section)| section);
            for section in definitions.chain([&schema]) {
                for (key, described) in section["properties"].as_object().unwrap() {
                    let text = described["description"].as_str().unwrap_or_default();
                    assert!(text.ends_with(['.', '"']), "{key}: {text:?}");
                }
            }
        }
    }
}
