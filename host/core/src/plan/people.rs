//! Who is asked when a run can't decide, and what silence means.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::cause::RootCause;
use crate::plan::check::{Check, Severity, Urgency};
use crate::plan::phase::Phase;
use crate::plan::window::{Rule, Signal, Window};
use crate::response::Response;
use crate::time::Span;

/// What happens on `escalate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// The one named person or role who owns the call.
    pub commander: String,
    /// Whether and how long the run holds for an answer.
    pub patience: Patience,
    /// What silence means.
    pub on_silence: Silence,
    /// Who else is asked and what else is done, by what a failure is put down to and how bad it is. The first that
    /// fits is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Path>,
}

/// A way for failures of one kind. What it leaves open stays as the check or rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// What it is for.
    pub pattern: Pattern,
    /// What is asked for instead of what the check or rule asks for when it fails; never what lets through what would
    /// have stopped the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// How people are to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
    /// Who is told and asked instead of the commander.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How long the run holds for an answer, instead of the plan's patience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_within: Option<Span>,
}

/// Which failures are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// Those that are put down to this; absent: to anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<RootCause>,
    /// Those that are as bad or worse; absent: however bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
}

/// A way in which people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Somebody is woken.
    Page,
    /// It is written down where work is.
    Ticket,
    /// People are called together.
    Meeting,
}

impl Way {
    /// Every way, as it is written in a plan.
    pub const ALL: [(&'static str, Self); 3] =
        [("page", Self::Page), ("ticket", Self::Ticket), ("meeting", Self::Meeting)];

    /// As it is written in a plan.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Meeting => "meeting",
        }
    }
}

/// Ways in one line: `page, ticket`.
pub fn listed(ways: &[Way]) -> String {
    let words: Vec<&str> = ways.iter().map(|way| way.as_str()).collect();
    words.join(", ")
}

impl Pattern {
    /// Whether a failure with this cause and this severity is meant.
    pub fn fits(&self, cause: RootCause, severity: Severity) -> bool {
        self.cause.is_none_or(|it| it == cause) && self.severity.is_none_or(|least| least <= severity)
    }

    /// Whether there can be a failure that both mean. What is critical is meant by every severity.
    pub fn meets(&self, other: &Self) -> bool {
        self.cause.is_none() || other.cause.is_none() || self.cause == other.cause
    }

    /// Whether every failure that the other one means is meant.
    pub fn covers(&self, other: &Self) -> bool {
        let least = |pattern: &Self| pattern.severity.unwrap_or(Severity::Minor);
        (self.cause.is_none() || self.cause == other.cause) && least(self) <= least(other)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            None | Some(Severity::Minor) => None,
            Some(Severity::Major) => Some("major or critical"),
            Some(Severity::Critical) => Some("critical"),
        };
        match (self.cause, severity) {
            (None, None) => f.write_str("whatever fails"),
            (Some(cause), None) => write!(f, "{cause}"),
            (None, Some(severity)) => f.write_str(severity),
            (Some(cause), Some(severity)) => write!(f, "{cause}, {severity}"),
        }
    }
}

impl Path {
    /// What is asked for on this path, where the check or rule itself asks for `own`.
    ///
    /// A path may stop a run that would have gone on, and choose between asking a person and rolling back. What would
    /// have stopped the run it never lets through: then the check's or rule's own word stays. (D-1)
    pub fn answer(&self, own: Response) -> Response {
        match self.response {
            Some(response) if response.stops() || !own.stops() => response,
            Some(_) | None => own,
        }
    }
}

impl Escalation {
    /// The first path for a failure of this kind, and its place, from 0.
    pub fn path(&self, cause: RootCause, severity: Severity) -> Option<(usize, &Path)> {
        self.paths.iter().enumerate().find(|(_, path)| path.pattern.fits(cause, severity))
    }

    /// The phase with the responses that are in force: those of the paths where one fits, its own elsewhere.
    ///
    /// Only what is bad takes the response of a path; what could not be found out keeps its own. (D-9)
    #[must_use]
    pub fn over(&self, phase: &Phase) -> Phase {
        if self.paths.is_empty() {
            return phase.clone();
        }
        let checks = phase.checks.iter().map(|check| self.over_check(check, Urgency::of_check)).collect();
        let over_signal = |signal: &Signal| Signal {
            check: self.over_check(&signal.check, |_, response| Urgency::of_rule(response)),
            rules: signal.rules.iter().map(|rule| self.over_rule(rule)).collect(),
            ..signal.clone()
        };
        let over_window =
            |window: &Window| Window { signals: window.signals.iter().map(over_signal).collect(), ..window.clone() };
        Phase { checks, window: phase.window.as_ref().map(over_window), ..phase.clone() }
    }

    fn over_check(&self, check: &Check, urgency: impl Fn(Severity, Response) -> Urgency) -> Check {
        match self.answer(check.cause, check.severity, check.on_fail) {
            None => check.clone(),
            Some(on_fail) => Check { on_fail, urgency: urgency(check.severity, on_fail), ..check.clone() },
        }
    }

    fn over_rule(&self, rule: &Rule) -> Rule {
        match self.answer(rule.cause, rule.severity, rule.response) {
            None => rule.clone(),
            Some(response) => Rule { response, urgency: Urgency::of_rule(response), ..rule.clone() },
        }
    }

    /// What a path makes of a response; `None` where that stays as it is.
    fn answer(&self, cause: RootCause, severity: Severity, own: Response) -> Option<Response> {
        let (_, path) = self.path(cause, severity)?;
        Some(path.answer(own)).filter(|response| *response != own)
    }
}

/// How long a run holds for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Patience {
    /// Not at all: the run ends as escalated, and a person decides outside it.
    None,
    /// So long, then [`Silence`] speaks.
    AnswerWithin(Span),
}

impl Patience {
    /// How long the run holds; `None`: it does not.
    pub const fn within(self) -> Option<Span> {
        match self {
            Self::None => None,
            Self::AnswerWithin(within) => Some(within),
        }
    }
}

/// What silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Roll back when something bad was seen; keep holding when it merely could not be found out. (D-6)
    ByCause,
    /// Roll back.
    RollsBack,
    /// Keep holding and asking.
    Holds,
}
