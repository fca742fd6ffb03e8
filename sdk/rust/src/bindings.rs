//! What the plugin interface looks like in Rust, generated from `wit/holdpoint`.
//!
//! Three worlds, one set of imports: the records that all speak of are the same Rust types.
#![expect(missing_docs, clippy::pedantic, reason = "generated")]

/// World `check`.
pub mod check {
    wit_bindgen::generate!({
        path: "../../wit/holdpoint",
        world: "check",
        pub_export_macro: true,
        export_macro_name: "export_check",
        default_bindings_module: "holdpoint_sdk::bindings::check",
        generate_unused_types: true,
        additional_derives: [PartialEq, Clone],
    });
}

/// World `rollback`.
pub mod rollback {
    wit_bindgen::generate!({
        path: "../../wit/holdpoint",
        world: "rollback",
        pub_export_macro: true,
        export_macro_name: "export_rollback",
        default_bindings_module: "holdpoint_sdk::bindings::rollback",
        additional_derives: [PartialEq, Clone],
        with: {
            "holdpoint:plugin/types@0.1.0": super::check::holdpoint::plugin::types,
            "holdpoint:plugin/http@0.1.0": super::check::holdpoint::plugin::http,
            "holdpoint:plugin/net@0.1.0": super::check::holdpoint::plugin::net,
            "holdpoint:plugin/log@0.1.0": super::check::holdpoint::plugin::log,
            "holdpoint:plugin/clock@0.1.0": super::check::holdpoint::plugin::clock,
        },
    });
}

/// World `rollout`.
pub mod rollout {
    wit_bindgen::generate!({
        path: "../../wit/holdpoint",
        world: "rollout",
        pub_export_macro: true,
        export_macro_name: "export_rollout",
        default_bindings_module: "holdpoint_sdk::bindings::rollout",
        additional_derives: [PartialEq, Clone],
        with: {
            "holdpoint:plugin/types@0.1.0": super::check::holdpoint::plugin::types,
            "holdpoint:plugin/http@0.1.0": super::check::holdpoint::plugin::http,
            "holdpoint:plugin/net@0.1.0": super::check::holdpoint::plugin::net,
            "holdpoint:plugin/log@0.1.0": super::check::holdpoint::plugin::log,
            "holdpoint:plugin/clock@0.1.0": super::check::holdpoint::plugin::clock,
        },
    });
}
