//! Findings: expectations that explain themselves, and the verdict that follows from them.
//!
//! A verdict says pass only when something was expected and all of it was so. Whatever was expected and was not is
//! a finding with both sides; whatever could not be seen makes the verdict inconclusive, unless something else is
//! already known to be wrong.

use std::fmt::Display;

use crate::failure::Blame;
use crate::finding::excerpt;
use crate::http::Error;
use crate::{Failure, Finding, Level, Measurement, Outcome, Sample, Verdict};

/// What a check has seen so far.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    measurements: Vec<Measurement>,
    labels: Vec<(String, String)>,
    /// How many expectations there were, met or not.
    expectations: usize,
    /// Why something could not be seen.
    unknown: Option<String>,
}

impl Findings {
    /// Returns an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects two values to be the same.
    #[expect(clippy::needless_pass_by_value, reason = "reads better where it is called; numbers and `&str` are cheap")]
    pub fn expect_eq<T: PartialEq + Display>(&mut self, subject: &str, expected: T, observed: T) {
        if expected == observed {
            return self.met();
        }
        let (expected, observed) = (expected.to_string(), observed.to_string());
        let message = format!("is {} instead of {}", excerpt(&observed), excerpt(&expected));
        self.add(Finding::fail(subject, message).expected(expected).observed(observed));
    }

    /// Expects a value to be one of several.
    pub fn expect_one_of<T: PartialEq + Display>(&mut self, subject: &str, allowed: &[T], observed: T) {
        if allowed.contains(&observed) {
            return self.met();
        }
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let allowed = allowed.join(" or ");
        let message = format!("is {observed} instead of {}", excerpt(&allowed));
        self.add(Finding::fail(subject, message).expected(allowed).observed(observed));
    }

    /// Expects a number not to be larger than a limit. A number that is not one is never within it.
    pub fn expect_at_most(&mut self, subject: &str, limit: f64, observed: f64, unit: &str) {
        if observed <= limit {
            return self.met();
        }
        let message = format!("is {observed} {unit}, more than {limit} {unit}");
        self.add(
            Finding::fail(subject, message)
                .expected(format!("≤ {limit} {unit}"))
                .observed(format!("{observed} {unit}")),
        );
    }

    /// Expects a number not to be smaller than a limit. A number that is not one is never within it.
    pub fn expect_at_least(&mut self, subject: &str, limit: f64, observed: f64, unit: &str) {
        if observed >= limit {
            return self.met();
        }
        let message = format!("is {observed} {unit}, less than {limit} {unit}");
        self.add(
            Finding::fail(subject, message)
                .expected(format!("≥ {limit} {unit}"))
                .observed(format!("{observed} {unit}")),
        );
    }

    /// Expects a text to contain another.
    pub fn expect_contains(&mut self, subject: &str, wanted: &str, observed: &str) {
        if observed.contains(wanted) {
            return self.met();
        }
        let message = format!("does not contain `{}`", excerpt(wanted));
        self.add(Finding::fail(subject, message).expected(wanted).observed(observed));
    }

    /// Expects something to be there, and hands it on.
    pub fn expect_some<T>(&mut self, subject: &str, observed: Option<T>) -> Option<T> {
        match observed {
            Some(_) => self.met(),
            None => self.fail(subject, "is missing"),
        }
        observed
    }

    /// Expects the target to answer, and hands the answer on; for a check to which silence *is* the finding.
    ///
    /// A target that can't be resolved, reached, trusted or waited for is a failing finding; one that answers what
    /// can't be understood makes the verdict inconclusive. Both give `None`.
    ///
    /// (With a plain `?` instead, silence ends the call as [`Failure::Unavailable`]: for a check that needs an
    /// answer of something that is not itself under verification.)
    ///
    /// # Errors
    /// When it is the plan's, the plugin's or the host's doing, which says nothing about the target.
    pub fn expect_answer<T>(&mut self, subject: &str, answer: Result<T, Error>) -> Result<Option<T>, Failure> {
        let error = match answer {
            Ok(answer) => {
                self.met();
                return Ok(Some(answer));
            }
            Err(error) => error,
        };
        match error.blame() {
            Blame::Us => return Err(error.into()),
            Blame::Target => self.add(Finding::fail(subject, "does not answer").observed(error.describe())),
            Blame::Unclear => self.unknown(format!("{subject}: {}", error.describe())),
        }
        Ok(None)
    }

    /// Counts an expectation that was met, for comparisons that are made elsewhere.
    pub fn met(&mut self) {
        self.expectations += 1;
    }

    /// Adds something that is wrong.
    pub fn fail(&mut self, subject: &str, message: impl Into<String>) {
        self.add(Finding::fail(subject, message));
    }

    /// Adds something that a person should look at.
    pub fn warn(&mut self, subject: &str, message: impl Into<String>) {
        self.add(Finding::warn(subject, message));
    }

    /// Adds something worth knowing. A note alone is no reason to pass.
    pub fn note(&mut self, subject: &str, message: impl Into<String>) {
        self.add(Finding::note(subject, message));
    }

    /// Adds a finding.
    pub fn add(&mut self, finding: Finding) {
        match finding.level {
            Level::Fail | Level::Warn => self.expectations += 1,
            Level::Note => {}
        }
        self.list.push(finding);
    }

    /// Says that something could not be found out. The first reason is kept.
    pub fn unknown(&mut self, reason: impl Into<String>) {
        self.unknown.get_or_insert_with(|| reason.into());
    }

    /// Adds a measured number; one that is not finite is classed as such.
    pub fn measure(&mut self, name: &str, value: f64, unit: &str) {
        self.add_measurement(Measurement::of(name, value, unit));
    }

    /// Adds a measurement, or why there is none.
    pub fn measure_sample(&mut self, name: &str, sample: Sample, unit: &str) {
        self.add_measurement(Measurement::sampled(name, sample, unit));
    }

    /// Adds a measurement with all its facts.
    pub fn add_measurement(&mut self, measurement: Measurement) {
        self.measurements.push(measurement);
    }

    /// Adds another fact.
    pub fn label(&mut self, name: &str, value: impl Into<String>) {
        self.labels.push((name.to_owned(), value.into()));
    }

    /// Whether something that is wrong has been found so far.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.list.iter().any(|finding| finding.level == Level::Fail)
    }

    /// Whether something could not be found out so far.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.unknown.is_some()
    }

    /// Closes the list. The summary, one sentence, is for when all is well; else the first reason is.
    #[must_use]
    pub fn verdict(mut self, summary: impl Into<String>) -> Verdict {
        self.list.sort_by_key(|finding| match finding.level {
            Level::Fail => 0,
            Level::Warn => 1,
            Level::Note => 2,
        });
        let (outcome, reason) = self.judged();
        Verdict {
            outcome,
            summary: reason.unwrap_or_else(|| summary.into()),
            findings: self.list,
            measurements: self.measurements,
            labels: self.labels,
        }
    }

    /// Returns the outcome, and its reason when all is not well.
    fn judged(&self) -> (Outcome, Option<String>) {
        if let Some(reason) = self.reason(Level::Fail) {
            return (Outcome::Fail, Some(reason));
        }
        if let Some(reason) = &self.unknown {
            return (Outcome::Inconclusive, Some(reason.clone()));
        }
        if let Some(reason) = self.reason(Level::Warn) {
            return (Outcome::Warn, Some(reason));
        }
        if self.expectations == 0 {
            return (Outcome::Inconclusive, Some("nothing was expected, so nothing was found".to_owned()));
        }
        (Outcome::Pass, None)
    }

    /// Returns the first finding of a level in a sentence, and how many more there are.
    fn reason(&self, level: Level) -> Option<String> {
        let mut findings = self.list.iter().filter(|finding| finding.level == level);
        let first = findings.next()?;
        let reason = format!("{} {}", first.subject, first.message);
        Some(match findings.count() {
            0 => reason,
            more => format!("{reason} (and {more} more)"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_expectations_met_is_a_pass() {
        let mut findings = Findings::new();

        findings.expect_eq("status", 200, 200);

        let verdict = findings.verdict("the shop answers");
        assert_eq!((verdict.outcome, verdict.summary.as_str()), (Outcome::Pass, "the shop answers"));
    }

    #[test]
    fn an_expectation_not_met_is_a_fail_that_shows_both_sides() {
        let mut findings = Findings::new();

        findings.expect_eq("status", 200, 500);
        findings.expect_at_most("latency", 300.0, 812.5, "ms");

        let verdict = findings.verdict("the shop answers");
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.summary, "status is 500 instead of 200 (and 1 more)");
        assert_eq!(verdict.findings[0].expected.as_deref(), Some("200"));
        assert_eq!(verdict.findings[1].observed.as_deref(), Some("812.5 ms"));
    }

    #[test]
    fn a_check_that_expected_nothing_has_found_nothing_out() {
        let mut findings = Findings::new();

        findings.note("status", "is 200");

        assert_eq!(findings.verdict("fine").outcome, Outcome::Inconclusive);
    }

    #[test]
    fn known_to_be_wrong_outweighs_not_known() {
        let mut findings = Findings::new();

        findings.unknown("no answer");
        findings.fail("status", "is 500");

        assert_eq!(findings.verdict("fine").outcome, Outcome::Fail);
    }

    #[test]
    fn not_known_outweighs_a_warning() {
        let mut findings = Findings::new();

        findings.warn("certificate", "ends soon");
        findings.unknown("no answer");

        assert_eq!(findings.verdict("fine").outcome, Outcome::Inconclusive);
    }

    #[test]
    fn a_number_that_is_not_one_is_within_no_limit() {
        let mut findings = Findings::new();

        findings.expect_at_most("latency", 300.0, f64::NAN, "ms");
        findings.measure("latency", f64::NAN, "ms");

        let verdict = findings.verdict("fast");
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.measurements[0].sample, Sample::NotANumber);
    }

    #[test]
    fn a_refused_connection_is_a_finding_and_a_denial_is_not() {
        let mut findings = Findings::new();

        let silent = findings.expect_answer::<()>("GET /", Err(Error::Connect("refused".into())));
        let denied = findings.expect_answer::<()>("GET /", Err(Error::Denied("not granted".into())));

        assert_eq!(silent, Ok(None));
        assert_eq!(denied, Err(Failure::Denied("not granted".into())));
        assert_eq!(findings.verdict("fine").summary, "GET / does not answer");
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_inconclusive() {
        let mut findings = Findings::new();

        let answer = findings.expect_answer::<()>("GET /", Err(Error::Protocol("two status lines".into())));

        assert_eq!(answer, Ok(None));
        assert_eq!(findings.verdict("fine").outcome, Outcome::Inconclusive);
    }
}
