//! People: who is asked, what silence means, and which way failures of one kind go.

use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::Severity;
use holdpoint_core::plan::people::{Escalation, Path, Patience, Pattern, Silence};
use holdpoint_core::response::Response;

use crate::draft::Draft;
use crate::problem::Code;
use crate::raw::document::{COMMANDER, Escalation as Raw, Path as RawPath};
use crate::reader::Reader;
use crate::source::At;

/// Lowers who is asked.
pub(super) fn lower(draft: &Draft, reader: &mut Reader<'_>) -> Escalation {
    let raw = draft.document.escalation.as_ref().map(|escalation| &escalation.value.0);
    let commander = raw.and_then(|raw| raw.commander.as_ref());
    let answer_within = raw.and_then(|raw| raw.answer_within.as_ref());
    let on_silence = raw.and_then(|raw| raw.on_silence.as_ref());
    let holds = answer_within.is_some() || draft.paths().any(|path| path.answer_within.is_some());
    if let (Some(on_silence), false) = (on_silence, holds) {
        let what = "\"on-silence\" has no effect: without answer-within the run does not hold".to_owned();
        reader.warning(Code::Unused, on_silence.at, (what, "add answer-within, or drop it".to_owned()));
    }
    if commander.is_none()
        && let Some(at) = answer_within.map(|placed| placed.at).or_else(|| first_escalation(draft))
    {
        let what = format!("this asks a person, and the plan names none: it will be {COMMANDER}");
        let cure = "write commander in [escalation]: the one person or role who owns the call".to_owned();
        reader.warning(Code::Commander, at, (what, cure));
    }
    Escalation {
        commander: commander.map_or_else(|| COMMANDER.to_owned(), |commander| commander.value.0.clone()),
        patience: answer_within.map_or(Patience::None, |answer| Patience::AnswerWithin(answer.value)),
        on_silence: on_silence.map_or(Silence::ByCause, |silence| silence.value),
        paths: draft.paths().map(path).collect(),
    }
}

fn path(raw: &RawPath) -> Path {
    let ways = raw.ways.iter().flat_map(|ways| &ways.value.0);
    Path {
        pattern: raw.pattern(),
        response: raw.response.as_ref().map(|response| response.value),
        ways: ways.map(|way| way.value).collect(),
        to: raw.to.as_ref().map(|to| to.value.0.clone()),
        answer_within: raw.answer_within.as_ref().map(|within| within.value),
    }
}

impl RawPath {
    /// Which failures it is for.
    pub(crate) fn pattern(&self) -> Pattern {
        Pattern {
            cause: self.cause.as_ref().map(|cause| cause.value),
            severity: self.severity.as_ref().map(|severity| severity.value),
        }
    }
}

impl Draft {
    /// The escalation paths, in order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &RawPath> {
        let escalation = self.document.escalation.iter().map(|escalation| &escalation.value.0);
        escalation.flat_map(|raw: &Raw| &raw.path).flat_map(|paths| &paths.value.0)
    }

    /// Whether the first path for a failure of this kind asks a person.
    pub(crate) fn escalates_by_path(&self, cause: RootCause, severity: Severity) -> bool {
        let path = self.paths().find(|path| path.pattern().fits(cause, severity));
        let response = path.and_then(|path| path.response.as_ref());
        response.is_some_and(|response| response.value == Response::Escalate)
    }
}

/// Where the plan first says in so many words that the commander is asked.
fn first_escalation(draft: &Draft) -> Option<At> {
    let responses = draft.phases().flat_map(|phase| &phase.check).flat_map(|checks| &checks.value.0);
    let responses = responses.flat_map(|check| [&check.on_fail, &check.on_inconclusive]).flatten();
    let unnamed = draft.paths().filter(|path| path.to.is_none()).filter_map(|path| path.response.as_ref());
    let mut responses = unnamed.chain(responses);
    responses.find(|response| response.value == Response::Escalate).map(|response| response.at)
}
