//! Escalation paths in sentences: what is told to whom, and what happens.

use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::Severity;
use holdpoint_core::plan::people::{Escalation, Path, Pattern, Way};
use holdpoint_core::response::Response;

/// A path as a sentence without its stop: `if a critical failure is caused by a dependency, page the platform team and
/// ask them, who have 10m`.
pub(super) fn in_words(path: &Path, people: &Escalation) -> String {
    let person = path.to.as_ref().unwrap_or(&people.commander);
    let mut done: Vec<String> = path.ways.iter().map(|way| told(*way, person)).collect();
    done.push(answered(path, person, people));
    let last = done.pop().unwrap_or_default();
    let before = if done.is_empty() { String::new() } else { format!("{}, and ", done.join(", ")) };
    format!("if {}, {before}{last}", failure(path.pattern))
}

fn failure(pattern: Pattern) -> String {
    let severity = match pattern.severity {
        None | Some(Severity::Minor) => "a failure",
        Some(Severity::Major) => "a major or critical failure",
        Some(Severity::Critical) => "a critical failure",
    };
    let cause = match pattern.cause {
        None => return format!("there is {severity}"),
        Some(RootCause::Code) => "is caused by the code",
        Some(RootCause::Configuration) => "is caused by the configuration",
        Some(RootCause::Data) => "is caused by data",
        Some(RootCause::Infrastructure) => "is caused by the infrastructure",
        Some(RootCause::Dependency) => "is caused by a dependency",
        Some(RootCause::Unknown) => "has a cause that the plan does not know",
    };
    format!("{severity} {cause}")
}

fn told(way: Way, person: &str) -> String {
    match way {
        Way::Page => format!("page {person}"),
        Way::Ticket => format!("open a ticket for {person}"),
        Way::Meeting => format!("call a meeting with {person}"),
    }
}

fn answered(path: &Path, person: &str, people: &Escalation) -> String {
    let waits = match path.answer_within.or(people.patience.within()) {
        Some(within) => format!("{person} is asked and has {within}"),
        None => format!("{person} is not waited for"),
    };
    match path.response {
        Some(Response::Escalate) => format!("hold: {waits}"),
        Some(response @ (Response::RollBack | Response::Hotfix | Response::Note)) => response.in_words().to_owned(),
        None if path.to.is_none() && path.answer_within.is_none() => "do what its check or rule asks for".to_owned(),
        None => format!("do what its check or rule asks for; when a person must decide, {waits}"),
    }
}
