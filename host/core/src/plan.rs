//! A plan: valid by construction. What was left open is filled in, what was named exists, what was granted is allowed.

pub mod cause;
pub mod check;
pub mod endpoint;
pub mod grant;
pub mod limit;
pub mod people;
pub mod phase;
pub mod plugin;
pub mod restore;
pub mod secret;
pub mod stage;
pub mod window;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::name::{CheckName, EndpointName, PhaseName, PluginName, SecretName};

use check::Check;
use endpoint::Endpoint;
use people::Escalation;
use phase::Phase;
use plugin::Plugin;
use restore::Restore;
use secret::Secret;
use stage::Rollout;
use window::Signal;

/// What is to be verified, by whom it is judged and what may happen. Frozen when a run starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The plan's name.
    pub name: String,
    /// The endpoints, bound to the release's environment.
    pub endpoints: BTreeMap<EndpointName, Endpoint>,
    /// The secrets: where each comes from and where it goes, never what it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<SecretName, Secret>,
    /// The plugins.
    pub plugins: BTreeMap<PluginName, Plugin>,
    /// The phases, in order. At least one.
    pub phases: Vec<Phase>,
    /// How traffic is given to the released version, share by share, if the plan says how. There is a `restore` then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// How the previous version is brought back, if the plan says how.
    pub restore: Option<Restore>,
    /// Who is asked when the run can't decide.
    pub escalation: Escalation,
}

impl Plan {
    /// The phase of this name.
    pub fn phase(&self, name: &PhaseName) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.name == *name)
    }

    /// The check of this name, or the one that a signal of this name calls. A phase that runs in several stages stands
    /// in the plan once for each, with the same checks: which of them is found makes no difference.
    pub fn check(&self, name: &CheckName) -> Option<&Check> {
        self.checks().find(|check| check.name == *name)
    }

    /// Every signal.
    pub fn signals(&self) -> impl Iterator<Item = &Signal> {
        self.phases.iter().filter_map(|phase| phase.window.as_ref()).flat_map(|window| &window.signals)
    }

    /// How many past runs its rules need, if any does.
    pub fn needs_runs(&self) -> Option<u32> {
        self.signals().filter_map(Signal::needs_runs).max()
    }

    /// Every check: those of the phases with those that their signals call, and those that verify a recovery.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        let recovery = self.restore.iter().flat_map(|restore| &restore.recovery);
        self.phases.iter().flat_map(Phase::checks).chain(recovery)
    }
}
