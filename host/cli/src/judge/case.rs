//! Cases: a rule and the numbers that it is tried on, as they are written.

use std::collections::BTreeSet;

use holdpoint_plan::{Code, Problem};

use super::answer::{Answer, Judged};
use super::assess::Assess;
use super::differs::Differs;
use super::kayenta::Kayenta;
use super::reader::Reader;
use super::sequential::Sequential;
use super::series::Series;
use super::threshold::Threshold;
use super::tree::{self, Node};
use super::trend::Trend;

/// A rule with the numbers that it is tried on.
#[derive(Debug)]
pub(crate) struct Case {
    name: String,
    expected: Option<String>,
    trial: Trial,
}

/// What is tried, by the family of the rule.
#[derive(Debug)]
enum Trial {
    Threshold(Threshold),
    Differs(Differs),
    Sequential(Box<Sequential>),
    Trend(Trend),
    Assess(Assess),
    Kayenta(Box<Kayenta>),
}

/// The keys of a case.
const KEYS: [&str; 8] = ["name", "rule", "baseline", "window", "history", "measurements", "course", "expect"];

/// The keys that name a rule's family.
const FAMILIES: [&str; 9] = ["above", "below", "rise", "drop", "differs", "sequential", "trend", "assess", "kayenta"];

/// What a case gives its rule. What no rule takes is told.
#[derive(Debug)]
pub(crate) struct Given<'n> {
    case: &'n Node,
    owner: String,
    taken: Vec<&'static str>,
}

/// Reads the cases of a text.
///
/// # Errors
/// Everything that is wrong with it, in the order of its places.
pub(crate) fn read(text: &str) -> Result<Vec<Case>, Vec<Problem>> {
    let mut reader = Reader::new(text);
    let cases = match tree::read(text) {
        Ok(tree) => cases(&tree, &mut reader),
        Err(error) => {
            reader.error(Code::Syntax, error.at, &error.to_string());
            Vec::new()
        }
    };
    if reader.count() == 0 { Ok(cases) } else { Err(reader.into_problems()) }
}

/// One case, or several below "cases".
fn cases(tree: &Node, reader: &mut Reader<'_>) -> Vec<Case> {
    let Some(several) = tree.get("cases") else { return case(tree, reader).into_iter().collect() };
    reader.entries(tree, "the file", &["cases"]);
    let Some(nodes) = several.list() else {
        reader.wrong_type(several, "\"cases\"", "a list");
        return Vec::new();
    };
    if nodes.is_empty() {
        reader.error(Code::Empty, several.at, "\"cases\" is empty, so that nothing would be judged");
    }
    let mut cases: Vec<Case> = Vec::new();
    let mut names = BTreeSet::new();
    for node in nodes {
        let Some(case) = case(node, reader) else { continue };
        if !names.insert(case.name.clone()) {
            reader.error(Code::Duplicate, node.at, &format!("there is another case {:?}", case.name));
        }
        cases.push(case);
    }
    cases
}

fn case(node: &Node, reader: &mut Reader<'_>) -> Option<Case> {
    let owner = match node.get("name").and_then(Node::text) {
        Some(name) => format!("case {name:?}"),
        None => "a case".to_owned(),
    };
    let entries = reader.entries(node, &owner, &KEYS)?;
    let name = reader.required(node, &owner, "name").and_then(|name| reader.text(name, "\"name\""));
    let mut given = Given { case: node, owner, taken: vec!["name", "rule", "expect"] };
    let rule = reader.required(node, &given.owner, "rule")?;
    let trial = trial(rule, &mut given, reader)?;
    for entry in entries.iter().filter(|entry| KEYS.contains(&&*entry.key)) {
        if !given.taken.contains(&&*entry.key) {
            let what = format!("the rule of {} makes no use of {:?}", given.owner, entry.key);
            reader.error(Code::Unused, entry.at, &what);
        }
    }
    let expected = node.get("expect").and_then(|node| expected(node, &trial, reader));
    Some(Case { name: name?, expected, trial })
}

/// What the author expects, which the rule must be able to come to.
fn expected(node: &Node, trial: &Trial, reader: &mut Reader<'_>) -> Option<String> {
    let expected = reader.text(node, "\"expect\"")?;
    let classes = trial.classes();
    if classes.contains(&&*expected) {
        return Some(expected);
    }
    let what = format!("the rule never comes to {expected:?}");
    reader.curable(Code::BadValue, node.at, (&what, &format!("it comes to {}", classes.join(", "))));
    None
}

fn trial(rule: &Node, given: &mut Given<'_>, reader: &mut Reader<'_>) -> Option<Trial> {
    let Some(entries) = rule.entries() else {
        reader.wrong_type(rule, "\"rule\"", "an object");
        return None;
    };
    let families: Vec<_> = entries.iter().filter(|entry| FAMILIES.contains(&&*entry.key)).collect();
    let [family] = families[..] else {
        let what = format!("the rule of {} must have exactly one family", given.owner);
        reader.curable(Code::BadValue, rule.at, (&what, &format!("it is one of {}", FAMILIES.join(", "))));
        return None;
    };
    let owner = format!("the rule of {}", given.owner);
    if let "above" | "below" | "rise" | "drop" = &*family.key {
        return Threshold::read(rule, given, reader).map(Trial::Threshold);
    }
    reader.entries(rule, &owner, &[&family.key]);
    match &*family.key {
        "differs" => Differs::read(&family.node, given, reader).map(Trial::Differs),
        "sequential" => Sequential::read(&family.node, given, reader).map(|it| Trial::Sequential(Box::new(it))),
        "trend" => Trend::read(&family.node, given, reader).map(Trial::Trend),
        "assess" => Assess::read(&family.node, given, reader).map(Trial::Assess),
        _ => Kayenta::read(&family.node, given, reader).map(|it| Trial::Kayenta(Box::new(it))),
    }
}

impl Case {
    /// Tries the rule.
    pub(crate) fn judge(&self) -> Judged {
        Judged { name: self.name.clone(), expected: self.expected.clone(), answer: self.trial.judge() }
    }
}

impl Trial {
    fn judge(&self) -> Answer {
        match self {
            Self::Threshold(threshold) => threshold.judge(),
            Self::Differs(differs) => differs.judge(),
            Self::Sequential(sequential) => sequential.judge(),
            Self::Trend(trend) => trend.judge(),
            Self::Assess(assess) => assess.judge(),
            Self::Kayenta(kayenta) => kayenta.judge(),
        }
    }

    /// Everything that it may come to.
    fn classes(&self) -> &'static [&'static str] {
        const CLASSES: &[&str] = &["no-data", "too-early", "no-difference", "increased", "decreased"];
        match self {
            Self::Threshold(_) => &["no-data", "inconclusive", "no-breach", "breach"],
            Self::Differs(_) | Self::Sequential(_) | Self::Trend(_) => CLASSES,
            Self::Assess(_) => &["successful", "running", "pending", "inconclusive", "error", "failed"],
            Self::Kayenta(kayenta) => kayenta.classes(),
        }
    }
}

impl<'n> Given<'n> {
    /// What it is called in messages.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// A value that may be there.
    pub(crate) fn optional(&mut self, key: &'static str) -> Option<&'n Node> {
        self.taken.push(key);
        self.case.get(key)
    }

    /// A value that must be there.
    pub(crate) fn required(&mut self, key: &'static str, reader: &mut Reader<'_>) -> Option<&'n Node> {
        self.taken.push(key);
        reader.required(self.case, &self.owner, key)
    }

    /// A series that must be there. An empty one will do.
    pub(crate) fn series(&mut self, key: &'static str, reader: &mut Reader<'_>) -> Option<Series> {
        let node = self.required(key, reader)?;
        Series::read(node, &format!("{key:?} of {}", self.owner), reader)
    }

    /// A series that may be there; empty where it isn't.
    pub(crate) fn spare_series(&mut self, key: &'static str, reader: &mut Reader<'_>) -> Option<Series> {
        match self.optional(key) {
            Some(node) => Series::read(node, &format!("{key:?} of {}", self.owner), reader),
            None => Some(Series::default()),
        }
    }
}
