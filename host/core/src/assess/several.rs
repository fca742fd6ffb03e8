//! Several metrics assessed together: when one that counts ends badly, the others are stopped.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::assessment::Assessment;
use super::flaw::Flaw;
use super::overall::Overall;
use super::progress::Assessed;
use super::reading::{Graded, Reading};
use super::standing::Standing;
use super::terms::{Mode, Terms};
use crate::name::MetricName;
use crate::time::{Elapsed, Wake};

/// The assessments of several metrics, in the order in which they were written. A pure state machine, as each of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Assessments {
    metrics: Vec<Metric>,
}

/// A metric and its assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Metric {
    name: MetricName,
    assessed: Assessed,
}

/// One thing that is wrong with several metrics.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Mismatch {
    /// There is none.
    #[error("there are no metrics")]
    NoMetrics,
    /// Two have one name.
    #[error("there are two metrics with the name {metric}")]
    Duplicate {
        /// The name.
        metric: MetricName,
    },
    /// One has terms that can't be assessed by.
    #[error("metric {metric}: {flaw}")]
    Terms {
        /// Which one.
        metric: MetricName,
        /// What is wrong with its terms.
        flaw: Flaw,
    },
}

/// Metrics that can't be assessed together.
#[derive(Debug, Clone, PartialEq, Error)]
pub struct Mismatched {
    mismatches: Vec<Mismatch>,
}

/// A measurement of a metric that there isn't.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no metric {0}")]
pub struct UnknownMetric(pub MetricName);

impl Assessments {
    /// Checks the terms of all metrics and begins with them. Initial delays count from this moment.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, in their order.
    pub fn begin(metrics: &[(MetricName, Terms)], at: Elapsed) -> Result<Self, Mismatched> {
        let mut mismatches = Vec::new();
        let mut begun = Vec::new();
        let mut names = BTreeSet::new();
        for (name, terms) in metrics {
            if !names.insert(name) {
                mismatches.push(Mismatch::Duplicate { metric: name.clone() });
            }
            match Assessment::try_new(terms) {
                Ok(assessment) => {
                    begun.push(Metric { name: name.clone(), assessed: Assessed::begin(assessment, at) });
                }
                Err(refused) => {
                    let of_this = |flaw: &Flaw| Mismatch::Terms { metric: name.clone(), flaw: flaw.clone() };
                    mismatches.extend(refused.flaws().iter().map(of_this));
                }
            }
        }
        if metrics.is_empty() {
            mismatches.push(Mismatch::NoMetrics);
        }
        if mismatches.is_empty() { Ok(Self { metrics: begun }) } else { Err(Mismatched { mismatches }) }
    }

    /// Takes into account that a measurement of a metric has been started.
    ///
    /// # Errors
    /// When there is no such metric.
    pub fn start(&mut self, metric: &MetricName) -> Result<(), UnknownMetric> {
        self.find(metric)?.assessed.start();
        Ok(())
    }

    /// Takes a measurement of a metric that ended at this moment into account, and says what it counts as. When the
    /// metric counts and ends badly by it, all are stopped; measurements under way are still taken.
    ///
    /// # Errors
    /// When there is no such metric.
    pub fn take(&mut self, metric: &MetricName, at: Elapsed, reading: &Reading) -> Result<Graded, UnknownMetric> {
        let found = self.find(metric)?;
        let graded = found.assessed.take(at, reading);
        if found.stops_the_others() {
            self.stop();
        }
        Ok(graded)
    }

    /// Stops all of them: nothing more is measured, and measurements under way are their last.
    pub fn stop(&mut self) {
        for metric in &mut self.metrics {
            metric.assessed.stop();
        }
    }

    /// Where they stand together, and why.
    pub fn standing(&self) -> Overall {
        Overall::of(&self.metrics)
    }

    /// When the earliest next measurement is due, and why. Dry runs may have some after the others have ended.
    pub fn next_due(&self) -> Option<Wake> {
        self.metrics.iter().filter_map(|metric| metric.assessed.next_due()).min_by_key(|due| due.at)
    }

    /// The metrics of which a measurement is due at this moment, in their order. Each may be measured apart from the
    /// others: a slow one delays itself.
    pub fn due(&self, now: Elapsed) -> impl Iterator<Item = &MetricName> {
        let is_due = move |metric: &&Metric| metric.assessed.next_due().is_some_and(|due| due.at <= now);
        self.metrics.iter().filter(is_due).map(Metric::name)
    }

    /// The metrics, in their order.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    fn find(&mut self, name: &MetricName) -> Result<&mut Metric, UnknownMetric> {
        self.metrics.iter_mut().find(|metric| metric.name == *name).ok_or_else(|| UnknownMetric(name.clone()))
    }
}

impl Metric {
    /// Its name.
    pub const fn name(&self) -> &MetricName {
        &self.name
    }

    /// Its assessment.
    pub const fn assessed(&self) -> &Assessed {
        &self.assessed
    }

    fn stops_the_others(&self) -> bool {
        match (self.assessed.assessment().mode(), self.assessed.standing().standing) {
            (Mode::Counted, Standing::Inconclusive | Standing::Error | Standing::Failed) => true,
            (Mode::Counted, Standing::Successful | Standing::Running | Standing::Pending) | (Mode::DryRun, _) => false,
        }
    }
}

impl Mismatched {
    /// Everything that is wrong, in the order of the metrics.
    pub fn mismatches(&self) -> &[Mismatch] {
        &self.mismatches
    }
}

impl fmt::Display for Mismatched {
    /// Writes all of it in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mismatch) in self.mismatches.iter().enumerate() {
            let between = if number == 0 { "" } else { "; " };
            write!(f, "{between}{mismatch}")?;
        }
        Ok(())
    }
}
