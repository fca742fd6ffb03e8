//! Phases: in order, none empty, all names once.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use holdpoint_core::name::PluginName;
use holdpoint_core::plan::phase::{Arming, Phase};

use crate::draft::Draft;
use crate::lower::plugin::Known;
use crate::lower::{check, signal};
use crate::problem::Code;
use crate::raw::check::{BUDGET, PARALLEL, Phase as Raw, SMOKE_BUDGET};
use crate::reader::Reader;
use crate::source::At;

/// Lowers every phase.
pub(super) fn lower(draft: &Draft, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) -> Vec<Phase> {
    if draft.phaseless {
        let what = "the plan has no phases: it would verify nothing".to_owned();
        let cure = "add [[phase]] with a name, and [[phase.check]] below it".to_owned();
        reader.curable(Code::Empty, At::default(), (what, cure));
    }
    check_names(draft, reader);
    draft.phases().filter_map(|raw| phase(raw, draft, plugins, reader)).collect()
}

fn phase(raw: &Raw, draft: &Draft, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) -> Option<Phase> {
    let checks = raw.check.as_ref().map(|checks| checks.value.0.as_slice()).unwrap_or_default();
    let watches = raw.signal.is_some() || raw.unreadable.holds("signal");
    if checks.is_empty() && !watches && !raw.unreadable.holds("check") {
        let what = format!("{} has no checks: its gate would let everything through", raw.owner());
        let cure = "add [[phase.check]] or [[phase.signal]], or drop the phase".to_owned();
        reader.curable(Code::Empty, raw.at, (what, cure));
    }
    let checks = checks.iter().filter_map(|raw| check::lower(raw, plugins, reader)).collect();
    let name = raw.name.as_ref()?.value.clone();
    Some(Phase {
        parallel: NonZeroU32::new(raw.parallel.as_ref().map_or(PARALLEL, |count| count.value.0))?,
        budget: raw.budget(),
        arming: raw.mode.as_ref().map_or(Arming::Armed, |mode| mode.value),
        checks,
        window: signal::lower(raw, draft, plugins, reader),
        name,
    })
}

impl Raw {
    /// The phase in words.
    pub(crate) fn owner(&self) -> String {
        self.name.as_ref().map_or_else(|| "a phase".to_owned(), |name| format!("phase {:?}", name.value.as_str()))
    }

    /// Whether it is the smoke phase.
    pub(crate) fn is_smoke(&self) -> bool {
        self.name.as_ref().is_some_and(|name| name.value.as_str() == "smoke")
    }

    /// How long it may take.
    pub(crate) fn budget(&self) -> holdpoint_core::time::Span {
        let default = if self.is_smoke() { SMOKE_BUDGET } else { BUDGET };
        self.budget.as_ref().map_or(default, |budget| budget.value)
    }
}

/// Notes phases and checks whose names stand before already.
fn check_names(draft: &Draft, reader: &mut Reader<'_>) {
    let mut phases = BTreeSet::new();
    for name in draft.phases().filter_map(|phase| phase.name.as_ref()) {
        if !phases.insert(&name.value) {
            let what = format!("there are two phases {:?}", name.value.as_str());
            reader.curable(Code::Duplicate, name.at, (what, "give each a name of its own".to_owned()));
        }
    }
    let mut checks = BTreeSet::new();
    for name in draft.callers().filter_map(|caller| caller.name) {
        if !checks.insert(&name.value) {
            let what = format!("there are two checks or signals {:?}", name.value.as_str());
            let cure =
                "names of checks and signals are unique over the whole plan, recovery checks included".to_owned();
            reader.curable(Code::Duplicate, name.at, (what, cure));
        }
    }
}
