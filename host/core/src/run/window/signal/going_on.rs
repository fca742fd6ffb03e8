//! Signals beyond their window: what is still armed once the gate has been answered.

use crate::plan::phase::Arming;
use crate::plan::window::Comparator;
use crate::run::window::rule::RuleRun;

use super::{SignalRun, Taken};

impl SignalRun {
    /// The signal as it goes on after its gate: what has fired was answered there, and an assessment has ended.
    pub(in crate::run::window) fn going_on(&self) -> Self {
        let mut next = self.clone();
        (next.running, next.gap, next.end) = (None, None, None);
        next.hush();
        // What is only assessed has a number of samples, and they were taken.
        next.answered |= self.signal.is_only_assessed();
        next.rules.retain(RuleRun::outlives_its_window);
        next
    }

    /// Takes what has fired as answered: it fires no more.
    pub(in crate::run::window) fn hush(&mut self) {
        self.answered |= self.fails.take().is_some();
        self.rules.retain(|run| run.fired.is_none());
    }

    /// Keeps those rules that compare with nothing but a limit.
    pub(in crate::run::window) fn keep_limits(&mut self) {
        self.rules.retain(|run| run.fired.is_some() || run.is_limit());
    }

    /// Nothing that it comes to is of interest any more; what has fired stands.
    pub(in crate::run::window) fn disarm(&mut self) {
        self.answered = true;
        self.rules.retain(|run| run.fired.is_some());
    }

    /// Whether anything that it may yet come to would stop the run.
    pub(in crate::run::window) fn is_armed(&self) -> bool {
        let own_word = !self.answered && self.signal.check.on_fail.stops();
        self.end.is_none() && (own_word || self.rules.iter().any(|run| run.fired.is_none()))
    }

    /// The latest sample.
    pub fn latest(&self) -> Option<&Taken> {
        self.taken.last()
    }
}

impl RuleRun {
    fn outlives_its_window(&self) -> bool {
        self.rule.arming == Arming::Armed && self.rule.response.stops() && !self.rule.comparator.is_assessment()
    }

    /// Whether it compares with nothing but a limit.
    fn is_limit(&self) -> bool {
        match self.rule.comparator {
            Comparator::Above { .. } | Comparator::Below { .. } => true,
            Comparator::Rise { .. }
            | Comparator::Drop { .. }
            | Comparator::Differs { .. }
            | Comparator::Sequential { .. }
            | Comparator::Trend { .. }
            | Comparator::Assess { .. } => false,
        }
    }
}
