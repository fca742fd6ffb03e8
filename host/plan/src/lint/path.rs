//! Escalation paths that are never taken, say nothing, or say what can't be done.

use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Check, Severity};
use holdpoint_core::plan::people::{Escalation, Path};
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::window::Signal;
use holdpoint_core::response::Response;

use crate::draft::Draft;
use crate::problem::Code;
use crate::raw::document::Path as Raw;
use crate::reader::Reader;

/// Something that can fail, and what it asks for by itself then.
struct Subject {
    /// It in words.
    owner: String,
    /// The key that says what it asks for; absent where its severity alone does.
    key: Option<&'static str>,
    cause: RootCause,
    severity: Severity,
    asks: Response,
    arming: Arming,
}

/// Looks at each path beside those before it and what it would be taken for.
///
/// Says nothing while something is unreadable: what a path is for is then not known.
pub(super) fn check(draft: &Draft, phases: &[Phase], escalation: &Escalation, reader: &mut Reader<'_>) {
    if draft.broken {
        return;
    }
    let subjects: Vec<Subject> = phases.iter().flat_map(subjects).collect();
    for (place, (raw, path)) in draft.paths().zip(&escalation.paths).enumerate() {
        let before = escalation.paths.iter().take(place);
        let after = escalation.paths.iter().skip(place + 1);
        let words = format!("escalation path {} ({})", place + 1, path.pattern);
        check_words((raw, path), after, &words, (draft, &mut *reader));
        if let Some(cover) = before.clone().position(|earlier| earlier.pattern.covers(&path.pattern)) {
            let what = format!("{words} is never taken: path {} before it takes all that it would", cover + 1);
            reader.warning(Code::Unused, raw.at, (what, "put it before that one, or drop it".to_owned()));
            continue;
        }
        let fits = |subject: &&Subject| path.pattern.fits(subject.cause, subject.severity);
        let is_free = |subject: &&Subject| before.clone().all(|it| !it.pattern.fits(subject.cause, subject.severity));
        let taken: Vec<&Subject> = subjects.iter().filter(fits).filter(is_free).collect();
        if taken.is_empty() {
            let what = format!("{words} is never taken: no check, signal or rule is one for it");
            let cure = "write its cause at what it is for, or drop it".to_owned();
            reader.warning(Code::Unused, raw.at, (what, cure));
        }
        check_weakening(raw, &words, &taken, reader);
    }
}

/// What a path says by itself.
fn check_words<'a>(
    (raw, path): (&Raw, &Path),
    mut after: impl Iterator<Item = &'a Path>,
    words: &str,
    (draft, reader): (&Draft, &mut Reader<'_>),
) {
    let says = path.response.is_some() || !path.ways.is_empty() || path.to.is_some() || path.answer_within.is_some();
    // Before a wider one it says that this is left as it is.
    if !says && !after.any(|later| later.pattern.meets(&path.pattern)) {
        let what = format!("{words} says nothing of what happens");
        let cure = "write response, ways, to or answer-within, or drop it".to_owned();
        reader.warning(Code::Unused, raw.at, (what, cure));
    }
    let Some(response) = &raw.response else { return };
    match (response.value, &raw.answer_within) {
        (Response::RollBack, _) if draft.document.rollback.is_none() => {
            let what = format!("response of {words} will be \"escalate\" instead: the plan has no [rollback]");
            let cure = "add [rollback] with a plugin and recovery checks, or write \"escalate\"".to_owned();
            reader.warning(Code::Response, response.at, (what, cure));
        }
        (Response::Note | Response::Hotfix, Some(within)) => {
            let what = format!("answer-within of {words} has no effect: {:?} asks nobody", response.value.as_str());
            reader.warning(Code::Unused, within.at, (what, "drop it".to_owned()));
        }
        (Response::RollBack | Response::Escalate | Response::Note | Response::Hotfix, _) => {}
    }
}

/// Refuses a path that would let through what stops the run: that is said where it is meant, check by check.
fn check_weakening(raw: &Raw, words: &str, taken: &[&Subject], reader: &mut Reader<'_>) {
    let Some(response) = raw.response.as_ref().filter(|response| !response.value.stops()) else { return };
    let stopping = taken.iter().find(|subject| subject.arming == Arming::Armed && subject.asks.stops());
    let Some(Subject { owner, key, severity, asks, .. }) = stopping else { return };
    let (weak, strong) = (response.value.as_str(), asks.as_str());
    let what = format!("{words} would make {weak:?} of {strong:?}, which {owner} ({}) asks for", severity.as_str());
    let cure = match key {
        Some(key) => format!("a path lets nothing through: write {key} = {weak:?} there, or narrow the path"),
        None => "a path lets nothing through: lower its severity to minor, or narrow the path".to_owned(),
    };
    reader.curable(Code::Response, response.at, (what, cure));
}

fn subjects(phase: &Phase) -> impl Iterator<Item = Subject> {
    let checks = phase.checks.iter().map(|check| {
        let owner = format!("check {:?}", check.name.as_str());
        Subject::of_check(check, owner, Some("on-fail"), phase.arming)
    });
    let signals = phase.window.iter().flat_map(|window| &window.signals);
    checks.chain(signals.flat_map(|signal| of_signal(signal, phase.arming)))
}

fn of_signal(signal: &Signal, gate: Arming) -> impl Iterator<Item = Subject> {
    let name = signal.check.name.as_str();
    let own = Subject::of_check(&signal.check, format!("signal {name:?}"), None, gate);
    let rules = signal.rules.iter().map(move |rule| Subject {
        owner: format!("a rule of signal {name:?}"),
        key: Some("on-fire"),
        cause: rule.cause,
        severity: rule.severity,
        asks: rule.response,
        arming: if gate == Arming::Armed { rule.arming } else { gate },
    });
    std::iter::once(own).chain(rules)
}

impl Subject {
    fn of_check(check: &Check, owner: String, key: Option<&'static str>, arming: Arming) -> Self {
        Self { owner, key, cause: check.cause, severity: check.severity, asks: check.on_fail, arming }
    }
}
