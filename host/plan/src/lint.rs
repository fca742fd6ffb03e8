//! Lints: what is valid and probably not meant.

use std::collections::BTreeMap;

use holdpoint_core::name::PluginName;
use holdpoint_core::plan::people::Escalation;
use holdpoint_core::plan::phase::Phase;

use crate::draft::Draft;
use crate::lower::plugin::Known;
use crate::reader::Reader;

mod unused;
mod response;
mod path;
mod time;
mod evidence;

/// Looks for what is probably not meant.
pub(crate) fn check(draft: &Draft, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) {
    unused::check(draft, plugins, reader);
    response::check(draft, reader);
    time::check(draft, plugins, reader);
    evidence::check(draft, reader);
}

/// Looks at the escalation paths beside all that may take them.
pub(crate) fn check_paths(draft: &Draft, phases: &[Phase], escalation: &Escalation, reader: &mut Reader<'_>) {
    path::check(draft, phases, escalation, reader);
}
