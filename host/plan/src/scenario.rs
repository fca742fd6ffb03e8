//! Scenarios: what stands outside while a plan is rehearsed, and what should come of it. Text in, a scenario and problems
//! out, like a plan.

mod lower;
mod written;

use std::collections::BTreeMap;

use holdpoint_core::decision::Decided;
use holdpoint_core::name::{CheckName, EndpointName};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::grant::{Method, PathPattern};
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Answer as Said;
use holdpoint_core::time::{Elapsed, Moment, Span};

use crate::form::Section as _;
use crate::formula::Formula;
use crate::problem::{Problem, any_error, sort};
use crate::raw::scenario::Scenario as Raw;
use crate::reader::Reader;
use crate::source::Source;
use crate::syntax;

pub use written::{Cue, FaultKind, Passage, Speech};

/// A scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: Option<String>,
    /// What all noise and all random numbers come from.
    pub seed: u64,
    /// When the run starts, by the calendar.
    pub start: Moment,
    /// When the rehearsal ends at the latest.
    pub ends: Elapsed,
    /// What metrics say.
    pub series: Vec<Series>,
    /// What services answer. The first that fits is taken.
    pub answers: Vec<Answer>,
    /// What goes wrong on the way.
    pub faults: Vec<Fault>,
    /// What people answer to questions, one after the other, each so long after its question.
    pub answering: Vec<(Span, Speaker)>,
    /// What people say at a time, asked or not.
    pub speaking: Vec<(Elapsed, Speaker)>,
    /// When the host dies, and for how long.
    pub crashes: Vec<(Elapsed, Span)>,
    /// What should come of it.
    pub expected: Expected,
}

/// When something is there: within these times, after a cue, before a cue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    /// From when on.
    pub from: Elapsed,
    /// Until when; absent: to the end.
    pub to: Option<Elapsed>,
    /// The cue that must have been given.
    pub when: Option<String>,
    /// The cue that must not have been given.
    pub unless: Option<String>,
}

/// A number by formulas.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name, for the bodies of answers.
    pub name: Option<CheckName>,
    /// The signal or check that asks for it.
    pub signal: Option<CheckName>,
    /// The query that asks for it.
    pub query: Option<String>,
    /// The number.
    pub value: Formula,
    /// How many requests it is of.
    pub traffic: Option<Formula>,
    /// How old the newest sample is, in seconds.
    pub age: Option<Formula>,
    /// What its signal measured in the runs before this one.
    pub past: Option<Formula>,
    /// How long the answer takes.
    pub latency: Span,
    /// When it is there.
    pub present: Present,
}

/// An answer over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The endpoint that answers.
    pub endpoint: EndpointName,
    /// The check that asks; absent: any.
    pub check: Option<CheckName>,
    /// The method; absent: any.
    pub method: Option<Method>,
    /// The path; absent: any.
    pub path: Option<PathPattern>,
    /// A text that the request's body must hold; absent: any.
    pub contains: Option<String>,
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, with `{{name}}` for the numbers of series.
    pub body: String,
    /// How long it takes.
    pub latency: Span,
    /// When it is there.
    pub present: Present,
    /// The cue that it gives.
    pub sets: Option<String>,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Where; absent: everywhere.
    pub endpoint: Option<EndpointName>,
    /// For whom; absent: for all.
    pub signal: Option<CheckName>,
    /// The status of an error.
    pub status: u16,
    /// How much longer it takes when it is slow.
    pub latency: Span,
    /// When.
    pub present: Present,
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// Who.
    pub who: String,
    /// What.
    pub answer: Said,
}

/// What should come of a rehearsal. What is absent may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// The decision that stands.
    pub decision: Option<Decided>,
    /// How the run ends.
    pub ending: Option<Ending>,
    /// The first decision comes no earlier than this.
    pub after: Option<Elapsed>,
    /// The first decision comes no later than this.
    pub before: Option<Elapsed>,
    /// What the reasons of the first decision speak of.
    pub because: Option<String>,
}

impl Present {
    /// Whether it is there at this time, where these cues were given.
    pub fn at(&self, elapsed: Elapsed, given: &dyn Fn(&str) -> bool) -> bool {
        let begun = self.from <= elapsed && self.to.is_none_or(|to| elapsed < to);
        begun && self.when.as_deref().is_none_or(given) && !self.unless.as_deref().is_some_and(given)
    }
}

impl Answer {
    /// The body, where a `{{name}}` is this number.
    pub fn filled(&self, numbers: &BTreeMap<&str, String>) -> String {
        lower::filled(&self.body, numbers)
    }
}

/// Reads a scenario for this plan. `None` when a problem is an error.
///
/// Names that the plan does not have are errors where a plan is given: a scenario for a signal that is called otherwise
/// would go unseen.
pub fn read(text: &str, plan: Option<&Plan>) -> (Option<Scenario>, Vec<Problem>) {
    let source = Source::new(text);
    let (tree, mut problems) = syntax::toml(text, &source);
    let mut reader = Reader::new(&source);
    let raw = Raw::read(&tree, "the scenario", &mut reader);
    let scenario = lower::lower(raw, plan, &mut reader);
    problems.append(&mut reader.problems);
    sort(&mut problems);
    if any_error(&problems) { (None, problems) } else { (scenario, problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        read(text, None).1.iter().map(|problem| problem.render("scenario.toml")).collect()
    }

    #[test]
    fn a_scenario_is_read_whole() {
        let text = r#"
holdpoint = "0.1"
name = "a fault"
seed = 7
[[series]]
signal = "errors"
value = "0.002 + after(10m, 0.1) * (1 - rolled_back)"
traffic = "600"
[[answer]]
endpoint = "switch"
method = "POST"
path = "/api/switch"
body = "{\"now\": {{errors}}}"
sets = "rolled-back"
[[series]]
name = "errors"
value = "1"
[[fault]]
kind = "down"
endpoint = "prometheus"
from = "5m"
to = "6m"
[[person]]
after = "2m"
answer = "roll-back"
reason = "enough"
[expect]
ending = "rolled-back"
before = "12m"
"#;

        let (scenario, problems) = read(text, None);

        assert_eq!(problems, []);
        let scenario = scenario.unwrap();
        assert_eq!((scenario.seed, scenario.series.len(), scenario.answers.len()), (7, 2, 1));
        assert_eq!(scenario.faults[0].present.to, Some(Elapsed(360_000)));
        assert_eq!(scenario.answering[0].0, Span::from_secs(120));
        assert_eq!(scenario.expected.ending, Some(Ending::RolledBack));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_each_with_its_place() {
        let text = "holdpoint = \"0.1\"\nname = \"x\"\nsede = 1\n[[series]]\nvalue = \"nois(1)\"\n[[series]]\n\
                    signal = \"a\"\nvalue = \"rolled_bakc\"\n[[answer]]\nendpoint = \"e\"\nsets = \"rolled-back\"\n\
                    body = \"{{what}}\"\n[[person]]\nanswer = \"confirm\"\n";

        assert_eq!(
            told(text),
            [
                "scenario.toml:3:1: error: unknown key \"sede\" in the scenario; did you mean \"seed\"?\n  hint: the keys here are holdpoint, name, about, seed, start, ends, series, answer, fault, person, crash, expect",
                "scenario.toml:4:1: error: a series of the scenario is nobody's\n  hint: give it a signal or a query that asks for it, or a name for bodies to say",
                "scenario.toml:5:10: error: \"value\" of a series of the scenario: there is no function \"nois\"; did you mean \"noise\"?",
                "scenario.toml:8:9: error: \"value\" of a series of the scenario: there is no number \"rolled_bakc\"; did you mean \"rolled_back\"?\n  hint: a name is t, or that of a cue which an answer sets",
                "scenario.toml:12:8: error: \"body\" of an answer of the scenario: there is no series \"what\"\n  hint: give a [[series]] this name",
                "scenario.toml:13:1: error: a person of the scenario gives no reason\n  hint: every answer but \"extend\" has one",
                "scenario.toml:13:1: error: a person of the scenario speaks at no time\n  hint: say after which time they answer (after = \"2m\"), or when they speak (at = \"10m\")",
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_is_read_to_its_end(
            value in "[-+*/(), 0-9a-z%_\\\\\"'{}]{0,40}", body in ".{0,40}", key in "[a-z-]{1,8}",
        ) {
            let series = format!("[[series]]\nname = \"a\"\nvalue = {value:?}\n{key} = 1\n");
            let answer = format!("[[answer]]\nendpoint = \"e\"\nbody = {body:?}\n[expect]\n{key} = {value:?}\n");
            let (scenario, problems) = read(&format!("holdpoint = \"0.1\"\nname = \"x\"\n{series}{answer}"), None);

            proptest::prop_assert_eq!(scenario.is_none(), any_error(&problems));
        }
    }

    #[test]
    fn what_is_there_between_two_times_and_after_a_cue_is_there_then_alone() {
        let present = Present {
            from: Elapsed(10),
            to: Some(Elapsed(20)),
            when: Some("a".to_owned()),
            unless: Some("b".to_owned()),
        };

        assert!(present.at(Elapsed(10), &|cue| cue == "a"));
        assert!(!present.at(Elapsed(20), &|cue| cue == "a"));
        assert!(!present.at(Elapsed(9), &|cue| cue == "a"));
        assert!(!present.at(Elapsed(15), &|_| false));
        assert!(!present.at(Elapsed(15), &|_| true));
    }
}
