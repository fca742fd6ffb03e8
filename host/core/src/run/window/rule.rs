//! Rules: whether a signal's latest sample is what must not be.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::Serialize;

use crate::assess::progress::Assessed;
use crate::plan::phase::Arming;
use crate::plan::window::{Comparator, Rule};
use crate::response::Response;
use crate::stat::class::Class;
use crate::stat::differs::terms::{Points, Terms, Watch};
use crate::stat::differs::{self, Compared};
use crate::stat::promise::{Alpha, Direction, Tolerance};
use crate::stat::sample;
use crate::stat::sequential::design::Design;
use crate::stat::trend::{self, Series};
use crate::time::Elapsed;

use super::baseline::Level;
use super::signal::{End, SignalRun, Taken};
use super::{Earlier, assessing, baseline, means, shares};

/// A rule and how far it is from firing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleRun {
    /// The rule, as the plan states it.
    pub rule: Rule,
    /// Since when its condition has held at every sample that was data.
    pub since: Option<Elapsed>,
    /// When it fired, if it did; it fires once.
    pub fired: Option<Fired>,
    /// When the condition that made it fire held no longer; absent as long as it holds.
    pub until: Option<Elapsed>,
    /// What was found at the latest sample that could be judged.
    pub latest: Option<String>,
    /// At how many samples it could be judged.
    pub judged: u32,
    /// How far its assessment is, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessed: Option<Assessed>,
}

/// A rule that has fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fired {
    /// At which sample, by when it was due.
    pub at: Elapsed,
    /// Since when the condition had held.
    pub since: Elapsed,
    /// What was found, in words.
    pub found: String,
}

/// What a rule makes of the latest sample.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// The condition holds.
    Holds(String),
    /// It does not.
    Not(String),
    /// It can't be said yet: there is nothing to compare with.
    Open(String),
}

impl RuleRun {
    pub(super) fn of(rule: Rule) -> Self {
        let assessed = assessing::begin(&rule.comparator);
        Self { rule, since: None, fired: None, until: None, latest: None, judged: 0, assessed }
    }

    /// Takes what was found at a sample that is data.
    pub(super) fn note(&mut self, found: Found, at: Elapsed) {
        match found {
            Found::Holds(found) => {
                self.judged = self.judged.saturating_add(1);
                let since = *self.since.get_or_insert(at);
                if self.fired.is_none() && at.since(since) >= self.rule.held {
                    self.fired = Some(Fired { at, since, found: found.clone() });
                }
                self.latest = Some(found);
            }
            Found::Not(found) => {
                self.judged = self.judged.saturating_add(1);
                self.since = None;
                if self.fired.is_some() {
                    self.until.get_or_insert(at);
                }
                self.latest = Some(found);
            }
            Found::Open(why) => self.latest = Some(why),
        }
    }
}

impl RuleRun {
    /// Why it says neither good nor bad at the end of a window with so many numbers; nothing where it says, or does not
    /// act. What had nothing to compare with has found nothing out. (D-1)
    pub(super) fn unclear(&self, numbers: usize, coverage: u8) -> Option<End> {
        let acts = self.rule.arming == Arming::Armed && self.rule.response != Response::Note;
        if !acts || self.fired.is_some() {
            return None;
        }
        let least = match &self.rule.comparator {
            Comparator::Assess { .. } => return self.undecided().map(|why| End::TooLittle { why }),
            // Each sample is judged by itself, so that each that was not is missing.
            Comparator::Above { .. } | Comparator::Below { .. } | Comparator::Rise { .. } | Comparator::Drop { .. } => {
                numbers.saturating_mul(usize::from(coverage)).div_ceil(100)
            }
            Comparator::Differs { .. } | Comparator::Sequential { .. } | Comparator::Trend { .. } => 1,
        };
        let why = self.latest.as_ref().filter(|_| (self.judged as usize) < least)?;
        let words = self.rule.comparator.in_short();
        let why = format!("whether it {words} could be judged at {} of {numbers} samples: {why}", self.judged);
        Some(End::Unjudged { why })
    }
}

/// Judges the latest sample of a signal by one of its rules; nothing for an assessment, which has taken it already.
pub(super) fn judge(
    comparator: &Comparator,
    run: &SignalRun,
    latest: (&Taken, f64),
    others: (&[SignalRun], Earlier<'_>),
) -> Option<Found> {
    let (taken, number) = latest;
    Some(match comparator {
        Comparator::Above { bound } => {
            let most = bound.as_f64();
            Found::compared((number > most, format!("{} against {} at most", short(number), short(most))))
        }
        Comparator::Below { bound } => {
            let least = bound.as_f64();
            Found::compared((number < least, format!("{} against {} at least", short(number), short(least))))
        }
        Comparator::Rise { percent, baseline } => {
            let limit = |level: f64| level + level.abs() * percent.as_f64() / 100.0;
            baseline::level(baseline, run, taken.due, others).map_or_else(Found::Open, |level| {
                let limit = limit(level.number);
                Found::compared((number > limit, against(number, limit, ("most", &level))))
            })
        }
        Comparator::Drop { percent, baseline } => {
            let limit = |level: f64| level - level.abs() * percent.as_f64() / 100.0;
            baseline::level(baseline, run, taken.due, others).map_or_else(Found::Open, |level| {
                let limit = limit(level.number);
                Found::compared((number < limit, against(number, limit, ("least", &level))))
            })
        }
        Comparator::Differs { baseline, direction, tolerance, alpha } => {
            let terms = terms((*direction, *tolerance, *alpha), run.expected());
            match baseline::samples(baseline, run, others) {
                Ok((before, said)) => differs(&before, run, &terms).and(&said),
                Err(why) => Found::Open(why),
            }
        }
        Comparator::Sequential { counts, baseline, direction, tolerance, alpha } => {
            let design =
                Design { alpha: *alpha, direction: *direction, tolerance: *tolerance, horizon: run.expected() };
            let judged = match counts {
                Some(counts) => shares::judge(counts, baseline, design, run, others),
                None => means::judge(baseline, design, run, others),
            };
            match judged {
                Ok((judged, said)) => Found::of(judged.class, judged.reason()).and(&said),
                Err(why) => Found::Open(why),
            }
        }
        Comparator::Trend { direction, tolerance, alpha } => {
            let design =
                Design { alpha: *alpha, direction: *direction, tolerance: *tolerance, horizon: run.expected() };
            creeps(&design, run)
        }
        Comparator::Assess { .. } => return None,
    })
}

fn terms((direction, tolerance, alpha): (Direction, Tolerance, Alpha), most: u32) -> Terms {
    Terms { alpha, direction, tolerance, watch: Watch::Growing { most }, points: Points::Series }
}

fn differs(before: &sample::Sample, run: &SignalRun, terms: &Terms) -> Found {
    let window = sample::Sample::new(&run.numbers()).ok();
    let judged = differs::judge(&Compared { baseline: Some(before), window: window.as_ref(), history: None }, terms);
    Found::of(judged.class, judged.reason)
}

fn creeps(design: &Design, run: &SignalRun) -> Found {
    let readings: Vec<(Elapsed, f64)> =
        run.taken().iter().filter_map(|taken| Some((taken.due, taken.number()?))).collect();
    match Series::new(&readings) {
        Ok(series) => {
            let judged = trend::judge(design, &series, None);
            Found::of(judged.class, judged.reason())
        }
        Err(why) => Found::Open(why.to_string()),
    }
}

/// A number beside the limit that follows from a level.
fn against(number: f64, limit: f64, (end, level): (&str, &Level)) -> String {
    let Level { number: before, of } = level;
    format!("{} against {} at {end} ({} {of})", short(number), short(limit), short(*before))
}

impl Found {
    /// What a judge has found.
    const fn of(class: Class, reason: String) -> Self {
        match class {
            Class::NoData | Class::TooEarly => Self::Open(reason),
            Class::NoDifference => Self::Not(reason),
            Class::Increased | Class::Decreased => Self::Holds(reason),
        }
    }

    /// The same, with more to be said.
    fn and(self, said: &str) -> Self {
        match self {
            Self::Holds(words) => Self::Holds(words + said),
            Self::Not(words) => Self::Not(words + said),
            Self::Open(words) => Self::Open(words + said),
        }
    }

    /// What a comparison that could be made has found.
    fn compared((holds, words): (bool, String)) -> Self {
        if holds { Self::Holds(words) } else { Self::Not(words) }
    }
}

/// A number with as many digits as a person reads.
pub(super) fn short(number: f64) -> String {
    let magnitude = libm::fabs(number);
    if magnitude != 0.0 && !(1e-4..1e7).contains(&magnitude) {
        return format!("{number:.3e}");
    }
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-" { "0".into() } else { text.into() }
}

/// The words of all rules that have fired.
pub(super) fn fired(rules: &[RuleRun]) -> Vec<(&RuleRun, &Fired)> {
    rules.iter().filter_map(|run| run.fired.as_ref().map(|fired| (run, fired))).collect()
}
