//! The desk: how the traffic is split, what was asked, and what became of it.
//!
//! Holds the promises of the admin API: a key is acted on once, one operation is under way at a time, and the way to
//! one colour for everything is never held up by a change of weights.

use std::{
    collections::VecDeque,
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use super::{
    operation::{Aim, Key, Operation, Progress},
    split::Split,
};
use crate::{colour::Colour, lock::locked, recent::Recent};

const OPERATIONS_KEPT: usize = 10_000;
const HISTORY_KEPT: usize = 1_000;

/// The switch's memory.
pub(super) struct Desk {
    book: Mutex<Book>,
}

struct Book {
    split: Split,
    operations: Recent<Operation>,
    taken_up: u64,
    under_way: Option<String>,
    history: VecDeque<Asked>,
    asked: u64,
}

/// How a request to move traffic is met.
#[derive(Debug)]
pub(super) enum Admission {
    /// It is new: carry it out.
    TakenUp(Operation),
    /// Its key is known: say again what is known.
    Repeated(Operation),
    /// Its key was used to ask for something else.
    KeyReused(Operation),
    /// Another operation is under way. Nothing is remembered under the key.
    Busy(Operation),
}

/// One request to move traffic, whatever became of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Asked {
    number: u64,
    at_unix_ms: u64,
    to: Colour,
    percent: u8,
    key: Option<String>,
    operation: String,
    met: &'static str,
}

impl Desk {
    pub(super) fn with_live(live: Colour) -> Self {
        Self {
            book: Mutex::new(Book {
                split: Split::all_to(live),
                operations: Recent::at_most(OPERATIONS_KEPT),
                taken_up: 0,
                under_way: None,
                history: VecDeque::new(),
                asked: 0,
            }),
        }
    }

    /// Returns how the traffic is split.
    pub(super) fn split(&self) -> Split {
        locked(&self.book).split
    }

    /// Returns the colour with the most traffic.
    pub(super) fn live(&self) -> Colour {
        self.split().live()
    }

    /// Returns the operation under way, if there is one.
    pub(super) fn under_way(&self) -> Option<String> {
        locked(&self.book).under_way.clone()
    }

    pub(super) fn history(&self) -> Vec<Asked> {
        locked(&self.book).history.iter().cloned().collect()
    }

    pub(super) fn operation(&self, id: &str) -> Option<Operation> {
        locked(&self.book).operations.get(id).cloned()
    }

    pub(super) fn operation_by_key(&self, key: &Key) -> Option<Operation> {
        locked(&self.book).by_key(key).cloned()
    }

    /// Decides how a request is met and writes it down, in one step.
    pub(super) fn admit(&self, aim: Aim, key: Option<Key>) -> Admission {
        let mut book = locked(&self.book);
        let admission = book.meet(aim, key.clone());
        let (operation, met) = match &admission {
            Admission::TakenUp(operation) => (operation, "taken-up"),
            Admission::Repeated(operation) => (operation, "repeated"),
            Admission::KeyReused(operation) => (operation, "key-reused"),
            Admission::Busy(operation) => (operation, "busy"),
        };
        book.asked += 1;
        let asked = Asked {
            number: book.asked,
            at_unix_ms: unix_ms(),
            to: aim.to(),
            percent: aim.percent(),
            key: key.map(|key| key.as_str().to_owned()),
            operation: operation.id.clone(),
            met,
        };
        book.history.push_back(asked);
        if book.history.len() > HISTORY_KEPT {
            book.history.pop_front();
        }
        admission
    }

    /// Ends an operation; a complete one moves the traffic. An ended one stays as it ended.
    pub(super) fn end(&self, id: &str, progress: Progress) {
        let mut book = locked(&self.book);
        let Some(operation) = book.operations.get_mut(id) else {
            return;
        };
        if operation.progress != Progress::UnderWay {
            return;
        }
        let moves = (progress == Progress::Complete).then_some(operation.aim);
        operation.progress = progress;
        if let Some(aim) = moves {
            book.split = book.split.with(aim.to(), aim.percent());
        }
        book.under_way = None;
    }
}

impl Book {
    fn meet(&mut self, aim: Aim, key: Option<Key>) -> Admission {
        match key.as_ref().and_then(|key| self.by_key(key)) {
            Some(known) if known.aim == aim => return Admission::Repeated(known.clone()),
            Some(known) => return Admission::KeyReused(known.clone()),
            None => {}
        }
        let id = format!("op-{}", self.taken_up + 1);
        if let Some(busy) = self.under_way.as_ref().and_then(|id| self.operations.get_mut(id)) {
            match (busy.aim, aim) {
                (Aim::Weigh(..), Aim::Switch(_)) => busy.progress = Progress::Failed(format!("overtaken by {id}")),
                (Aim::Switch(_) | Aim::Weigh(..), Aim::Weigh(..)) | (Aim::Switch(_), Aim::Switch(_)) => {
                    return Admission::Busy(busy.clone());
                }
            }
        }
        self.taken_up += 1;
        let (from, had) = (self.split.live(), self.split.share(aim.to()));
        let operation = Operation { id: id.clone(), key, from, aim, had, progress: Progress::UnderWay };
        self.operations.insert(id.clone(), operation.clone());
        self.under_way = Some(id);
        Admission::TakenUp(operation)
    }

    fn by_key(&self, key: &Key) -> Option<&Operation> {
        self.operations.values().rev().find(|operation| operation.key.as_ref() == Some(key))
    }
}

fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<Key> {
        Key::parse(text.as_bytes())
    }

    #[test]
    fn a_key_is_taken_up_once_and_repeated_after() {
        let desk = Desk::with_live(Colour::Blue);
        let Admission::TakenUp(first) = desk.admit(Aim::Switch(Colour::Green), key("k")) else {
            panic!("not taken up")
        };
        desk.end(&first.id, Progress::Complete);
        let Admission::TakenUp(back) = desk.admit(Aim::Switch(Colour::Blue), None) else { panic!("not taken up") };
        desk.end(&back.id, Progress::Complete);

        let Admission::Repeated(again) = desk.admit(Aim::Switch(Colour::Green), key("k")) else {
            panic!("not repeated")
        };

        assert_eq!(again.id, first.id);
        assert_eq!(desk.live(), Colour::Blue);
    }

    #[test]
    fn a_key_for_another_colour_is_refused() {
        let desk = Desk::with_live(Colour::Blue);
        desk.admit(Aim::Switch(Colour::Green), key("k"));

        assert!(matches!(desk.admit(Aim::Switch(Colour::Blue), key("k")), Admission::KeyReused(_)));
    }

    #[test]
    fn a_second_operation_waits_until_the_first_has_ended() {
        let desk = Desk::with_live(Colour::Blue);
        let Admission::TakenUp(first) = desk.admit(Aim::Switch(Colour::Green), key("a")) else {
            panic!("not taken up")
        };

        assert!(matches!(desk.admit(Aim::Switch(Colour::Blue), key("b")), Admission::Busy(_)));
        desk.end(&first.id, Progress::Failed("broken".to_owned()));

        assert!(matches!(desk.admit(Aim::Switch(Colour::Blue), key("b")), Admission::TakenUp(_)));
    }

    #[test]
    fn only_a_complete_operation_moves_the_traffic() {
        let desk = Desk::with_live(Colour::Blue);
        let Admission::TakenUp(first) = desk.admit(Aim::Switch(Colour::Green), None) else { panic!("not taken up") };

        desk.end(&first.id, Progress::Failed("broken".to_owned()));
        desk.end(&first.id, Progress::Complete);

        assert_eq!(desk.live(), Colour::Blue);
    }

    #[test]
    fn everything_asked_is_in_the_history() {
        let desk = Desk::with_live(Colour::Blue);

        desk.admit(Aim::Switch(Colour::Green), key("a"));
        desk.admit(Aim::Switch(Colour::Green), key("a"));
        desk.admit(Aim::Switch(Colour::Blue), key("b"));

        let met: Vec<_> = desk.history().into_iter().map(|asked| (asked.number, asked.met)).collect();
        assert_eq!(met, [(1, "taken-up"), (2, "repeated"), (3, "busy")]);
    }

    #[test]
    fn a_change_of_weights_never_holds_up_the_way_to_one_colour() {
        let desk = Desk::with_live(Colour::Blue);
        let Admission::TakenUp(stuck) = desk.admit(Aim::Weigh(Colour::Green, 25), key("a")) else {
            panic!("not taken up")
        };
        assert!(matches!(desk.admit(Aim::Weigh(Colour::Green, 50), key("b")), Admission::Busy(_)));

        let Admission::TakenUp(back) = desk.admit(Aim::Switch(Colour::Blue), key("c")) else { panic!("not taken up") };
        desk.end(&stuck.id, Progress::Complete);

        assert_eq!(desk.operation(&stuck.id).unwrap().progress, Progress::Failed("overtaken by op-2".to_owned()));
        assert_eq!((desk.split(), desk.under_way()), (Split::all_to(Colour::Blue), Some(back.id)));
    }

    #[test]
    fn a_key_that_asked_for_another_share_is_refused() {
        let desk = Desk::with_live(Colour::Blue);
        desk.admit(Aim::Weigh(Colour::Green, 5), key("k"));

        assert!(matches!(desk.admit(Aim::Weigh(Colour::Green, 25), key("k")), Admission::KeyReused(_)));
    }
}
