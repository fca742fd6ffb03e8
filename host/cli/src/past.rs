//! The past of a plan: what its last confirmed runs saw, read from the store before a run starts.

use holdpoint_core::plan::Plan;
use holdpoint_core::release::Release;
use holdpoint_core::run::Run;
use holdpoint_core::run::entry::Entry;
use holdpoint_core::run::past::{Past, PastRun};
use holdpoint_journal::{Kin, Store};

use crate::failure::Failure;
use crate::{kept, output};

/// How many runs are looked at for each that is wanted, before the past is taken for too far away.
const LOOKED_AT: usize = 10;

/// What the plan's rules compare with; `None` where none compares with the past. Tells signals that there is too little
/// of: their rules will have nothing to compare with.
pub(crate) fn of(store: &Store, plan: &Plan, release: &Release) -> Result<Option<Past>, Failure> {
    let Some(wanted) = plan.needs_runs() else { return Ok(None) };
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    let kin = Kin { plan: &plan.name, service: &release.service, environment: &release.environment };
    let alike = store.journal().alike(kin, wanted.saturating_mul(LOOKED_AT));
    let alike = alike.map_err(|error| Failure::internal("the journal can't be read").because(error))?;
    let mut past = Past::default();
    for run in alike {
        match kept::entries(store, &run) {
            Ok(entries) => past.runs.extend(PastRun::of(&folded(&entries), plan)),
            // A run that can't be read is none that anything is compared with, and keeps no other from being run.
            Err(failure) => output::note(&format!("note: run {run} is left out of the past: {failure}")),
        }
        if past.runs.len() >= wanted && past.lacks(plan).is_empty() {
            break;
        }
    }
    for (signal, why) in past.lacks(plan) {
        output::note(&format!("note: signal {signal} is compared with past runs, and {why}"));
    }
    Ok(Some(past))
}

fn folded(entries: &[Entry]) -> Run {
    let mut run = Run::new();
    for entry in entries {
        run.step(entry);
    }
    run
}
