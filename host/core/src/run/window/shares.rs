//! Shares: bets on events among requests, or in exposure, on every sample so far. Events are counted, so that a sample of
//! a thousand requests says more than one of ten, and one error in a quiet minute is no breach.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::plan::window::{Baseline, Counts};
use crate::stat::sequential::design::Design;
use crate::stat::sequential::judgement::Judgement;
use crate::stat::sequential::share::Share;
use crate::stat::sequential::share_after::ShareAfter;
use crate::stat::sequential::share_pair::SharePair;
use crate::stat::sequential::tally::Tally;
use crate::time::{Elapsed, Span};

use super::Earlier;
use super::baseline::NOTHING;
use super::signal::SignalRun;

/// Bets on a signal's counts, with what is to be said of the baseline. Counts that can't be were refused as they were
/// read, so none is left out here.
///
/// # Errors
/// Why there is nothing to compare with, in words.
pub(super) fn judge(
    counts: &Counts,
    baseline: &Baseline,
    design: Design,
    run: &SignalRun,
    (window, earlier): (&[SignalRun], Earlier<'_>),
) -> Result<(Judgement, String), String> {
    match baseline {
        Baseline::Constant { value } => {
            let share = Share::against_constant(design, counts.counting, value.as_f64());
            let mut share = share.map_err(|why| why.to_string())?;
            for (_, tally) in tallies(run, counts) {
                let _ = share.push(tally);
            }
            Ok((share.judge(), String::new()))
        }
        Baseline::Signal { name } => {
            if let Some(cohort) = window.iter().find(|other| other.name() == name) {
                return Ok((beside(counts, design, run, cohort), String::new()));
            }
            let before = earlier.find(name).map(|other| tallies(other, counts)).unwrap_or_default();
            let before: Vec<Tally> = before.into_iter().map(|(_, tally)| tally).collect();
            Ok((after(counts, design, run, &before)?, String::new()))
        }
        Baseline::History { runs } => {
            let memory = earlier.remembers(run.name(), *runs)?;
            let judged = after(counts, design, run, &memory.tallies(counts))?;
            Ok((judged, format!("; before: the confirmed runs {}", memory.runs())))
        }
    }
}

/// Against what was counted before.
fn after(counts: &Counts, design: Design, run: &SignalRun, before: &[Tally]) -> Result<Judgement, String> {
    if before.is_empty() {
        return Err(NOTHING.into());
    }
    let share = ShareAfter::against_baseline(design, counts.counting, before);
    let mut share = share.map_err(|why| why.to_string())?;
    for (_, tally) in tallies(run, counts) {
        let _ = share.push(tally);
    }
    Ok(share.judge())
}

fn beside(counts: &Counts, design: Design, run: &SignalRun, cohort: &SignalRun) -> Judgement {
    let (ours, theirs) = (tallies(run, counts), tallies(cohort, counts));
    let mut pairs = SharePair::start(design, counts.counting);
    for (due, tally) in ours {
        if let Some(beside) = tally_at(&theirs, due, run.signal().interval) {
            let _ = pairs.push(tally, beside);
        }
    }
    pairs.judge()
}

/// The counts of a signal's samples, with when these were due.
fn tallies(run: &SignalRun, counts: &Counts) -> Vec<(Elapsed, Tally)> {
    let Some(place) = run.signal().counts.iter().position(|kept| kept == counts) else { return Vec::new() };
    run.taken().iter().filter_map(|taken| Some((taken.due, *taken.tallies.get(place)?))).collect()
}

/// The counts of the moment: the latest that were due by then, and not a whole interval before, since no count stands
/// beside two.
fn tally_at(tallies: &[(Elapsed, Tally)], due: Elapsed, interval: Span) -> Option<Tally> {
    let fresh = |(at, _): &&(Elapsed, Tally)| *at <= due && due.since(*at) < interval;
    tallies.iter().rev().find(fresh).map(|(_, tally)| *tally)
}
