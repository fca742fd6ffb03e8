//! What a sequential judge says after a look, as data and in words.

use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::design::Design;
use crate::stat::class::{Class, Short};
use crate::stat::dependence::Dependence;
use crate::stat::promise::Alpha;

/// A look at a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Judgement {
    /// What it came to.
    pub class: Class,
    /// How many points of the window were looked at.
    pub points: usize,
    /// How many independent points they count as.
    pub effective: f64,
    /// The baseline's level: a mean, or a share of requests.
    pub baseline: Option<f64>,
    /// The window's level, in the same unit.
    pub window: Option<f64>,
    /// Where the true difference lies, at all looks together with a probability of 1 - α.
    pub interval: Option<Interval>,
    /// The natural logarithm of the e-value: how much a bet against "no difference" has won.
    pub log_e: f64,
    /// What the logarithm must reach for a finding.
    pub needed: f64,
    /// What was estimated about the dependence between neighbouring points.
    pub dependence: Dependence,
    /// The promised chance of a false alarm, over all looks.
    pub alpha: Alpha,
}

/// Where the truth lies. An end that isn't known is absent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Of what.
    pub of: Quantity,
    /// Its lower end.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// What an interval is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// The window's level minus the baseline's.
    Difference,
    /// The window's level over the baseline's.
    Ratio,
    /// The window's level.
    Level,
    /// The slope within the window.
    Slope,
}

/// The evidence for each direction, as logarithms of e-values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::stat) struct Evidence {
    pub(in crate::stat) up: f64,
    pub(in crate::stat) down: f64,
    /// What either must reach.
    pub(in crate::stat) needed: f64,
}

impl Evidence {
    /// The larger of those that are looked for.
    pub(in crate::stat) fn strongest(&self, design: &Design) -> f64 {
        match (design.direction.looks_up(), design.direction.looks_down()) {
            (true, false) => self.up,
            (false, true) => self.down,
            (true, true) | (false, false) => self.up.max(self.down),
        }
    }

    /// What it amounts to. What can't be compared is too early, never "no difference".
    pub(in crate::stat) fn class(&self, design: &Design) -> Class {
        if self.up.is_nan() || self.down.is_nan() {
            Class::TooEarly
        } else if design.direction.looks_up() && self.up >= self.needed {
            Class::Increased
        } else if design.direction.looks_down() && self.down >= self.needed {
            Class::Decreased
        } else {
            Class::NoDifference
        }
    }
}

impl Judgement {
    /// A look at nothing.
    pub(super) fn of_nothing(design: &Design) -> Self {
        Self {
            class: Class::NoData,
            points: 0,
            effective: 0.0,
            baseline: None,
            window: None,
            interval: None,
            log_e: 0.0,
            needed: -libm::log(design.alpha_per_side()),
            dependence: Dependence::ASSUMED,
            alpha: design.alpha,
        }
    }

    /// The judgement in a sentence or two, without a full stop.
    pub fn reason(&self) -> String {
        match self.class {
            Class::NoData => String::from("there are no points to judge"),
            Class::TooEarly => format!("{} points are too few to judge by: {}", self.points, self.dependence),
            Class::NoDifference => format!("no difference shown so far{}; {}", self.levels(), self.basis()),
            Class::Increased => format!("it has risen{}; {}", self.levels(), self.basis()),
            Class::Decreased => format!("it has fallen{}; {}", self.levels(), self.basis()),
        }
    }

    fn levels(&self) -> String {
        match (self.baseline, self.window) {
            (Some(baseline), Some(window)) => format!(" ({} against {})", Short(window), Short(baseline)),
            (Some(_) | None, None) | (None, Some(_)) => String::new(),
        }
    }

    fn basis(&self) -> String {
        let interval = self.interval.map(|interval| format!("{interval}; ")).unwrap_or_default();
        format!(
            "{interval}odds of {} against no difference, {} are needed; {} points count as {:.1} ({})",
            Odds(self.log_e),
            Odds(self.needed),
            self.points,
            self.effective,
            self.dependence
        )
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.of {
            Quantity::Difference => "the difference is ",
            Quantity::Ratio => "the ratio is ",
            Quantity::Level => "the true level is ",
            Quantity::Slope => "the true slope is ",
        })?;
        match (self.low, self.high) {
            (Some(low), Some(high)) => write!(f, "between {} and {}", Short(low), Short(high)),
            (Some(low), None) => write!(f, "at least {}", Short(low)),
            (None, Some(high)) => write!(f, "at most {}", Short(high)),
            (None, None) => f.write_str("not known"),
        }
    }
}

/// Odds from their natural logarithm.
struct Odds(f64);

impl fmt::Display for Odds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 20.0 {
            write!(f, "1e{:.0} to 1", (self.0 / core::f64::consts::LN_10).min(1e6))
        } else {
            write!(f, "{} to 1", Short(libm::exp(self.0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_compared_is_too_early() {
        let evidence = Evidence { up: f64::NAN, down: 9.0, needed: 5.0 };

        assert_eq!(evidence.class(&Design::default()), Class::TooEarly);
    }

    #[test]
    fn a_finding_says_how_far_and_how_sure() {
        let judgement = Judgement {
            class: Class::Increased,
            points: 60,
            effective: 41.25,
            baseline: Some(100.0),
            window: Some(110.04),
            interval: Some(Interval { of: Quantity::Difference, low: Some(3.5), high: None }),
            log_e: 6.0,
            needed: 4.6,
            dependence: Dependence::NONE,
            alpha: Alpha::DEFAULT,
        };

        assert_eq!(
            judgement.reason(),
            "it has risen (110.0 against 100.0); the difference is at least 3.50; odds of 403.4 to 1 against no \
             difference, 99.48 to 1 are needed; 60 points count as 41.2 (points that don't depend on each other)"
        );
    }
}
