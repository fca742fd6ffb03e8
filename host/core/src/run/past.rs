//! The past: what the last confirmed runs of a plan saw, frozen when a run starts, so that its journal needs no other.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::id::RunId;
use crate::name::CheckName;
use crate::plan::Plan;
use crate::plan::window::{Counts, LEAST_RUNS};
use crate::run::Run;
use crate::run::ending::Ending;
use crate::run::event::Mode;
use crate::run::window::WindowRun;
use crate::run::window::signal::SignalRun;
use crate::stat::sample::Sample;
use crate::stat::sequential::tally::Tally;

/// How many samples of one signal are frozen of one run: its last ones.
pub const MOST_SAMPLES: usize = 240;

/// What past runs saw, the newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Past {
    /// The runs.
    pub runs: Vec<PastRun>,
}

/// What one past run saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastRun {
    /// Which run.
    pub run: RunId,
    /// The version that it confirmed.
    pub version: String,
    /// The signals that had enough data and of which nothing bad was seen.
    pub signals: BTreeMap<CheckName, Seen>,
}

/// What a signal was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The median of all its numbers.
    pub median: f64,
    /// Its numbers in order of time, at most the last [`MOST_SAMPLES`].
    pub numbers: Vec<f64>,
    /// Its counts, as many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
}

/// What a signal counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// What.
    pub counts: Counts,
    /// Its tallies in order of time.
    pub tallies: Vec<Tally>,
}

impl PastRun {
    /// What a run saw of the signals that this plan compares with the past; `None` unless it was a real one that was
    /// confirmed, and saw at least one of them.
    ///
    /// A signal whose data was not enough, of which something bad was seen, or that was measured in another way is left
    /// out: a baseline that was itself unhealthy is none.
    pub fn of(run: &Run, plan: &Plan) -> Option<Self> {
        let course = run.course()?;
        let start = course.start();
        if run.ending() != Some(Ending::Confirmed) || start.mode != Mode::Real {
            return None;
        }
        let wanted = |run: &&SignalRun| {
            let same = plan.signals().find(|signal| signal.check.name == *run.name());
            same.is_some_and(|signal| signal.needs_runs().is_some() && signal.measures_as(run.signal()))
        };
        let windows = course.phases().iter().filter_map(|phase| phase.window());
        let runs = windows.flat_map(WindowRun::signals).filter(wanted).filter(|run| run.was_well());
        let signals: BTreeMap<_, _> = runs.filter_map(|run| Some((run.name().clone(), Seen::of(run)?))).collect();
        let (run, version) = (start.run.clone(), start.release.version.clone());
        (!signals.is_empty()).then_some(Self { run, version, signals })
    }
}

impl Seen {
    /// What a signal was that has measured these numbers, in their order; `None` where there are none.
    pub fn of_numbers(numbers: &[f64]) -> Option<Self> {
        let median = Sample::new(numbers).ok()?.median();
        Some(Self { median, numbers: last(numbers), counted: Vec::new() })
    }

    fn of(run: &SignalRun) -> Option<Self> {
        let seen = Self::of_numbers(&run.numbers())?;
        let counted = run.signal().counts.iter().enumerate().map(|(place, counts)| {
            let tallies: Vec<Tally> = run.taken().iter().filter_map(|it| it.tallies.get(place).copied()).collect();
            Counted { counts: counts.clone(), tallies: last(&tallies) }
        });
        Some(Self { counted: counted.collect(), ..seen })
    }

    fn tallies(&self, counts: &Counts) -> Option<&[Tally]> {
        self.counted.iter().find(|counted| counted.counts == *counts).map(|counted| counted.tallies.as_slice())
    }
}

fn last<T: Copy>(samples: &[T]) -> Vec<T> {
    let first = samples.len().saturating_sub(MOST_SAMPLES);
    samples.get(first..).unwrap_or_default().to_vec()
}

/// What past runs saw of one signal, the newest first; as many as are needed, and enough.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Memory<'a>(Vec<(&'a RunId, &'a Seen)>);

impl Past {
    /// What the last runs saw of a signal, at most so many.
    ///
    /// # Errors
    /// Why that is not enough, in words.
    pub(crate) fn remember(&self, signal: &CheckName, most: u32) -> Result<Memory<'_>, String> {
        let seen = self.runs.iter().filter_map(|past| Some((&past.run, past.signals.get(signal)?)));
        let memory = Memory(seen.take(usize::try_from(most).unwrap_or(usize::MAX)).collect());
        match memory.0.len() {
            0 => Err("no confirmed run of the plan has measured it and was well".into()),
            found if found < LEAST_RUNS as usize => Err(format!(
                "{found} of at least {LEAST_RUNS} confirmed runs have measured it and were well: {}",
                memory.runs()
            )),
            _ => Ok(memory),
        }
    }

    /// The signals of a plan that there is too little of, with why: its rules will have nothing to compare with.
    pub fn lacks<'p>(&self, plan: &'p Plan) -> Vec<(&'p CheckName, String)> {
        let lacking = |signal: &'p crate::plan::window::Signal| {
            let why = self.remember(&signal.check.name, signal.needs_runs()?).err()?;
            Some((&signal.check.name, why))
        };
        plan.signals().filter_map(lacking).collect()
    }
}

impl Memory<'_> {
    /// The median of the runs' medians.
    pub(crate) fn level(&self) -> Option<f64> {
        let medians: Vec<f64> = self.0.iter().map(|(_, seen)| seen.median).collect();
        Sample::new(&medians).ok().map(|sample| sample.median())
    }

    /// The numbers of all runs, the oldest first.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        self.0.iter().rev().flat_map(|(_, seen)| &seen.numbers).copied().collect()
    }

    /// The counts of all runs, the oldest first.
    pub(crate) fn tallies(&self, counts: &Counts) -> Vec<Tally> {
        self.0.iter().rev().filter_map(|(_, seen)| seen.tallies(counts)).flatten().copied().collect()
    }

    /// Each run by its name.
    pub(crate) fn runs(&self) -> String {
        let names: Vec<String> = self.0.iter().map(|(run, _)| run.to_string()).collect();
        names.join(", ")
    }
}
