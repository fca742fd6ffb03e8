//! Responses that nothing can carry out.

use holdpoint_core::plan::check::Severity;
use holdpoint_core::response::Response;

use crate::draft::Draft;
use crate::problem::Code;
use crate::raw::check::Check;
use crate::reader::Reader;
use crate::source::At;

/// Notes checks that ask for a rollback which the plan does not have: each that says so, and the first that means it.
pub(super) fn check(draft: &Draft, reader: &mut Reader<'_>) {
    if draft.document.rollback.is_some() {
        return;
    }
    let checks: Vec<&Check> =
        draft.phases().flat_map(|phase| &phase.check).flat_map(|checks| &checks.value.0).collect();
    for (key, response) in
        checks.iter().flat_map(|check| [("on-fail", &check.on_fail), ("on-inconclusive", &check.on_inconclusive)])
    {
        if let Some(response) = response
            && response.value == Response::RollBack
        {
            note(&format!("{key} = \"roll-back\""), response.at, reader);
        }
    }
    let silent = checks.iter().find(|check| {
        let minor = check.severity.as_ref().is_some_and(|severity| severity.value == Severity::Minor);
        let unclear = check.unreadable.holds("on-fail") || check.unreadable.holds("severity");
        let cause = check.cause.as_ref().map(|cause| cause.value).unwrap_or_default();
        let severity = check.severity.as_ref().map_or(Severity::Major, |severity| severity.value);
        let asks = draft.escalates_by_path(cause, severity);
        check.name.is_some() && check.on_fail.is_none() && !minor && !unclear && !asks
    });
    check_rules(draft, reader);
    if let Some(check) = silent {
        note(
            &format!("a fail of {} (and of any check like it) asks for a rollback, but it", check.owner()),
            check.at,
            reader,
        );
    }
}

/// The same of the rules of signals.
fn check_rules(draft: &Draft, reader: &mut Reader<'_>) {
    let signals = draft.phases().flat_map(|phase| &phase.signal).flat_map(|signals| &signals.value.0);
    let rules = signals.flat_map(|signal| {
        let rules = signal.rule.iter().flat_map(|rules| &rules.value.0);
        rules.map(|rule| (rule, rule.cause.as_ref().map_or_else(|| signal.cause(), |cause| cause.value)))
    });
    let mut silent = None;
    for (rule, cause) in rules {
        let severity = rule.severity.as_ref().map_or(Severity::Major, |severity| severity.value);
        match &rule.on_fire {
            Some(response) if response.value == Response::RollBack => {
                note("on-fire = \"roll-back\"", response.at, reader);
            }
            Some(_) => {}
            None if severity == Severity::Minor || draft.escalates_by_path(cause, severity) => {}
            None => silent = silent.or(Some(rule.at)),
        }
    }
    if let Some(at) = silent {
        note("this rule (and any like it) asks for a rollback when it fires, but it", at, reader);
    }
}

fn note(subject: &str, at: At, reader: &mut Reader<'_>) {
    let what = format!("{subject} will escalate instead: the plan has no [rollback]");
    let cure = "add [rollback] with a plugin and recovery checks, or say on-fail = \"escalate\"".to_owned();
    reader.warning(Code::Response, at, (what, cure));
}
