//! Fixtures as they are read: what a call is given, what it sees, and what must come of it. Every mistake is told at once,
//! with its place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::release::Release;
use holdpoint_core::time::Moment;
use holdpoint_plan::{Code, Problem};
use serde_json::{Map, Value as Json, json};

use super::exchange::{self, Exchange};
use super::expected::{self, Expected};
use super::{place, repeat};
use crate::judge::reader::Reader;
use crate::judge::tree::{self, At, Node};

/// The form that is read here.
const FORMAT: u32 = 1;

/// When the clock begins that no fixture sets: with the year 2026.
const BEGINNING: f64 = 1_767_225_600_000.0;

/// The keys of a fixture.
const KEYS: [&str; 18] = [
    "fixture",
    "name",
    "what",
    "check",
    "attempt",
    "plugin",
    "settings",
    "release",
    "began",
    "labels",
    "endpoints",
    "limits",
    "exchanges",
    "left-out",
    "deed",
    "ended",
    "expect",
    "repeat",
];

/// One call: what it is given, what it sees, what must come of it.
#[derive(Debug)]
pub(crate) struct Fixture {
    /// The file, as it was named.
    pub(crate) file: PathBuf,
    /// The file's text.
    pub(crate) text: String,
    /// What it is called: its own name, else the file's.
    pub(crate) name: String,
    /// The settings, as JSON.
    pub(crate) settings: String,
    /// The check's name.
    pub(crate) check: String,
    /// Which attempt this is.
    pub(crate) attempt: u32,
    /// Other circumstances.
    pub(crate) labels: Vec<(String, String)>,
    /// The release.
    pub(crate) release: Release,
    /// When the call begins.
    pub(crate) began: Moment,
    /// The endpoints, those that only exchanges name among them.
    pub(crate) endpoints: BTreeMap<EndpointName, Endpoint>,
    /// What goes out and comes back.
    pub(crate) exchanges: Vec<Exchange>,
    /// What is asked of a plugin that is no check.
    pub(crate) deed: Option<Json>,
    /// What must come of it, where it says so.
    pub(crate) expected: Option<Expected>,
    limits: Map<String, Json>,
}

/// Reads a fixture.
///
/// # Errors
/// Everything that is wrong with it, in the order of its places.
pub(crate) fn read(file: &Path, text: String) -> Result<Fixture, Vec<Problem>> {
    let mut reader = Reader::new(&text);
    let tree = tree::read(&text).map_err(|error| {
        let mut reader = Reader::new(&text);
        reader.error(Code::Syntax, error.at, &error.to_string());
        reader.into_problems()
    })?;
    let parts = parts(tree, &mut reader);
    match (parts, reader.count()) {
        (Some(parts), 0) => Ok(parts.put_together(file, text)),
        _ => Err(reader.into_problems()),
    }
}

/// A fixture before it has its text.
struct Parts {
    name: Option<String>,
    settings: String,
    check: String,
    attempt: u32,
    labels: Vec<(String, String)>,
    release: Release,
    began: Moment,
    endpoints: BTreeMap<EndpointName, Endpoint>,
    exchanges: Vec<Exchange>,
    deed: Option<Json>,
    expected: Option<Expected>,
    limits: Map<String, Json>,
}

impl Parts {
    fn put_together(self, file: &Path, text: String) -> Fixture {
        let stem = || file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let Self {
            name,
            settings,
            check,
            attempt,
            labels,
            release,
            began,
            endpoints,
            exchanges,
            deed,
            expected,
            limits,
        } = self;
        Fixture {
            file: file.to_path_buf(),
            text,
            name: name.unwrap_or_else(stem),
            settings,
            check,
            attempt,
            labels,
            release,
            began,
            endpoints,
            exchanges,
            deed,
            expected,
            limits,
        }
    }
}

impl Fixture {
    /// What the call may use: these limits, with those that the fixture names put over them.
    pub(crate) fn limits(&self, base: &Limits) -> Limits {
        let Ok(Json::Object(mut whole)) = serde_json::to_value(base) else { return base.clone() };
        whole.extend(self.limits.clone());
        // Each was read as what it must be.
        serde_json::from_value(Json::Object(whole)).unwrap_or_else(|_| base.clone())
    }
}

fn parts(mut tree: Node, reader: &mut Reader<'_>) -> Option<Parts> {
    reader.entries(&tree, "a fixture", &KEYS)?;
    repeat::apply(&mut tree, reader);
    let tree = &tree;
    format(tree, reader);
    let settings = reader.required(tree, "a fixture", "settings").map(|node| settings(node, reader));
    let mut endpoints = endpoints(tree.get("endpoints"), reader);
    let exchanges = exchange::all(tree.get("exchanges"), &mut endpoints, reader);
    Some(Parts {
        name: tree.get("name").and_then(|node| reader.text(node, "\"name\"")),
        settings: settings.unwrap_or_default(),
        check: tree.get("check").and_then(|node| reader.text(node, "\"check\"")).unwrap_or_else(|| "under-test".into()),
        attempt: tree.get("attempt").and_then(|node| reader.word(node, "\"attempt\"")).unwrap_or(1),
        labels: tree.get("labels").map(|node| labels(node, reader)).unwrap_or_default(),
        release: release(tree.get("release"), reader).unwrap_or_else(usual_release),
        began: began(tree.get("began"), reader),
        endpoints,
        exchanges,
        deed: tree.get("deed").map(Node::to_json),
        expected: expected::read(tree, reader),
        limits: tree.get("limits").map(|node| limits(node, reader)).unwrap_or_default(),
    })
}

fn format(tree: &Node, reader: &mut Reader<'_>) {
    let Some(node) = reader.required(tree, "a fixture", "fixture") else { return };
    if node.to_json() != FORMAT {
        reader.error(Code::Version, node.at, "\"fixture\" must be 1, the form that is read here");
    }
}

fn settings(node: &Node, reader: &mut Reader<'_>) -> String {
    if node.entries().is_none() {
        reader.wrong_type(node, "\"settings\"", "an object");
    }
    node.to_json().to_string()
}

fn began(node: Option<&Node>, reader: &mut Reader<'_>) -> Moment {
    let null = |node: &&Node| node.plain() != Some(&Json::Null);
    let millis = node.filter(null).and_then(|node| reader.number(node, "\"began\"")).unwrap_or(BEGINNING);
    #[expect(clippy::cast_possible_truncation, reason = "a moment is a whole number of milliseconds")]
    Moment(millis as i64)
}

/// Names and values, as an object.
fn labels(node: &Node, reader: &mut Reader<'_>) -> Vec<(String, String)> {
    let Some(entries) = node.entries() else {
        reader.wrong_type(node, "\"labels\"", "an object");
        return Vec::new();
    };
    let mut labels = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry.node.text() {
            Some(value) => labels.push((entry.key.clone(), value.to_owned())),
            None => reader.wrong_type(&entry.node, &format!("label {:?}", entry.key), "a text"),
        }
    }
    labels
}

fn release(node: Option<&Node>, reader: &mut Reader<'_>) -> Option<Release> {
    let node = node?;
    let Some(entries) = node.entries() else {
        reader.wrong_type(node, "\"release\"", "an object");
        return None;
    };
    // What is not named is as usual, but for what need not be known.
    let mut base = usual();
    base.remove("previous-version");
    reader.terms(&entries.iter().collect::<Vec<_>>(), &[], &base)
}

fn usual() -> Map<String, Json> {
    let usual = json!({
        "service": "shop", "environment": "test", "version": "2.0.0", "previous-version": "1.9.0", "change": "feature",
        "strategy": "rolling",
    });
    usual.as_object().cloned().unwrap_or_default()
}

fn usual_release() -> Release {
    serde_json::from_value(Json::Object(usual())).unwrap_or_else(|_| unreachable!("the usual release is one"))
}

fn limits(node: &Node, reader: &mut Reader<'_>) -> Map<String, Json> {
    let Some(entries) = node.entries() else {
        reader.wrong_type(node, "\"limits\"", "an object");
        return Map::new();
    };
    let base =
        serde_json::to_value(Limits::default()).ok().and_then(|base| base.as_object().cloned()).unwrap_or_default();
    let known: Vec<&str> = base.keys().map(String::as_str).collect();
    reader.entries(node, "\"limits\"", &known);
    let _: Option<Limits> = reader.terms(&entries.iter().collect::<Vec<_>>(), &[], &base);
    entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect()
}

fn endpoints(node: Option<&Node>, reader: &mut Reader<'_>) -> BTreeMap<EndpointName, Endpoint> {
    let mut endpoints = BTreeMap::new();
    let Some(node) = node else { return endpoints };
    let Some(entries) = node.entries() else {
        reader.wrong_type(node, "\"endpoints\"", "an object");
        return endpoints;
    };
    let mut seen = BTreeSet::new();
    for entry in entries {
        if !seen.insert(&entry.key) {
            reader.error(Code::Duplicate, entry.at, &format!("endpoint {:?} stands twice", entry.key));
        }
        match (EndpointName::parse(&entry.key), bound(&entry.node, reader)) {
            (Ok(name), Some(endpoint)) => drop(endpoints.insert(name, endpoint)),
            (Err(error), _) => reader.error(Code::BadValue, entry.at, &error.to_string()),
            (Ok(_), None) => {}
        }
    }
    endpoints
}

fn bound(node: &Node, reader: &mut Reader<'_>) -> Option<Endpoint> {
    let Some(url) = node.text() else {
        reader.wrong_type(node, "the URL of an endpoint", "a text");
        return None;
    };
    place::endpoint(url).map_err(|why| wrong(reader, node.at, &why)).ok()
}

fn wrong(reader: &mut Reader<'_>, at: At, why: &str) {
    reader.error(Code::Url, at, why);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let problems = read(Path::new("a.json"), text.to_owned()).err().unwrap_or_default();
        problems.iter().map(|problem| problem.render("a.json")).collect()
    }

    #[test]
    fn what_a_fixture_leaves_out_is_as_usual() {
        let fixture = read(Path::new("fixtures/a.json"), r#"{"fixture": 1, "settings": {}}"#.to_owned()).unwrap();

        assert_eq!((fixture.name.as_str(), fixture.check.as_str(), fixture.attempt), ("a", "under-test", 1));
        assert_eq!((fixture.release.version.as_str(), fixture.began), ("2.0.0", Moment(1_767_225_600_000)));
        assert_eq!(fixture.limits(&Limits::default()), Limits::default());
        assert!(fixture.expected.is_none());
    }

    #[test]
    fn every_mistake_is_told_at_once_with_its_place() {
        let told = told(
            "{\"fixture\": 2, \"setings\": {},\n \"release\": {\"change\": \"big\", \"verson\": \"1\"},\n \"limits\": {\"cpu\": 3},\n \
             \"endpoints\": {\"shop\": \"shop.test\"},\n \"exchanges\": [{\"method\": \"GET\", \"url\": \"endpoint:shop/\"}],\n \
             \"expect\": {\"outcome\": \"good\", \"sumary\": \"x\"}}",
        );

        for wanted in [
            "a.json:1:13: error: \"fixture\" must be 1",
            "a.json:1:16: error: unknown key \"setings\" in a fixture",
            "has no \"settings\"",
            "a.json:2:24: error: \"change\"",
            "a.json:2:41: error: \"verson\"",
            "a.json:3:20: error: \"cpu\"",
            "a.json:4:24: error:",
            "a.json:5:16: error: one of \"answer\", \"denied\" and \"failed\"",
            "a.json:6:24: error: a call never ends as \"good\"",
            "a.json:6:32: error: unknown key \"sumary\"",
        ] {
            assert!(told.iter().any(|line| line.contains(wanted)), "{wanted}: {told:#?}");
        }
    }

    #[test]
    fn limits_of_a_fixture_are_put_over_those_of_the_plugin() {
        let text = r#"{"fixture": 1, "settings": {}, "limits": {"cpu": "300ms"}}"#;
        let fixture = read(Path::new("a.json"), text.to_owned()).unwrap();
        let base = Limits { requests: 7, ..Limits::default() };

        let limits = fixture.limits(&base);

        assert_eq!((limits.requests, limits.cpu.as_millis()), (7, 300));
    }
}
