//! Scenarios as they are typed.

use holdpoint_core::decision::Decided;
use holdpoint_core::name::{CheckName, EndpointName};
use holdpoint_core::plan::grant::{Method, PathPattern};
use holdpoint_core::run::ending::Ending;
use holdpoint_core::time::{Moment, Span};

use crate::form::{Count, Table, Tables, Text, Texts};
use crate::formula::Formula;
use crate::raw::section;
use crate::scenario::{Cue, FaultKind, Passage, Speech};

/// How long something takes unless the scenario says otherwise.
pub(crate) const LATENCY: Span = Span::from_millis(20);
/// How long a rehearsal lasts at most unless the scenario says otherwise.
pub(crate) const ENDS: Span = Span::from_secs(48 * 3_600);
/// How long a host is gone that crashed, unless the scenario says otherwise.
pub(crate) const DOWN: Span = Span::from_secs(10);
/// When a rehearsal begins unless the scenario says otherwise: a Monday morning.
pub(crate) const START: &str = "2026-01-05T09:00:00Z";

section! {
    /// A scenario: what stands outside while a plan is rehearsed, and what should come of it.
    "scenario" Scenario {
        /// The version of the scenario's format: "0.1".
        required holdpoint: Text,
        /// The scenario's name.
        required name: Text,
        /// What it is, in a sentence.
        optional about: Text,
        /// What all noise and all random numbers come from.
        optional seed: Count<0, { u32::MAX }> = 1,
        /// When the run starts, by the calendar, in UTC.
        optional start: Moment = START,
        /// When the rehearsal ends at the latest, after the start of the run.
        optional ends: Span = ENDS,
        /// What metrics say.
        optional series: Tables<Series>,
        /// What services answer. The first that fits is taken; what nothing answers is a refused connection.
        optional answer: Tables<Answer>,
        /// What goes wrong on the way.
        optional fault: Tables<Fault>,
        /// What people answer to the run's questions, one after the other. Without any, there is nobody to ask.
        optional person: Tables<Person>,
        /// When the host dies, and takes the run up again.
        optional crash: Tables<Crash>,
        /// What should come of it. A rehearsal in which it does not has failed.
        optional expect: Table<Expect>,
    }
}

section! {
    /// A number by formulas: for whoever asks Prometheus for it, and for bodies that say {{name}}.
    "series" Series {
        /// Its name, for the bodies of answers.
        optional name: CheckName,
        /// The signal or check that asks for it, whatever its query is.
        optional signal: CheckName,
        /// The query that asks for it, letter by letter.
        optional query: Text,
        /// The number.
        required value: Formula,
        /// How many requests it is of, for an indicator that wants to know.
        optional traffic: Formula,
        /// How old the newest sample is, in seconds.
        optional age: Formula,
        /// What its signal measured in the five confirmed runs before this one, for rules with a history. Default: there
        /// were none.
        optional past: Formula,
        /// How long the answer takes.
        optional latency: Span = LATENCY,
        /// From when on it is there. Default: from the start.
        optional from: Span,
        /// Until when it is there. Default: to the end.
        optional to: Span,
        /// A cue that must have been given.
        optional when: Cue,
        /// A cue that must not have been given.
        optional unless: Cue,
    }
}

section! {
    /// An answer over HTTP. One that names neither method nor path also answers what is done below HTTP, with its body.
    "answer" Answer {
        /// The endpoint that answers.
        required endpoint: EndpointName,
        /// The check that asks, or "rollback". Default: any.
        optional check: CheckName,
        /// The method. Default: any.
        optional method: Method,
        /// The path below the endpoint's URL, with * for one segment and a last ** for the rest. Default: any.
        optional path: PathPattern,
        /// A text that the request's body must hold. Default: any body, or none.
        optional contains: Text,
        /// The status code.
        optional status: Count<100, 599> = 200,
        /// The headers.
        optional headers: Texts,
        /// The body. {{name}} in it is the number of the series of that name. Default: none.
        optional body: Passage,
        /// How long it takes.
        optional latency: Span = LATENCY,
        /// From when on. Default: from the start.
        optional from: Span,
        /// Until when. Default: to the end.
        optional to: Span,
        /// A cue that must have been given.
        optional when: Cue,
        /// A cue that must not have been given.
        optional unless: Cue,
        /// The cue that this answer gives: formulas have its name as a number that is 1 from then on, 0 before.
        optional sets: Cue,
    }
}

section! {
    /// Something that goes wrong between the plugins and what they ask.
    "fault" Fault {
        /// What: "down", "timeout", "error", "slow", and for metrics "empty", "nan", "stale".
        required kind: FaultKind,
        /// Where. Default: everywhere.
        optional endpoint: EndpointName,
        /// For the signal or check that asks. Default: for all.
        optional signal: CheckName,
        /// From when on. Default: from the start.
        optional from: Span,
        /// Until when. Default: to the end.
        optional to: Span,
        /// The status of an error.
        optional status: Count<400, 599> = 503,
        /// How much longer it takes when it is slow.
        optional latency: Span = Span::from_secs(3),
        /// A cue that must have been given.
        optional when: Cue,
        /// A cue that must not have been given.
        optional unless: Cue,
    }
}

section! {
    /// A person who answers a question of the run, or speaks at a given time.
    "person" Person {
        /// How long after the question. Either this or "at".
        optional after: Span,
        /// When, after the start of the run.
        optional at_: Span,
        /// What: "confirm", "hotfix", "roll-back" or "extend".
        required answer: Speech,
        /// Why. Every answer but "extend" has a reason.
        optional reason: Text,
        /// By how much to extend.
        optional by: Span,
        /// Who.
        optional who: Text = "the commander",
    }
}

section! {
    /// The host dies at a time, with all that it was doing, and takes the run up again from its journal.
    "crash" Crash {
        /// When.
        required at_: Span,
        /// How long it is gone.
        optional down: Span = DOWN,
    }
}

section! {
    /// What should come of it.
    "expect" Expect {
        /// The decision that stands: "confirm", "hotfix", "escalate" or "roll-back".
        optional decision: Decided,
        /// How the run ends: "confirmed", "hotfix", "rolled-back", "rollback-failed", "escalated" or "cancelled".
        optional ending: Ending,
        /// The first decision comes no earlier than this, after the start of the run.
        optional after: Span,
        /// The first decision comes no later than this, after the start of the run.
        optional before: Span,
        /// What the reasons of the first decision speak of: the name of a check or a signal, or some of its words.
        optional because: Text,
    }
}
