//! Assessments as rules of a window: measurements are counted as they come in, and the window's end is their end.
//!
//! The same measurements have the same outcome as an assessment by itself, but that the end of the window is no success
//! of one that still waits for its count or for its successes in a row: it is inconclusive.

use alloc::format;
use alloc::string::String;

use crate::assess::progress::Assessed;
use crate::assess::reading::Reading;
use crate::assess::standing::Standing;
use crate::plan::window::Comparator;
use crate::time::Elapsed;

use super::rule::{Fired, RuleRun};

/// The assessment of such a rule, from its start; nothing for other rules.
pub(super) fn begin(comparator: &Comparator) -> Option<Assessed> {
    match comparator {
        Comparator::Assess { assessment } => Some(Assessed::begin(assessment.clone(), Elapsed(0))),
        Comparator::Above { .. }
        | Comparator::Below { .. }
        | Comparator::Rise { .. }
        | Comparator::Drop { .. }
        | Comparator::Differs { .. }
        | Comparator::Sequential { .. }
        | Comparator::Trend { .. } => None,
    }
}

impl RuleRun {
    /// Takes a measurement into account that came in now, whatever it is. Only a failed assessment fires.
    pub(super) fn assess(&mut self, reading: &Reading, now: Elapsed, due: Elapsed) {
        let Some(assessed) = self.assessed.as_mut().filter(|assessed| !assessed.standing().standing.has_ended()) else {
            return;
        };
        assessed.take(now, reading);
        let judged = assessed.standing();
        if judged.standing == Standing::Failed {
            self.fired = Some(Fired { at: due, since: due, found: judged.reason.clone() });
        }
        self.latest = Some(judged.reason);
    }

    /// Whether its assessment has come to an end, so that it needs no more samples.
    pub(super) fn has_ended(&self) -> bool {
        self.assessed.as_ref().is_some_and(|assessed| assessed.standing().standing.has_ended())
    }

    /// Why its assessment, at the end of the window, says neither good nor bad; nothing where it says.
    pub(super) fn undecided(&self) -> Option<String> {
        let assessed = self.assessed.as_ref()?;
        let mut judged = assessed.standing();
        let waits = !judged.standing.has_ended() && !assessed.assessment().is_open_ended();
        if !waits {
            let mut stopped = assessed.clone();
            stopped.stop();
            judged = stopped.standing();
        }
        match judged.standing {
            Standing::Successful | Standing::Failed => None,
            Standing::Running | Standing::Pending => {
                Some(format!("its assessment had not ended when the window did: {}", judged.reason))
            }
            Standing::Inconclusive | Standing::Error => {
                Some(format!("its assessment is {}: {}", judged.standing.as_str(), judged.reason))
            }
        }
    }
}
