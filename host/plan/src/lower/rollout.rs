//! The rollout: which plugin shifts traffic, and how long it may take.

use std::collections::BTreeMap;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::stage::{OnFail, Rollout};

use crate::draft::Draft;
use crate::lower::check;
use crate::lower::plugin::Known;
use crate::problem::Code;
use crate::raw::rollback::{CALL_TIMEOUT, POLL};
use crate::raw::rollout::{Rollout as Raw, TIMEOUT};
use crate::reader::Reader;

/// Lowers the rollout, if the plan has one. Its stages are still missing.
pub(super) fn lower(draft: &Draft, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) -> Option<Rollout> {
    let raw = &draft.document.rollout.as_ref()?.value.0;
    if draft.stages().next().is_none() && !draft.document.unreadable.holds("stage") {
        let what = "the plan has a rollout and no stages: it would shift nothing".to_owned();
        reader.curable(
            Code::Stage,
            raw.at,
            (what, "add [[stage]] with traffic and phases, or drop [rollout]".to_owned()),
        );
    }
    if draft.document.rollback.is_none() && !draft.document.unreadable.holds("rollback") {
        let what = "the plan gives traffic to the release and has no [rollback]: there would be no way back".to_owned();
        let cure = "add [rollback] with a plugin and recovery checks: it takes all traffic back".to_owned();
        reader.curable(Code::Stage, raw.at, (what, cure));
    }
    let plugin = raw.plugin.as_ref()?;
    let known = check::find(plugin, PluginKind::Rollout, "the rollout", plugins, reader)?;
    let owner = "a call of the rollout";
    check::timeout(raw.call_timeout.as_ref(), owner, (plugin.value.as_str(), known), reader);
    check_times(raw, reader);
    Some(Rollout {
        plugin: plugin.value.clone(),
        settings: check::settings(raw.settings.as_ref().map(|settings| settings.value.0.to_json())),
        timeout: raw.timeout.as_ref().map_or(TIMEOUT, |timeout| timeout.value),
        call_timeout: raw.call_timeout.as_ref().map_or(CALL_TIMEOUT, |timeout| timeout.value).min(known.limits.wall),
        poll: raw.poll.as_ref().map_or(POLL, |poll| poll.value),
        on_fail: raw.on_fail.as_ref().map_or(OnFail::Escalate, |on_fail| on_fail.value),
        stages: Vec::new(),
    })
}

fn check_times(raw: &Raw, reader: &mut Reader<'_>) {
    let timeout = raw.timeout.as_ref().map_or(TIMEOUT, |timeout| timeout.value);
    let call = raw.call_timeout.as_ref();
    let call_takes = call.map_or(CALL_TIMEOUT, |call| call.value);
    let poll = raw.poll.as_ref().map_or(POLL, |poll| poll.value);
    let first = raw.timeout.as_ref().map(|placed| placed.at).or(call.map(|placed| placed.at));
    if call_takes > timeout {
        let what = format!("one call of the rollout may take {call_takes}, and a whole shift {timeout}");
        reader.warning(Code::Timing, first.unwrap_or(raw.at), (what, "raise timeout or lower call-timeout".to_owned()));
    }
    if poll > timeout {
        let what = format!("a shift is looked at every {poll}, and may take {timeout}");
        let at = raw.poll.as_ref().map_or(raw.at, |poll| poll.at);
        reader.warning(Code::Timing, at, (what, "lower poll".to_owned()));
    }
}
