//! What a window has to do next: which signal is due when, which waits for which call, which has come to
//! something and which asks to be answered at once. An index of what the signals say themselves, so that an event costs the same with one signal and with thousands.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::id::CallId;
use crate::response::Asked;
use crate::time::Elapsed;

/// Places of signals in their window, by what they wait for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Agenda {
    due: BTreeSet<(Elapsed, usize)>,
    running: BTreeMap<CallId, Awaited>,
    overdue: BTreeSet<(Elapsed, CallId)>,
    spoken: BTreeSet<usize>,
    urgent: BTreeSet<usize>,
}

/// A signal that waits for a call, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Awaited {
    place: usize,
    until: Elapsed,
}

impl Agenda {
    /// Notes when a signal's next sample is due; `None` when none will be.
    pub(super) fn plan(&mut self, place: usize, due: Option<Elapsed>) {
        self.due.extend(due.map(|due| (due, place)));
    }

    /// Forgets when a signal is due: it is sampled no more.
    pub(super) fn rests(&mut self, place: usize) {
        self.due.retain(|(_, due)| *due != place);
    }

    /// Whether nothing is due any more.
    pub(super) fn is_empty(&self) -> bool {
        self.due.is_empty()
    }

    /// The signal that is due first, when that is by now.
    pub(super) fn next_by(&mut self, now: Elapsed) -> Option<usize> {
        let first = *self.due.first().filter(|(due, _)| *due <= now)?;
        self.due.remove(&first);
        Some(first.1)
    }

    /// When the next sample is due.
    pub(super) fn next(&self) -> Option<Elapsed> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Notes that a signal waits for a call, and until when.
    pub(super) fn calls(&mut self, call: CallId, place: usize, until: Elapsed) {
        self.running.insert(call, Awaited { place, until });
        self.overdue.insert((until, call));
    }

    /// The signal that waited for a call, which has ended.
    pub(super) fn ended(&mut self, call: CallId) -> Option<usize> {
        let Awaited { place, until } = self.running.remove(&call)?;
        self.overdue.remove(&(until, call));
        Some(place)
    }

    /// A call that is not waited for any longer, and the signal that waited for it.
    pub(super) fn overdue_by(&mut self, now: Elapsed) -> Option<(CallId, usize)> {
        let (_, call) = *self.overdue.first().filter(|(until, _)| *until <= now)?;
        self.ended(call).map(|place| (call, place))
    }

    /// Until when the call is waited for that is given up first.
    pub(super) fn overdue(&self) -> Option<Elapsed> {
        self.overdue.first().map(|(until, _)| *until)
    }

    /// Whether no call is being made.
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// Notes what a signal has come to; `None` when to nothing yet.
    pub(super) fn spoke(&mut self, place: usize, asked: Option<&Asked>) {
        if asked.is_some() {
            self.spoken.insert(place);
        }
        if asked.is_some_and(Asked::stops_at_once) {
            self.urgent.insert(place);
        } else {
            self.urgent.remove(&place);
        }
    }

    /// Takes what the signals have come to as heard.
    pub(super) fn hush(&mut self) {
        self.spoken.clear();
        self.urgent.clear();
    }

    /// The signals that have come to something, in the plan's order.
    pub(super) fn spoken(&self) -> impl Iterator<Item = usize> {
        self.spoken.iter().copied()
    }

    /// Whether any signal asks to be answered at once.
    pub(super) fn is_urgent(&self) -> bool {
        !self.urgent.is_empty()
    }

    /// Nothing more is sampled, and each of so many signals has come to something. What is urgent stays so.
    pub(super) fn close(&mut self, signals: usize) {
        self.due.clear();
        self.running.clear();
        self.spoken = (0..signals).collect();
        self.overdue.clear();
    }
}
