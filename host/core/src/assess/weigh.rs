//! Weighing: what the counts come to under the terms, by the first rule that fires.

use core::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::assessment::Assessment;
use super::counts::Counts;
use super::standing::Ground;

/// Whether an assessment goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Course {
    /// It does, as far as its terms say.
    Onward,
    /// It was stopped from outside: nothing more is measured.
    Stopped,
}

impl Assessment {
    /// Says where an assessment stands with these counts, while no measurement is under way.
    ///
    /// In this order: nothing measured; a limit broken, the worst first; enough successes in a row; all measurements
    /// made; stopped; still running. Limits are broken by one more than they say.
    #[must_use]
    pub fn weigh(&self, counts: &Counts, course: Course) -> Ground {
        if counts.measured() == 0 {
            return match course {
                Course::Onward => Ground::NotBegun,
                Course::Stopped => Ground::StoppedUnmeasured,
            };
        }
        self.broken_limit(counts)
            .or_else(|| self.enough_successes(counts))
            .or_else(|| self.count_reached(counts))
            .unwrap_or_else(|| self.unfinished(counts, course))
    }

    /// Failures before errors before inconclusive measurements: the order of severity that holds everywhere.
    fn broken_limit(&self, counts: &Counts) -> Option<Ground> {
        let failed = counts.failures();
        if let Some(limit) = self.failure_limit.filter(|&limit| failed > limit) {
            return Some(Ground::TooManyFailures { failed, limit });
        }
        let (errors, limit) = (counts.consecutive_errors, self.consecutive_error_limit);
        if errors > limit {
            return Some(Ground::TooManyErrorsInARow { errors, limit });
        }
        let errors = counts.errors;
        if let Some(budget) = self.error_budget.filter(|&budget| errors > budget) {
            return Some(Ground::ErrorBudgetSpent { errors, budget });
        }
        let (inconclusive, limit) = (counts.inconclusive, self.inconclusive_limit);
        (inconclusive > limit).then_some(Ground::TooManyInconclusive { inconclusive, limit })
    }

    fn enough_successes(&self, counts: &Counts) -> Option<Ground> {
        let successes = counts.consecutive_successes;
        let limit = self.consecutive_success_limit?.get();
        (successes >= limit).then_some(Ground::EnoughSuccessesInARow { successes })
    }

    /// What it comes to when all measurements are made, no limit is broken, and successes in a row were not enough.
    fn count_reached(&self, counts: &Counts) -> Option<Ground> {
        self.effective_count().filter(|needed| counts.count >= needed.get())?;
        let successes = counts.consecutive_successes;
        Some(match (self.failure_limit, self.consecutive_success_limit) {
            (Some(_), Some(limit)) => Ground::BetweenLimits { successes, limit: limit.get() },
            (None, Some(limit)) => Ground::TooFewSuccessesInARow { successes, limit: limit.get() },
            (Some(_) | None, None) if counts.answers() == 0 => Ground::CountReachedUnanswered { count: counts.count },
            (Some(_) | None, None) => Ground::CountReached { count: counts.count, failed: counts.failed },
        })
    }

    /// What it comes to when there is more to be measured. Only an answer lets a stopped assessment end well.
    fn unfinished(&self, counts: &Counts, course: Course) -> Ground {
        let Counts { count, failed, inconclusive, errors, .. } = *counts;
        match course {
            Course::Onward => Ground::UnderWay { count, of: self.effective_count().map(NonZeroU32::get) },
            Course::Stopped if counts.answers() == 0 => Ground::StoppedUnanswered { inconclusive, errors },
            Course::Stopped => Ground::Stopped { count, failed },
        }
    }
}
