//! The rollback: which plugin, and the checks that verify the recovery.

use std::collections::BTreeMap;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::check::{Check, Urgency};
use holdpoint_core::plan::restore::Restore;
use holdpoint_core::response::Response;

use crate::draft::Draft;
use crate::lower::check;
use crate::lower::plugin::Known;
use crate::problem::Code;
use crate::raw::check::Check as RawCheck;
use crate::raw::rollback::{CALL_TIMEOUT, POLL, Rollback as Raw, TIMEOUT};
use crate::reader::Reader;

/// Lowers the rollback, if the plan has one.
pub(super) fn lower(draft: &Draft, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) -> Option<Restore> {
    let raw = &draft.document.rollback.as_ref()?.value.0;
    let checks = raw.check.as_ref().map(|checks| checks.value.0.as_slice()).unwrap_or_default();
    if checks.is_empty() && !raw.unreadable.holds("check") {
        let what = "the rollback has no checks: nothing would tell whether the old version is well".to_owned();
        let cure = "add [[rollback.check]]: only a verified recovery is a rollback".to_owned();
        reader.curable(Code::NoRecovery, raw.at, (what, cure));
    }
    let recovery = checks.iter().filter_map(|raw| recovery(raw, plugins, reader)).collect();
    let plugin = raw.plugin.as_ref()?;
    let known = check::find(plugin, PluginKind::Rollback, "the rollback", plugins, reader)?;
    let owner = "a call of the rollback";
    check::timeout(raw.call_timeout.as_ref(), owner, (plugin.value.as_str(), known), reader);
    check_times(raw, reader);
    Some(Restore {
        plugin: plugin.value.clone(),
        settings: check::settings(raw.settings.as_ref().map(|settings| settings.value.0.to_json())),
        timeout: raw.timeout.as_ref().map_or(TIMEOUT, |timeout| timeout.value),
        call_timeout: raw.call_timeout.as_ref().map_or(CALL_TIMEOUT, |timeout| timeout.value).min(known.limits.wall),
        poll: raw.poll.as_ref().map_or(POLL, |poll| poll.value),
        recovery,
    })
}

/// Lowers a recovery check. Whatever it finds but a pass means that the rollback is not verified, and a person
/// decides; so it has no responses of its own.
fn recovery(raw: &RawCheck, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) -> Option<Check> {
    let unheard = [
        ("severity", raw.severity.as_ref().map(|placed| placed.at)),
        ("cause", raw.cause.as_ref().map(|placed| placed.at)),
        ("on-fail", raw.on_fail.as_ref().map(|placed| placed.at)),
        ("on-inconclusive", raw.on_inconclusive.as_ref().map(|placed| placed.at)),
    ];
    for (key, at) in unheard {
        if let Some(at) = at {
            let what = format!("{key:?} of {} has no effect", raw.owner());
            let cure = "drop it: when a recovery check does not pass, the rollback is not verified and escalates";
            reader.warning(Code::Unused, at, (what, cure.to_owned()));
        }
    }
    let check = check::lower(raw, plugins, reader)?;
    Some(Check {
        on_fail: Response::Escalate,
        on_inconclusive: Response::Escalate,
        urgency: Urgency::AtTheGate,
        ..check
    })
}

fn check_times(raw: &Raw, reader: &mut Reader<'_>) {
    let timeout = raw.timeout.as_ref().map_or(TIMEOUT, |timeout| timeout.value);
    let call = raw.call_timeout.as_ref();
    let call_takes = call.map_or(CALL_TIMEOUT, |call| call.value);
    let poll = raw.poll.as_ref().map_or(POLL, |poll| poll.value);
    let first = raw.timeout.as_ref().map(|placed| placed.at).or(call.map(|placed| placed.at));
    if call_takes > timeout {
        let what = format!("one call of the rollback may take {call_takes}, and the whole rollback {timeout}");
        reader.warning(Code::Timing, first.unwrap_or(raw.at), (what, "raise timeout or lower call-timeout".to_owned()));
    }
    if poll > timeout {
        let what = format!("the rollback is looked at every {poll}, and may take {timeout}");
        let at = raw.poll.as_ref().map_or(raw.at, |poll| poll.at);
        reader.warning(Code::Timing, at, (what, "lower poll".to_owned()));
    }
}
