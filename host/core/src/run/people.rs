//! People: what a run asks its commander, and what it makes of the answer or of silence.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::Serialize;

use crate::gate::{Leave, Terms};
use crate::plan::people::{Silence, Way};
use crate::reason::Reason;
use crate::response::Sight;
use crate::run::command::Command;
use crate::run::event::Answer;
use crate::time::{Elapsed, Span, Wake};

/// A run that holds for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// The question's number in the run, from 1.
    pub number: u32,
    /// Who is asked.
    pub commander: String,
    /// What, in words.
    pub question: String,
    /// How people are to be told.
    pub ways: Vec<Way>,
    /// How long an answer is waited for each time.
    pub within: Span,
    /// When it was asked last.
    pub since: Elapsed,
    /// Until when an answer is waited for.
    pub until: Elapsed,
    /// How often it was asked.
    pub times: u32,
    /// The place of the phase at whose gate the run holds, or before which a shift did not end well.
    pub(crate) phase: usize,
    /// What it holds over.
    pub(crate) over: Over,
    /// What silence leads to.
    pub(crate) silence: Silent,
}

/// What a run holds over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Over {
    /// A gate that stopped it.
    Gate,
    /// A shift of traffic that did not end well, or whose end is not known.
    Shift,
}

/// What silence leads to, once the policy and the cause have been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silent {
    /// The previous version comes back.
    RollsBack,
    /// The run goes on holding, and asks again.
    AsksAgain,
}

/// What a run makes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The run goes on past the gate.
    GoOn(Leave),
    /// The previous version comes back.
    RollBack {
        /// Why.
        reason: String,
    },
    /// The run holds until then.
    HoldUntil(Elapsed),
}

/// Decides what silence leads to. (D-6, D-9)
///
/// By cause: something bad that stopped the run is rolled back, something unknown is asked about again. What can't be
/// rolled back is asked about again, whatever the policy.
#[must_use]
pub(crate) const fn silence_of(policy: Silence, cause: Sight, can: CanRollBack) -> Silent {
    match (policy, cause, can) {
        (Silence::RollsBack, Sight::Good | Sight::Unclear | Sight::Bad, CanRollBack::Yes)
        | (Silence::ByCause, Sight::Bad, CanRollBack::Yes) => Silent::RollsBack,
        (Silence::ByCause, Sight::Good | Sight::Unclear, CanRollBack::Yes)
        | (Silence::Holds, Sight::Good | Sight::Unclear | Sight::Bad, CanRollBack::Yes)
        | (
            Silence::ByCause | Silence::RollsBack | Silence::Holds,
            Sight::Good | Sight::Unclear | Sight::Bad,
            CanRollBack::No,
        ) => Silent::AsksAgain,
    }
}

/// Whether the plan says how the previous version is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CanRollBack {
    /// It does.
    Yes,
    /// It doesn't.
    No,
}

/// Puts what has to be decided into a question.
pub(crate) fn question(reason: &Reason, over: Over, can_roll_back: CanRollBack) -> String {
    let choices = match can_roll_back {
        CanRollBack::Yes => "confirm, hotfix or roll back, each with a reason, or extend",
        CanRollBack::No => "confirm or hotfix, each with a reason, or extend; the plan names no rollback",
    };
    let beside = match over {
        Over::Gate => "",
        Over::Shift => " (confirm and hotfix go on as if the released version had that share)",
    };
    format!("{reason}\n{choices}{beside}?")
}

impl Hold {
    /// The question as a command.
    pub(crate) fn ask(&self, now: Elapsed) -> Command {
        Command::Ask {
            number: self.number,
            commander: self.commander.clone(),
            question: self.question.clone(),
            within: Some(self.until.since(now).min(Span::LONGEST)),
            ways: self.ways.clone(),
        }
    }

    /// Asks again, for as long as before.
    pub(crate) fn ask_again(&mut self, now: Elapsed) -> Command {
        self.since = now;
        self.until = now.plus(self.within);
        self.times = self.times.saturating_add(1);
        self.ask(now)
    }

    /// When silence speaks.
    pub(crate) fn wakes(&self) -> Wake {
        Wake { at: self.until, why: format!("an answer of {}", self.commander) }
    }

    /// Refuses an answer to another question: what was meant for that one is no answer to this.
    ///
    /// # Errors
    /// When it names another question.
    pub(crate) fn is_answered_by(&self, question: Option<u32>) -> Result<(), String> {
        let number = self.number;
        match question.filter(|answered| *answered != number) {
            Some(answered) => Err(format!("that answers question {answered}, and question {number} is asked")),
            None => Ok(()),
        }
    }

    /// Makes something of an answer. (D-6)
    ///
    /// # Errors
    /// When somebody gives no name or no reason, extends by nothing, or asks for a rollback that the plan doesn't name.
    pub(crate) fn hear(&self, by: &str, answer: &Answer, can: CanRollBack, now: Elapsed) -> Result<Heard, String> {
        if is_blank(by) {
            return Err("an answer needs the name of who gives it".to_string());
        }
        let leave = |reason: &str, terms| Leave { by: by.to_string(), reason: reason.to_string(), terms };
        match answer {
            Answer::Confirm { reason } | Answer::Hotfix { reason } | Answer::RollBack { reason }
                if is_blank(reason) =>
            {
                Err("an answer needs a reason".to_string())
            }
            Answer::Confirm { reason } => Ok(Heard::GoOn(leave(reason, Terms::Waiver))),
            Answer::Hotfix { reason } => Ok(Heard::GoOn(leave(reason, Terms::Hotfix))),
            Answer::RollBack { reason } => match can {
                CanRollBack::Yes => Ok(Heard::RollBack { reason: reason.clone() }),
                CanRollBack::No => Err("the plan names no rollback".to_string()),
            },
            Answer::Extend { by } if *by == Span::ZERO => Err("an extension by nothing is none".to_string()),
            Answer::Extend { by } => Ok(Heard::HoldUntil(self.until.max(now).plus(*by))),
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
