//! The timeline: what happened and what was commanded, in order, in words.

use holdpoint_core::plan::people::listed;
use holdpoint_core::rollback::Deed;
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::entry::Entry;
use holdpoint_core::run::event::{Answer, Event, Mode};
use serde::Serialize;

use crate::story::ledger::Ledger;
use crate::story::{rollback, rollout};
use crate::words;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Happening {
    /// The entry that it comes from.
    pub(crate) entry: u64,
    /// In milliseconds after the start.
    pub(crate) at_ms: u64,
    pub(crate) clock: String,
    /// RFC 3339 in UTC.
    pub(crate) moment: String,
    /// In one sentence without a stop.
    pub(crate) what: String,
}

/// The timeline of a folded history.
pub(crate) fn of(ledger: &Ledger) -> Vec<Happening> {
    ledger.happenings.clone()
}

/// Tells an event; `None` for those that nobody needs to read of.
pub(crate) fn event(event: &Event, entry: &Entry, ledger: &Ledger) -> Option<Happening> {
    let what = match event {
        Event::Started { run, release, mode, host, .. } => {
            let how = match mode {
                Mode::Real => "",
                Mode::DryRun => " as a dry run",
                Mode::Rehearsal => " as a REHEARSAL",
            };
            let (service, version, place) = (&release.service, &release.version, &release.environment);
            format!("run {run} of {service} {version} in {place} started{how}, by holdpoint {host}")
        }
        Event::CallEnded { call, .. } if ledger.calls.get(call).is_some_and(|known| known.sample) => return None,
        Event::CallEnded { call, called } => {
            let check = ledger.calls.get(call).map_or("a check", |known| known.check.as_str());
            format!("{check} ({call}) ended: {}: {}", called.outcome.word(), called.outcome.account())
        }
        Event::RollbackReplied { call, replied } => {
            let (word, summary) = rollback::answer(&replied.reply);
            let asked = ledger.deeds.get(call).map_or_else(|| "a call".to_owned(), |known| deed(&known.deed));
            let colon = if summary.is_empty() { "" } else { ": " };
            format!("rollback, {asked} ({call}): {word}{colon}{summary}")
        }
        Event::ShiftReplied { call, replied } => {
            let (word, summary) = rollout::answer(&replied.reply);
            let asked =
                ledger.shifts.get(call).map_or_else(|| "a call".to_owned(), |known| rollout::asked(&known.deed));
            let colon = if summary.is_empty() { "" } else { ": " };
            format!("rollout, {asked} ({call}): {word}{colon}{summary}")
        }
        Event::Woke => return None,
        Event::Answered { by, answer, question: _ } => format!("{by} answered {}", answered(answer)),
        Event::NobodyToAsk => "there was nobody to ask".to_owned(),
        Event::Interrupted { by } => format!("interrupted by {by}"),
    };
    Some(happening(entry, what))
}

/// Tells a command; `None` for those that nobody needs to read of.
pub(crate) fn command(command: &Command, entry: &Entry) -> Option<Happening> {
    let what = match command {
        Command::Call { call, check, purpose, attempt, .. } => {
            let why = match purpose {
                // A window has thousands of them; the signals tell each sample.
                Purpose::Sample { .. } => return None,
                Purpose::Judge { phase } => format!("in {phase}"),
                Purpose::Recover => "to verify the recovery".to_owned(),
            };
            let again = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            format!("{check} ({call}) called {why}{again}")
        }
        Command::Cancel { call, why } => format!("call {call} stopped: {why}"),
        Command::RollBack { call, plugin, deed: asked, .. } => {
            format!("rollback plugin {plugin} asked: {} ({call})", deed(asked))
        }
        Command::Shift { call, plugin, deed: asked, .. } => {
            format!("rollout plugin {plugin} asked: {} ({call})", rollout::asked(asked))
        }
        Command::Ask { number: _, commander, question, within, ways } => {
            let within = within.map(|within| format!(", for {}", words::span(within))).unwrap_or_default();
            let told = if ways.is_empty() { String::new() } else { format!(", to be told by {}", listed(ways)) };
            format!("{commander} asked{within}{told}: {}", question.lines().last().unwrap_or_default())
        }
        Command::Complain { .. } => return None,
        Command::Finish { ending } => format!("the run ended: {}", ending.words()),
    };
    Some(happening(entry, what))
}

fn deed(deed: &Deed) -> String {
    match deed {
        Deed::Ready => "ready".to_owned(),
        Deed::Plan => "plan".to_owned(),
        Deed::Execute { step, .. } => format!("execute {}", step.id),
        Deed::Status { .. } => "status".to_owned(),
    }
}

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::Confirm { reason } => format!("confirm: {reason}"),
        Answer::Hotfix { reason } => format!("hotfix: {reason}"),
        Answer::RollBack { reason } => format!("roll back: {reason}"),
        Answer::Extend { by } => format!("hold for {} longer", words::span(*by)),
    }
}

fn happening(entry: &Entry, what: String) -> Happening {
    Happening {
        entry: entry.sequence.0,
        at_ms: entry.at.0,
        clock: words::clock(entry.at.0),
        moment: entry.moment.to_string(),
        what,
    }
}
