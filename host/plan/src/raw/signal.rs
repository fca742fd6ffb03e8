//! Signals and rules as they are typed.

use holdpoint_core::name::{CheckName, PluginName};
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::Severity;
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::response::Response;
use holdpoint_core::stat::promise::Direction;
use holdpoint_core::time::Span;

use crate::form::{Count, Settings, Table, Tables, Text};
use crate::number::{Number, NumberOrName};
use crate::raw::assess::Assess;
use crate::raw::section;

/// How much time is between two samples unless the plan says otherwise.
pub(crate) const INTERVAL: Span = Span::from_secs(10);
/// For how many intervals data may be missing unless the plan says otherwise.
pub(crate) const GAP: u64 = 3;
/// What counts as no difference unless the plan says otherwise: a share of the baseline.
pub(crate) const TOLERANCE: f64 = 0.01;
section! {
    /// A check that is called again and again while the release is watched, and whose measurements are judged by rules.
    "signal" Signal {
        /// Its name, unique within the plan, among checks as well.
        required name: CheckName,
        /// The plugin that is called.
        required plugin: PluginName,
        /// How much time is between two samples.
        optional interval: Span = INTERVAL,
        /// The measurement that is judged, by the name that the plugin gives it. Default: the only one that it returns.
        optional measurement: Text,
        /// How much traffic a sample must stand on: three requests are no evidence.
        optional min_traffic: Table<Traffic>,
        /// For how long data may be missing before the signal could not be judged. Default: 3 intervals.
        optional max_gap: Span,
        /// How long one call may take. Default: the plugin's wall limit where one is written, else 10s.
        optional timeout: Span,
        /// How bad it is when the plugin itself calls a sample bad.
        optional severity: Severity = Severity::Major,
        /// What it is put down to when the signal fails: "code", "configuration", "data", "infrastructure", "dependency"
        /// or "unknown". Escalation paths go by it, and a dependency that fails first is told.
        optional cause: RootCause = RootCause::Unknown,
        /// What is asked for when the signal could not be judged.
        optional on_inconclusive: Response = Response::Escalate,
        /// What its samples are judged by. A signal without rules is there for others to be compared with.
        optional rule: Tables<Rule>,
        /// The plugin's settings, as its own schema describes them.
        optional settings: Settings,
    }
}

section! {
    /// How much traffic a sample must stand on. A sample on less is no data.
    "traffic" Traffic {
        /// The measurement that says how much there was.
        required measurement: Text,
        /// At least so much.
        required least: Number,
    }
}

section! {
    /// What must not be. Exactly one of above, below, rise, drop, differs, sequential, trend and assess.
    "rule" Rule {
        /// A number greater than this.
        optional above: Number,
        /// A number less than this.
        optional below: Number,
        /// A number greater than the baseline by more than so many percent of it.
        optional rise: Number,
        /// A number less than the baseline by more than so many percent of it.
        optional drop: Number,
        /// Samples that are higher, lower or either than those of the baseline, by rank: "rise", "drop" or "either".
        optional differs: Direction,
        /// A mean that is higher, lower or either than the baseline's, looked at after every sample: "rise", "drop" or
        /// "either".
        optional sequential: Direction,
        /// What sequential judges instead of the signal's measurement: the measurement that says how many events there
        /// were since the sample before, such as failed requests. Needs of or per.
        optional events: Text,
        /// Among how many requests the events are, by the name of a measurement: each is an event or not.
        optional of: Text,
        /// In how many units of exposure the events are, by the name of a measurement: hours, gigabytes.
        optional per: Text,
        /// Samples that creep up, down or either within the window: "rise", "drop" or "either".
        optional trend: Direction,
        /// Samples that are counted as successes, failures and errors, against limits.
        optional assess: Table<Assess>,
        /// What rise, drop, differs and sequential compare with: a number, or the name of another signal. One of an earlier phase
        /// stands for what was before; one of the same phase is compared at the same moment.
        optional baseline: NumberOrName,
        /// Instead of a baseline: the same signal in the last so many confirmed runs of the plan, for the same service and
        /// environment. With fewer than 3 of them the signal could not be judged.
        optional history: Count<3, 20>,
        /// What counts as no difference for differs and sequential, as a share of the baseline, and as no trend, as a
        /// share of the median an hour: 0.05 is 5 percent.
        optional tolerance: Number = TOLERANCE,
        /// The promised chance of a false alarm of differs, sequential and trend over the whole window, however often it
        /// is looked at. Default: an equal share of what the phase's false-alarms leaves.
        optional error_rate: Number,
        /// For how long it must have held at every sample before the rule fires. Default: it fires at once.
        optional for_: Span,
        /// How bad it is when the rule fires.
        optional severity: Severity = Severity::Major,
        /// What it is put down to when the rule fires. Default: the signal's.
        optional cause: RootCause,
        /// What it asks for when it fires. Default: critical and major roll back, minor asks for a hotfix. A rollback or
        /// an escalation is not put off until the window ends.
        optional on_fire: Response,
        /// Whether it acts: "armed" does; "observe-only" is told, and does nothing.
        optional mode: Arming = Arming::Armed,
    }
}
