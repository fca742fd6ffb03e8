//! The plan's outermost table, and who is asked.

use holdpoint_core::name::{EndpointName, PluginName, SecretName};
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::Severity;
use holdpoint_core::plan::people::{Silence, Way};
use holdpoint_core::response::Response;
use holdpoint_core::time::Span;

use crate::form::{List, Named, Table, Tables, Text};
use crate::raw::check::Phase;
use crate::raw::endpoint::Endpoint;
use crate::raw::plugin::Plugin;
use crate::raw::release::Release;
use crate::raw::rollback::Rollback;
use crate::raw::rollout::{Rollout, Stage};
use crate::raw::secret::Secret;
use crate::raw::section;

/// The version of the format that is read here.
pub(crate) const FORMAT: &str = "0.1";

/// Who is asked unless the plan names someone.
pub(crate) const COMMANDER: &str = "the person who started the run";

section! {
    /// A plan: what is verified after a deployment, what may be reached for it, and what happens when it is not good.
    "plan" Document {
        /// The version of the plan's format: "0.1".
        required holdpoint: Text,
        /// The plan's name, for reports.
        required name: Text,
        /// The release's facts, as far as the plan can know them. A release file, environment variables and flags go
        /// before them.
        optional release: Table<Release>,
        /// Who is asked when the run can't decide.
        optional escalation: Table<Escalation>,
        /// The network targets, by their names. A plugin reaches nothing else.
        optional endpoint: Named<EndpointName, Endpoint>,
        /// The secrets, by their names. The gateway adds them to requests.
        optional secret: Named<SecretName, Secret>,
        /// The plugins, by the names that checks call them.
        optional plugin: Named<PluginName, Plugin>,
        /// The phases, in the order in which they run. Each ends in a gate.
        wanted phase: Tables<Phase>,
        /// How traffic is given to the released version. Needs stages and a rollback.
        optional rollout: Table<Rollout>,
        /// The stages, each with a larger share of the traffic than the one before. Phases that stand before those of
        /// stages run first, at no share; phases that stand behind them run last.
        optional stage: Tables<Stage>,
        /// How the previous version is brought back. Without it, what asks for a rollback asks a person.
        optional rollback: Table<Rollback>,
    }
}

section! {
    /// Who is asked when the run can't decide, and what silence means.
    "escalation" Escalation {
        /// The one person or role who owns the call.
        optional commander: Text = COMMANDER,
        /// How long the run holds for an answer. Without it the run does not hold: it ends as escalated.
        optional answer_within: Span,
        /// What silence means: "by-cause" rolls back when something bad was seen and keeps holding when it merely
        /// could not be found out; "roll-back" rolls back; "hold" keeps holding.
        optional on_silence: Silence = Silence::ByCause,
        /// What else is done and who else is asked, by what a failure is put down to and how bad it is. The first that
        /// fits is taken; where none does, everything is as the rest of the plan says.
        optional path: Tables<Path>,
    }
}

section! {
    /// A way for failures of one kind.
    "path" Path {
        /// The failures that are put down to this. Default: to anything.
        optional cause: RootCause,
        /// The failures that are as bad or worse. Default: however bad.
        optional severity: Severity,
        /// What such a failure asks for instead of what its check or rule says. It never lets through what would have
        /// stopped the run, and says nothing of what could not be found out. Default: as the check or rule says.
        optional response: Response,
        /// How people are to be told: "page", "ticket", "meeting".
        optional ways: List<Way>,
        /// Who is told and asked instead of the commander.
        optional to: Text,
        /// How long the run holds for an answer, instead of the escalation's own.
        optional answer_within: Span,
    }
}
