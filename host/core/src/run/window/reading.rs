//! Readings: what the end of a call says about a signal. Classed before anything is compared. (S-1)

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::assess;
use crate::outcome::{Called, FaultKind, Outcome};
use crate::plan::window::{Counts, Signal};
use crate::stat::sequential::tally::Tally;
use crate::time::{Moment, Span};
use crate::verdict::{Finds, Measurement, Sample, Verdict};

/// How far a count may lie from a whole number.
const WHOLE: f64 = 1e-6;
/// The largest count: beyond it not every whole number is one of these.
const MOST: f64 = 9_007_199_254_740_992.0;

/// What a call says about a signal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) sample: Sample,
    /// The counts that the signal keeps, in its order; none where there is no number.
    pub(super) tallies: Vec<Tally>,
    /// Why there is no number; nothing where there is one.
    pub(super) why: Option<String>,
    /// Whether the plugin itself calls it bad.
    pub(super) fails: Option<String>,
}

impl Reading {
    fn none(sample: Sample, why: String) -> Self {
        Self { sample, tallies: Vec::new(), why: Some(why), fails: None }
    }

    /// The same for an assessment, to which a call that went wrong is a class of its own.
    pub(super) fn assessed(&self, called: &Called) -> assess::reading::Reading {
        match &called.outcome {
            Outcome::Said { .. } => assess::reading::Reading::Sample(self.sample),
            Outcome::Error { .. }
            | Outcome::Timeout { .. }
            | Outcome::Skipped { .. }
            | Outcome::Cancelled { .. }
            | Outcome::Waived { .. } => assess::reading::Reading::went_wrong(&called.outcome),
        }
    }
}

/// Reads the end of a call that came in at this moment.
pub(super) fn read(signal: &Signal, called: &Called, now: Moment) -> Reading {
    match &called.outcome {
        Outcome::Said { verdict } => said(signal, verdict, now),
        Outcome::Error { fault } => {
            let sample = match fault.kind {
                FaultKind::Unavailable => Sample::ProviderDown,
                FaultKind::Settings
                | FaultKind::Denied
                | FaultKind::Internal
                | FaultKind::Trap
                | FaultKind::Limit
                | FaultKind::Inadmissible
                | FaultKind::Host => Sample::NoData,
            };
            Reading::none(sample, fault.message.clone())
        }
        Outcome::Timeout { message, .. } => Reading::none(Sample::ProviderDown, message.clone()),
        Outcome::Skipped { .. } | Outcome::Cancelled { .. } | Outcome::Waived { .. } => {
            Reading::none(Sample::NoData, called.outcome.account())
        }
    }
}

fn said(signal: &Signal, verdict: &Verdict, now: Moment) -> Reading {
    let fails = (verdict.finds() == Finds::Fail).then(|| verdict.summary().to_string());
    let read = measured(signal, verdict, now).and_then(|number| {
        let counted: Result<Vec<Tally>, _> = signal.counts.iter().map(|counts| tally(counts, verdict)).collect();
        Ok((number, counted?))
    });
    match read {
        Ok((number, tallies)) => Reading { sample: Sample::Number(number), tallies, why: None, fails },
        Err((sample, why)) => Reading { fails, ..Reading::none(sample, why) },
    }
}

fn measured(signal: &Signal, verdict: &Verdict, now: Moment) -> Result<f64, (Sample, String)> {
    // What a plugin could not find out is no data, whatever it measured on the way.
    let unclear = verdict.finds() == Finds::Inconclusive;
    let found = only(signal.measurement.as_deref(), verdict)?;
    let Sample::Number(number) = found.sample else { return Err((found.sample, verdict.summary().to_string())) };
    if unclear {
        return Err((Sample::NoData, verdict.summary().to_string()));
    }
    let oldest = signal.interval.times(2);
    if let Some(age) = found.taken_at.map(|taken| age(taken, now)).filter(|age| *age > oldest) {
        return Err((Sample::NoData, format!("the provider's sample is {age} old, and may be {oldest}")));
    }
    let Some(traffic) = &signal.traffic else { return Ok(number) };
    let found = only(Some(&traffic.measurement), verdict)?.sample;
    let least = traffic.least.as_f64();
    match found.number() {
        Some(seen) if seen >= least => Ok(number),
        Some(seen) => {
            Err((Sample::NoData, format!("{} is {seen}, and a sample stands on at least {least}", traffic.measurement)))
        }
        None => Err((found, format!("{} is not known", traffic.measurement))),
    }
}

/// Two measurements as counts.
fn tally(counts: &Counts, verdict: &Verdict) -> Result<Tally, (Sample, String)> {
    let number = |name: &str| {
        let sample = only(Some(name), verdict)?.sample;
        sample.number().ok_or_else(|| (sample, format!("{name} is not known")))
    };
    let (events, of) = (number(&counts.events)?, number(&counts.of)?);
    // What a provider extrapolates is no whole number. A part of a request more or less is nothing among many, while
    // events may be so few that rounding would make none of them.
    if libm::fabs(events - libm::round(events)) > WHOLE {
        return Err((
            Sample::WrongType,
            format!("{} is {events}, and events are counted in whole numbers", counts.events),
        ));
    }
    let tally = Tally { events: whole(&counts.events, events)?, of: whole(&counts.of, of)? };
    tally.check(counts.counting).map_err(|why| (Sample::WrongType, why.to_string()))?;
    Ok(tally)
}

fn whole(name: &str, number: f64) -> Result<u64, (Sample, String)> {
    if !(0.0..=MOST).contains(&number) {
        return Err((Sample::WrongType, format!("{name} is {number}, which is no count")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 2^53, and whole")]
    Ok(libm::round(number) as u64)
}

/// The measurement of this name, or the only one.
fn only<'a>(name: Option<&str>, verdict: &'a Verdict) -> Result<&'a Measurement, (Sample, String)> {
    let mut found = verdict.measurements().iter().filter(|it| name.is_none_or(|name| it.name == name));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            let what = name.map_or_else(|| "several measurements".to_string(), |name| format!("several of {name:?}"));
            Err((Sample::Ambiguous, format!("the plugin returned {what}")))
        }
        (None, _) => {
            let what = name.map_or_else(|| "no measurement".to_string(), |name| format!("no measurement {name:?}"));
            Err((Sample::NoData, format!("the plugin returned {what}: {}", verdict.summary())))
        }
    }
}

fn age(taken: Moment, now: Moment) -> Span {
    Span::from_millis(u64::try_from(now.0.saturating_sub(taken.0)).unwrap_or_default())
}
