//! Checks with every attempt, as they are told.

use std::collections::BTreeMap;

use holdpoint_core::facts::{Evidence, Facts};
use holdpoint_core::id::{CallId, Digest};
use holdpoint_core::outcome::{Called, FaultKind, Outcome};
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::response::Response;
use holdpoint_core::run::round::{CheckRun, Standing};
use holdpoint_core::verdict::Verdict;
use serde::Serialize;

use crate::story::evidence::{self, Seen};
use crate::story::headline::Tone;
use crate::story::ledger::{CheckCall, Ledger};
use crate::words;

pub(crate) mod said;

pub(crate) use said::Said;

/// A check and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) plugin: String,
    pub(crate) severity: &'static str,
    /// What the plan puts its failure down to; `unknown` when it does not say.
    pub(crate) cause: &'static str,
    /// What the plugin puts it down to, where it says so and did not pass.
    pub(crate) suspected: Option<&'static str>,
    /// The outcome's word; `waiting`, `running` or `pausing` before it has settled.
    pub(crate) word: &'static str,
    pub(crate) summary: String,
    /// What counted before a person waived it.
    pub(crate) before_waiver: Option<Before>,
    /// What it asks for; absent when it lets the run go on.
    pub(crate) asks: Option<&'static str>,
    pub(crate) attempts: Vec<Attempt>,
}

/// What counted before a person waived a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Before {
    pub(crate) word: &'static str,
    pub(crate) summary: String,
}

/// One call of a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Attempt {
    pub(crate) call: u64,
    /// From 1.
    pub(crate) number: u32,
    /// In milliseconds after the start of the run.
    pub(crate) began_ms: u64,
    /// Absent when the history does not tell its end.
    pub(crate) ended_ms: Option<u64>,
    /// The outcome's word, or `no end on record`.
    pub(crate) word: &'static str,
    pub(crate) summary: String,
    /// Whether the run took it into account: a call that ended after it was stopped counts for nothing.
    pub(crate) counts: bool,
    pub(crate) said: Option<Said>,
    pub(crate) fault: Option<Fault>,
    pub(crate) facts: Option<Measured>,
    pub(crate) evidence: Option<Seen>,
}

/// What went wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Fault {
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    /// Innermost first.
    pub(crate) frames: Vec<String>,
    pub(crate) last_log: Vec<String>,
}

/// What the host measured of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Measured {
    pub(crate) wall_ms: u64,
    pub(crate) cpu_micros: u64,
    pub(crate) peak_memory_bytes: u64,
    pub(crate) requests: u32,
    pub(crate) denials: u32,
    pub(crate) sent_bytes: u64,
    pub(crate) received_bytes: u64,
}

/// Tells one check.
pub(crate) fn of(run: &CheckRun, ledger: &Ledger, kept: &BTreeMap<Digest, Evidence>) -> Check {
    let settled = run.settled();
    let outcome = settled.map(|settled| settled.before_waiver.as_deref().unwrap_or(&settled.outcome));
    let before = settled.and_then(|settled| settled.before_waiver.as_deref());
    let calls = ledger.calls.iter().filter(|(_, known)| known.check == run.check.name);
    Check {
        name: run.check.name.to_string(),
        plugin: run.check.plugin.to_string(),
        severity: run.check.severity.as_str(),
        cause: run.check.cause.as_str(),
        suspected: outcome.and_then(Outcome::suspects).map(RootCause::as_str),
        word: word_of(&run.standing),
        summary: settled.map(|settled| settled.outcome.account()).unwrap_or_default(),
        before_waiver: before.map(|before| Before { word: before.word(), summary: before.account() }),
        asks: run.asked().and_then(|asked| asked.response).map(Response::as_str),
        attempts: calls.map(|(call, known)| Attempt::of(*call, known, run, kept)).collect(),
    }
}

const fn word_of(standing: &Standing) -> &'static str {
    match standing {
        Standing::Waiting { .. } => "waiting",
        Standing::Running { .. } => "running",
        Standing::Pausing { .. } => "pausing",
        Standing::Settled(settled) => settled.outcome.word(),
    }
}

/// A severity, and a cause where the plan says one.
pub(crate) fn kind(severity: &str, cause: &str) -> String {
    if cause == RootCause::Unknown.as_str() { severity.to_owned() } else { format!("{severity}, {cause}") }
}

impl Check {
    /// Its severity, and its cause where the plan says one.
    pub(crate) fn kind(&self) -> String {
        kind(self.severity, self.cause)
    }

    /// How it is to be taken.
    pub(crate) fn tone(&self) -> Tone {
        Tone::of_word(self.word)
    }

    /// Its word and summary in one line.
    pub(crate) fn words(&self) -> String {
        if self.summary.is_empty() { self.word.to_owned() } else { format!("{}: {}", self.word, self.summary) }
    }
}

impl Attempt {
    fn of(call: CallId, known: &CheckCall, run: &CheckRun, kept: &BTreeMap<Digest, Evidence>) -> Self {
        // What the run made of the end goes before what the end claimed to be.
        let counted = run.attempts().iter().find(|attempt| attempt.call == call);
        let called: Option<&Called> =
            counted.map(|attempt| &attempt.called).or_else(|| known.ended.as_ref().map(|(_, called)| called));
        let outcome = called.map(|called| &called.outcome);
        let digest = called.and_then(|called| called.facts.evidence);
        Self {
            call: call.0,
            number: known.attempt,
            began_ms: known.began.0,
            ended_ms: known.ended.as_ref().map(|(at, _)| at.0),
            word: outcome.map_or("no end on record", Outcome::word),
            summary: outcome.map(Outcome::account).unwrap_or_default(),
            counts: counted.is_some(),
            said: outcome.and_then(verdict).map(Said::of),
            fault: outcome.and_then(fault).map(Fault::of),
            facts: called.map(|called| Measured::of(&called.facts)),
            evidence: digest.map(|digest| evidence::of(digest, kept)),
        }
    }

    /// How it is to be taken.
    pub(crate) fn tone(&self) -> Tone {
        Tone::of_word(self.word)
    }
}

const fn verdict(outcome: &Outcome) -> Option<&Verdict> {
    match outcome {
        Outcome::Said { verdict } => Some(verdict),
        Outcome::Error { .. }
        | Outcome::Timeout { .. }
        | Outcome::Skipped { .. }
        | Outcome::Cancelled { .. }
        | Outcome::Waived { .. } => None,
    }
}

const fn fault(outcome: &Outcome) -> Option<&holdpoint_core::outcome::Fault> {
    match outcome {
        Outcome::Error { fault } => Some(fault),
        Outcome::Said { .. }
        | Outcome::Timeout { .. }
        | Outcome::Skipped { .. }
        | Outcome::Cancelled { .. }
        | Outcome::Waived { .. } => None,
    }
}

impl Fault {
    pub(crate) fn of(fault: &holdpoint_core::outcome::Fault) -> Self {
        let kind = match fault.kind {
            FaultKind::Settings => "settings",
            FaultKind::Unavailable => "unavailable",
            FaultKind::Denied => "denied",
            FaultKind::Internal => "internal",
            FaultKind::Trap => "trap",
            FaultKind::Limit => "limit",
            FaultKind::Inadmissible => "inadmissible",
            FaultKind::Host => "host",
        };
        Self { kind, message: fault.message.clone(), frames: fault.frames.clone(), last_log: fault.last_log.clone() }
    }
}

impl Measured {
    pub(crate) fn of(facts: &Facts) -> Self {
        Self {
            wall_ms: facts.wall.as_millis(),
            cpu_micros: facts.cpu_micros,
            peak_memory_bytes: facts.peak_memory.0,
            requests: facts.requests,
            denials: facts.denials,
            sent_bytes: facts.sent.0,
            received_bytes: facts.received.0,
        }
    }

    /// Each figure with its name, for people.
    pub(crate) fn rows(&self) -> [(&'static str, String); 7] {
        [
            ("wall", words::millis(self.wall_ms)),
            ("cpu", words::micros(self.cpu_micros)),
            ("peak memory", words::bytes(self.peak_memory_bytes)),
            ("requests", self.requests.to_string()),
            ("denials", self.denials.to_string()),
            ("sent", words::bytes(self.sent_bytes)),
            ("received", words::bytes(self.received_bytes)),
        ]
    }

    /// The same in one line.
    pub(crate) fn words(&self) -> String {
        self.rows().map(|(name, value)| format!("{name} {value}")).join(", ")
    }
}
