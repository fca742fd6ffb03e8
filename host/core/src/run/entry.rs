//! Entries: the rows of a run's journal.

use serde::{Deserialize, Serialize};

use crate::id::Sequence;
use crate::run::command::Command;
use crate::run::event::Event;
use crate::time::{Elapsed, Moment};

/// One row of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place.
    pub sequence: Sequence,
    /// When, after the start of the run. The time that decisions are made by; never goes back within a run.
    pub at: Elapsed,
    /// When, for people.
    pub moment: Moment,
    /// What.
    pub what: What,
}

/// What a row records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum What {
    /// Something happened.
    Event {
        /// What.
        event: Event,
    },
    /// Something is about to be done. Written before it is; its event, when it comes, tells how it ended.
    Intent {
        /// What.
        command: Command,
    },
}
