//! The world of a call, as its guest sees it: turns of asking and answering. Live, they go to the gateway and the clock
//! and are noted; in a replay they come from such notes and from nothing else.
//!
//! A turn is found again by what was asked, whatever the order: requests of one batch may have gone out in any. What the
//! notes do not hold ends the call, and is never served.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use holdpoint_core::id::Digest;
use holdpoint_gateway::Session;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a guest asked, and what it was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// The function of ours that was called.
    import: String,
    /// The digest of all that was asked.
    asked: Digest,
    /// The answer. Bodies stand in it by their digests.
    answer: Value,
}

/// The notes of one call.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    turns: Vec<Turn>,
    /// Whether the guest looked at what WASI offers, of which nothing is noted.
    wasi: bool,
    /// Whether there were more turns than are noted.
    #[serde(default)]
    more: bool,
}

/// How many turns of a call are noted: a guest that reads the clock without end must not fill the host's memory.
const MOST_TURNS: usize = 4_096;

/// A call's world from its notes, for a replay.
#[derive(Debug, Clone)]
pub struct Record {
    turns: Vec<Turn>,
    bodies: Arc<BTreeMap<Digest, Bytes>>,
}

/// Why a call can't be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecord {
    /// The notes are none of ours.
    #[error("its record can't be read: {0}")]
    Unreadable(String),
    /// The guest used what is not noted.
    #[error("it used WASI, of which nothing is recorded")]
    Wasi,
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
        let notes = notes.map_or_else(|| Ok(Notes::default()), serde_json::from_slice);
        let notes: Notes = notes.map_err(|error| NoRecord::Unreadable(error.to_string()))?;
        if notes.wasi {
            return Err(NoRecord::Wasi);
        }
        if notes.more {
            return Err(NoRecord::More);
        }
        Ok(Self { turns: notes.turns, bodies: Arc::new(bodies) })
    }
}

/// Where the answers of a call come from.
#[derive(Clone)]
pub(crate) enum World {
    /// From outside; each is noted.
    Live { session: Arc<Session>, notes: Arc<Mutex<Notes>> },
    /// From notes.
    Recorded { turns: Arc<Mutex<Vec<Turn>>>, bodies: Arc<BTreeMap<Digest, Bytes>> },
}

impl World {
    pub(crate) fn live(session: Arc<Session>) -> Self {
        Self::Live { session, notes: Arc::default() }
    }

    pub(crate) fn of(record: Record) -> Self {
        Self::Recorded { turns: Arc::new(Mutex::new(record.turns)), bodies: record.bodies }
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
    pub(crate) fn recalled<T: DeserializeOwned>(&self, import: &str, asked: Digest) -> wasmtime::Result<Option<T>> {
        let Self::Recorded { turns, .. } = self else { return Ok(None) };
        let mut turns = locked(turns);
        let found = turns.iter().position(|turn| turn.import == import && turn.asked == asked);
        let Some(found) = found else {
            return Err(wasmtime::Error::msg(format!("the record holds no answer to this call of `{import}`")));
        };
        let turn = turns.remove(found);
        let answer = serde_json::from_value(turn.answer);
        answer.map(Some).map_err(|error| wasmtime::Error::msg(format!("the record of `{import}` is damaged: {error}")))
    }

    /// Notes a turn.
    pub(crate) fn note(&self, import: &str, asked: Digest, answer: &impl Serialize) {
        let Self::Live { notes, .. } = self else { return };
        noted(&mut locked(notes), import, asked, answer);
    }

    /// Notes that the guest looks at what is not noted.
    pub(crate) fn note_wasi(&self) {
        if let Self::Live { notes, .. } = self {
            locked(notes).wasi = true;
        }
    }

    /// A body that the notes name.
    ///
    /// # Errors
    /// When it was not kept.
    pub(crate) fn body(&self, digest: &Digest) -> wasmtime::Result<Vec<u8>> {
        let found = match self {
            Self::Live { .. } => None,
            Self::Recorded { bodies, .. } => bodies.get(digest),
        };
        found.map(|body| body.to_vec()).ok_or_else(|| {
            wasmtime::Error::msg(format!("the record names the body {digest}, which was too large to be kept"))
        })
    }

    /// The notes as they are kept; `None` when there is nothing to note.
    pub(crate) fn notes(&self) -> Option<Vec<u8>> {
        let Self::Live { notes, .. } = self else { return None };
        let notes = std::mem::take(&mut *locked(notes));
        let empty = notes.turns.is_empty() && !notes.wasi;
        // As above, writing can't fail.
        (!empty).then(|| serde_json::to_vec(&notes).unwrap_or_default())
    }
}

fn noted(notes: &mut Notes, import: &str, asked: Digest, answer: &impl Serialize) {
    if notes.turns.len() < MOST_TURNS {
        // Records of texts, numbers and lists: writing them can't fail, and a turn without an answer is never served.
        let answer = serde_json::to_value(answer).unwrap_or(Value::Null);
        notes.turns.push(Turn { import: import.to_owned(), asked, answer });
    } else {
        notes.more = true;
    }
}

/// The digest of all that was asked.
pub(crate) fn digest(asked: &impl Serialize) -> Digest {
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
        let notes = Arc::new(Mutex::new(Notes::default()));
        let asked = digest(&());

        for turn in 0..2 * MOST_TURNS {
            noted(&mut locked(&notes), "clock.now", asked, &turn);
        }

        let kept = serde_json::to_vec(&*locked(&notes)).unwrap();
        assert_eq!(locked(&notes).turns.len(), MOST_TURNS);
        assert_eq!(Record::read(Some(&kept), BTreeMap::new()).unwrap_err(), NoRecord::More);
    }
}
