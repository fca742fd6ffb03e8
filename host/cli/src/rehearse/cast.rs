//! The people of a scenario.

use std::collections::VecDeque;

use holdpoint_conductor::people::Question;
use holdpoint_conductor::rehearsal::{Cast, Heard};
use holdpoint_core::time::{Elapsed, Span};
use holdpoint_plan::scenario::{Scenario, Speaker};

/// Those who answer questions, one after the other.
pub(crate) struct Answering {
    speakers: VecDeque<(Span, Speaker)>,
    /// Whether anybody is there, be it that they say nothing.
    anybody: bool,
}

impl Answering {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let anybody = !scenario.answering.is_empty() || !scenario.speaking.is_empty();
        Self { speakers: scenario.answering.clone().into(), anybody }
    }
}

impl Cast for Answering {
    fn asked(&mut self, _: &Question, now: Elapsed) -> Heard {
        match self.speakers.pop_front() {
            Some((after, Speaker { who, answer })) => Heard::Said { at: now.plus(after), by: who, answer },
            None if self.anybody => Heard::Silence,
            None => Heard::Nobody,
        }
    }
}
