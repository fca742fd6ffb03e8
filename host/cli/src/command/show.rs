//! `holdpoint show`: a run's state as its journal tells it, whether or not its process still lives.

use std::fmt::Write as _;
use std::path::Path;

use holdpoint_core::run::Run;
use holdpoint_core::run::course::{Course, Doing};
use holdpoint_core::run::round::{CheckRun, Round, Standing};
use holdpoint_core::run::window::WindowRun;
use serde_json::json;

use crate::arguments::{Format, Show};
use crate::command::runs::standing;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{kept, output, signal};

/// Folds the journal and shows what comes of it.
pub(crate) fn show(asked: &Show, path: &Path) -> Result<Exit, Failure> {
    let store = kept::store(path)?;
    let id = kept::run(&store, &asked.run)?;
    let entries = kept::entries(&store, &id)?;
    let run = Run::fold(&entries);
    match asked.format {
        Format::Text => output::print(&text(id.as_str(), &run)),
        Format::Json => {
            let shown = json!({
                "format": 1,
                "run": id,
                "entries": entries.len(),
                "ending": run.ending(),
                "waits": run.wakes(),
                "course": run.course(),
            });
            output::line(&shown.to_string());
        }
    }
    Ok(Exit::Done)
}

fn text(id: &str, run: &Run) -> String {
    let mut out = String::new();
    // Writing to a text can't fail.
    let _ = writeln!(out, "run       {id}");
    let Some(course) = run.course() else {
        let _ = writeln!(out, "state     nothing is known of it");
        return out;
    };
    let release = &course.start().release;
    let _ = writeln!(out, "release   {} {} in {}", release.service, release.version, release.environment);
    let _ = writeln!(out, "plan      {} ({})", course.start().plan.name, course.start().plan_digest.short());
    let _ = writeln!(out, "state     {}", state(run, course));
    if let Some(closing) = course.closing() {
        let _ = writeln!(out, "\n{}", closing.reason);
    } else if let Some(decision) = course.decision() {
        let _ = writeln!(out, "decided   {}\n{}", decision.decided.as_str(), decision.reason);
    }
    for phase in course.phases() {
        let gate = phase.gate().map_or("open", |gate| if gate.lets_through() { "go" } else { "no-go" });
        let _ = writeln!(out, "\n{} (gate: {gate})", phase.name());
        for check in phase.round().checks() {
            let _ = writeln!(out, "  {}", line(check));
        }
        for run in phase.window().into_iter().flat_map(WindowRun::signals) {
            let _ = writeln!(out, "  {}", signal::line(run));
        }
    }
    for vigil in course.vigils() {
        let (since, until) = (vigil.since(), vigil.until().unwrap_or_else(|| course.now()));
        let count = vigil.signals().count();
        if count > 0 {
            let signals = if count == 1 { "signal" } else { "signals" };
            let _ = writeln!(
                out,
                "\nwatched on after the gate of {}, for {}: {count} {signals}",
                vigil.phase(),
                until.since(since)
            );
        }
        for asked in vigil.asked() {
            let _ = writeln!(out, "  {}", signal::asking(&asked));
        }
    }
    for shift in course.shifts() {
        let _ = writeln!(out, "\nshift to {} of the traffic: {}", shift.share(), shift.account());
    }
    if let Some(rollback) = course.rollback() {
        let _ = writeln!(out, "\nrollback: {}", rollback.account());
        for check in rollback.recovery().into_iter().flat_map(Round::checks) {
            let _ = writeln!(out, "  {}", line(check));
        }
    }
    out
}

fn state(run: &Run, course: &Course) -> String {
    let doing = match course.doing() {
        Doing::Ended => return standing(run).to_owned(),
        Doing::Judging { .. } => {
            let phase = course.phase().map(|phase| phase.name().to_string()).unwrap_or_default();
            format!("not ended: judging, in {phase}")
        }
        Doing::Shifting { .. } => "not ended: shifting traffic".to_owned(),
        Doing::Holding { .. } => "not ended: holding for a person's answer".to_owned(),
        Doing::RollingBack => "not ended: rolling back".to_owned(),
    };
    match course.waits() {
        Some(wake) => format!("{doing}; waiting for {}", wake.why),
        None => doing,
    }
}

/// One check on one line: its mark, name, outcome and account.
pub(crate) fn line(check: &CheckRun) -> String {
    let name = check.check.name.as_str();
    match &check.standing {
        Standing::Settled(settled) => {
            let word = settled.outcome.word();
            format!("{} {name:<24} {word:<13} {}", mark(word), settled.outcome.account())
        }
        Standing::Waiting { .. } => format!("· {name:<24} waiting"),
        Standing::Running { call, .. } => format!("… {name:<24} running (call {call})"),
        Standing::Pausing { .. } => format!("… {name:<24} tried, and tried again soon"),
    }
}

/// A mark for an outcome, so that it does not hang on colour.
pub(crate) fn mark(word: &str) -> &'static str {
    match word {
        "pass" => "✓",
        "warn" | "waived" => "!",
        "fail" => "✗",
        "skipped" | "cancelled" => "-",
        _ => "?",
    }
}
