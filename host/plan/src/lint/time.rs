//! Times that don't fit into each other, and smoke phases that are more than one.

use std::collections::BTreeMap;

use holdpoint_core::name::PluginName;
use holdpoint_core::time::Span;

use crate::draft::Draft;
use crate::lower::plugin::Known;
use crate::problem::Code;
use crate::raw::check::Phase;
use crate::reader::Reader;

/// The most checks of a smoke phase.
const SMOKE_CHECKS: usize = 10;
/// The longest smoke phase.
const SMOKE_LONGEST: Span = Span::from_secs(600);

/// Notes smoke phases that are none and checks that can't end within their phase.
pub(super) fn check(draft: &Draft, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) {
    for phase in draft.phases() {
        if phase.is_smoke() {
            check_smoke(phase, reader);
        }
        check_budget(phase, plugins, reader);
    }
}

fn check_smoke(phase: &Phase, reader: &mut Reader<'_>) {
    let count = phase.check.as_ref().map_or(0, |checks| checks.value.0.len());
    let cure = || "a smoke phase tells quickly whether to look further: move the rest to a phase verify".to_owned();
    if count > SMOKE_CHECKS {
        let what = format!("the smoke phase has {count} checks, more than {SMOKE_CHECKS}");
        reader.warning(Code::Smoke, phase.at, (what, cure()));
    }
    if phase.budget() > SMOKE_LONGEST {
        let at = phase.budget.as_ref().map_or(phase.at, |budget| budget.at);
        let what = format!("the smoke phase may take {}, more than {SMOKE_LONGEST}", phase.budget());
        reader.warning(Code::Smoke, at, (what, cure()));
    }
}

fn check_budget(phase: &Phase, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) {
    let budget = phase.budget();
    for check in phase.check.iter().flat_map(|checks| &checks.value.0) {
        let Some(known) = check.plugin.as_ref().and_then(|plugin| plugins.get(&plugin.value)) else { continue };
        let timeout = check.timeout.as_ref().map_or(known.timeout, |timeout| timeout.value);
        let attempts = check.attempts.as_ref().map_or(1, |attempts| attempts.value.0);
        let longest = timeout.times(u64::from(attempts));
        if longest > budget {
            let what = format!(
                "{} may take {longest} ({attempts} of {timeout}), and {} ends after {budget}",
                check.owner(),
                phase.owner()
            );
            let at = check.timeout.as_ref().map_or(check.at, |timeout| timeout.at);
            let cure = "raise the phase's budget, or lower timeout or attempts".to_owned();
            reader.warning(Code::Timing, at, (what, cure));
        }
    }
}
