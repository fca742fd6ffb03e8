//! Phases as a plan states them.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::name::PhaseName;
use crate::plan::check::Check;
use crate::plan::window::Window;
use crate::time::Span;

/// An ordered group of checks that ends in a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Its name, unique within the plan.
    pub name: PhaseName,
    /// How many checks run at the same time.
    pub parallel: NonZeroU32,
    /// How long the whole phase may take. What has not ended by then counts as timed out.
    pub budget: Span,
    /// Whether its gate can stop the run.
    pub arming: Arming,
    /// Its checks, in the order in which they are started.
    pub checks: Vec<Check>,
    /// How long the release is watched, and by what; absent in a phase that watches nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

impl Phase {
    /// Its checks, and those that its signals call.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        let signals = self.window.iter().flat_map(|window| &window.signals);
        self.checks.iter().chain(signals.map(|signal| &signal.check))
    }
}

/// Whether a gate acts on what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arming {
    /// It does.
    Armed,
    /// It judges, shows and reports, and lets everything through, so that a team can come to trust it. (D-10)
    ObserveOnly,
}
