//! What the gateway denied in a run, and the lines of the plan that would allow it: for somebody to paste.

use holdpoint_core::facts::{Ended, Exchange};
use holdpoint_report::History;

/// The lines of a plan that would allow what was denied, block by block, each once, in the order of the run.
///
/// They come from what the host saw, never from what a plugin says of it.
pub(crate) fn cures(history: &History) -> Vec<String> {
    let mut cures = Vec::new();
    for digest in history.entries.iter().filter_map(crate::kept::named) {
        let exchanges = history.evidence.get(&digest).map(|evidence| evidence.exchanges.as_slice());
        for cure in exchanges.unwrap_or_default().iter().filter_map(cure) {
            if !cures.contains(cure) {
                cures.push(cure.clone());
            }
        }
    }
    cures
}

const fn cure(exchange: &Exchange) -> Option<&String> {
    match &exchange.ended {
        Ended::Denied { cure, .. } => cure.as_ref(),
        Ended::Answered { .. } | Ended::Reached { .. } | Ended::Failed { .. } => None,
    }
}
