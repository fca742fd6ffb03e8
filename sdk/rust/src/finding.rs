//! One finding, one measurement: how they are written.

use std::fmt::Display;

use crate::{Finding, Level, Measurement, Sample};

/// The most of an expected or observed text that a finding shows, in bytes.
const EXCERPT: usize = 256;

impl Finding {
    /// Returns a finding of something wrong; the message goes on where the subject ends: `status`, `is 500`.
    pub fn fail(subject: &str, message: impl Into<String>) -> Self {
        Self::new(Level::Fail, subject, message.into())
    }

    /// Returns a finding that a person should look at.
    pub fn warn(subject: &str, message: impl Into<String>) -> Self {
        Self::new(Level::Warn, subject, message.into())
    }

    /// Returns a finding worth knowing.
    pub fn note(subject: &str, message: impl Into<String>) -> Self {
        Self::new(Level::Note, subject, message.into())
    }

    /// Adds what should have been there.
    #[must_use]
    pub fn expected(mut self, expected: impl Display) -> Self {
        self.expected = Some(excerpt(&expected.to_string()));
        self
    }

    /// Adds what was there.
    #[must_use]
    pub fn observed(mut self, observed: impl Display) -> Self {
        self.observed = Some(excerpt(&observed.to_string()));
        self
    }

    fn new(level: Level, subject: &str, message: String) -> Self {
        Self { level, subject: subject.to_owned(), message, expected: None, observed: None, labels: Vec::new() }
    }
}

impl Measurement {
    /// Returns a measured number; one that is not finite is classed as such.
    #[must_use]
    pub fn of(name: &str, value: f64, unit: &str) -> Self {
        let sample = if value.is_nan() {
            Sample::NotANumber
        } else if value.is_infinite() {
            Sample::NotFinite
        } else {
            Sample::Data(value)
        };
        Self::sampled(name, sample, unit)
    }

    /// Returns a measurement, or why there is none.
    #[must_use]
    pub fn sampled(name: &str, sample: Sample, unit: &str) -> Self {
        Self { name: name.to_owned(), sample, unit: unit.to_owned(), taken_at: None, labels: Vec::new() }
    }

    /// Adds when the provider took it, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn taken_at(mut self, moment: u64) -> Self {
        self.taken_at = Some(moment);
        self
    }

    /// Adds another fact.
    #[must_use]
    pub fn label(mut self, name: &str, value: impl Into<String>) -> Self {
        self.labels.push((name.to_owned(), value.into()));
        self
    }
}

/// Returns the beginning of a text and, if there is more, how long it is.
#[must_use]
pub fn excerpt(text: &str) -> String {
    if text.len() <= EXCERPT {
        return text.to_owned();
    }
    let end = (0..=EXCERPT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}… ({} bytes)", &text[..end], text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_letters() {
        let text = "é".repeat(200);

        assert_eq!(excerpt(&text), format!("{}… (400 bytes)", "é".repeat(128)));
    }

    #[test]
    fn a_number_that_is_not_finite_is_no_datum() {
        assert_eq!(Measurement::of("rate", f64::INFINITY, "1").sample, Sample::NotFinite);
        assert_eq!(Measurement::of("rate", f64::NAN, "1").sample, Sample::NotANumber);
    }
}
