//! Asks plugins about settings, while a plan is linted.

use std::sync::Arc;

use holdpoint_core::name::PluginName;
use holdpoint_core::plan::grant::Effective;
use holdpoint_core::plan::limit::Limits;
use holdpoint_gateway::Scope;
use wasmtime::Store;

use crate::bindings::types;
use crate::guard::{Bounds, Ended};
use crate::load::{Loaded, Pre};
use crate::reply;
use crate::sandbox::Sandbox;
use crate::state::State;
use crate::trap::Starting;
use crate::world::Source;

/// Something that a plugin finds wrong with its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsProblem {
    /// Where, as a JSON pointer into the settings.
    pub pointer: String,
    /// What.
    pub message: String,
    /// What would mend it.
    pub hint: Option<String>,
}

/// Why a plugin could not look at its settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plugin could not look at its settings: {0}")]
pub struct ValidateError(String);

impl Sandbox {
    /// Asks a plugin what is wrong with settings beyond what its schema can say, in at most as many problems as a
    /// verdict may have findings. It can reach nothing meanwhile.
    ///
    /// # Errors
    /// When the plugin crashes or goes over a limit.
    pub async fn validate(
        &self,
        plugin: &Loaded,
        name: &PluginName,
        settings: &str,
        limits: &Limits,
    ) -> Result<Vec<SettingsProblem>, ValidateError> {
        let scope = Scope { plugin: name.clone(), endpoints: Arc::default(), effective: Effective::none() };
        let bounds = Bounds {
            scope,
            caller: String::new(),
            source: Source::Noted,
            limits: Arc::new(limits.clone()),
            wall: limits.wall,
        };
        let work = async |store: &mut Store<State>| match &*plugin.pre {
            Pre::Check(pre) => {
                let check = pre.instantiate_async(&mut *store).await.map_err(Starting::failed)?;
                check.holdpoint_plugin_checker().call_validate(&mut *store, settings).await
            }
            Pre::Rollout(pre) => {
                let shifter = pre.instantiate_async(&mut *store).await.map_err(Starting::failed)?;
                shifter.holdpoint_plugin_shifter().call_validate(&mut *store, settings).await
            }
            Pre::Rollback(pre) => {
                let restorer = pre.instantiate_async(&mut *store).await.map_err(Starting::failed)?;
                restorer.holdpoint_plugin_restorer().call_validate(&mut *store, settings).await
            }
        };
        match self.guarded(plugin, bounds, work).await.ended {
            Ended::Returned(problems) => Ok(taken(problems, limits)),
            Ended::Crashed(fault) => Err(ValidateError(fault.message)),
            Ended::OutOfTime(message, _) => Err(ValidateError(message)),
        }
    }
}

fn taken(problems: Vec<types::Problem>, limits: &Limits) -> Vec<SettingsProblem> {
    let problems = problems.into_iter().take(limits.findings as usize).map(|problem| SettingsProblem {
        pointer: reply::fitting(&problem.pointer, limits),
        message: reply::fitting(&problem.message, limits),
        hint: problem.hint.map(|hint| reply::fitting(&hint, limits)),
    });
    problems.collect()
}
