//! Rollbacks: a struct of settings that implements [`Rollback`], and [`rollback!`](crate::rollback!) to make a
//! plugin of it.
//!
//! Each call runs in a fresh sandbox: what must be remembered stands in the plan or in the target system.

use serde::de::DeserializeOwned;

pub use crate::bindings::rollback::exports::holdpoint::plugin::restorer::{
    Progress, Readiness, RollbackPlan, StatusReport, Step, StepEnd, StepReport,
};
use crate::{Call, Failure, Host, Problem, settings};

/// Under which order a step is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<'a> {
    /// The same for the same rollback, however often it is asked for: a step that was done under this key is not
    /// done again.
    pub key: &'a str,
    /// Grows with each owner of the run: a target that knows a larger one refuses.
    pub fence: u64,
}

/// A way back to the previous version. The implementing type is the settings.
pub trait Rollback: DeserializeOwned {
    /// Finds what is wrong with settings beyond what their types can say.
    fn validate(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// Tells whether a rollback can be done. Changes nothing.
    ///
    /// # Errors
    /// When that can't be found out.
    fn ready(&self, host: &Host, call: &Call) -> Result<Readiness, Failure>;

    /// Says what a rollback would do. Changes nothing.
    ///
    /// # Errors
    /// When that can't be found out.
    fn plan(&self, host: &Host, call: &Call) -> Result<RollbackPlan, Failure>;

    /// Carries out one step.
    ///
    /// # Errors
    /// When it could not be carried out, or it isn't known whether it was.
    fn execute(&self, host: &Host, call: &Call, step: &Step, order: Order<'_>) -> Result<StepReport, Failure>;

    /// Tells how far the rollback under this key is. Changes nothing.
    ///
    /// # Errors
    /// When that can't be found out.
    fn status(&self, host: &Host, call: &Call, plan: &RollbackPlan, key: &str) -> Result<StatusReport, Failure>;
}

/// Makes a plugin of a settings type that implements [`Rollback`](crate::Rollback). Once in a crate, at its top.
/// Natively it only checks the type.
#[macro_export]
macro_rules! rollback {
    ($settings:ty) => {
        const _: fn(&str) -> ::std::vec::Vec<$crate::Problem> = $crate::rollback::validate::<$settings>;

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use ::std::result::Result;
            use ::std::string::String;
            use $crate::rollback::{Order, Readiness, Rollback, RollbackPlan, StatusReport, Step, StepReport};
            use $crate::{Call, Failure, Host, Problem};

            struct Plugin;

            fn settings(call: &Call) -> Result<$settings, Failure> {
                $crate::panic::tell();
                $crate::rollback::accept(&call.settings)
            }

            impl $crate::bindings::rollback::exports::holdpoint::plugin::restorer::Guest for Plugin {
                fn validate(settings: String) -> ::std::vec::Vec<Problem> {
                    $crate::panic::tell();
                    $crate::rollback::validate::<$settings>(&settings)
                }

                fn ready(call: Call) -> Result<Readiness, Failure> {
                    settings(&call)?.ready(&Host::new(), &call)
                }

                fn plan(call: Call) -> Result<RollbackPlan, Failure> {
                    settings(&call)?.plan(&Host::new(), &call)
                }

                fn execute(call: Call, step: Step, key: String, fence: u64) -> Result<StepReport, Failure> {
                    settings(&call)?.execute(&Host::new(), &call, &step, Order { key: &key, fence })
                }

                fn status(call: Call, plan: RollbackPlan, key: String) -> Result<StatusReport, Failure> {
                    settings(&call)?.status(&Host::new(), &call, &plan, &key)
                }
            }

    $crate::bindings::rollback::export_rollback!(Plugin with_types_in $crate::bindings::rollback);
        };
    };
}

/// Answers the host's `validate`.
#[must_use]
pub fn validate<S: Rollback>(settings: &str) -> Vec<Problem> {
    match settings::parse::<S>(settings) {
        Ok(settings) => settings.validate(),
        Err(problem) => vec![problem],
    }
}

/// Reads a call's settings, which must satisfy the plugin's own rules too.
///
/// # Errors
/// [`Failure::Settings`] with every problem and its place.
pub fn accept<S: Rollback>(settings: &str) -> Result<S, Failure> {
    settings::accept(settings, S::validate)
}

impl Step {
    /// Returns a step. The payload comes back, unread, when the step is carried out.
    pub fn new(id: impl Into<String>, summary: impl Into<String>, payload: impl Into<String>) -> Self {
        Self { id: id.into(), summary: summary.into(), payload: payload.into(), labels: Vec::new() }
    }
}

impl RollbackPlan {
    /// Returns a plan of these steps.
    pub fn new(summary: impl Into<String>, steps: Vec<Step>) -> Self {
        Self { summary: summary.into(), steps, labels: Vec::new() }
    }
}

impl StepReport {
    /// Returns a report.
    pub fn new(end: StepEnd, summary: impl Into<String>) -> Self {
        Self { end, summary: summary.into(), labels: Vec::new() }
    }
}

impl StatusReport {
    /// Returns a report.
    pub fn new(progress: Progress, summary: impl Into<String>) -> Self {
        Self { progress, summary: summary.into(), labels: Vec::new() }
    }
}
