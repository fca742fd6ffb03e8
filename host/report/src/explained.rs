//! A plan in sentences: what is looked at, what must not be, and what happens then.

use std::fmt::Write as _;

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::name::PhaseName;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::check::{Check, Urgency};
use holdpoint_core::plan::people::{Patience, Silence};
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::stage::OnFail;
use holdpoint_core::plan::window::{Comparator, LEAST_RUNS, Signal, Window};
use holdpoint_core::time::Span;

use crate::words;

mod path;

/// Says a plan in sentences.
#[must_use]
pub fn explained(plan: &Plan) -> String {
    let mut out = String::new();
    // Writing to a text can't fail.
    let _ = writeln!(out, "{}", plan.name);
    // What is said is what is in force: the escalation paths' responses where one fits.
    for phase in plan.phases.iter().map(|phase| plan.escalation.over(phase)) {
        say_stage(plan, &phase, &mut out);
        let _ = writeln!(out, "\n{}{}", phase.name, limits(&phase));
        phase.checks.iter().for_each(|check| say_check(check, &mut out));
        if let Some(window) = &phase.window {
            say_window(window, &mut out);
        }
    }
    say_restore(plan, &mut out);
    say_people(plan, &mut out);
    out
}

/// Says the shift that comes before a phase, where it begins a stage.
fn say_stage(plan: &Plan, phase: &Phase, out: &mut String) {
    let Some(rollout) = &plan.rollout else { return };
    let Some((place, stage)) = rollout.begun_by(&phase.name) else { return };
    let names: Vec<&str> = stage.phases.iter().map(PhaseName::as_str).collect();
    let (number, of, share, plugin) = (place.saturating_add(1), rollout.stages.len(), stage.share, &rollout.plugin);
    let fails = match rollout.on_fail {
        OnFail::Escalate => "ask a person",
        OnFail::RollBack => "roll back",
    };
    let _ = writeln!(
        out,
        "\nStage {number} of {of}: shift {share} of the traffic to the released version by {plugin} within {}, then {}.",
        rollout.timeout,
        names.join(" and ")
    );
    let _ = writeln!(out, "  If the shift fails, {fails}; if that can't be found out, ask a person.");
}

fn limits(phase: &Phase) -> String {
    let observes = match phase.arming {
        Arming::Armed => "",
        Arming::ObserveOnly => "; its gate only observes, and stops nothing",
    };
    if phase.checks.is_empty() {
        return observes.trim_start_matches("; ").to_owned();
    }
    format!(": {} at a time, at most {}{observes}", phase.parallel, phase.budget)
}

fn say_check(check: &Check, out: &mut String) {
    let when = match check.urgency {
        Urgency::AtOnce => " at once",
        Urgency::AtTheGate => " at the gate",
    };
    let tries =
        if check.attempts.most > 1 { format!(", after {} attempts", check.attempts.most) } else { String::new() };
    let (fail, unclear) = (check.on_fail.in_words(), check.on_inconclusive.in_words());
    let _ = writeln!(out, "  If {} ({}, by {}) fails, {fail}{when}.", check.name, kind(check), check.plugin);
    let _ = writeln!(out, "    If it can't be found out{tries}, {unclear}.");
}

/// Its severity, and its cause where the plan says one.
fn kind(check: &Check) -> String {
    let (severity, cause) = (check.severity.as_str(), check.cause);
    if cause.is_known() { format!("{severity}, {cause}") } else { severity.to_owned() }
}

fn say_window(window: &Window, out: &mut String) {
    let length = window.length.map_or_else(
        || "for 10m after a bugfix, 30m after a feature, 2h after a migration or a change of infrastructure".to_owned(),
        |length| format!("for {length}"),
    );
    let delay = if window.delay == Span::ZERO { String::new() } else { format!(", from {} on", window.delay) };
    let _ = writeln!(out, "  The release is watched {length}{delay}.");
    window.signals.iter().for_each(|signal| say_signal(signal, window.coverage, out));
    if let Some(promise) = words::false_alarms(window) {
        let _ = writeln!(out, "  {promise}");
    }
}

fn say_signal(signal: &Signal, coverage: u8, out: &mut String) {
    let Signal { check, interval, measurement, traffic, max_gap, counts: _, rules } = signal;
    let what = measurement.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    let fault =
        if check.cause.is_known() { format!("; its failure is put down to: {}", check.cause) } else { String::new() };
    let _ = writeln!(out, "  {}{what} is sampled every {interval} by {}{fault}.", check.name, check.plugin);
    if let Some(traffic) = traffic {
        let _ =
            writeln!(out, "    A sample on less than {} {} is no data.", traffic.least.as_f64(), traffic.measurement);
    }
    for rule in rules {
        let cause = if rule.cause == check.cause { String::new() } else { format!(", {}", rule.cause) };
        let words = format!("{} ({}{cause})", rule.in_words(check.name.as_str()), rule.severity.as_str());
        let _ = writeln!(out, "    {}", words::sentence(&words));
        if let (Comparator::Assess { assessment }, Arming::Armed) = (&rule.comparator, rule.arming) {
            say_end(assessment, check, out);
        }
    }
    if rules.iter().any(|rule| rule.arming == Arming::Armed && rule.comparator.needs_runs().is_some()) {
        let unclear = check.on_inconclusive.in_words();
        let _ =
            writeln!(out, "    If fewer than {LEAST_RUNS} confirmed runs have measured it and were well, {unclear}.");
    }
    let missing = if signal.is_only_assessed() { "it is not sampled" } else { "data is missing" };
    let _ = writeln!(
        out,
        "    If {missing} for more than {max_gap}, or for more than {} % of the time, {}.",
        100_u8.saturating_sub(coverage),
        check.on_inconclusive.in_words()
    );
}

/// What follows from an assessment that says neither good nor bad.
fn say_end(assessment: &Assessment, check: &Check, out: &mut String) {
    let waits = if assessment.is_open_ended() { "" } else { ", or if it has not ended when the window does" };
    let unclear = check.on_inconclusive.in_words();
    let _ = writeln!(out, "      If it is inconclusive or in error{waits}, {unclear}.");
}

fn say_restore(plan: &Plan, out: &mut String) {
    let Some(restore) = &plan.restore else {
        let _ = writeln!(out, "\nThe plan names no rollback: whatever asks for one escalates.");
        return;
    };
    let names: Vec<String> = restore.recovery.iter().map(|check| check.name.to_string()).collect();
    let verified = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    let (plugin, timeout) = (&restore.plugin, restore.timeout);
    let _ = writeln!(
        out,
        "\nA rollback is carried out by {plugin} within {timeout}, and counts only when it has been verified by: {verified}."
    );
}

fn say_people(plan: &Plan, out: &mut String) {
    let people = &plan.escalation;
    let waits = match people.patience {
        Patience::None => "the run waits for nobody: it ends as escalated".to_owned(),
        Patience::AnswerWithin(within) => {
            let silence = match people.on_silence {
                Silence::ByCause => "after that, something bad is rolled back and something unknown asked again",
                Silence::RollsBack => "after that, the release is rolled back",
                Silence::Holds => "after that, it is asked again",
            };
            format!("{} is asked and has {within}; {silence}", people.commander)
        }
    };
    let _ = writeln!(out, "When a person must decide, {waits}.");
    for (place, path) in people.paths.iter().enumerate() {
        let otherwise = if place == 0 { "" } else { "else " };
        let _ = writeln!(out, "  {}", words::sentence(&format!("{otherwise}{}", path::in_words(path, people))));
    }
}
