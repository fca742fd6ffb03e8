//! Counts: events among requests or in exposure, and which signals keep them.

use holdpoint_core::plan::window::{Baseline, Bound, Counts};
use holdpoint_core::stat::promise::{Alpha, Direction, Tolerance};
use holdpoint_core::stat::sequential::design::Design;
use holdpoint_core::stat::sequential::share::Share;
use holdpoint_core::stat::sequential::tally::Counting;

use crate::draft::Draft;
use crate::lower::rule::Scene;
use crate::number::NumberOrName;
use crate::problem::Code;
use crate::raw::signal::{Rule as Raw, Signal};
use crate::reader::Reader;

/// The counts that a sequential rule judges; `Ok(None)` where it judges the signal's own measurement.
pub(super) fn lower(raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) -> Result<Option<Counts>, Told> {
    let owner = scene.owner();
    let (what, cure) = match (&raw.events, &raw.of, &raw.per) {
        (None, None, None) => return Ok(None),
        (Some(_), Some(_), None) | (Some(_), None, Some(_)) => {
            let counts = written(raw).ok_or(Told)?;
            return named_apart(raw, counts, scene, reader).map(Some);
        }
        (Some(_), Some(_), Some(_)) => {
            ("both of and per", "events are of requests, or per unit of exposure: drop one".to_owned())
        }
        (Some(_), None, None) => {
            ("events and neither of nor per", "add of = the measurement that counts the requests".to_owned())
        }
        (None, Some(_) | None, Some(_)) | (None, Some(_), None) => {
            ("no events to count", "add events = the measurement that counts them".to_owned())
        }
    };
    if !["events", "of", "per"].iter().any(|key| raw.unreadable.holds(key)) {
        reader.curable(Code::BadValue, raw.at, (format!("a rule of {owner} has {what}"), cure));
    }
    Err(Told)
}

/// A count of itself among itself is always all, and a signal of several measurements says which is its own.
fn named_apart(raw: &Raw, counts: Counts, scene: Scene<'_>, reader: &mut Reader<'_>) -> Result<Counts, Told> {
    let owner = scene.owner();
    if counts.events == counts.of {
        let what = format!("a rule of {owner} counts {:?} among itself", counts.events);
        reader.curable(Code::BadValue, raw.at, (what, "name two measurements".to_owned()));
        return Err(Told);
    }
    Ok(counts)
}

/// Notes a number that is no level of what is counted.
pub(super) fn check_level(counts: &Counts, value: Bound, raw: &Raw, (scene, reader): (Scene<'_>, &mut Reader<'_>)) {
    let design = Design { alpha: Alpha::DEFAULT, direction: Direction::Either, tolerance: Tolerance::NONE, horizon: 1 };
    if let Err(why) = Share::against_constant(design, counts.counting, value.as_f64()) {
        let at = raw.baseline.as_ref().map_or(raw.at, |baseline| baseline.at);
        let what = format!("baseline of a rule of {}: {why}", scene.owner());
        reader.error(Code::BadValue, at, what);
    }
}

/// The counts that a signal keeps with its samples: those of its own rules, and of rules that compare with it.
pub(super) fn kept(signal: &Signal, draft: &Draft, reader: &mut Reader<'_>) -> Vec<Counts> {
    let all = draft.phases().flat_map(|phase| &phase.signal).flat_map(|signals| &signals.value.0);
    let mut kept: Vec<Counts> = Vec::new();
    for other in all {
        let own = other.at == signal.at;
        for rule in other.rule.iter().flat_map(|rules| &rules.value.0) {
            let compares = own || compares_with(rule, signal);
            kept.extend(written(rule).filter(|counts| compares && !kept.contains(counts)));
        }
    }
    if let (Some(counts), None, false) = (kept.first(), &signal.measurement, signal.unreadable.holds("measurement")) {
        let what = format!("{} has several measurements, and does not say which is its own", signal.owner());
        let cure = format!("add measurement = {:?}, or another of them", counts.events);
        reader.curable(Code::MissingKey, signal.at, (what, cure));
    }
    kept
}

fn compares_with(rule: &Raw, signal: &Signal) -> bool {
    let named = rule.baseline.as_ref().map(|baseline| &baseline.value);
    let own = signal.name.as_ref().map(|name| &name.value);
    named.zip(own).is_some_and(|(named, own)| *named == NumberOrName::Name(own.clone()))
}

/// The counts that are written, where they make sense.
fn written(rule: &Raw) -> Option<Counts> {
    rule.sequential.as_ref()?;
    let (of, counting) = match (&rule.of, &rule.per) {
        (Some(of), None) => (of, Counting::Requests),
        (None, Some(per)) => (per, Counting::Exposure),
        (None, None) | (Some(_), Some(_)) => return None,
    };
    Some(Counts { events: rule.events.as_ref()?.value.0.clone(), of: of.value.0.clone(), counting })
}

/// What the level of a baseline may be has a meaning only where that is a number.
pub(super) const fn level(baseline: &Baseline) -> Option<Bound> {
    match baseline {
        Baseline::Constant { value } => Some(*value),
        Baseline::Signal { .. } | Baseline::History { .. } => None,
    }
}

/// What is wrong has been told.
pub(super) struct Told;
