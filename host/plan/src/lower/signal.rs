//! Signals: what a phase samples while the release is watched.

use std::collections::BTreeMap;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Attempts, Check, Severity};
use holdpoint_core::plan::window::{Rule, Signal, Traffic, Window};
use holdpoint_core::response::Response;
use holdpoint_core::time::Span;

use crate::draft::Draft;
use crate::lower::check::{find, settings, timeout};
use crate::lower::plugin::Known;
use crate::lower::{budget, counts, rule};
use crate::problem::Code;
use crate::raw::check::{COVERAGE, Phase};
use crate::raw::signal::{GAP, INTERVAL, Signal as Raw};
use crate::reader::Reader;

/// The fewest samples of a window that anything can be said by.
const FEWEST: u64 = 3;

/// Lowers a phase's window; `None` for a phase that watches nothing.
pub(super) fn lower(
    phase: &Phase,
    draft: &Draft,
    plugins: &BTreeMap<PluginName, Known>,
    reader: &mut Reader<'_>,
) -> Option<Window> {
    let raws = phase.signal.as_ref().map(|signals| signals.value.0.as_slice()).unwrap_or_default();
    if raws.is_empty() {
        for (key, at) in [
            ("window", phase.window.as_ref().map(|it| it.at)),
            ("initial-delay", phase.initial_delay.as_ref().map(|it| it.at)),
            ("coverage", phase.coverage.as_ref().map(|it| it.at)),
            ("false-alarms", phase.false_alarms.as_ref().map(|it| it.at)),
        ] {
            if let (Some(at), false) = (at, phase.unreadable.holds("signal")) {
                let what = format!("{} has {key:?} and no signals", phase.owner());
                reader.curable(Code::Empty, at, (what, "add [[phase.signal]], or drop the key".to_owned()));
            }
        }
        return None;
    }
    budget::check(phase, reader);
    let length = phase.window.as_ref().map(|window| window.value);
    let delay = phase.initial_delay.as_ref().map_or(Span::ZERO, |delay| delay.value);
    let signals = raws.iter().filter_map(|raw| {
        check_times(raw, (phase, length, delay), reader);
        signal(raw, (phase, draft), plugins, reader)
    });
    let signals = signals.collect();
    let coverage = phase.coverage.as_ref().map_or(COVERAGE, |coverage| coverage.value.0);
    Some(Window { length, delay, coverage: u8::try_from(coverage).unwrap_or(100), signals })
}

fn signal(
    raw: &Raw,
    scene: (&Phase, &Draft),
    plugins: &BTreeMap<PluginName, Known>,
    reader: &mut Reader<'_>,
) -> Option<Signal> {
    let owner = raw.owner();
    let plugin = raw.plugin.as_ref()?;
    let rules = raw.rule.iter().flat_map(|rules| &rules.value.0);
    let scene = rule::Scene { signal: raw, phase: scene.0, draft: scene.1 };
    let rules: Vec<_> = rules
        .map(|rule| {
            let cause = rule.cause.as_ref().map_or_else(|| raw.cause(), |cause| cause.value);
            Some(Rule { cause, ..rule::lower(rule, scene, reader)? })
        })
        .collect();
    let known = find(plugin, PluginKind::Check, &owner, plugins, reader)?;
    let severity = raw.severity.as_ref().map_or(Severity::Major, |severity| severity.value);
    let (on_fail, _) = severity.default_on_fail();
    let check = Check {
        name: raw.name.as_ref()?.value.clone(),
        plugin: plugin.value.clone(),
        settings: settings(raw.settings.as_ref().map(|settings| settings.value.0.to_json())),
        severity,
        on_fail,
        urgency: rule::urgency(on_fail),
        on_inconclusive: raw.on_inconclusive.as_ref().map_or(Response::Escalate, |response| response.value),
        attempts: Attempts { most: 1, backoff: Span::ZERO, longest_backoff: Span::ZERO },
        timeout: timeout(raw.timeout.as_ref(), &owner, (plugin.value.as_str(), known), reader),
        min_evidence: u32::from(known.reaches()),
        cause: raw.cause(),
    };
    let interval = raw.interval();
    let traffic = raw.min_traffic.as_ref().map(|traffic| &traffic.value.0);
    let traffic = traffic.and_then(|traffic| {
        let measurement = traffic.measurement.as_ref()?.value.0.clone();
        Some(Traffic { measurement, least: traffic.least.as_ref()?.value.bound()? })
    });
    Some(Signal {
        check,
        interval,
        measurement: raw.measurement.as_ref().map(|name| name.value.0.clone()),
        traffic,
        max_gap: raw.max_gap.as_ref().map_or(interval.times(GAP), |gap| gap.value),
        counts: counts::kept(raw, scene.draft, reader),
        rules: rules.into_iter().collect::<Option<Vec<_>>>()?,
    })
}

impl Raw {
    /// The signal in words.
    pub(crate) fn owner(&self) -> String {
        self.name.as_ref().map_or_else(|| "a signal".to_owned(), |name| format!("signal {:?}", name.value.as_str()))
    }

    pub(crate) fn cause(&self) -> RootCause {
        self.cause.as_ref().map_or(RootCause::Unknown, |cause| cause.value)
    }

    pub(crate) fn interval(&self) -> Span {
        self.interval.as_ref().map_or(INTERVAL, |interval| interval.value)
    }
}

/// Notes times that leave nothing to judge by.
fn check_times(raw: &Raw, (phase, length, delay): (&Phase, Option<Span>, Span), reader: &mut Reader<'_>) {
    let (owner, interval) = (raw.owner(), raw.interval());
    let at = raw.interval.as_ref().map_or(raw.at, |interval| interval.at);
    if interval < Span::from_secs(1) {
        let what = format!("{owner} is sampled every {interval}");
        reader.curable(Code::Timing, at, (what, "write 1s or more".to_owned()));
        return;
    }
    if let Some(gap) = raw.max_gap.as_ref().filter(|gap| gap.value < interval) {
        let what = format!("{owner} may lack data for {}, and is sampled every {interval} only", gap.value);
        reader.curable(Code::Timing, gap.at, (what, "write an interval or more".to_owned()));
    }
    // Without a length of its own a window is at least as long as for a bugfix.
    let shortest = length.unwrap_or(Span::from_secs(600));
    let time = shortest.as_millis().saturating_sub(delay.as_millis());
    if time / interval.as_millis().max(1) + 1 < FEWEST {
        let at = phase.window.as_ref().map_or(at, |window| window.at);
        let what = format!("{owner} is sampled every {interval}, and the window of {} is {shortest}", phase.owner());
        let cure = format!("leave room for {FEWEST} samples after the delay: a longer window or a shorter interval");
        reader.curable(Code::Timing, at, (what, cure));
    }
}
