//! Limits: the defaults, what a plugin needs, what the plan says, and the host's caps.

use holdpoint_core::plan::limit::Limits;

use crate::raw::plugin::{Limits as Raw, Some32};
use crate::source::At;

impl From<Some32> for u32 {
    fn from(count: Some32) -> Self {
        count.0
    }
}

/// A limit that is higher than its cap.
pub(crate) struct Excess {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) cap: String,
    /// Where the plan says it, if it does.
    pub(crate) at: Option<At>,
}

macro_rules! each_limit {
    ($($key:ident),*) => {
        /// Returns the limits with what is written put over them.
        pub(crate) fn overlay(limits: Limits, written: Option<&Raw>) -> Limits {
            let Some(written) = written else { return limits };
            Limits { $( $key: written.$key.as_ref().map_or(limits.$key, |placed| placed.value.into()) ),* }
        }

        /// Finds the limits that are over their caps.
        pub(crate) fn excesses(limits: &Limits, caps: &Limits, written: Option<&Raw>) -> Vec<Excess> {
            let mut found = Vec::new();
            $( if limits.$key > caps.$key {
                found.push(Excess {
                    key: stringify!($key).replace('_', "-"),
                    value: limits.$key.to_string(),
                    cap: caps.$key.to_string(),
                    at: written.and_then(|written| written.$key.as_ref()).map(|placed| placed.at),
                });
            } )*
            found
        }
    };
}

each_limit!(
    memory,
    table_elements,
    instances,
    memories,
    cpu,
    wall,
    host_copy,
    handles,
    random,
    headers,
    requests,
    parallel_requests,
    body,
    request_time,
    summary,
    finding,
    findings,
    measurements,
    log
);
