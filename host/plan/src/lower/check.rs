//! Checks: the plugin looked up, what was left open filled in.

use std::collections::BTreeMap;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Attempts, Check, Severity, Urgency};
use holdpoint_core::response::Response;
use holdpoint_core::time::Span;

use crate::form::Count;
use crate::lower::plugin::Known;
use crate::problem::Code;
use crate::raw::check::{ATTEMPTS, BACKOFF, Check as Raw, LONGEST_BACKOFF};
use crate::reader::{Placed, Reader};
use crate::suggest::did_you_mean;

/// Lowers one check; notes what is wrong with it.
pub(super) fn lower(raw: &Raw, plugins: &BTreeMap<PluginName, Known>, reader: &mut Reader<'_>) -> Option<Check> {
    let owner = raw.owner();
    let plugin = raw.plugin.as_ref()?;
    let known = find(plugin, PluginKind::Check, &owner, plugins, reader)?;
    let timeout = timeout(raw.timeout.as_ref(), &owner, (plugin.value.as_str(), known), reader);
    let severity = raw.severity.as_ref().map_or(Severity::Major, |severity| severity.value);
    let (on_fail, urgency) = on_fail(severity, raw.on_fail.as_ref().map(|response| response.value));
    Some(Check {
        name: raw.name.as_ref()?.value.clone(),
        plugin: plugin.value.clone(),
        settings: settings(raw.settings.as_ref().map(|settings| settings.value.0.to_json())),
        severity,
        on_fail,
        urgency,
        on_inconclusive: raw.on_inconclusive.as_ref().map_or(Response::Escalate, |response| response.value),
        attempts: Attempts {
            most: raw.attempts.as_ref().map_or(ATTEMPTS, |attempts| attempts.value.0),
            backoff: raw.backoff.as_ref().map_or(BACKOFF, |backoff| backoff.value),
            longest_backoff: raw.longest_backoff.as_ref().map_or(LONGEST_BACKOFF, |backoff| backoff.value),
        },
        timeout,
        min_evidence: min_evidence(raw.min_evidence.as_ref(), &owner, (plugin.value.as_str(), known), reader),
        cause: raw.cause.as_ref().map_or(RootCause::Unknown, |cause| cause.value),
    })
}

/// How many requests a word of the plugin must rest on.
fn min_evidence(
    written: Option<&Placed<Count<0, 1000>>>,
    owner: &str,
    (plugin, known): (&str, &Known),
    reader: &mut Reader<'_>,
) -> u32 {
    let Some(written) = written else { return u32::from(known.reaches()) };
    let least = written.value.0;
    let most = known.limits.requests;
    if least > 0 && known.lowered.is_some() && !known.reaches() {
        let what = format!("{owner} wants {least} requests seen, and plugin {plugin:?} may reach nothing");
        let cure = format!("add [[plugin.{plugin}.grant]] with an endpoint, or drop min-evidence");
        reader.curable(Code::NeverPasses, written.at, (what, cure));
    } else if least > most {
        let what = format!("{owner} wants {least} requests seen, and a call of plugin {plugin:?} may send {most}");
        let cure = format!("lower it, or raise requests in [plugin.{plugin}.limits]");
        reader.curable(Code::NeverPasses, written.at, (what, cure));
    }
    least
}

impl Raw {
    /// The check in words.
    pub(crate) fn owner(&self) -> String {
        self.name.as_ref().map_or_else(|| "a check".to_owned(), |name| format!("check {:?}", name.value.as_str()))
    }
}

/// Writes settings as the text that a plugin is given: compact, and its keys in alphabetical order.
pub(super) fn settings(written: Option<serde_json::Value>) -> String {
    crate::digest::canonical(&written.unwrap_or_else(|| serde_json::json!({})))
}

/// What a fail asks for, and when. A weaker response than escalating never interrupts what still runs.
fn on_fail(severity: Severity, written: Option<Response>) -> (Response, Urgency) {
    let (default, urgency) = severity.default_on_fail();
    let response = written.unwrap_or(default);
    match response {
        Response::RollBack | Response::Escalate => (response, urgency),
        Response::Hotfix | Response::Note => (response, Urgency::AtTheGate),
    }
}

/// Looks a plugin up and notes when there is none of this name and kind.
pub(super) fn find<'a>(
    name: &Placed<PluginName>,
    wanted: PluginKind,
    owner: &str,
    plugins: &'a BTreeMap<PluginName, Known>,
    reader: &mut Reader<'_>,
) -> Option<&'a Known> {
    let plugin = name.value.as_str();
    let Some(known) = plugins.get(&name.value) else {
        let meant = did_you_mean(plugin, plugins.keys().map(PluginName::as_str));
        let what = format!("{owner} calls plugin {plugin:?}, which the plan does not have{meant}");
        reader.curable(Code::UnknownName, name.at, (what, format!("add [plugin.{plugin}] with its bundle")));
        return None;
    };
    if let Some(kind) = known.kind().filter(|kind| *kind != wanted) {
        let what = format!("{owner} calls plugin {plugin:?}, which is {}", in_words(kind));
        reader.curable(Code::WrongKind, name.at, (what, format!("name {}", in_words(wanted))));
        return None;
    }
    Some(known)
}

const fn in_words(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Check => "a check plugin",
        PluginKind::Rollback => "a rollback plugin",
        PluginKind::Rollout => "a rollout plugin",
    }
}

/// The timeout, within the plugin's wall limit.
pub(super) fn timeout(
    written: Option<&Placed<Span>>,
    owner: &str,
    (plugin, known): (&str, &Known),
    reader: &mut Reader<'_>,
) -> Span {
    let Some(timeout) = written else { return known.timeout };
    if timeout.value > known.limits.wall {
        let what = format!(
            "{owner} may take {}, and a call of plugin {plugin:?} {} at most",
            timeout.value, known.limits.wall
        );
        let cure = format!("lower it, or raise wall in [plugin.{plugin}.limits] or in the caps of the host's policy");
        reader.curable(Code::Timing, timeout.at, (what, cure));
    }
    if timeout.value == Span::ZERO {
        reader.error(Code::BadValue, timeout.at, format!("{owner} may take no time at all"));
    }
    timeout.value
}
