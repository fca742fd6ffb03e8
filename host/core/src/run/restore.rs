//! Rolling back: the one road from the decision to a verified recovery.
//!
//! A wrong order here is a disaster, so each stretch is a type that the next one consumes: [`Ready`] → [`Planned`] →
//! [`Begun`] → [`Known`]. A step is commanded from [`Begun`] alone, and [`Begun`] comes from [`Planned`] alone. (D-5)

pub mod ready;
pub mod planned;
pub mod begun;
pub mod known;
mod reply;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::Serialize;

use crate::id::{CallId, RunId};
use crate::outcome::Called;
use crate::plan::restore::Restore;
use crate::reason::{Ground, Reason};
use crate::rollback::{Deed, Reply, RollbackPlan};
use crate::run::calls::{Calls, Errand};
use crate::run::command::Command;
use crate::run::ending::Ending;
use crate::run::event::Mode;
use crate::run::restore::begun::Begun;
use crate::run::restore::known::Known;
use crate::run::restore::planned::Planned;
use crate::run::restore::ready::Ready;
use crate::run::round::Round;
use crate::time::{Elapsed, Wake};

/// A rollback and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "rollback", rename_all = "kebab-case")]
pub enum Restoring {
    /// It was decided. Nothing has been changed.
    Ready(Ready),
    /// It is known what it would do. Nothing has been changed. A dry run ends here.
    Planned(Planned),
    /// A step was commanded: from here on it must be brought to an end.
    Begun(Begun),
    /// It is known what came of it.
    Known(Known),
}

/// What a rollback needs from the run.
pub(crate) struct Means<'a> {
    pub(crate) restore: &'a Restore,
    pub(crate) run: &'a RunId,
    pub(crate) mode: Mode,
    /// Whether the run itself may have moved traffic to the released version.
    pub(crate) shifted: bool,
    pub(crate) calls: &'a mut Calls,
    pub(crate) now: Elapsed,
}

/// A rollback after something happened to it.
pub(crate) struct Moved {
    pub(crate) state: Restoring,
    pub(crate) commands: Vec<Command>,
    pub(crate) end: Option<(Ending, Reason)>,
}

impl Moved {
    fn on(state: Restoring, commands: Vec<Command>) -> Self {
        Self { state, commands, end: None }
    }

    fn end(state: Restoring, ending: Ending, reason: Reason) -> Self {
        Self { state, commands: Vec::new(), end: Some((ending, reason)) }
    }

    fn after(mut self, command: Option<Command>) -> Self {
        self.commands.splice(0..0, command);
        self
    }
}

impl Means<'_> {
    fn ask(&mut self, deed: Deed) -> (CallId, Command) {
        let call = self.calls.issue();
        let plugin = self.restore.plugin.clone();
        (call, Command::RollBack { call, plugin, deed, timeout: self.restore.call_timeout })
    }

    fn pause(&self) -> Elapsed {
        self.now.plus(self.restore.poll)
    }

    fn stop(&mut self, call: CallId, why: &str) -> Command {
        self.calls.stop(call, Errand::Rollback, why.to_string())
    }

    fn too_late(&self, what: &str) -> String {
        format!("{what} within {}", self.restore.timeout)
    }
}

impl Restoring {
    /// Begins to roll back: asks whether it can be done. (D-5)
    pub(crate) fn begin(means: &mut Means<'_>) -> Moved {
        Ready::begin(means)
    }

    /// The plan of the rollback, once the plugin made one.
    pub const fn plan(&self) -> Option<&RollbackPlan> {
        match self {
            Self::Ready(_) => None,
            Self::Planned(planned) => Some(planned.plan()),
            Self::Begun(begun) => Some(begun.plan()),
            Self::Known(known) => known.plan(),
        }
    }

    /// The recovery checks, once it is known that the rollback is complete.
    pub const fn recovery(&self) -> Option<&Round> {
        match self {
            Self::Ready(_) | Self::Planned(_) | Self::Begun(_) => None,
            Self::Known(known) => known.recovery(),
        }
    }

    /// How far it is, in one sentence.
    pub fn account(&self) -> String {
        match self {
            Self::Ready(ready) => ready.account().to_string(),
            Self::Planned(planned) => format!("planned, not begun: {}", planned.plan().summary),
            Self::Begun(begun) => begun.account(),
            Self::Known(known) => known.account().to_string(),
        }
    }

    /// The call whose reply is waited for.
    pub(crate) const fn awaits(&self) -> Option<CallId> {
        match self {
            Self::Ready(ready) => ready.awaits(),
            Self::Begun(begun) => begun.awaits(),
            Self::Planned(_) | Self::Known(_) => None,
        }
    }

    /// Whether somebody has stopped it by hand already.
    pub(crate) const fn is_interrupted(&self) -> bool {
        match self {
            Self::Begun(begun) => begun.is_interrupted(),
            Self::Ready(_) | Self::Planned(_) | Self::Known(_) => false,
        }
    }

    /// When it wants to be woken, and why.
    pub(crate) fn wakes(&self) -> Option<Wake> {
        match self {
            Self::Ready(ready) => Some(ready.wakes()),
            Self::Planned(_) => None,
            Self::Begun(begun) => Some(begun.wakes()),
            Self::Known(known) => known.recovery().and_then(Round::wakes),
        }
    }

    /// Takes the reply that was waited for into account.
    pub(crate) fn replied(self, reply: &Reply, means: &mut Means<'_>) -> Moved {
        match self {
            Self::Ready(ready) => ready.replied(reply, means),
            Self::Begun(begun) => begun.replied(reply, means),
            Self::Planned(_) | Self::Known(_) => Moved::on(self, Vec::new()),
        }
    }

    /// Takes the end of a recovery check's call into account; `false` when none waits for it.
    pub(crate) fn recovered(&mut self, call: CallId, called: &Called, now: Elapsed) -> bool {
        match self {
            Self::Known(known) => known.take(call, called, now),
            Self::Ready(_) | Self::Planned(_) | Self::Begun(_) => false,
        }
    }

    /// Goes on after the recovery's state has changed.
    pub(crate) fn go_on(self, means: &mut Means<'_>) -> Moved {
        match self {
            Self::Known(known) => known.go_on(means),
            Self::Ready(_) | Self::Planned(_) | Self::Begun(_) => Moved::on(self, Vec::new()),
        }
    }

    /// Does what the time asks for.
    pub(crate) fn woke(self, means: &mut Means<'_>) -> Moved {
        match self {
            Self::Ready(ready) => ready.woke(means),
            Self::Planned(_) => Moved::on(self, Vec::new()),
            Self::Begun(begun) => begun.woke(means),
            Self::Known(known) => known.woke(means),
        }
    }

    /// Stops it by hand. What has begun isn't left half-way: the step in flight ends, the status is asked, and a
    /// person takes over. (D-5)
    pub(crate) fn interrupt(self, by: &str, means: &mut Means<'_>) -> Moved {
        let reason = Reason::plain(Ground::Interrupted { by: by.to_string() });
        match self {
            Self::Ready(ready) => ready.interrupt(reason, means),
            Self::Planned(_) => Moved::end(self, Ending::Cancelled, reason),
            Self::Begun(begun) => begun.interrupt(by, means),
            Self::Known(known) => known.interrupt(reason, means),
        }
    }
}
