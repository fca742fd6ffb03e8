//! Causes: whether the service may not be at fault, and who is to be told how.

use holdpoint_core::decision::Taken;
use holdpoint_core::plan::people::{Way, listed};
use holdpoint_core::reason::{Ground, Reason};
use holdpoint_core::run::course::Course;
use serde::Serialize;

/// That the service may not be at fault, since something that it needs failed first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Hint {
    /// In one sentence without a stop.
    pub(crate) words: String,
    /// What failed first.
    pub(crate) dependency: String,
    /// The first of the service's own that failed; absent when none has.
    pub(crate) own: Option<String>,
    /// How much earlier, in milliseconds.
    pub(crate) ahead_ms: u64,
}

/// The escalation path that the standing decision takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Path {
    /// Its place in the plan, from 1.
    pub(crate) number: usize,
    /// What it is for, in words.
    pub(crate) pattern: String,
    /// Who is told, and asked when somebody is.
    pub(crate) person: String,
    /// `page`, `ticket`, `meeting`.
    pub(crate) ways: Vec<&'static str>,
    #[serde(skip)]
    told: String,
}

/// The hint among the reasons for the end, before it among those of the decision that stands.
pub(crate) fn hint(course: &Course) -> Option<Hint> {
    let closing = course.closing().map(|closing| &closing.reason);
    closing.or_else(|| course.decision().map(|decision| &decision.reason)).and_then(find)
}

fn find(reason: &Reason) -> Option<Hint> {
    if let Ground::DependencyFirst { dependency, own, ahead } = &reason.ground {
        return Some(Hint {
            words: reason.ground.to_string(),
            dependency: dependency.to_string(),
            own: own.as_ref().map(ToString::to_string),
            ahead_ms: ahead.as_millis(),
        });
    }
    reason.because.iter().find_map(find)
}

/// The path of the decision that stands.
pub(crate) fn path(course: &Course) -> Option<Path> {
    course.decision().and_then(|decision| decision.path.as_ref()).map(Path::of)
}

impl Path {
    fn of(taken: &Taken) -> Self {
        let ways = &taken.path.ways;
        Self {
            number: taken.number,
            pattern: taken.path.pattern.to_string(),
            person: taken.person.clone(),
            ways: ways.iter().map(|way| Way::as_str(*way)).collect(),
            told: listed(ways),
        }
    }

    /// In one sentence without a stop.
    pub(crate) fn words(&self) -> String {
        let told = if self.told.is_empty() { String::new() } else { format!(", to be told by: {}", self.told) };
        format!("escalation path {} ({}): {}{told}", self.number, self.pattern, self.person)
    }
}
