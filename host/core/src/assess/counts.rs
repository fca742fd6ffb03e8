//! Counts: what the measurements so far add up to.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::reading::{Grade, Graded, Missing};

/// How many measurements there were, by what they count as. Nothing else of them is needed to judge.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Counts {
    /// Measurements that gave a number.
    pub count: u32,
    /// Successful ones.
    pub successful: u32,
    /// Failed ones.
    pub failed: u32,
    /// Failed ones that count towards the failure limit: those within the failure window, where there is one. Absent
    /// where there is none, since all count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_lately: Option<u32>,
    /// Inconclusive ones.
    pub inconclusive: u32,
    /// Errors in all.
    pub errors: u32,
    /// Errors since the last number.
    pub consecutive_errors: u32,
    /// Successes since the last measurement that was none.
    pub consecutive_successes: u32,
    /// Errors by class. They sum up to [`Counts::errors`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<Missing, u32>,
    /// Measurements that arrived after the end and changed nothing.
    pub late: u32,
}

impl Counts {
    /// No measurements.
    pub const NONE: Self = Self {
        count: 0,
        successful: 0,
        failed: 0,
        failed_lately: None,
        inconclusive: 0,
        errors: 0,
        consecutive_errors: 0,
        consecutive_successes: 0,
        missing: BTreeMap::new(),
        late: 0,
    };

    /// Measurements of every kind, late ones left out.
    pub const fn measured(&self) -> u32 {
        self.count.saturating_add(self.errors)
    }

    /// Measurements that say whether the release is as it should be: successes and failures.
    pub const fn answers(&self) -> u32 {
        self.successful.saturating_add(self.failed)
    }

    /// Failures that count towards the failure limit.
    pub(super) fn failures(&self) -> u32 {
        self.failed_lately.unwrap_or(self.failed)
    }

    /// Counts one more.
    pub(super) fn add(&mut self, graded: &Graded) {
        let own = match graded.grade {
            Grade::Successful => &mut self.successful,
            Grade::Failed => &mut self.failed,
            Grade::Inconclusive => &mut self.inconclusive,
            Grade::Error => &mut self.errors,
        };
        one_more(own);
        match graded.grade {
            Grade::Successful => {
                one_more(&mut self.count);
                one_more(&mut self.consecutive_successes);
                self.consecutive_errors = 0;
            }
            Grade::Failed | Grade::Inconclusive => {
                one_more(&mut self.count);
                self.consecutive_successes = 0;
                self.consecutive_errors = 0;
            }
            Grade::Error => {
                one_more(&mut self.consecutive_errors);
                self.consecutive_successes = 0;
            }
        }
        if let Some(missing) = graded.missing {
            one_more(self.missing.entry(missing).or_default());
        }
    }
}

/// Counts up, and stays at the largest number.
pub(super) fn one_more(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
