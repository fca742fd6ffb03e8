//! An assessment: terms that have been checked, so that nothing behind this door has to think of bad ones.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::flaw::{Flaw, Refused};
use super::terms::{Mode, Retry, Terms};
use crate::time::Span;

/// How a metric is assessed: terms in which there is a condition, a way to end, and room for every limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Terms", into = "Terms")]
pub struct Assessment {
    pub(super) conditions: Conditions,
    /// As written: none for one measurement without an interval, and for no end with one.
    count: Option<NonZeroU32>,
    pub(super) interval: Option<Span>,
    pub(super) initial_delay: Span,
    /// None: any number of failures.
    pub(super) failure_limit: Option<u32>,
    pub(super) failure_window: Option<Span>,
    pub(super) inconclusive_limit: u32,
    pub(super) consecutive_error_limit: u32,
    /// None: successes in a row end nothing.
    pub(super) consecutive_success_limit: Option<NonZeroU32>,
    pub(super) error_retry: Retry,
    /// None: any number of errors in all.
    pub(super) error_budget: Option<u32>,
    pub(super) mode: Mode,
}

/// What a number is held against. At least one condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Conditions {
    /// What meets it is a success, the rest are failures.
    Success(Condition),
    /// What meets it is a failure, the rest are successes.
    Failure(Condition),
    /// What meets neither is inconclusive.
    Both { success: Condition, failure: Condition },
}

impl Assessment {
    /// Checks terms.
    ///
    /// # Errors
    /// Everything that is wrong with them, not only the first thing.
    pub fn try_new(terms: &Terms) -> Result<Self, Refused> {
        let mut flaws = Vec::new();
        let conditions = conditions(terms, &mut flaws);
        let limits = Limits::read(terms, &mut flaws);
        limits.check_against_each_other(terms, &mut flaws);
        check_times(terms, &mut flaws);
        let (Some(conditions), true) = (conditions, flaws.is_empty()) else { return Err(Refused::of(flaws)) };
        Ok(Self {
            conditions,
            count: NonZeroU32::new(limits.count),
            interval: terms.interval,
            initial_delay: terms.initial_delay,
            failure_limit: limits.failure,
            failure_window: terms.failure_window,
            inconclusive_limit: limits.inconclusive,
            consecutive_error_limit: limits.consecutive_error,
            consecutive_success_limit: NonZeroU32::new(limits.consecutive_success),
            error_retry: terms.error_retry,
            error_budget: limits.error_budget,
            mode: terms.mode,
        })
    }

    /// Whether its result counts.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// After how many measurements it ends, errors not counted; none for no end. Never zero.
    pub const fn effective_count(&self) -> Option<NonZeroU32> {
        match (self.count, self.interval) {
            (None, None) => Some(NonZeroU32::MIN),
            (count, _) => count,
        }
    }

    /// Whether it goes on until it is stopped, and has nothing left to wait for then: it has neither a count nor a
    /// limit of successes in a row.
    pub const fn is_open_ended(&self) -> bool {
        self.effective_count().is_none() && self.consecutive_success_limit.is_none()
    }

    /// The number beyond which measurements are failures; none where that is not one number.
    pub fn bound(&self) -> Option<f64> {
        let condition = match self.conditions {
            Conditions::Success(condition) | Conditions::Failure(condition) => condition,
            Conditions::Both { failure, .. } => failure,
        };
        let mut numbers = condition.numbers();
        numbers.next().filter(|_| numbers.next().is_none())
    }
}

fn conditions(terms: &Terms, flaws: &mut Vec<Flaw>) -> Option<Conditions> {
    let written = [("success-condition", terms.success_condition), ("failure-condition", terms.failure_condition)];
    for (key, condition) in written.into_iter().filter_map(|(key, condition)| Some((key, condition?))) {
        let not_finite = condition.numbers().find(|number| !number.is_finite());
        flaws.extend(not_finite.map(|value| Flaw::NotFinite { key, value }));
        if let Condition::Between { low, high } = condition
            && low > high
        {
            flaws.push(Flaw::EmptyRange { key, condition });
        }
    }
    match (terms.success_condition, terms.failure_condition) {
        (Some(success), Some(failure)) => Some(Conditions::Both { success, failure }),
        (Some(success), None) => Some(Conditions::Success(success)),
        (None, Some(failure)) => Some(Conditions::Failure(failure)),
        (None, None) => {
            flaws.push(Flaw::NoCondition);
            None
        }
    }
}

/// The numbers of the terms, each in its range or taken as 0.
struct Limits {
    count: u32,
    failure: Option<u32>,
    inconclusive: u32,
    consecutive_error: u32,
    consecutive_success: u32,
    error_budget: Option<u32>,
}

impl Limits {
    fn read(terms: &Terms, flaws: &mut Vec<Flaw>) -> Self {
        Self {
            count: counted("count", terms.count, flaws),
            failure: failure_limit(terms.failure_limit, flaws),
            inconclusive: counted("inconclusive-limit", terms.inconclusive_limit, flaws),
            consecutive_error: counted("consecutive-error-limit", terms.consecutive_error_limit, flaws),
            consecutive_success: counted("consecutive-success-limit", terms.consecutive_success_limit, flaws),
            error_budget: terms.error_retry.budget.map(|budget| counted("error-retry.budget", budget, flaws)),
        }
    }

    /// Whether they leave each other room.
    fn check_against_each_other(&self, terms: &Terms, flaws: &mut Vec<Flaw>) {
        let count = self.count;
        if self.failure.is_none() && self.consecutive_success == 0 {
            flaws.push(Flaw::BothLimitsOff);
        }
        if self.failure.is_none() && terms.failure_window.is_some() {
            flaws.push(Flaw::WindowWithoutLimit);
        }
        let (needed, limits) = match self.failure {
            Some(failure) => (
                u64::from(failure) + u64::from(self.consecutive_success),
                "failure-limit plus consecutive-success-limit",
            ),
            None => (u64::from(self.consecutive_success), "consecutive-success-limit"),
        };
        for (needed, limits) in [(needed, limits), (u64::from(self.inconclusive), "inconclusive-limit")] {
            if count > 0 && u64::from(count) < needed {
                flaws.push(Flaw::CountTooSmall { count, needed, limits });
            }
        }
        if count > 1 && terms.interval.is_none() {
            flaws.push(Flaw::NoInterval { count });
        }
    }
}

fn counted(key: &'static str, value: i64, flaws: &mut Vec<Flaw>) -> u32 {
    u32::try_from(value).unwrap_or_else(|_| {
        flaws.push(Flaw::OutOfRange { key, value, least: 0 });
        0
    })
}

/// Only the failure limit may be -1, which switches it off.
fn failure_limit(value: i64, flaws: &mut Vec<Flaw>) -> Option<u32> {
    match value {
        -1 => None,
        value => u32::try_from(value).map_or_else(
            |_| {
                flaws.push(Flaw::OutOfRange { key: "failure-limit", value, least: -1 });
                Some(0)
            },
            Some,
        ),
    }
}

fn check_times(terms: &Terms, flaws: &mut Vec<Flaw>) {
    let Retry { after, longest, budget: _ } = terms.error_retry;
    let times =
        [("interval", terms.interval), ("failure-window", terms.failure_window), ("error-retry.after", Some(after))];
    let zeros = times.into_iter().filter(|(_, time)| *time == Some(Span::ZERO));
    flaws.extend(zeros.map(|(key, _)| Flaw::NoTime { key }));
    if let Some(longest) = longest
        && longest < after
    {
        flaws.push(Flaw::ShrinkingPause { after, longest });
    }
}

impl TryFrom<Terms> for Assessment {
    type Error = Refused;

    fn try_from(terms: Terms) -> Result<Self, Refused> {
        Self::try_new(&terms)
    }
}

impl From<Assessment> for Terms {
    fn from(assessment: Assessment) -> Self {
        let (success_condition, failure_condition) = match assessment.conditions {
            Conditions::Success(success) => (Some(success), None),
            Conditions::Failure(failure) => (None, Some(failure)),
            Conditions::Both { success, failure } => (Some(success), Some(failure)),
        };
        Self {
            success_condition,
            failure_condition,
            count: assessment.count.map_or(0, |count| i64::from(count.get())),
            interval: assessment.interval,
            initial_delay: assessment.initial_delay,
            failure_limit: assessment.failure_limit.map_or(-1, i64::from),
            failure_window: assessment.failure_window,
            inconclusive_limit: i64::from(assessment.inconclusive_limit),
            consecutive_error_limit: i64::from(assessment.consecutive_error_limit),
            consecutive_success_limit: assessment.consecutive_success_limit.map_or(0, |limit| i64::from(limit.get())),
            error_retry: assessment.error_retry,
            mode: assessment.mode,
        }
    }
}
