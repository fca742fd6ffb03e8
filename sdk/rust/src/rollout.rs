//! Rollouts: a struct of settings that implements [`Rollout`], and [`rollout!`](crate::rollout!) to make a plugin of it.
//!
//! A rollout plugin gives the released version a share of the traffic, stage by stage. The way back is a rollback's.
//! Each call runs in a fresh sandbox: what must be remembered stands in the target system.

use serde::de::DeserializeOwned;

pub use crate::bindings::rollout::exports::holdpoint::plugin::shifter::{
    Progress, Readiness, Share, ShiftEnd, ShiftReport, StatusReport,
};
pub use crate::rollback::Order;
use crate::{Call, Failure, Host, Problem, settings};

/// A way to shift traffic to the released version. The implementing type is the settings.
pub trait Rollout: DeserializeOwned {
    /// Finds what is wrong with settings beyond what their types can say.
    fn validate(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// Tells whether traffic can be shifted to this share. Changes nothing.
    ///
    /// # Errors
    /// When that can't be found out.
    fn ready(&self, host: &Host, call: &Call, share: &Share) -> Result<Readiness, Failure>;

    /// Gives the released version this share of the traffic, under an order of its own.
    ///
    /// # Errors
    /// When it could not be done, or it isn't known whether it was.
    fn shift(&self, host: &Host, call: &Call, share: &Share, order: Order<'_>) -> Result<ShiftReport, Failure>;

    /// Tells how far the shift to this share under this key is. Changes nothing.
    ///
    /// # Errors
    /// When that can't be found out.
    fn status(&self, host: &Host, call: &Call, share: &Share, key: &str) -> Result<StatusReport, Failure>;
}

/// Makes a plugin of a settings type that implements [`Rollout`](crate::Rollout). Once in a crate, at its top.
/// Natively it only checks the type.
#[macro_export]
macro_rules! rollout {
    ($settings:ty) => {
        const _: fn(&str) -> ::std::vec::Vec<$crate::Problem> = $crate::rollout::validate::<$settings>;

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use ::std::result::Result;
            use ::std::string::String;
            use $crate::rollout::{Order, Readiness, Rollout, Share, ShiftReport, StatusReport};
            use $crate::{Call, Failure, Host, Problem};

            struct Plugin;

            fn settings(call: &Call) -> Result<$settings, Failure> {
                $crate::panic::tell();
                $crate::rollout::accept(&call.settings)
            }

            impl $crate::bindings::rollout::exports::holdpoint::plugin::shifter::Guest for Plugin {
                fn validate(settings: String) -> ::std::vec::Vec<Problem> {
                    $crate::panic::tell();
                    $crate::rollout::validate::<$settings>(&settings)
                }

                fn ready(call: Call, share: Share) -> Result<Readiness, Failure> {
                    settings(&call)?.ready(&Host::new(), &call, &share)
                }

                fn shift(call: Call, share: Share, key: String, fence: u64) -> Result<ShiftReport, Failure> {
                    settings(&call)?.shift(&Host::new(), &call, &share, Order { key: &key, fence })
                }

                fn status(call: Call, share: Share, key: String) -> Result<StatusReport, Failure> {
                    settings(&call)?.status(&Host::new(), &call, &share, &key)
                }
            }

    $crate::bindings::rollout::export_rollout!(Plugin with_types_in $crate::bindings::rollout);
        };
    };
}

/// Answers the host's `validate`.
#[must_use]
pub fn validate<S: Rollout>(settings: &str) -> Vec<Problem> {
    match settings::parse::<S>(settings) {
        Ok(settings) => settings.validate(),
        Err(problem) => vec![problem],
    }
}

/// Reads a call's settings, which must satisfy the plugin's own rules too.
///
/// # Errors
/// [`Failure::Settings`] with every problem and its place.
pub fn accept<S: Rollout>(settings: &str) -> Result<S, Failure> {
    settings::accept(settings, S::validate)
}

impl Share {
    /// Returns a share, in percent of all traffic.
    pub fn of(percent: u32) -> Self {
        Self { percent, labels: Vec::new() }
    }
}

impl ShiftReport {
    /// Returns a report.
    pub fn new(end: ShiftEnd, summary: impl Into<String>) -> Self {
        Self { end, summary: summary.into(), labels: Vec::new() }
    }
}

impl StatusReport {
    /// Returns a report of a target that doesn't tell the share.
    pub fn new(progress: Progress, summary: impl Into<String>) -> Self {
        Self { progress, percent: None, summary: summary.into(), labels: Vec::new() }
    }
}
