//! Means: bets against "no difference" on every sample so far. The samples are few enough to be gone through each time, so
//! that nothing but them is remembered.

use crate::name::CheckName;
use crate::plan::window::Baseline;
use crate::stat::sample::Sample;
use crate::stat::sequential::design::Design;
use crate::stat::sequential::judgement::Judgement;
use crate::stat::sequential::mean::Mean;
use crate::stat::sequential::mean_pair::MeanPair;

use super::Earlier;
use super::signal::SignalRun;

/// Bets on a signal's samples; nothing where there is nothing to compare with.
pub(super) fn judge(
    baseline: &Baseline,
    design: Design,
    run: &SignalRun,
    others: (&[SignalRun], Earlier<'_>),
) -> Option<Judgement> {
    match baseline {
        Baseline::Constant { value } => {
            let mean = Mean::against_constant(design, value.as_f64()).ok()?;
            Some(after(mean, run))
        }
        Baseline::Signal { name } => against(name, design, run, others),
    }
}

/// Against a cohort of the same window, else against what an earlier phase saw.
fn against(
    name: &CheckName,
    design: Design,
    run: &SignalRun,
    (window, earlier): (&[SignalRun], Earlier<'_>),
) -> Option<Judgement> {
    if let Some(cohort) = window.iter().find(|other| other.name() == name) {
        return Some(beside(MeanPair::start(design), run, cohort));
    }
    let before = Sample::new(&earlier.find(name)?.numbers()).ok()?;
    Some(after(Mean::against_baseline(design, &before), run))
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
