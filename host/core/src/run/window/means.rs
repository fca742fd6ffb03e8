//! Means: bets against "no difference" on every sample so far. The samples are few enough to be gone through each time, so
//! that nothing but them is remembered.

use alloc::string::{String, ToString as _};

use crate::plan::window::Baseline;
use crate::stat::sequential::design::Design;
use crate::stat::sequential::judgement::Judgement;
use crate::stat::sequential::mean::Mean;
use crate::stat::sequential::mean_pair::MeanPair;

use super::signal::SignalRun;
use super::{Earlier, baseline};

/// Bets on a signal's samples, with what is to be said of the baseline.
///
/// # Errors
/// Why there is nothing to compare with, in words.
pub(super) fn judge(
    baseline: &Baseline,
    design: Design,
    run: &SignalRun,
    others: (&[SignalRun], Earlier<'_>),
) -> Result<(Judgement, String), String> {
    let (window, _) = others;
    match baseline {
        Baseline::Constant { value } => {
            let mean = Mean::against_constant(design, value.as_f64()).map_err(|why| why.to_string())?;
            Ok((after(mean, run), String::new()))
        }
        Baseline::Signal { name } => match window.iter().find(|other| other.name() == name) {
            Some(cohort) => Ok((beside(MeanPair::start(design), run, cohort), String::new())),
            None => after_past(baseline, design, run, others),
        },
        Baseline::History { .. } => after_past(baseline, design, run, others),
    }
}

fn after_past(
    baseline: &Baseline,
    design: Design,
    run: &SignalRun,
    others: (&[SignalRun], Earlier<'_>),
) -> Result<(Judgement, String), String> {
    let (before, said) = baseline::samples(baseline, run, others)?;
    Ok((after(Mean::against_baseline(design, &before), run), said))
}

fn after(mut mean: Mean, run: &SignalRun) -> Judgement {
    for number in run.numbers() {
        // A number too large to reckon with is left out; it is above any bound that a person would write.
        let _ = mean.push(number);
    }
    mean.judge()
}

fn beside(mut pairs: MeanPair, run: &SignalRun, cohort: &SignalRun) -> Judgement {
    let interval = run.signal().interval;
    for (taken, number) in run.taken().iter().filter_map(|taken| Some((taken, taken.number()?))) {
        if let Some(beside) = cohort.number_at(taken.due, interval) {
            let _ = pairs.push(number, beside);
        }
    }
    pairs.judge()
}
