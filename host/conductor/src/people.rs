//! People: how a question reaches the commander. The answer comes back as an event, like everything else.

use holdpoint_core::plan::people::Way;
use holdpoint_core::time::Span;

/// A question to the commander.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its number in the run, from 1, which its answer names.
    pub number: u32,
    /// Who is asked.
    pub commander: String,
    /// What, in words.
    pub question: String,
    /// How long an answer is waited for; absent: until one comes.
    pub within: Option<Span>,
    /// How people are to be told; empty: as the host does it.
    pub ways: Vec<Way>,
}

/// Whether a question reached somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It stands before somebody, whose answer will come as an event.
    Somebody,
    /// There is nobody who could be asked.
    Nobody,
}

/// A way to ask people.
pub trait People: Send {
    /// Puts a question to the commander and returns at once.
    fn ask(&mut self, question: Question) -> Reached;
}

/// Nobody: every question goes unasked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unattended;

impl People for Unattended {
    fn ask(&mut self, _question: Question) -> Reached {
        Reached::Nobody
    }
}
