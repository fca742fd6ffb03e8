//! Terms: an assessment as its author writes it, unchecked.

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use crate::time::Span;

/// How a metric is assessed, as written. The keys are those of an Argo `AnalysisTemplate`'s metric, in kebab-case, with
/// the same defaults. Nothing is checked: [`Assessment::try_new`](super::assessment::Assessment::try_new) does that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Terms {
    /// When a number is a success. Without a failure condition every other number is a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_condition: Option<Condition>,
    /// When a number is a failure, even where it is a success too. Without a success condition every other number is a
    /// success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_condition: Option<Condition>,
    /// How many measurements are made, errors not counted. 0: one without an interval, no end with one.
    pub count: i64,
    /// From the end of a measurement to the start of the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Span>,
    /// From the start to the first measurement.
    pub initial_delay: Span,
    /// How many failures are accepted; -1: any number.
    pub failure_limit: i64,
    /// Over which time failures count towards their limit: a failure is forgotten once a measurement ends this long
    /// after it. Unset: all failures count, however far apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_window: Option<Span>,
    /// How many inconclusive measurements are accepted.
    pub inconclusive_limit: i64,
    /// How many errors in a row are accepted.
    pub consecutive_error_limit: i64,
    /// How many successes in a row are enough; 0: however many, there must be `count` measurements.
    pub consecutive_success_limit: i64,
    /// When a measurement is made again after an error, whatever the interval.
    pub error_retry: Retry,
    /// Whether the result counts.
    pub mode: Mode,
}

/// When and how often a measurement is made again after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Retry {
    /// The pause after the first error in a row.
    pub after: Span,
    /// The longest pause: each further error in a row doubles it up to here. Unset: every pause is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest: Option<Span>,
    /// How many errors are accepted in all, in a row or not. Unset: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<i64>,
}

/// Whether an assessment's result counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It does.
    #[default]
    Counted,
    /// It is measured, judged and shown, and changes nothing.
    DryRun,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            success_condition: None,
            failure_condition: None,
            count: 0,
            interval: None,
            initial_delay: Span::ZERO,
            failure_limit: 0,
            failure_window: None,
            inconclusive_limit: 0,
            consecutive_error_limit: 4,
            consecutive_success_limit: 0,
            error_retry: Retry::default(),
            mode: Mode::Counted,
        }
    }
}

impl Default for Retry {
    /// Ten seconds, always, without end.
    fn default() -> Self {
        Self { after: Span::from_secs(10), longest: None, budget: None }
    }
}

impl Retry {
    /// The pause after so many errors in a row; none is taken as one.
    pub(super) fn pause(&self, errors: u32) -> Span {
        let doubled = 1_u64.checked_shl(errors.saturating_sub(1)).unwrap_or(u64::MAX);
        self.after.times(doubled).min(self.longest.unwrap_or(self.after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unset_terms_are_argos_defaults() {
        let terms: Terms = serde_json::from_str("{}").unwrap();

        assert_eq!(terms, Terms::default());
        assert_eq!((terms.failure_limit, terms.inconclusive_limit, terms.consecutive_error_limit), (0, 0, 4));
    }

    #[test]
    fn a_key_that_means_nothing_is_refused() {
        assert!(serde_json::from_str::<Terms>(r#"{"failure-limits": 3}"#).is_err());
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let growing = Retry { longest: Some(Span::from_secs(60)), ..Retry::default() };

        assert_eq!([1, 2, 3, 4, 400].map(|errors| growing.pause(errors).as_millis() / 1_000), [10, 20, 40, 60, 60]);
        assert_eq!([1, 2, 400].map(|errors| Retry::default().pause(errors).as_millis() / 1_000), [10, 10, 10]);
    }
}
