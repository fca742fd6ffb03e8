//! The world of a call, as its guest sees it: turns of asking and answering. Live, they go to the gateway and the clock
//! and are noted; in a rehearsal they go to a play in the place of both; in a replay they come from such notes and from
//! nothing else.
//!
//! A turn is found again by what was asked, whatever the order: requests of one batch may have gone out in any. What the
//! notes do not hold ends the call, and is never served.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use holdpoint_core::id::Digest;
use holdpoint_core::plan::limit;
use holdpoint_core::text;
use holdpoint_core::time::Moment;
use holdpoint_gateway::{Outside, Session, Time};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a guest asked, and what it was answered.
#[derive(Debug, Clone, Deserialize)]
struct Turn {
    /// The function of the host that was called.
    import: String,
    /// The digest of all that was asked.
    asked: Digest,
    /// What was asked, in words for people.
    #[serde(default)]
    words: String,
    /// The answer. Bodies stand in it by their digests.
    answer: Value,
}

impl Turn {
    fn in_words(&self) -> String {
        in_words(&self.import, &self.words)
    }
}

/// What a guest asks of its host.
pub(crate) struct Question {
    import: &'static str,
    asked: Digest,
    words: String,
}

impl Question {
    /// A call of this function with all of this, and for people in these words.
    pub(crate) fn new(import: &'static str, asked: &impl Serialize, words: &str) -> Self {
        Self { import, asked: digest(asked), words: text::fit(words, WORDS) }
    }

    /// A call of a function that takes nothing.
    pub(crate) fn bare(import: &'static str) -> Self {
        Self::new(import, &(), "")
    }
}

/// The most of a question's words, in bytes.
const WORDS: limit::Bytes = limit::Bytes(300);

fn in_words(import: &str, words: &str) -> String {
    format!("{import} {words}").trim_end().to_owned()
}

/// The notes of one call as they are read.
#[derive(Debug, Default, Deserialize)]
struct Kept {
    turns: Vec<Turn>,
    /// Whether there were more turns than are noted.
    #[serde(default)]
    more: bool,
}

/// The notes of one call as they are taken: each turn is written out once, as it happens.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// The turns as JSON, separated by commas.
    written: Vec<u8>,
    turns: usize,
    more: bool,
}

/// A [`Turn`] on its way into the notes.
#[derive(Serialize)]
struct Noted<'a, T> {
    import: &'static str,
    asked: &'a Digest,
    #[serde(skip_serializing_if = "str::is_empty")]
    words: &'a str,
    answer: &'a T,
}

impl Notes {
    fn note(&mut self, question: &Question, answer: &impl Serialize) {
        if self.turns >= MOST_TURNS {
            self.more = true;
            return;
        }
        let Question { import, asked, words } = question;
        let before = self.written.len();
        if self.turns > 0 {
            self.written.push(b',');
        }
        // Records of texts, numbers and lists: writing them can't fail. If it did, the turn would not be in the record, and
        // is never served.
        match serde_json::to_writer(&mut self.written, &Noted { import, asked, words, answer }) {
            Ok(()) => self.turns += 1,
            Err(_) => self.written.truncate(before),
        }
    }

    /// As [`Kept`] is read.
    fn finish(self) -> Vec<u8> {
        let more = if self.more { "true" } else { "false" };
        [b"{\"turns\":[", self.written.as_slice(), b"],\"more\":", more.as_bytes(), b"}"].concat()
    }
}

/// How many turns of a call are noted: a guest that reads the clock without end must not fill the host's memory.
const MOST_TURNS: usize = 4_096;

/// A call's world from its notes, for a replay.
#[derive(Debug, Clone)]
pub struct Record {
    turns: Vec<Turn>,
    bodies: Arc<BTreeMap<Digest, Bytes>>,
}

/// Where a call's world comes from, and whether it is noted.
#[derive(Debug, Clone, Default)]
pub enum Source {
    /// From outside, and noted, so that the call can be replayed.
    #[default]
    Noted,
    /// From outside, and only counted: no evidence is left. What notes cost is measured against it.
    Counted,
    /// From a play that stands in the place of everything outside, in a time of its own, and noted.
    Played(Script),
    /// From the notes of another call.
    Record(Record),
}

/// The play of one call. The same play gives the same answers, to the byte.
#[derive(Clone)]
pub struct Script {
    /// Who answers what is admitted.
    pub outside: Arc<dyn Outside>,
    /// When the call begins.
    pub began: Moment,
    /// What all its random bytes come from.
    pub seed: [u8; 32],
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("began", &self.began).finish_non_exhaustive()
    }
}

/// Why a call can't be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecord {
    /// The notes are none of ours.
    #[error("its record can't be read: {0}")]
    Unreadable(String),
    /// The guest asked more often than is noted.
    #[error("it asked its host more than {MOST_TURNS} times, and no more than that is recorded")]
    More,
}

impl Record {
    /// Reads a call's notes. A call without notes asked for nothing. Bodies are those that the notes speak of, as far
    /// as they were kept.
    ///
    /// # Errors
    /// When the notes can't be read, or the call can't be replayed from them.
    pub fn read(notes: Option<&[u8]>, bodies: BTreeMap<Digest, Bytes>) -> Result<Self, NoRecord> {
        let notes = notes.map_or_else(|| Ok(Kept::default()), serde_json::from_slice);
        let notes: Kept = notes.map_err(|error| NoRecord::Unreadable(error.to_string()))?;
        if notes.more {
            return Err(NoRecord::More);
        }
        Ok(Self { turns: notes.turns, bodies: Arc::new(bodies) })
    }

    /// What the guest asked of its host, in words and in its order.
    pub fn calls(&self) -> Vec<String> {
        self.turns.iter().map(Turn::in_words).collect()
    }
}

/// What a guest asked of its host in a replay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Its calls in words and in its order.
    pub calls: Vec<String>,
    /// The first that the record does not hold, or whose record is damaged. How the call ended then says nothing.
    pub stray: Option<String>,
}

/// Where the answers of a call come from.
#[derive(Clone)]
pub(crate) enum World {
    /// From outside; each is noted, if anything is.
    Live {
        session: Arc<Session>,
        notes: Option<Arc<Mutex<Notes>>>,
        /// What random bytes come from, where that is given.
        seed: Option<[u8; 32]>,
    },
    /// From notes.
    Recorded { play: Arc<Mutex<Play>>, bodies: Arc<BTreeMap<Digest, Bytes>> },
}

/// A replay that is under way: the turns that nobody has asked for yet, and what was asked.
pub(crate) struct Play {
    turns: Vec<Turn>,
    asked: Asked,
}

impl Play {
    fn take(&mut self, question: &Question) -> wasmtime::Result<Turn> {
        self.asked.calls.push(in_words(question.import, &question.words));
        let found = self.turns.iter().position(|turn| turn.import == question.import && turn.asked == question.asked);
        found.map(|found| self.turns.remove(found)).ok_or_else(|| {
            let words = in_words(question.import, &question.words);
            self.stray(format!("the record holds no answer to this call of `{words}`"))
        })
    }

    fn stray(&mut self, why: String) -> wasmtime::Error {
        self.asked.stray.get_or_insert_with(|| why.clone());
        wasmtime::Error::msg(why)
    }
}

impl World {
    pub(crate) fn of(source: Source, session: &Arc<Session>) -> Self {
        let live = |notes, seed| Self::Live { session: Arc::clone(session), notes, seed };
        match source {
            Source::Noted => live(Some(Arc::default()), None),
            Source::Counted => live(None, None),
            Source::Played(script) => live(Some(Arc::default()), Some(script.seed)),
            Source::Record(record) => Self::recorded(record),
        }
    }

    /// Whether evidence is kept of what goes on.
    pub(crate) fn keeps(&self) -> bool {
        !matches!(self, Self::Live { notes: None, .. })
    }

    fn recorded(record: Record) -> Self {
        let play = Play { turns: record.turns, asked: Asked::default() };
        Self::Recorded { play: Arc::new(Mutex::new(play)), bodies: record.bodies }
    }

    /// The time that goes by: the machine's, or a play's. A replay takes its times from the record.
    pub(crate) fn time(&self) -> Time {
        self.session().map_or_else(Time::real, |session| session.time())
    }

    /// What the call's random bytes come from, where that is given.
    pub(crate) fn seed(&self) -> Option<[u8; 32]> {
        match self {
            Self::Live { seed, .. } => *seed,
            Self::Recorded { .. } => None,
        }
    }

    /// Ends the call when its time in a play is over.
    pub(crate) fn go_on(&self) -> wasmtime::Result<()> {
        if self.session().is_some_and(|session| session.is_over()) {
            return Err(wasmtime::Error::msg("the call's time is over"));
        }
        Ok(())
    }

    /// The way out; `None` in a replay, where there is none.
    pub(crate) fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Live { session, .. } => Some(session),
            Self::Recorded { .. } => None,
        }
    }

    /// The answer that was noted for this; `None` when the world is live and is to be asked.
    ///
    /// # Errors
    /// When the notes hold no such turn: the call ends with this.
    pub(crate) fn recalled<T: DeserializeOwned>(&self, question: &Question) -> wasmtime::Result<Option<T>> {
        let Self::Recorded { play, .. } = self else { return Ok(None) };
        let mut play = locked(play);
        let turn = play.take(question)?;
        let answer = serde_json::from_value(turn.answer);
        answer.map(Some).map_err(|error| play.stray(format!("the record of `{}` is damaged: {error}", turn.import)))
    }

    /// Notes a turn.
    pub(crate) fn note(&self, question: &Question, answer: &impl Serialize) {
        let Self::Live { notes: Some(notes), .. } = self else { return };
        locked(notes).note(question, answer);
    }

    /// A whole turn of something that is at hand: noted when live, recalled in a replay.
    ///
    /// # Errors
    /// As for [`recalled`](Self::recalled).
    pub(crate) fn turn<T>(&self, question: &Question, live: impl FnOnce() -> T) -> wasmtime::Result<T>
    where
        T: Serialize + DeserializeOwned,
    {
        if let Some(noted) = self.recalled(question)? {
            return Ok(noted);
        }
        let answer = live();
        self.note(question, &answer);
        Ok(answer)
    }

    /// What was asked in a replay; `None` for a live world.
    pub(crate) fn asked(&self) -> Option<Asked> {
        match self {
            Self::Live { .. } => None,
            Self::Recorded { play, .. } => Some(std::mem::take(&mut locked(play).asked)),
        }
    }

    /// A body that the notes name.
    ///
    /// # Errors
    /// When it was not kept.
    pub(crate) fn body(&self, digest: &Digest) -> wasmtime::Result<Vec<u8>> {
        let why = || format!("the record names the body {digest}, which was too large to be kept");
        match self {
            Self::Live { .. } => Err(wasmtime::Error::msg(why())),
            Self::Recorded { play, bodies } => {
                let body = bodies.get(digest).map(|body| body.to_vec());
                body.ok_or_else(|| locked(play).stray(why()))
            }
        }
    }

    /// The notes as they are kept; `None` when there is nothing to note.
    pub(crate) fn notes(&self) -> Option<Vec<u8>> {
        let Self::Live { notes: Some(notes), .. } = self else { return None };
        let notes = std::mem::take(&mut *locked(notes));
        (notes.turns > 0).then(|| notes.finish())
    }
}

fn digest(asked: &impl Serialize) -> Digest {
    Digest::of(&serde_json::to_vec(asked).unwrap_or_default())
}

/// Whoever panicked while holding it left whole turns behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_that_asks_without_end_fills_nothing_and_is_not_replayed() {
        let mut notes = Notes::default();

        for turn in 0..2 * MOST_TURNS {
            notes.note(&Question::bare("clock.now"), &turn);
        }

        assert_eq!(notes.turns, MOST_TURNS);
        let kept = notes.finish();
        assert_eq!(Record::read(Some(&kept), BTreeMap::new()).unwrap_err(), NoRecord::More);
    }
}
