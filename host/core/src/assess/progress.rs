//! Progress: an assessment from its start to its end, as measurements arrive.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::assessment::Assessment;
use super::counts::{Counts, one_more};
use super::reading::{Grade, Graded, Reading};
use super::standing::{Ground, Judgement};
use super::weigh::Course;
use crate::time::{Elapsed, Wake};

/// An assessment under way, or ended. A pure state machine: the same calls give the same state, and the state can be
/// written down and read back between any two of them. It keeps counts; every measurement is kept by the caller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Assessed {
    assessment: Assessment,
    began: Elapsed,
    counts: Counts,
    course: Course,
    flight: Flight,
    /// The last measurement that counted.
    last: Option<Last>,
    /// When those failures ended that are still within the failure window; none are kept where there is no window.
    /// Never more than the failure limit and one.
    failures: Vec<Elapsed>,
}

/// Whether a measurement is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Flight {
    None,
    UnderWay,
}

/// The last measurement that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Last {
    at: Elapsed,
    grade: Grade,
    words: String,
}

impl Assessed {
    /// An assessment from its start. The initial delay counts from here.
    pub const fn begin(assessment: Assessment, at: Elapsed) -> Self {
        Self {
            assessment,
            began: at,
            counts: Counts::NONE,
            course: Course::Onward,
            flight: Flight::None,
            last: None,
            failures: Vec::new(),
        }
    }

    /// Takes into account that a measurement has been started. Until it is taken, the assessment is running, even when
    /// it is stopped. Changes nothing after the end.
    pub fn start(&mut self) {
        if !self.ground().standing().has_ended() {
            self.flight = Flight::UnderWay;
        }
    }

    /// Takes a measurement that ended at this moment into account, whether its start was told or not. Says what it
    /// counts as.
    ///
    /// One that arrives after the end is graded and counted as late, and changes nothing else. Of two that arrive in
    /// the wrong order of time, the later moment holds.
    pub fn take(&mut self, at: Elapsed, reading: &Reading) -> Graded {
        let graded = self.assessment.grade(reading);
        if self.ground().standing().has_ended() {
            one_more(&mut self.counts.late);
            return graded;
        }
        let at = self.last.as_ref().map_or(at, |last| last.at.max(at));
        self.flight = Flight::None;
        self.counts.add(&graded);
        self.forget_failures(at, graded.grade);
        self.last = Some(Last { at, grade: graded.grade, words: graded.words.clone() });
        graded
    }

    /// Stops it: nothing more is measured, and a measurement under way is its last. What has ended stays as it ended.
    pub const fn stop(&mut self) {
        self.course = Course::Stopped;
    }

    /// Where it stands, and why.
    pub fn standing(&self) -> Judgement {
        let ground = self.ground();
        let reason = match &self.last {
            Some(last) => format!("{ground}; the last measurement: {}", last.words),
            None => format!("{ground}"),
        };
        Judgement { standing: ground.standing(), ground, reason }
    }

    /// When the next measurement is due, and why; nothing when it is under way, or there will be none. The moment may
    /// have passed.
    pub fn next_due(&self) -> Option<Wake> {
        let waits = match (self.flight, self.course) {
            (Flight::UnderWay, _) | (_, Course::Stopped) => false,
            (Flight::None, Course::Onward) => !self.ground().standing().has_ended(),
        };
        waits.then(|| self.next_measurement())
    }

    /// How many measurements there were, by what they count as.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What it is assessed by.
    pub const fn assessment(&self) -> &Assessment {
        &self.assessment
    }

    fn ground(&self) -> Ground {
        match self.flight {
            Flight::None => self.assessment.weigh(&self.counts, self.course),
            Flight::UnderWay => Ground::UnderWay {
                count: self.counts.count,
                of: self.assessment.effective_count().map(NonZeroU32::get),
            },
        }
    }

    /// Keeps the failures that are within the failure window, seen from this moment.
    fn forget_failures(&mut self, at: Elapsed, grade: Grade) {
        let Some(window) = self.assessment.failure_window else { return };
        match grade {
            Grade::Failed => self.failures.push(at),
            Grade::Successful | Grade::Inconclusive | Grade::Error => {}
        }
        self.failures.retain(|failure| at.since(*failure) < window);
        self.counts.failed_lately = Some(u32::try_from(self.failures.len()).unwrap_or(u32::MAX));
    }

    /// After the initial delay, an interval after a number, and a pause after an error, whatever the interval.
    fn next_measurement(&self) -> Wake {
        let retry = &self.assessment.error_retry;
        match &self.last {
            None => Wake { at: self.began.plus(self.assessment.initial_delay), why: "the first measurement".into() },
            Some(Last { at, grade: Grade::Error, .. }) => {
                let errors = self.counts.consecutive_errors;
                Wake { at: at.plus(retry.pause(errors)), why: format!("a measurement again after {errors} errors") }
            }
            Some(Last { at, grade: Grade::Successful | Grade::Failed | Grade::Inconclusive, .. }) => {
                // Without an interval there is one measurement, after which nothing is due; a pause stands in for it.
                let interval = self.assessment.interval.unwrap_or(retry.after);
                Wake { at: at.plus(interval), why: "the next measurement".into() }
            }
        }
    }
}
