//! How a comparison by `differs` is made, and what it promises.

use serde::{Deserialize, Serialize};

use super::width::Clear;
use super::{FAR_OUT, FEWEST, FEWEST_FAR_OUT, Found, STEADY};
use crate::stat::boundary::Looks;
use crate::stat::class::Class;
use crate::stat::dependence::Warning;
use crate::stat::promise::{Alpha, Amount, Direction, Tolerance};
use crate::stat::sample::Sample;

/// How two samples are compared, and what is promised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Terms {
    /// The promised chance of a false alarm over all looks together.
    pub alpha: Alpha,
    /// Which difference is looked for.
    pub direction: Direction,
    /// What counts as no difference. Relative ones are shares of the baseline's median.
    pub tolerance: Tolerance,
    /// How often the window is looked at.
    pub watch: Watch,
    /// Whether neighbouring points may depend on each other.
    pub points: Points,
}

/// How often a window is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Watch {
    /// Once, when it is complete.
    Once,
    /// As often as one likes while it grows to so many points. Beyond them the promise is kept by widening.
    Growing {
        /// How many points it will have in the end.
        most: u32,
    },
}

/// Whether neighbouring points may depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Points {
    /// They are a series in time, and may.
    Series,
    /// They are independent by construction, such as one run of a benchmark each. Small samples are judged exactly.
    Independent,
}

impl Default for Terms {
    /// One in a hundred, either direction, a ten-thousandth of the baseline as tolerance (which is more than rounding
    /// and less than a change), looked at throughout a window of 180 points, a series in time.
    fn default() -> Self {
        Self {
            alpha: Alpha::DEFAULT,
            direction: Direction::Either,
            tolerance: Tolerance::Relative(Amount::try_new(1e-4).unwrap_or(Amount::ZERO)),
            watch: Watch::Growing { most: 180 },
            points: Points::Series,
        }
    }
}

impl Terms {
    /// The looks that are paid for when there are so many points on the shorter side.
    pub(super) fn looks(&self, points: usize) -> Looks {
        let first = match self.points {
            Points::Series => FEWEST,
            Points::Independent => 2,
        };
        match self.watch {
            Watch::Once => Looks { first: 1, last: 1 },
            Watch::Growing { most } => Looks { first, last: usize::try_from(most).unwrap_or(usize::MAX).max(points) },
        }
    }

    pub(super) fn critical(&self, looks: Looks) -> f64 {
        looks.critical(self.alpha.as_f64() / self.sides())
    }

    fn sides(&self) -> f64 {
        match self.direction {
            Direction::Rise | Direction::Drop => 1.0,
            Direction::Either => 2.0,
        }
    }

    pub(super) fn has_enough(&self, baseline: &Sample, window: &Sample) -> bool {
        match self.points {
            Points::Series => baseline.count().min(window.count()) >= FEWEST,
            Points::Independent => true,
        }
    }

    /// The probability that something as clear turns up at any look by chance.
    pub(super) fn chance(&self, looks: Looks, clear: Clear) -> f64 {
        let z = match self.direction {
            Direction::Rise => clear.up,
            Direction::Drop => clear.down,
            Direction::Either => clear.up.max(clear.down),
        };
        (self.sides() * looks.crossing(z)).min(1.0)
    }

    /// A difference, or none; and none only where a difference could have been shown.
    pub(super) fn class(&self, clear: Clear, critical: f64, found: &Found) -> Class {
        if self.direction.looks_up() && clear.up >= critical {
            return Class::Increased;
        }
        if self.direction.looks_down() && clear.down >= critical {
            return Class::Decreased;
        }
        if found.interval.is_none() {
            return Class::TooEarly;
        }
        match (self.points, found.dependence.warning) {
            (Points::Series, Some(Warning::TooShort | Warning::TooStrong)) => Class::TooEarly,
            (Points::Series, None) if found.effective < STEADY => Class::TooEarly,
            (Points::Series, None) | (Points::Independent, _) => Class::NoDifference,
        }
    }

    /// Whether the shift is so large that no number of points is needed to see it.
    pub(super) fn class_far_out(&self, baseline: &Sample, window: &Sample, shift: f64) -> Class {
        let (least, greatest) = (baseline.least(), baseline.greatest());
        let shown = least.abs().max(greatest.abs()) + (greatest - least);
        let enough = baseline.count().min(window.count()) >= FEWEST_FAR_OUT;
        if !enough || shown <= 0.0 || shift.abs() <= FAR_OUT * shown {
            return Class::TooEarly;
        }
        match (shift > 0.0, self.direction.looks_up(), self.direction.looks_down()) {
            (true, true, _) => Class::Increased,
            (false, _, true) => Class::Decreased,
            (true, false, _) | (false, _, false) => Class::TooEarly,
        }
    }
}
