//! Overall: what the assessments of several metrics come to.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::several::Metric;
use super::standing::{Judgement, Standing};
use super::terms::Mode;
use crate::name::MetricName;

/// Where several metrics stand together, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[must_use]
pub struct Overall {
    /// Where they stand: running, or the worst end among those that count.
    pub standing: Standing,
    /// The metric that made it so: the first of the worst, one that ended by itself before one that was stopped. None
    /// while they run, and when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<MetricName>,
    /// Why, in words with the numbers, without a full stop.
    pub reason: String,
    /// The metrics that count.
    pub counted: Tally,
    /// Those that are dry runs.
    pub dry_run: Tally,
}

/// How many metrics ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// All of them. What is not among the ends has not ended.
    pub metrics: usize,
    /// Successful ones.
    pub successful: usize,
    /// Inconclusive ones.
    pub inconclusive: usize,
    /// Ones that could not be measured.
    pub error: usize,
    /// Failed ones.
    pub failed: usize,
}

impl Tally {
    /// How many have ended.
    pub const fn ended(&self) -> usize {
        self.successful + self.inconclusive + self.error + self.failed
    }

    fn of<'a>(judged: impl Iterator<Item = &'a Judged<'a>>) -> Self {
        let mut tally = Self::default();
        for one in judged {
            tally.metrics += 1;
            match one.judgement.standing {
                Standing::Successful => tally.successful += 1,
                Standing::Inconclusive => tally.inconclusive += 1,
                Standing::Error => tally.error += 1,
                Standing::Failed => tally.failed += 1,
                Standing::Running | Standing::Pending => {}
            }
        }
        tally
    }
}

/// A metric with where it stands.
struct Judged<'a> {
    metric: &'a Metric,
    judgement: Judgement,
}

impl Judged<'_> {
    fn counts(&self) -> bool {
        match self.metric.assessed().assessment().mode() {
            Mode::Counted => true,
            Mode::DryRun => false,
        }
    }
}

impl Overall {
    /// The worst of those metrics that count, once they have ended. A failure is the worst there is and waits for none.
    ///
    /// Dry runs have no say. Where all are dry runs, they are successful together once they have ended: nobody asked.
    pub(super) fn of(metrics: &[Metric]) -> Self {
        let judged: Vec<Judged<'_>> =
            metrics.iter().map(|metric| Judged { metric, judgement: metric.assessed().standing() }).collect();
        let counted = Tally::of(judged.iter().filter(|one| one.counts()));
        let dry_run = Tally::of(judged.iter().filter(|one| !one.counts()));
        let (standing, because, reason) = match worst(&judged) {
            Some(worst) if worst.judgement.standing == Standing::Failed || counted.ended() == counted.metrics => {
                ended(worst, counted)
            }
            Some(worst) => (Standing::Running, None, under_way(counted, Some(worst))),
            None if counted.metrics > 0 => (Standing::Running, None, under_way(counted, None)),
            None => nobody_asked(dry_run),
        };
        Self { standing, because, reason, counted, dry_run }
    }
}

/// The first of the worst that have ended and count; one that ended by itself goes before one that was stopped.
fn worst<'a>(judged: &'a [Judged<'a>]) -> Option<&'a Judged<'a>> {
    judged
        .iter()
        .rev()
        .filter(|one| one.counts() && one.judgement.standing.has_ended())
        .max_by_key(|one| (one.judgement.standing, !one.judgement.ground.is_a_stop()))
}

type Found = (Standing, Option<MetricName>, String);

fn ended(worst: &Judged<'_>, counted: Tally) -> Found {
    let Judged { metric, judgement } = worst;
    if judgement.standing == Standing::Successful {
        return (Standing::Successful, None, format!("all metrics that count ({}) are successful", counted.metrics));
    }
    (judgement.standing, Some(metric.name().clone()), said(worst))
}

fn under_way(counted: Tally, worst: Option<&Judged<'_>>) -> String {
    let ended = format!("{} of {} metrics that count have ended", counted.ended(), counted.metrics);
    match worst.filter(|worst| worst.judgement.standing != Standing::Successful) {
        Some(worst) => format!("{ended}, what is under way is waited for; {}", said(worst)),
        None => ended,
    }
}

fn nobody_asked(dry_run: Tally) -> Found {
    let (ended, metrics) = (dry_run.ended(), dry_run.metrics);
    if ended < metrics {
        return (Standing::Running, None, format!("{ended} of {metrics} dry runs have ended, and no metric counts"));
    }
    (Standing::Successful, None, format!("no metric counts, all ({metrics}) are dry runs"))
}

/// Such as `error-rate is failed: 2 failed, 1 accepted; the last measurement: 0.03 is above 0.02`.
fn said(judged: &Judged<'_>) -> String {
    let Judged { metric, judgement } = judged;
    format!("{} is {}: {}", metric.name(), judgement.standing.as_str(), judgement.reason)
}
