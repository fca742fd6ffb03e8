//! Assessments on measurements from a file, taken at the moments at which they would have been due.

use holdpoint_core::assess::Course;
use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::progress::Assessed;
use holdpoint_core::assess::reading::{Grade, Reading};
use holdpoint_core::assess::terms::Terms;
use holdpoint_core::time::Elapsed;
use holdpoint_plan::Code;
use serde_json::{Map, json};

use super::answer::Answer;
use super::case::Given;
use super::reader::Reader;
use super::series;
use super::tree::{Entry, Node};

/// The terms, and what was measured.
#[derive(Debug)]
pub(crate) struct Assess {
    assessment: Assessment,
    readings: Vec<Reading>,
    /// Whether it is stopped after the last of them.
    course: Course,
}

const KEYS: [&str; 12] = [
    "success-condition",
    "failure-condition",
    "count",
    "interval",
    "initial-delay",
    "failure-limit",
    "failure-window",
    "inconclusive-limit",
    "consecutive-error-limit",
    "consecutive-success-limit",
    "error-retry",
    "mode",
];

impl Assess {
    /// Reads the terms and what was measured.
    pub(super) fn read(rule: &Node, given: &mut Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let entries = reader.entries(rule, "\"assess\"", &KEYS)?;
        let known: Vec<&Entry> = entries.iter().filter(|entry| KEYS.contains(&&*entry.key)).collect();
        let terms: Option<Terms> = reader.terms(&known, &[], &Map::new());
        let assessment = terms.and_then(|terms| checked(rule, &terms, reader));
        let readings = given.required("measurements", reader).and_then(|node| readings(node, reader));
        let course = match given.optional("course") {
            Some(node) => reader.word(node, "\"course\""),
            None => Some(Course::Onward),
        };
        Some(Self { assessment: assessment?, readings: readings?, course: course? })
    }

    /// Tries the terms.
    pub(super) fn judge(&self) -> Answer {
        let mut assessed = Assessed::begin(self.assessment.clone(), Elapsed(0));
        let mut grades: Vec<Grade> = Vec::new();
        let (mut at, mut ended_after) = (Elapsed(0), None);
        for (index, reading) in self.readings.iter().enumerate() {
            at = assessed.next_due().map_or(at, |wake| wake.at);
            assessed.start();
            grades.push(assessed.take(at, reading).grade);
            if assessed.standing().standing.has_ended() {
                ended_after = ended_after.or(Some(index + 1));
            }
        }
        match self.course {
            Course::Onward => {}
            Course::Stopped => assessed.stop(),
        }
        let judgement = assessed.standing();
        let figures = json!({
            "points": self.readings.len(),
            "statistics": assessed.counts(),
            "grades": grades,
            "ended-after": ended_after,
            "ended-at-milliseconds": ended_after.map(|_| at.0),
            "ground": judgement.ground,
            "terms": self.assessment.to_string(),
            "thresholds": self.assessment,
        });
        Answer::new("assess", judgement.standing.as_str(), judgement.reason, figures)
    }
}

fn checked(rule: &Node, terms: &Terms, reader: &mut Reader<'_>) -> Option<Assessment> {
    match Assessment::try_new(terms) {
        Ok(assessment) => Some(assessment),
        Err(refused) => {
            for flaw in refused.flaws() {
                let key = flaw.key().split('.').next().unwrap_or_default();
                let at = rule.get(key).map_or(rule.at, |node| node.at);
                reader.curable(Code::BadValue, at, (&flaw.to_string(), &flaw.cure()));
            }
            None
        }
    }
}

fn readings(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<Reading>> {
    let Some(nodes) = node.list() else {
        reader.wrong_type(node, "\"measurements\"", "a list");
        return None;
    };
    let read: Vec<Reading> = nodes.iter().filter_map(|node| reading(node, reader)).collect();
    (read.len() == nodes.len()).then_some(read)
}

/// A value, or what went wrong: `{"error": "…"}`.
fn reading(node: &Node, reader: &mut Reader<'_>) -> Option<Reading> {
    if node.entries().is_none() {
        return series::sample(node, "\"measurements\"", reader).map(Reading::Sample);
    }
    reader.entries(node, "a measurement", &["error"]);
    let error = reader.required(node, "a measurement", "error")?;
    reader.text(error, "\"error\"").map(Reading::Error)
}
