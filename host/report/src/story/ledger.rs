//! The ledger: a history folded entry by entry, with every call that was commanded and how it ended.

use std::collections::BTreeMap;

use holdpoint_core::id::CallId;
use holdpoint_core::name::CheckName;
use holdpoint_core::outcome::Called;
use holdpoint_core::rollback::{Deed, Replied};
use holdpoint_core::rollout;
use holdpoint_core::run::Run;
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_core::time::Elapsed;

use crate::story::timeline::{self, Happening};

/// A folded history.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) run: Run,
    pub(crate) calls: BTreeMap<CallId, CheckCall>,
    pub(crate) deeds: BTreeMap<CallId, DeedCall>,
    pub(crate) shifts: BTreeMap<CallId, ShiftCall>,
    pub(crate) happenings: Vec<Happening>,
    pub(crate) complaints: Vec<String>,
}

/// A call of a check, as it was commanded and as it ended.
#[derive(Debug)]
pub(crate) struct CheckCall {
    pub(crate) check: CheckName,
    pub(crate) attempt: u32,
    /// Whether it took a sample of a signal.
    pub(crate) sample: bool,
    pub(crate) began: Elapsed,
    pub(crate) ended: Option<(Elapsed, Called)>,
}

/// A call of the rollback plugin, as it was commanded and as it ended.
#[derive(Debug)]
pub(crate) struct DeedCall {
    pub(crate) deed: Deed,
    pub(crate) began: Elapsed,
    pub(crate) ended: Option<(Elapsed, Replied)>,
}

/// A call of the rollout plugin, as it was commanded and as it ended.
#[derive(Debug)]
pub(crate) struct ShiftCall {
    pub(crate) deed: rollout::Deed,
    pub(crate) began: Elapsed,
    pub(crate) ended: Option<(Elapsed, rollout::Replied)>,
}

impl Ledger {
    /// Folds the entries with the core's own run.
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let mut ledger = Self::default();
        for entry in entries {
            ledger.take(entry);
        }
        ledger
    }

    fn take(&mut self, entry: &Entry) {
        let commands = self.run.step(entry);
        if let [Command::Complain { why }] = commands.as_slice() {
            self.complaints.push(format!("entry {}: {why}", entry.sequence.0));
            return;
        }
        if let What::Event { event } = &entry.what {
            self.end(event, entry.at);
            self.happenings.extend(timeline::event(event, entry, self));
        }
        for command in &commands {
            self.begin(command, entry.at);
            self.happenings.extend(timeline::command(command, entry));
        }
    }

    fn end(&mut self, event: &Event, at: Elapsed) {
        match event {
            Event::CallEnded { call, called } => {
                if let Some(known) = self.calls.get_mut(call) {
                    known.ended.get_or_insert_with(|| (at, called.clone()));
                }
            }
            Event::RollbackReplied { call, replied } => {
                if let Some(known) = self.deeds.get_mut(call) {
                    known.ended.get_or_insert_with(|| (at, replied.clone()));
                }
            }
            Event::ShiftReplied { call, replied } => {
                if let Some(known) = self.shifts.get_mut(call) {
                    known.ended.get_or_insert_with(|| (at, replied.clone()));
                }
            }
            Event::Started { .. }
            | Event::Woke
            | Event::Answered { .. }
            | Event::NobodyToAsk
            | Event::Interrupted { .. } => {}
        }
    }

    fn begin(&mut self, command: &Command, began: Elapsed) {
        match command {
            Command::Call { call, check, attempt, purpose, .. } => {
                let (check, attempt) = (check.clone(), *attempt);
                let sample = matches!(purpose, Purpose::Sample { .. });
                self.calls.insert(*call, CheckCall { check, attempt, sample, began, ended: None });
            }
            Command::RollBack { call, deed, .. } => {
                self.deeds.insert(*call, DeedCall { deed: deed.clone(), began, ended: None });
            }
            Command::Shift { call, deed, .. } => {
                self.shifts.insert(*call, ShiftCall { deed: deed.clone(), began, ended: None });
            }
            Command::Cancel { .. } | Command::Ask { .. } | Command::Complain { .. } | Command::Finish { .. } => {}
        }
    }
}
