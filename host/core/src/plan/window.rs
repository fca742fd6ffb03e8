//! Windows as a plan states them: how long a release is watched, and by which signals.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize};

use crate::assess::assessment::Assessment;
use crate::name::CheckName;
use crate::plan::cause::RootCause;
use crate::plan::check::{Check, Severity, Urgency};
use crate::plan::phase::Arming;
use crate::release::ChangeKind;
use crate::response::Response;
use crate::stat::promise::{Alpha, Direction, Tolerance};
use crate::stat::sequential::tally::Counting;
use crate::time::Span;

/// How long a release is watched, and by what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// How long, from the start of the phase; absent: as long as the release's kind of change asks for.
    pub length: Option<Span>,
    /// How long after the start of the phase the first sample is taken.
    pub delay: Span,
    /// The share of the expected samples that must be data, in percent.
    pub coverage: u8,
    /// What is sampled, in the plan's order. At least one.
    pub signals: Vec<Signal>,
}

/// A check that is called again and again, and whose measurements are judged by rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The call of the plugin. It is tried once for each sample.
    pub check: Check,
    /// How much time is between two samples. Never zero.
    pub interval: Span,
    /// The measurement that is judged, by its name; absent: the only one there is.
    pub measurement: Option<String>,
    /// How much traffic a sample must stand on; absent: any.
    pub traffic: Option<Traffic>,
    /// For how long data may be missing before the signal could not be judged.
    pub max_gap: Span,
    /// Counts that are kept with each sample, since its own rules or those of signals that compare with it reckon with
    /// them. A sample that lacks one of them is no data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<Counts>,
    /// What its samples are judged by.
    pub rules: Vec<Rule>,
}

/// Two measurements of a sample that are counts: events, and among how many they are. Each request is counted in one
/// sample only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The measurement that says how many events there were since the sample before.
    pub events: String,
    /// The measurement that says among how many requests, or in how many units of exposure.
    pub of: String,
    /// Which of the two.
    pub counting: Counting,
}

/// How much traffic a sample must stand on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    /// The measurement that says how much there was.
    pub measurement: String,
    /// At least so much; a sample on less is no data.
    pub least: Bound,
}

/// One rule on a signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// What must not be.
    pub comparator: Comparator,
    /// For how long it must have held without a break before the rule fires; zero: at once.
    pub held: Span,
    /// How bad it is when it fires.
    pub severity: Severity,
    /// What it asks for when it fires.
    pub response: Response,
    /// When that is answered.
    pub urgency: Urgency,
    /// Whether it acts.
    pub arming: Arming,
    /// What it is put down to when it fires.
    #[serde(default, skip_serializing_if = "RootCause::is_unknown")]
    pub cause: RootCause,
}

/// What a rule looks for in a signal's samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "comparator", rename_all = "kebab-case")]
pub enum Comparator {
    /// A number greater than this.
    Above {
        /// The bound, which is not above itself.
        bound: Bound,
    },
    /// A number less than this.
    Below {
        /// The bound, which is not below itself.
        bound: Bound,
    },
    /// A number that is greater than the baseline by more than this share of it.
    Rise {
        /// The share, in percent of the baseline.
        percent: Bound,
        /// The baseline.
        baseline: Baseline,
    },
    /// A number that is less than the baseline by more than this share of it.
    Drop {
        /// The share, in percent of the baseline.
        percent: Bound,
        /// The baseline.
        baseline: Baseline,
    },
    /// Samples that differ from those of another signal, by rank.
    Differs {
        /// What they are compared with: another signal, or the same one in the past. Never one number.
        #[serde(deserialize_with = "named_or_baseline")]
        baseline: Baseline,
        /// Which difference is looked for.
        direction: Direction,
        /// What counts as no difference.
        tolerance: Tolerance,
        /// The promised chance of a false alarm over the whole window.
        alpha: Alpha,
    },
    /// A mean, or a share of events, that differs from the baseline's, looked at after every sample, by a bet against
    /// "no difference".
    Sequential {
        /// The counts that are judged; absent: the signal's own measurement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counts: Option<Counts>,
        /// What it is compared with: a number, what was before, or a cohort at the same moment.
        baseline: Baseline,
        /// Which difference is looked for.
        direction: Direction,
        /// What counts as no difference.
        tolerance: Tolerance,
        /// The promised chance of a false alarm, however long it is looked at.
        alpha: Alpha,
    },
    /// Samples that creep within the window.
    Trend {
        /// Which way.
        direction: Direction,
        /// What counts as no trend, an hour; relative: as a share of the median.
        tolerance: Tolerance,
        /// The promised chance of a false alarm over the whole window.
        alpha: Alpha,
    },
    /// Samples that are counted as successes, failures and errors, against limits.
    Assess {
        /// What is a success, and how many of what are accepted. Its interval is the signal's.
        assessment: Assessment,
    },
}

/// What a signal is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "baseline", rename_all = "kebab-case")]
pub enum Baseline {
    /// Always the same number.
    Constant {
        /// Which.
        value: Bound,
    },
    /// Another signal: of an earlier phase, by the median of its data; of the same phase, by its sample of the same
    /// moment.
    Signal {
        /// Which.
        name: CheckName,
    },
    /// The same signal in the last confirmed runs of the plan, as the run froze them when it started.
    History {
        /// How many runs at most. With fewer than [`LEAST_RUNS`] there is nothing to compare with.
        runs: u32,
    },
}

/// How many confirmed runs are a past: of fewer the median is any of them.
pub const LEAST_RUNS: u32 = 3;

/// A baseline; the name of a signal alone stands for that signal.
fn named_or_baseline<'de, D: Deserializer<'de>>(written: D) -> Result<Baseline, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Name(CheckName),
        Baseline(Baseline),
    }
    Ok(match Written::deserialize(written)? {
        Written::Name(name) => Baseline::Signal { name },
        Written::Baseline(baseline) => baseline,
    })
}

/// A finite number.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Bound(f64);

/// Why a number can't be a bound.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{0} is not a finite number")]
pub struct NotABound(pub f64);

impl Bound {
    /// Takes a number as a bound.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn try_new(number: f64) -> Result<Self, NotABound> {
        if number.is_finite() { Ok(Self(number)) } else { Err(NotABound(number)) }
    }

    /// As a number.
    pub const fn as_f64(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Bound {
    type Error = NotABound;

    fn try_from(number: f64) -> Result<Self, NotABound> {
        Self::try_new(number)
    }
}

impl From<Bound> for f64 {
    fn from(bound: Bound) -> Self {
        bound.0
    }
}

impl Window {
    /// The promised chance that any of its rules raises a false alarm, by the sum of what each promises; zero where none
    /// does.
    pub fn false_alarms(&self) -> f64 {
        let rules = self.signals.iter().flat_map(|signal| &signal.rules);
        rules.filter_map(|rule| rule.comparator.alpha()).map(Alpha::as_f64).sum()
    }

    /// The signal of this name.
    pub fn signal(&self, name: &CheckName) -> Option<&Signal> {
        self.signals.iter().find(|signal| signal.check.name == *name)
    }

    /// How long a release of this kind is watched unless the plan says otherwise.
    pub const fn usual(change: ChangeKind) -> Span {
        match change {
            ChangeKind::Bugfix => Span::from_secs(10 * 60),
            ChangeKind::Feature => Span::from_secs(30 * 60),
            ChangeKind::Migration | ChangeKind::Infrastructure => Span::from_secs(2 * 3600),
        }
    }

    /// How long a release of this kind is watched.
    pub fn lasts(&self, change: ChangeKind) -> Span {
        self.length.unwrap_or(Self::usual(change))
    }

    /// How many samples of a signal are taken in so much time: one after the delay, and one after each interval up to
    /// the end.
    pub fn expected(&self, signal: &Signal, length: Span) -> u32 {
        let time = length.as_millis().saturating_sub(self.delay.as_millis());
        let further = time.checked_div(signal.interval.as_millis()).unwrap_or_default();
        u32::try_from(further.saturating_add(1)).unwrap_or(u32::MAX)
    }
}

impl Signal {
    /// How many past runs its rules need, if any does.
    pub fn needs_runs(&self) -> Option<u32> {
        self.rules.iter().filter_map(|rule| rule.comparator.needs_runs()).max()
    }

    /// Whether its numbers are those of another: both ask the same of the same plugin.
    pub fn measures_as(&self, other: &Self) -> bool {
        let Self { check, measurement, .. } = other;
        (&self.check.plugin, &self.check.settings, &self.measurement) == (&check.plugin, &check.settings, measurement)
    }

    /// Whether nothing but assessments judge it, at least one of which acts. Their own limits say then how much may be
    /// missing, and only what was never sampled is a gap.
    pub fn is_only_assessed(&self) -> bool {
        let acts = |rule: &Rule| rule.arming == Arming::Armed;
        self.rules.iter().all(|rule| rule.comparator.is_assessment()) && self.rules.iter().any(acts)
    }
}

impl Comparator {
    /// Whether it counts successes, failures and errors against limits.
    pub const fn is_assessment(&self) -> bool {
        match self {
            Self::Assess { .. } => true,
            Self::Above { .. }
            | Self::Below { .. }
            | Self::Rise { .. }
            | Self::Drop { .. }
            | Self::Differs { .. }
            | Self::Sequential { .. }
            | Self::Trend { .. } => false,
        }
    }

    /// What it compares with, where that is one number throughout the window.
    pub fn bound(&self) -> Option<f64> {
        let part = |percent: &Bound| percent.as_f64() / 100.0;
        match self {
            Self::Above { bound } | Self::Below { bound } => Some(bound.as_f64()),
            Self::Rise { percent, baseline: Baseline::Constant { value } } => {
                Some(value.as_f64() + value.as_f64().abs() * part(percent))
            }
            Self::Drop { percent, baseline: Baseline::Constant { value } } => {
                Some(value.as_f64() - value.as_f64().abs() * part(percent))
            }
            Self::Sequential { baseline: Baseline::Constant { value }, .. } => Some(value.as_f64()),
            Self::Assess { assessment } => assessment.bound(),
            Self::Rise { .. }
            | Self::Drop { .. }
            | Self::Differs { .. }
            | Self::Sequential { .. }
            | Self::Trend { .. } => None,
        }
    }

    /// The promised chance of a false alarm, if it promises one.
    pub const fn alpha(&self) -> Option<Alpha> {
        match self {
            Self::Differs { alpha, .. } | Self::Sequential { alpha, .. } | Self::Trend { alpha, .. } => Some(*alpha),
            Self::Above { .. } | Self::Below { .. } | Self::Rise { .. } | Self::Drop { .. } | Self::Assess { .. } => {
                None
            }
        }
    }

    /// What it compares with, if it compares.
    pub const fn baseline(&self) -> Option<&Baseline> {
        match self {
            Self::Rise { baseline, .. }
            | Self::Drop { baseline, .. }
            | Self::Differs { baseline, .. }
            | Self::Sequential { baseline, .. } => Some(baseline),
            Self::Above { .. } | Self::Below { .. } | Self::Trend { .. } | Self::Assess { .. } => None,
        }
    }

    /// The other signal that it needs, if it needs one.
    pub const fn needs(&self) -> Option<&CheckName> {
        match self.baseline() {
            Some(Baseline::Signal { name }) => Some(name),
            Some(Baseline::Constant { .. } | Baseline::History { .. }) | None => None,
        }
    }

    /// How many past runs it needs, if it needs any.
    pub const fn needs_runs(&self) -> Option<u32> {
        match self.baseline() {
            Some(Baseline::History { runs }) => Some(*runs),
            Some(Baseline::Constant { .. } | Baseline::Signal { .. }) | None => None,
        }
    }
}
