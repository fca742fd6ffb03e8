//! Phases and checks as they are typed.

use holdpoint_core::name::{CheckName, PhaseName, PluginName};
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::Severity;
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::response::Response;
use holdpoint_core::time::Span;

use crate::form::{Count, Settings, Tables};
use crate::number::Number;
use crate::raw::section;
use crate::raw::signal::Signal;

/// How many checks run at the same time unless the plan says otherwise.
pub(crate) const PARALLEL: u32 = 4;
/// How long a smoke phase may take unless the plan says otherwise.
pub(crate) const SMOKE_BUDGET: Span = Span::from_secs(120);
/// How long any other phase may take unless the plan says otherwise.
pub(crate) const BUDGET: Span = Span::from_secs(600);
/// The share of samples that must be data unless the plan says otherwise, in percent.
pub(crate) const COVERAGE: u32 = 90;
/// The promised chance that a window raises any false alarm unless the plan says otherwise.
pub(crate) const FALSE_ALARMS: f64 = 0.01;
/// How often a check is tried unless the plan says otherwise: nothing is repeated that nobody asked to repeat.
pub(crate) const ATTEMPTS: u32 = 1;
/// The pause before the second attempt unless the plan says otherwise.
pub(crate) const BACKOFF: Span = Span::from_secs(1);
/// The longest pause between attempts unless the plan says otherwise.
pub(crate) const LONGEST_BACKOFF: Span = Span::from_secs(30);

section! {
    /// An ordered group of checks that ends in a gate.
    "phase" Phase {
        /// Its name: preflight, smoke, verify, observe, or one of the plan's own.
        required name: PhaseName,
        /// How many checks run at the same time.
        optional parallel: Count<1, 1024> = PARALLEL,
        /// How long the whole phase may take. Default: 2m for a phase named smoke, 10m for any other.
        optional budget: Span,
        /// Whether the gate acts: "armed" does; "observe-only" judges, shows, and lets everything through.
        optional mode: Arming = Arming::Armed,
        /// How long the release is watched by the phase's signals, from the start of the phase. Default, where there are
        /// signals: 10m for a bugfix, 30m for a feature, 2h for a migration or infrastructure.
        optional window: Span,
        /// How long after the start of the phase the first sample is taken.
        optional initial_delay: Span = Span::ZERO,
        /// The share of a signal's expected samples that must be data, in percent. With less it could not be judged.
        optional coverage: Count<1, 100> = COVERAGE,
        /// The promised chance that a window in which nothing is wrong raises any false alarm: it is split over its rules
        /// differs, sequential and trend that state no error-rate of their own.
        optional false_alarms: Number = FALSE_ALARMS,
        /// Its checks, in the order in which they are started.
        optional check: Tables<Check>,
        /// What is sampled again and again while the release is watched.
        optional signal: Tables<Signal>,
    }
}

section! {
    /// One check: which plugin is called with which settings, how often, and what its outcome asks for.
    "check" Check {
        /// Its name, unique within the plan.
        required name: CheckName,
        /// The plugin that is called.
        required plugin: PluginName,
        /// How bad it is when it fails.
        optional severity: Severity = Severity::Major,
        /// What a fail is put down to: "code", "configuration", "data", "infrastructure", "dependency" or "unknown".
        /// Escalation paths go by it, and a dependency that fails first is told.
        optional cause: RootCause = RootCause::Unknown,
        /// How many times it is called at most when it ends in an error, a timeout, or without finding out. A fail is
        /// an answer and is not tried again.
        optional attempts: Count<1, 100> = ATTEMPTS,
        /// The pause before the second attempt; each further one is twice as long.
        optional backoff: Span = BACKOFF,
        /// The longest pause between attempts.
        optional longest_backoff: Span = LONGEST_BACKOFF,
        /// How long one attempt may take. Default: the plugin's wall limit where one is written, else 10s.
        optional timeout: Span,
        /// How many requests the host must have seen for a pass or a warn to count: a plugin that did not look has not
        /// found out. Default: 1 where the plugin is granted an endpoint, else 0.
        optional min_evidence: Count<0, 1000>,
        /// What a fail asks for. Default: critical rolls back at once, major rolls back at the gate, minor asks for a
        /// hotfix.
        optional on_fail: Response,
        /// What is asked for when it could not be found out, after all attempts.
        optional on_inconclusive: Response = Response::Escalate,
        /// The plugin's settings, as its own schema describes them.
        optional settings: Settings,
    }
}
