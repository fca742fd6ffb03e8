//! Baselines: what a signal is compared with, looked up.

use alloc::format;
use alloc::string::String;

use crate::plan::window::Baseline;
use crate::stat::sample::Sample;
use crate::time::Elapsed;

use super::Earlier;
use super::signal::SignalRun;

/// Why nothing can be compared with another signal.
pub(super) const NOTHING: &str = "its baseline has no data";

/// One number that a sample is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    pub(super) number: f64,
    /// Whose it is, in words.
    pub(super) of: String,
}

/// The level that a sample of this moment is compared with.
///
/// # Errors
/// Why there is none, in words.
pub(super) fn level(
    baseline: &Baseline,
    run: &SignalRun,
    due: Elapsed,
    (window, earlier): (&[SignalRun], Earlier<'_>),
) -> Result<Level, String> {
    let level = |number, of: &str| Level { number, of: of.into() };
    match baseline {
        Baseline::Constant { value } => Ok(level(value.as_f64(), "as the plan says")),
        Baseline::Signal { name } => {
            let found = match window.iter().find(|other| other.name() == name) {
                Some(beside) => {
                    beside.number_at(due, run.signal().interval).map(|number| level(number, "at the same moment"))
                }
                None => earlier.find(name).and_then(|other| median(&other.numbers())).map(|it| level(it, "before")),
            };
            found.ok_or_else(|| NOTHING.into())
        }
        Baseline::History { runs } => {
            let memory = earlier.remembers(run.name(), *runs)?;
            let number = memory.level().ok_or(NOTHING)?;
            Ok(Level { number, of: format!("in the confirmed runs {}", memory.runs()) })
        }
    }
}

/// The samples that those of a window are compared with, and what is to be said of them.
///
/// # Errors
/// Why there are none, in words.
pub(super) fn samples(
    baseline: &Baseline,
    run: &SignalRun,
    (window, earlier): (&[SignalRun], Earlier<'_>),
) -> Result<(Sample, String), String> {
    match baseline {
        Baseline::Constant { .. } => Err("one number has no ranks".into()),
        Baseline::Signal { name } => {
            let other = window.iter().find(|run| run.name() == name).or_else(|| earlier.find(name));
            let numbers = other.map(SignalRun::numbers).unwrap_or_default();
            Ok((Sample::new(&numbers).map_err(|_| NOTHING)?, String::new()))
        }
        Baseline::History { runs } => {
            let memory = earlier.remembers(run.name(), *runs)?;
            let sample = Sample::new(&memory.numbers()).map_err(|_| NOTHING)?;
            Ok((sample, format!("; before: the confirmed runs {}", memory.runs())))
        }
    }
}

fn median(numbers: &[f64]) -> Option<f64> {
    Sample::new(numbers).ok().map(|sample| sample.median())
}
