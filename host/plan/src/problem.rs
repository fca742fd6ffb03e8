//! Problems: what is wrong with a plan, where, and what would mend it.

use std::fmt;

use holdpoint_core::text::visible;
use serde::Serialize;

/// Where in a text something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The first byte, from 0.
    pub start: usize,
    /// The byte after the last. Equal to `start` where something is missing.
    pub end: usize,
    /// The line of the first byte, from 1.
    pub line: usize,
    /// The column of the first byte in characters, from 1.
    pub column: usize,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    /// There is no plan until it is mended.
    Error,
    /// The plan can be used, and probably does not mean what it says.
    Warning,
}

impl fmt::Display for Gravity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// Which rule a problem breaks. Stable, for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The text is not TOML (or not JSON, for a release file).
    Syntax,
    /// The format's version is missing or unknown.
    Version,
    /// A key that means nothing there.
    UnknownKey,
    /// A key that must be there is not.
    MissingKey,
    /// A value of another type than the key's.
    WrongType,
    /// A value of the right type that can't be.
    BadValue,
    /// The same thing twice.
    Duplicate,
    /// A name that nothing has.
    UnknownName,
    /// A plugin of one kind where another is wanted.
    WrongKind,
    /// A URL that could be read in more than one way, or says too much.
    Url,
    /// An endpoint whose address its own rules don't allow.
    Address,
    /// An endpoint without a URL in the chosen environment.
    Environment,
    /// More than the host's policy allows.
    BeyondPolicy,
    /// A limit over the host's cap.
    BeyondCap,
    /// A grant that makes no sense for its endpoint.
    Grant,
    /// A file that the plan names can't be used.
    Attachment,
    /// A secret without a usable source or binding, or one that would be readable on its way.
    Secret,
    /// Settings that the plugin does not take.
    Settings,
    /// A reference in settings to an endpoint that the plugin may not reach.
    NotGranted,
    /// A check that can never let a release through.
    NeverPasses,
    /// No phases, or a phase without checks.
    Empty,
    /// A rollback whose success nothing verifies.
    NoRecovery,
    /// A stage that can't be carried out as the plan says, or a rollout that is not whole.
    Stage,
    /// A response that can't be carried out as the plan says.
    Response,
    /// Times that don't fit into each other.
    Timing,
    /// A smoke phase that is more than one.
    Smoke,
    /// Nobody is named for the questions that the plan asks.
    Commander,
    /// Something that has no effect.
    Unused,
    /// A fact of the release that can't be.
    Release,
    /// A fact of the release that nothing states.
    MissingFact,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub gravity: Gravity,
    /// Which rule it breaks.
    pub code: Code,
    /// Where it is. Absent when it stands in no text, such as a flag.
    pub place: Option<Place>,
    /// What is wrong, in one line.
    pub what: String,
    /// What would mend it, where that can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Problem {
    /// An error that stands in no text.
    pub fn nowhere(code: Code, what: impl Into<String>) -> Self {
        Self { gravity: Gravity::Error, code, place: None, what: visible(&what.into()), cure: None }
    }

    /// The same, with what would mend it.
    #[must_use]
    pub fn cured_by(self, cure: impl Into<String>) -> Self {
        Self { cure: Some(cure.into()), ..self }
    }

    /// Writes it as a compiler would, for the file that was read: `plan.toml:3:1: error: …`, and what would mend it
    /// as a second line.
    pub fn render(&self, file: &str) -> String {
        let place = self.place.map(|place| format!("{file}:{}:{}: ", place.line, place.column)).unwrap_or_default();
        let cure = self.cure.as_deref().map(|cure| format!("\n  hint: {cure}")).unwrap_or_default();
        format!("{place}{}: {}{cure}", self.gravity, self.what)
    }
}

/// Whether one of these is an error.
pub fn any_error(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.gravity == Gravity::Error)
}

/// Puts problems into the order of their places, those without one last, each once.
pub fn sort(problems: &mut Vec<Problem>) {
    let place = |problem: &Problem| problem.place.map_or(usize::MAX, |place| place.start);
    problems.sort_by(|a, b| (place(a), a.gravity, a.code, &a.what).cmp(&(place(b), b.gravity, b.code, &b.what)));
    problems.dedup();
}
