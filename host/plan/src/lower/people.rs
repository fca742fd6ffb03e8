//! People: who is asked, and what silence means.

use holdpoint_core::plan::people::{Escalation, Patience, Silence};
use holdpoint_core::response::Response;

use crate::draft::Draft;
use crate::problem::Code;
use crate::raw::document::COMMANDER;
use crate::reader::Reader;
use crate::source::At;

/// Lowers who is asked.
pub(super) fn lower(draft: &Draft, reader: &mut Reader<'_>) -> Escalation {
    let raw = draft.document.escalation.as_ref().map(|escalation| &escalation.value.0);
    let commander = raw.and_then(|raw| raw.commander.as_ref());
    let answer_within = raw.and_then(|raw| raw.answer_within.as_ref());
    let on_silence = raw.and_then(|raw| raw.on_silence.as_ref());
    if let (Some(on_silence), None) = (on_silence, answer_within) {
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
    }
}

/// Where the plan first says in so many words that something escalates.
fn first_escalation(draft: &Draft) -> Option<At> {
    let responses = draft.phases().flat_map(|phase| &phase.check).flat_map(|checks| &checks.value.0);
    let mut responses = responses.flat_map(|check| [&check.on_fail, &check.on_inconclusive]).flatten();
    responses.find(|response| response.value == Response::Escalate).map(|response| response.at)
}
