//! The plugin interface as Rust: made from the WIT files, one module a world.
//!
//! Guests call plain functions. On our side those that wait are async, and any may end the call with an error.

/// The world `check`, and everything that the worlds share.
pub(crate) mod check {
    wasmtime::component::bindgen!({
        path: "../../wit/holdpoint",
        world: "holdpoint:plugin/check",
        imports: {
            "holdpoint:plugin/log.write": trappable,
            "holdpoint:plugin/clock.now": trappable,
            "holdpoint:plugin/clock.monotonic": trappable,
            default: async | trappable,
        },
        exports: { default: async },
        additional_derives: [serde::Serialize, serde::Deserialize],
    });
}

/// The world `rollback`.
pub(crate) mod rollback {
    wasmtime::component::bindgen!({
        path: "../../wit/holdpoint",
        world: "holdpoint:plugin/rollback",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "holdpoint:plugin/types": crate::bindings::check::holdpoint::plugin::types,
            "holdpoint:plugin/http": crate::bindings::check::holdpoint::plugin::http,
            "holdpoint:plugin/net": crate::bindings::check::holdpoint::plugin::net,
            "holdpoint:plugin/log": crate::bindings::check::holdpoint::plugin::log,
            "holdpoint:plugin/clock": crate::bindings::check::holdpoint::plugin::clock,
        },
    });
}

/// The world `rollout`.
pub(crate) mod rollout {
    wasmtime::component::bindgen!({
        path: "../../wit/holdpoint",
        world: "holdpoint:plugin/rollout",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "holdpoint:plugin/types": crate::bindings::check::holdpoint::plugin::types,
            "holdpoint:plugin/http": crate::bindings::check::holdpoint::plugin::http,
            "holdpoint:plugin/net": crate::bindings::check::holdpoint::plugin::net,
            "holdpoint:plugin/log": crate::bindings::check::holdpoint::plugin::log,
            "holdpoint:plugin/clock": crate::bindings::check::holdpoint::plugin::clock,
        },
    });
}

pub(crate) use check::holdpoint::plugin::{clock, http, log, net, types};
