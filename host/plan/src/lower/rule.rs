//! Rules: one comparison each, its baseline looked up.

use holdpoint_core::name::CheckName;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Severity, Urgency};
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::plan::window::{Baseline, Bound, Comparator, Rule};
use holdpoint_core::response::Response;
use holdpoint_core::stat::promise::{Alpha, Amount, Tolerance};
use holdpoint_core::time::Span;

use crate::draft::Draft;
use crate::number::{Number, NumberOrName};
use crate::problem::Code;
use crate::raw::check::Phase;
use crate::raw::signal::{ERROR_RATE, Rule as Raw, TOLERANCE};
use crate::reader::{Placed, Reader};
use crate::source::At;
use crate::suggest::did_you_mean;

/// Lowers a rule of a signal; notes what is wrong with it.
pub(super) fn lower(raw: &Raw, owner: &str, scene: (&Phase, &Draft), reader: &mut Reader<'_>) -> Option<Rule> {
    let comparator = comparator(raw, owner, scene, reader)?;
    let severity = raw.severity.as_ref().map_or(Severity::Major, |severity| severity.value);
    let response = raw.on_fire.as_ref().map_or(severity.default_on_fail().0, |response| response.value);
    Some(Rule {
        comparator,
        held: raw.for_.as_ref().map_or(Span::ZERO, |held| held.value),
        severity,
        response,
        urgency: urgency(response),
        arming: raw.mode.as_ref().map_or(Arming::Armed, |mode| mode.value),
        // A signal's own is filled in where the rule has none.
        cause: raw.cause.as_ref().map_or(RootCause::Unknown, |cause| cause.value),
    })
}

/// When a rule that has fired is answered: what is known to be bad is not watched to the window's end.
pub(super) const fn urgency(response: Response) -> Urgency {
    if response.stops() { Urgency::AtOnce } else { Urgency::AtTheGate }
}

impl Number {
    /// As a bound. A number that was read is finite.
    pub(crate) fn bound(self) -> Option<Bound> {
        Bound::try_new(self.0).ok()
    }
}

fn comparator(raw: &Raw, owner: &str, scene: (&Phase, &Draft), reader: &mut Reader<'_>) -> Option<Comparator> {
    let written: Vec<&str> = [
        ("above", raw.above.is_some()),
        ("below", raw.below.is_some()),
        ("rise", raw.rise.is_some()),
        ("drop", raw.drop.is_some()),
        ("differs", raw.differs.is_some()),
        ("sequential", raw.sequential.is_some()),
        ("trend", raw.trend.is_some()),
    ]
    .into_iter()
    .filter_map(|(key, there)| there.then_some(key))
    .collect();
    let [one] = written.as_slice() else {
        let keys = ["above", "below", "rise", "drop", "differs", "sequential", "trend"];
        let unreadable = keys.iter().any(|key| raw.unreadable.holds(key));
        if !(written.is_empty() && unreadable) {
            let has = if written.is_empty() { "nothing to compare with".to_owned() } else { written.join(" and ") };
            let what = format!("a rule of {owner} has {has}");
            let cure = "write exactly one of above, below, rise, drop, differs, sequential and trend; further rules are tables of their own";
            reader.curable(Code::BadValue, raw.at, (what, cure.to_owned()));
        }
        return None;
    };
    unfitting(raw, one, owner, reader);
    if let Some(bound) = &raw.above {
        return Some(Comparator::Above { bound: bound.value.bound()? });
    }
    if let Some(bound) = &raw.below {
        return Some(Comparator::Below { bound: bound.value.bound()? });
    }
    if let Some(direction) = &raw.trend {
        let (tolerance, alpha) = (tolerance(raw, owner, reader), alpha(raw, owner, reader));
        return Some(Comparator::Trend { direction: direction.value, tolerance: tolerance?, alpha: alpha? });
    }
    let baseline = baseline(raw, one, owner, scene, reader);
    if let Some(direction) = raw.differs.as_ref().or(raw.sequential.as_ref()).map(|direction| direction.value) {
        let (tolerance, alpha) = (tolerance(raw, owner, reader), alpha(raw, owner, reader));
        let (baseline, tolerance, alpha) = (baseline?, tolerance?, alpha?);
        return match baseline {
            baseline if raw.sequential.is_some() => {
                Some(Comparator::Sequential { baseline, direction, tolerance, alpha })
            }
            Baseline::Signal { name } => Some(Comparator::Differs { baseline: name, direction, tolerance, alpha }),
            Baseline::Constant { .. } => {
                let at = raw.baseline.as_ref().map_or(raw.at, |baseline| baseline.at);
                let what = format!("a rule of {owner} asks whether samples differ from one number by their ranks");
                reader.curable(Code::BadValue, at, (what, "name a signal, or use sequential, rise or drop".to_owned()));
                None
            }
        };
    }
    let rise = raw.rise.as_ref().map(|it| ("rise", it));
    let (key, percent) = rise.or_else(|| raw.drop.as_ref().map(|it| ("drop", it)))?;
    if percent.value.0 <= 0.0 {
        let what = format!("{key} of a rule of {owner} must be more than 0 percent, not {}", percent.value.0);
        reader.error(Code::BadValue, percent.at, what);
        return None;
    }
    let (percent, baseline) = (percent.value.bound()?, baseline?);
    Some(if key == "rise" { Comparator::Rise { percent, baseline } } else { Comparator::Drop { percent, baseline } })
}

/// Notes keys that this kind of rule has no use for.
fn unfitting(raw: &Raw, kind: &str, owner: &str, reader: &mut Reader<'_>) {
    let compares = matches!(kind, "rise" | "drop" | "differs" | "sequential");
    let promises = matches!(kind, "differs" | "sequential" | "trend");
    let keys = [
        ("baseline", raw.baseline.as_ref().map(|it| it.at), compares),
        ("tolerance", raw.tolerance.as_ref().map(|it| it.at), promises),
        ("error-rate", raw.error_rate.as_ref().map(|it| it.at), promises),
    ];
    for (key, at, fits) in keys {
        if let (Some(at), false) = (at, fits) {
            let what = format!("{key} has no meaning beside {kind} in a rule of {owner}");
            reader.curable(Code::BadValue, at, (what, "drop it".to_owned()));
        }
    }
}

/// What a rule compares with. A signal must be one that has been sampled by then.
fn baseline(
    raw: &Raw,
    kind: &str,
    owner: &str,
    (phase, draft): (&Phase, &Draft),
    reader: &mut Reader<'_>,
) -> Option<Baseline> {
    let Some(Placed { value, at }) = &raw.baseline else {
        if !raw.unreadable.holds("baseline") {
            let what = format!("a rule of {owner} has {kind} and no baseline");
            let cure = "add baseline = a number, or the name of a signal of this phase or an earlier one".to_owned();
            reader.curable(Code::MissingKey, raw.at, (what, cure));
        }
        return None;
    };
    match value {
        NumberOrName::Number(number) => Some(Baseline::Constant { value: Number(*number).bound()? }),
        NumberOrName::Name(name) => {
            known(name, *at, owner, (phase, draft), reader).then(|| Baseline::Signal { name: name.clone() })
        }
    }
}

fn known(name: &CheckName, at: At, owner: &str, (phase, draft): (&Phase, &Draft), reader: &mut Reader<'_>) -> bool {
    let until = draft.phases().take_while(|earlier| earlier.at != phase.at).chain([phase]);
    let names: Vec<&CheckName> = until
        .flat_map(|phase| &phase.signal)
        .flat_map(|signals| &signals.value.0)
        .filter_map(|signal| signal.name.as_ref().map(|name| &name.value))
        .collect();
    let shown = name.as_str();
    if !names.contains(&name) {
        let meant = did_you_mean(shown, names.iter().map(|name| name.as_str()));
        let what = format!("a rule of {owner} compares with {shown:?}, which no phase has sampled by then{meant}");
        let cure = "name a signal of this phase or an earlier one".to_owned();
        reader.curable(Code::UnknownName, at, (what, cure));
        return false;
    }
    if owner == format!("signal {shown:?}") {
        let what = format!("a rule of {owner} compares it with itself");
        reader.curable(Code::BadValue, at, (what, "name another signal".to_owned()));
        return false;
    }
    true
}

fn tolerance(raw: &Raw, owner: &str, reader: &mut Reader<'_>) -> Option<Tolerance> {
    let (share, at) = raw.tolerance.as_ref().map_or((TOLERANCE, raw.at), |it| (it.value.0, it.at));
    if !(0.0..=100.0).contains(&share) {
        let what =
            format!("tolerance of a rule of {owner} is a share from 0 on, and 0.05 is 5 percent: {share} is none");
        reader.error(Code::BadValue, at, what);
        return None;
    }
    Amount::try_new(share).ok().map(Tolerance::Relative)
}

fn alpha(raw: &Raw, owner: &str, reader: &mut Reader<'_>) -> Option<Alpha> {
    let (rate, at) = raw.error_rate.as_ref().map_or((ERROR_RATE, raw.at), |rate| (rate.value.0, rate.at));
    Alpha::try_new(rate)
        .map_err(|why| reader.error(Code::BadValue, at, format!("error-rate of a rule of {owner}: {why}")))
        .ok()
}
