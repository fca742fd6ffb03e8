//! Calls: who has which number, and which are being stopped.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::Serialize;

use crate::id::CallId;
use crate::run::command::Command;

/// The numbers that a run gave to its calls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Calls {
    issued: u64,
    stopping: BTreeMap<CallId, Errand>,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Errand {
    /// A check.
    Check,
    /// The rollback plugin.
    Rollback,
    /// The rollout plugin.
    Rollout,
}

impl Calls {
    /// Gives out the next number.
    pub(crate) const fn issue(&mut self) -> CallId {
        self.issued = self.issued.saturating_add(1);
        CallId(self.issued)
    }

    /// The number that was given out last; zero before the first.
    pub(crate) const fn last(&self) -> CallId {
        CallId(self.issued)
    }

    /// Whether this number was given out.
    pub(crate) const fn issued(&self, call: CallId) -> bool {
        1 <= call.0 && call.0 <= self.issued
    }

    /// Commands that a call be stopped. Its end will come and counts for nothing.
    pub(crate) fn stop(&mut self, call: CallId, errand: Errand, why: String) -> Command {
        self.stopping.insert(call, errand);
        Command::Cancel { call, why }
    }

    /// The calls that are being stopped, and have not ended.
    pub(crate) fn being_stopped(&self) -> impl Iterator<Item = (CallId, Errand)> {
        self.stopping.iter().map(|(call, errand)| (*call, *errand))
    }

    /// Takes note that a call which was being stopped has ended; `false` when it was none.
    pub(crate) fn stopped(&mut self, call: CallId, errand: Errand) -> bool {
        let known = self.stopping.get(&call) == Some(&errand);
        if known {
            self.stopping.remove(&call);
        }
        known
    }
}
