//! Rules: one comparison each, and what it asks for.

use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Severity, Urgency};
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::plan::window::{Baseline, Bound, Comparator, Rule};
use holdpoint_core::response::Response;
use holdpoint_core::stat::promise::{Alpha, Amount, Direction, Tolerance};
use holdpoint_core::time::Span;

use crate::draft::Draft;
use crate::lower::{assess, baseline, budget, counts};
use crate::number::Number;
use crate::problem::Code;
use crate::raw::check::Phase;
use crate::raw::signal::{Rule as Raw, Signal, TOLERANCE};
use crate::reader::{Placed, Reader};

/// The kinds of rules, by the keys that name them.
const KINDS: [&str; 8] = ["above", "below", "rise", "drop", "differs", "sequential", "trend", "assess"];

/// Where a rule stands.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) signal: &'a Signal,
    pub(super) phase: &'a Phase,
    pub(super) draft: &'a Draft,
}

impl Scene<'_> {
    /// Whose rule it is, in words.
    pub(super) fn owner(self) -> String {
        self.signal.owner()
    }

    /// How long after the start of the phase the first sample is taken.
    pub(super) fn delay(self) -> Span {
        self.phase.initial_delay.as_ref().map_or(Span::ZERO, |delay| delay.value)
    }

    /// How many samples of the signal the window has room for. Without a length of its own a window is at least as long
    /// as for a bugfix.
    pub(super) fn room(self) -> u64 {
        let shortest = self.phase.window.as_ref().map_or(Span::from_secs(600), |window| window.value);
        let time = shortest.as_millis().saturating_sub(self.delay().as_millis());
        time / self.signal.interval().as_millis().max(1) + 1
    }
}

/// Lowers a rule of a signal; notes what is wrong with it.
pub(super) fn lower(raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) -> Option<Rule> {
    let comparator = comparator(raw, scene, reader)?;
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

fn comparator(raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) -> Option<Comparator> {
    let kind = kind(raw, &scene.owner(), reader)?;
    unfitting(raw, kind, &scene.owner(), reader);
    match kind {
        "above" => Some(Comparator::Above { bound: raw.above.as_ref()?.value.bound()? }),
        "below" => Some(Comparator::Below { bound: raw.below.as_ref()?.value.bound()? }),
        "rise" => {
            let (percent, baseline) = relative(kind, raw.rise.as_ref()?, raw, scene, reader)?;
            Some(Comparator::Rise { percent, baseline })
        }
        "drop" => {
            let (percent, baseline) = relative(kind, raw.drop.as_ref()?, raw, scene, reader)?;
            Some(Comparator::Drop { percent, baseline })
        }
        "differs" => differs(raw.differs.as_ref()?.value, raw, scene, reader),
        "sequential" => sequential(raw.sequential.as_ref()?.value, raw, scene, reader),
        "trend" => {
            let (tolerance, alpha) = promise(raw, scene, reader)?;
            Some(Comparator::Trend { direction: raw.trend.as_ref()?.value, tolerance, alpha })
        }
        _ => assess::lower(&raw.assess.as_ref()?.value.0, scene, reader),
    }
}

fn sequential(direction: Direction, raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) -> Option<Comparator> {
    let counts = counts::lower(raw, scene, reader);
    let (baseline, promise) = (baseline::lower(raw, "sequential", scene, reader), promise(raw, scene, reader));
    let (counts, baseline, (tolerance, alpha)) = (counts.ok()?, baseline?, promise?);
    if let Some((counts, value)) = counts.as_ref().zip(counts::level(&baseline)) {
        counts::check_level(counts, value, raw, (scene, reader));
    }
    Some(Comparator::Sequential { counts, baseline, direction, tolerance, alpha })
}

/// The one key that names the rule's kind.
fn kind(raw: &Raw, owner: &str, reader: &mut Reader<'_>) -> Option<&'static str> {
    let there = [
        raw.above.is_some(),
        raw.below.is_some(),
        raw.rise.is_some(),
        raw.drop.is_some(),
        raw.differs.is_some(),
        raw.sequential.is_some(),
        raw.trend.is_some(),
        raw.assess.is_some(),
    ];
    let written: Vec<&str> = KINDS.into_iter().zip(there).filter_map(|(key, there)| there.then_some(key)).collect();
    if let [one] = written.as_slice() {
        return Some(one);
    }
    let unreadable = KINDS.iter().any(|key| raw.unreadable.holds(key));
    if !(written.is_empty() && unreadable) {
        let has = if written.is_empty() { "nothing to compare with".to_owned() } else { written.join(" and ") };
        let what = format!("a rule of {owner} has {has}");
        let cure = "write exactly one of above, below, rise, drop, differs, sequential, trend and assess; further rules are tables of their own";
        reader.curable(Code::BadValue, raw.at, (what, cure.to_owned()));
    }
    None
}

/// What rise and drop take.
fn relative(
    kind: &str,
    percent: &Placed<Number>,
    raw: &Raw,
    scene: Scene<'_>,
    reader: &mut Reader<'_>,
) -> Option<(Bound, Baseline)> {
    let baseline = baseline::lower(raw, kind, scene, reader);
    if percent.value.0 <= 0.0 {
        let what =
            format!("{kind} of a rule of {} must be more than 0 percent, not {}", scene.owner(), percent.value.0);
        reader.error(Code::BadValue, percent.at, what);
        return None;
    }
    Some((percent.value.bound()?, baseline?))
}

fn differs(direction: Direction, raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) -> Option<Comparator> {
    let (baseline, promise) = (baseline::lower(raw, "differs", scene, reader), promise(raw, scene, reader));
    let (baseline, (tolerance, alpha)) = (baseline?, promise?);
    match baseline {
        Baseline::Signal { .. } | Baseline::History { .. } => {
            Some(Comparator::Differs { baseline, direction, tolerance, alpha })
        }
        Baseline::Constant { .. } => {
            let at = raw.baseline.as_ref().map_or(raw.at, |baseline| baseline.at);
            let what =
                format!("a rule of {} asks whether samples differ from one number by their ranks", scene.owner());
            reader.curable(Code::BadValue, at, (what, "name a signal, or use sequential, rise or drop".to_owned()));
            None
        }
    }
}

/// Notes keys that this kind of rule has no use for.
fn unfitting(raw: &Raw, kind: &str, owner: &str, reader: &mut Reader<'_>) {
    let compares = matches!(kind, "rise" | "drop" | "differs" | "sequential");
    let promises = matches!(kind, "differs" | "sequential" | "trend");
    let keys = [
        ("baseline", raw.baseline.as_ref().map(|it| it.at), compares),
        ("history", raw.history.as_ref().map(|it| it.at), compares),
        ("tolerance", raw.tolerance.as_ref().map(|it| it.at), promises),
        ("error-rate", raw.error_rate.as_ref().map(|it| it.at), promises),
        ("events", raw.events.as_ref().map(|it| it.at), kind == "sequential"),
        ("of", raw.of.as_ref().map(|it| it.at), kind == "sequential"),
        ("per", raw.per.as_ref().map(|it| it.at), kind == "sequential"),
        ("for", raw.for_.as_ref().map(|it| it.at), kind != "assess"),
    ];
    for (key, at, fits) in keys {
        if let (Some(at), false) = (at, fits) {
            let what = format!("{key} has no meaning beside {kind} in a rule of {owner}");
            reader.curable(Code::BadValue, at, (what, "drop it".to_owned()));
        }
    }
}

/// What a statistical rule tolerates and promises.
fn promise(raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) -> Option<(Tolerance, Alpha)> {
    let owner = scene.owner();
    let (tolerance, alpha) = (tolerance(raw, &owner, reader), alpha(raw, scene, reader));
    Some((tolerance?, alpha?))
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

fn alpha(raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) -> Option<Alpha> {
    let Some(Placed { value: Number(rate), at }) = &raw.error_rate else { return Some(budget::share(scene.phase)) };
    Alpha::try_new(*rate)
        .map_err(|why| reader.error(Code::BadValue, *at, format!("error-rate of a rule of {}: {why}", scene.owner())))
        .ok()
}
