//! What came of a rehearsal, held against what should.

use holdpoint_core::decision::{Decided, Decision};
use holdpoint_core::id::Digest;
use holdpoint_core::run::Run;
use holdpoint_core::run::course::Course;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::time::{Elapsed, Span};
use holdpoint_plan::scenario::{Expected, Scenario};
use serde::Serialize;

/// What came of one rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Outcome {
    /// Always so: what stands here is no run.
    pub(crate) rehearsal: bool,
    /// The scenario's name.
    pub(crate) scenario: String,
    pub(crate) seed: u64,
    pub(crate) run: String,
    /// How it ended; absent when it did not within its time.
    pub(crate) ending: Option<Ending>,
    pub(crate) exit_code: Option<u8>,
    /// Each decision, in order, and when it was made, in milliseconds after the start.
    pub(crate) decisions: Vec<Made>,
    /// Why it ended so.
    pub(crate) reason: String,
    /// When it ended, in milliseconds after the start.
    pub(crate) ended_ms: u64,
    pub(crate) entries: usize,
    /// The journal's head: the same for the same rehearsal.
    pub(crate) head: Option<Digest>,
    /// What did not come of it as it should.
    pub(crate) unmet: Vec<String>,
    /// What was asked that the scenario does not answer.
    pub(crate) unanswered: Vec<String>,
}

/// A decision that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Made {
    pub(crate) decided: Decided,
    pub(crate) at_ms: u64,
}

impl Outcome {
    pub(crate) fn of(scenario: &Scenario, seed: u64, run: &Run) -> Self {
        let course = run.course();
        let decisions = course.map(Course::decisions).unwrap_or_default();
        let closing = course.and_then(Course::closing);
        let made = |it: &Decision| Made { decided: it.decided, at_ms: it.at.0 };
        Self {
            rehearsal: true,
            scenario: scenario.name.clone(),
            seed,
            run: course.map(|course| course.start().run.to_string()).unwrap_or_default(),
            ending: run.ending(),
            exit_code: run.ending().map(Ending::exit_code),
            decisions: decisions.iter().map(made).collect(),
            reason: closing.map(|closing| closing.reason.to_string()).unwrap_or_default(),
            ended_ms: closing.map_or(0, |closing| closing.at.0),
            entries: 0,
            head: None,
            unmet: unmet(&scenario.expected, decisions, run.ending()),
            unanswered: Vec::new(),
        }
    }

    /// Whether it came as it should.
    pub(crate) fn is_met(&self) -> bool {
        self.unmet.is_empty()
    }

    /// When the first decision was made.
    pub(crate) fn decided_at(&self) -> Option<Elapsed> {
        self.decisions.first().map(|made| Elapsed(made.at_ms))
    }

    /// How it ended, in words.
    pub(crate) fn ended(&self) -> &'static str {
        self.ending.map_or("not ended", Ending::words)
    }
}

/// What is not as it should be, each in a sentence without a stop.
fn unmet(expected: &Expected, decisions: &[Decision], ending: Option<Ending>) -> Vec<String> {
    let mut unmet = Vec::new();
    let word = |decided: Option<Decided>| decided.map_or("nothing", Decided::as_str);
    let stands = decisions.last().map(|it| it.decided);
    if let Some(wanted) = expected.decision.filter(|wanted| Some(*wanted) != stands) {
        unmet.push(format!("the decision is {}, and should be {}", word(stands), wanted.as_str()));
    }
    if let Some(wanted) = expected.ending.filter(|wanted| Some(*wanted) != ending) {
        unmet.push(format!(
            "it ended {}, and should have ended {}",
            ending.map_or("not", Ending::words),
            wanted.words()
        ));
    }
    let Some(first) = decisions.first() else {
        if expected.after.is_some() || expected.before.is_some() || expected.because.is_some() {
            unmet.push("nothing was decided".to_owned());
        }
        return unmet;
    };
    let at = since_start(first.at);
    if let Some(after) = expected.after.filter(|after| first.at < *after) {
        unmet.push(format!("it was decided after {at}, and should not have been before {}", since_start(after)));
    }
    if let Some(before) = expected.before.filter(|before| *before < first.at) {
        unmet.push(format!("it was decided after {at}, and should have been by {}", since_start(before)));
    }
    if let Some(because) = expected.because.as_ref().filter(|words| !first.reason.to_string().contains(words.as_str()))
    {
        unmet.push(format!("the reasons do not speak of {because:?}"));
    }
    unmet
}

/// A time of the run as a length of time.
pub(crate) fn since_start(at: Elapsed) -> Span {
    at.since(Elapsed(0))
}
