//! What a host that died left behind: calls that were commanded and of whose end the journal says nothing.
//!
//! The next host folds the journal, appends these ends, and goes on as ever. Nobody knows what a call that was in
//! flight has done. So a check counts as not answered and is tried again, if it may be; a sample counts as missed; and
//! a rollback's step, and a shift, are looked at before anything is repeated. (D-5)

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::facts::Facts;
use crate::id::CallId;
use crate::outcome::{Called, Fault, FaultKind, Outcome};
use crate::rollback::{Replied, Reply};
use crate::rollout;
use crate::run::Run;
use crate::run::calls::Errand;
use crate::run::command::Command;
use crate::run::course::Doing;
use crate::run::event::Event;
use crate::time::Elapsed;

/// Why a call has no end of its own.
const DIED: &str = "the host stopped before the call ended";

impl Run {
    /// The ends that a host which takes this run up has to append before anything else, in the order of their calls.
    ///
    /// Each is accepted, whatever follows from those before it: a call that they cancel ends in silence. Empty before
    /// the start, after the end, and when nothing was in flight. Taking a run up twice does no harm.
    #[must_use]
    pub fn left_behind(&self) -> Vec<Event> {
        let Some(course) = self.course().filter(|course| course.closing().is_none()) else { return Vec::new() };
        let end = |(call, errand)| match errand {
            Errand::Check => checked(call, self.why_no_end(call)),
            Errand::Rollback => replied(call, self.why_no_end(call)),
            Errand::Rollout => shift_replied(call, self.why_no_end(call)),
        };
        course.open_calls().into_iter().map(end).collect()
    }

    /// The question that the run holds for, asked once more: the people who were asked by a host that died may have
    /// heard nothing of it. `None` when it holds for nobody.
    #[must_use]
    pub fn question(&self, now: Elapsed) -> Option<Command> {
        match self.course()?.doing() {
            Doing::Holding { hold } => Some(hold.ask(now)),
            Doing::Judging { .. } | Doing::Shifting { .. } | Doing::RollingBack | Doing::Ended => None,
        }
    }

    fn why_no_end(&self, call: CallId) -> String {
        if self.has_begun(call) {
            DIED.to_string()
        } else {
            format!("{DIED}, and the journal does not say that it began")
        }
    }
}

fn checked(call: CallId, message: String) -> Event {
    Event::CallEnded {
        call,
        called: Called { outcome: Outcome::Error { fault: fault(message) }, facts: Facts::none() },
    }
}

fn replied(call: CallId, message: String) -> Event {
    Event::RollbackReplied {
        call,
        replied: Replied { reply: Reply::Error { fault: fault(message) }, facts: Facts::none() },
    }
}

fn shift_replied(call: CallId, message: String) -> Event {
    let reply = rollout::Reply::Error { fault: fault(message) };
    Event::ShiftReplied { call, replied: rollout::Replied { reply, facts: Facts::none() } }
}

const fn fault(message: String) -> Fault {
    Fault { kind: FaultKind::Host, message, frames: Vec::new(), last_log: Vec::new() }
}
