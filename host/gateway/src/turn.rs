//! Turns: the process uses the network only so often at a time, and no call takes what others need.
//!
//! A call has at most its share of all turns, so that there is room for one that comes later; of those that wait, the one
//! that has the fewest goes first. (Max–min fairness, as in processor sharing, without taking a turn away from anyone.)

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The turns of the process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Mutex<State>>);

struct State {
    all: usize,
    free: usize,
    /// In the order in which they came.
    waiting: Vec<Waiter>,
    /// The calls that have turns or wait for some.
    calls: BTreeMap<Caller, Call>,
    callers: u64,
}

/// Tells calls apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Caller(u64);

#[derive(Default)]
struct Call {
    has: usize,
    waits: usize,
}

struct Waiter {
    caller: Caller,
    wake: oneshot::Sender<Turn>,
}

/// The permission to use the network now. Given back when dropped.
pub(crate) struct Turn {
    turns: Turns,
    caller: Caller,
}

/// A call waits. It no longer does when this is dropped.
struct Waiting<'a> {
    turns: &'a Turns,
    caller: Caller,
}

impl Turns {
    pub(crate) fn new(all: usize) -> Self {
        let state = State { all, free: all, waiting: Vec::new(), calls: BTreeMap::new(), callers: 0 };
        Self(Arc::new(Mutex::new(state)))
    }

    /// A new call, which has no turn yet.
    pub(crate) fn caller(&self) -> Caller {
        let mut state = self.state();
        state.callers = state.callers.wrapping_add(1);
        Caller(state.callers)
    }

    /// Waits for a turn.
    pub(crate) async fn take(&self, caller: Caller) -> Turn {
        let (wake, woken) = oneshot::channel();
        let _waiting = {
            let mut state = self.state();
            state.calls.entry(caller).or_default().waits += 1;
            state.waiting.push(Waiter { caller, wake });
            Waiting { turns: self, caller }
        };
        self.serve();
        match woken.await {
            Ok(turn) => turn,
            // Those who wait are only ever let go of with a turn.
            Err(_) => std::future::pending().await,
        }
    }

    /// How many are taken by nobody.
    pub(crate) fn free(&self) -> usize {
        self.state().free
    }

    /// Gives out what may be given out.
    fn serve(&self) {
        loop {
            let mut state = self.state();
            let Some(next) = state.next() else { return };
            let turn = Turn { turns: self.clone(), caller: next.caller };
            drop(state);
            // Whoever has just stopped waiting gives it back by dropping it.
            drop(next.wake.send(turn));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes out whoever gets the next turn, and counts the turn as theirs.
    fn next(&mut self) -> Option<Waiter> {
        self.waiting.retain(|waiter| !waiter.wake.is_closed());
        let left = self.free.checked_sub(1)?;
        let share = (self.all / (self.calls.len() + 1)).max(1);
        let has = |waiter: &Waiter| self.calls.get(&waiter.caller).map_or(0, |call| call.has);
        let in_line = self.waiting.iter().enumerate().filter(|(_, waiter)| has(waiter) < share);
        let (at, _) = in_line.min_by_key(|(_, waiter)| has(waiter))?;
        let next = self.waiting.remove(at);
        self.free = left;
        self.calls.entry(next.caller).or_default().has += 1;
        Some(next)
    }

    fn change(&mut self, caller: Caller, change: impl FnOnce(&mut Call)) {
        let Some(call) = self.calls.get_mut(&caller) else { return };
        change(call);
        if (call.has, call.waits) == (0, 0) {
            self.calls.remove(&caller);
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.turns.state().change(self.caller, |call| call.waits = call.waits.saturating_sub(1));
        // With one call less, the others' share may be larger.
        self.turns.serve();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        state.free = state.free.saturating_add(1);
        state.change(self.caller, |call| call.has = call.has.saturating_sub(1));
        drop(state);
        self.turns.serve();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn a_call_has_no_more_than_its_share_and_the_next_one_finds_room() {
        let turns = Turns::new(8);
        let (greedy, modest) = (turns.caller(), turns.caller());
        let mut asked: Vec<_> = (0..8).map(|_| Box::pin(turns.take(greedy))).collect();
        let had: Vec<_> = asked.iter_mut().filter_map(|asked| asked.as_mut().now_or_never()).collect();

        assert_eq!(had.len(), 4, "half, as one more may come");
        let one = turns.take(modest).now_or_never();
        assert!(one.is_some());
        drop(one);
        drop(had);
        let rest = asked.iter_mut().skip(4).filter_map(|asked| asked.as_mut().now_or_never());
        assert_eq!(rest.count(), 4);
    }

    #[test]
    fn whoever_has_the_fewest_goes_first_and_the_first_of_equals() {
        let turns = Turns::new(4);
        let (greedy, modest, last) = (turns.caller(), turns.caller(), turns.caller());
        let mut had: Vec<_> = (0..2).map(|_| turns.take(greedy).now_or_never().unwrap()).collect();
        let _others: Vec<_> = (0..2).map(|_| turns.take(turns.caller()).now_or_never().unwrap()).collect();
        let mut third = Box::pin(turns.take(greedy));
        let mut first = Box::pin(turns.take(modest));
        let mut second = Box::pin(turns.take(last));
        for waiting in [&mut third, &mut first, &mut second] {
            assert!(waiting.as_mut().now_or_never().is_none());
        }

        had.pop();

        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        drop(first.now_or_never().expect("the first of those that have none"));
        assert!(third.as_mut().now_or_never().is_none());
        assert!(second.now_or_never().is_some());
    }

    #[test]
    fn a_turn_that_nobody_waits_for_any_more_goes_on() {
        let turns = Turns::new(1);
        let held = turns.take(turns.caller()).now_or_never().unwrap();
        let mut gone: Vec<_> = (0..1_000).map(|_| Box::pin(turns.take(turns.caller()))).collect();
        assert!(gone.iter_mut().all(|waiting| waiting.as_mut().now_or_never().is_none()));

        // All but one give up before they are woken, and that one after.
        gone.truncate(1);
        drop(held);
        drop(gone);

        let state = turns.state();
        assert_eq!((state.free, state.calls.len(), state.waiting.len()), (1, 0, 0));
        drop(state);
        assert!(turns.take(turns.caller()).now_or_never().is_some());
    }
}
