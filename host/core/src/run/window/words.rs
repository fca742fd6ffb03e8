//! Rules in words, as a person would say them.

use alloc::format;
use alloc::string::{String, ToString as _};

use crate::plan::phase::Arming;
use crate::plan::window::{Baseline, Comparator, Counts, Rule};
use crate::stat::promise::{Alpha, Direction, Tolerance};
use crate::stat::sequential::tally::Counting;
use crate::time::Span;

use super::rule::short;

impl Comparator {
    /// What has been, to be read after the signal's name and before what was found.
    pub(super) fn in_short(&self) -> String {
        match self {
            Self::Assess { .. } => "fails its assessment".into(),
            Self::Above { .. }
            | Self::Below { .. }
            | Self::Rise { .. }
            | Self::Drop { .. }
            | Self::Differs { .. }
            | Self::Sequential { .. }
            | Self::Trend { .. } => self.in_words(),
        }
    }

    /// What must not be, to be read after the signal's name: `is above 0.02`.
    pub fn in_words(&self) -> String {
        match self {
            Self::Above { bound } => format!("is above {}", short(bound.as_f64())),
            Self::Below { bound } => format!("is below {}", short(bound.as_f64())),
            Self::Rise { percent, baseline } => {
                format!("rises by more than {} % over {}", short(percent.as_f64()), baseline.in_words())
            }
            Self::Drop { percent, baseline } => {
                format!("drops by more than {} % below {}", short(percent.as_f64()), baseline.in_words())
            }
            Self::Differs { baseline, direction, tolerance, alpha } => {
                format!("{} {}{}{}", way(*direction), baseline.in_words(), beyond(*tolerance), promise(*alpha))
            }
            Self::Sequential { counts, baseline, direction, tolerance, alpha } => {
                let (way, baseline) = (way(*direction), baseline.in_words());
                let what = counts.as_ref().map_or_else(|| "in the mean".into(), Counts::in_words);
                format!("{way} {baseline} {what}{}{}", beyond(*tolerance), promise(*alpha))
            }
            Self::Trend { direction, tolerance, alpha } => {
                let way = match direction {
                    Direction::Rise => "creeps up",
                    Direction::Drop => "creeps down",
                    Direction::Either => "creeps",
                };
                format!("{way}{} an hour{}", beyond(*tolerance), promise(*alpha))
            }
            Self::Assess { assessment } => format!("fails its assessment ({assessment})"),
        }
    }
}

const fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Rise => "is higher than",
        Direction::Drop => "is lower than",
        Direction::Either => "differs from",
    }
}

fn beyond(tolerance: Tolerance) -> String {
    match tolerance {
        Tolerance::Absolute(amount) if amount.as_f64() == 0.0 => String::new(),
        Tolerance::Absolute(amount) => format!(" by more than {}", short(amount.as_f64())),
        Tolerance::Relative(share) => format!(" by more than {} %", short(share.as_f64() * 100.0)),
    }
}

fn promise(alpha: Alpha) -> String {
    format!(", with at most {} % false alarms over the window", short(alpha.as_f64() * 100.0))
}

impl Counts {
    fn in_words(&self) -> String {
        match self.counting {
            Counting::Requests => format!("in its share of {} among {}", self.events, self.of),
            Counting::Exposure => format!("in its rate of {} per {}", self.events, self.of),
        }
    }
}

impl Baseline {
    fn in_words(&self) -> String {
        match self {
            Self::Constant { value } => short(value.as_f64()),
            Self::Signal { name } => name.to_string(),
            Self::History { runs } => format!("the last {runs} confirmed runs"),
        }
    }
}

impl Rule {
    /// The rule as a sentence about a signal, without its stop.
    pub fn in_words(&self, signal: &str) -> String {
        let held = if self.held == Span::ZERO { String::new() } else { format!(" for {}", self.held) };
        let what = format!("if {signal} {}{held}", self.comparator.in_words());
        match self.arming {
            Arming::Armed => format!("{what}, {}", self.response.in_words()),
            Arming::ObserveOnly => format!("{what}, only note it (armed: {})", self.response.in_words()),
        }
    }
}
