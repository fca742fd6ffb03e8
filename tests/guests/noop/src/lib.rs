//! A check that looks at nothing and passes: the floor of every measurement.

use holdpoint_sdk::bindings::check::exports::holdpoint::plugin::checker::Guest;
use holdpoint_sdk::bindings::check::holdpoint::plugin::types::*;

struct Plugin;

impl Guest for Plugin {
    fn validate(_settings: String) -> Vec<Problem> {
        Vec::new()
    }
    fn run(_call: Call) -> Result<Verdict, Failure> {
        Ok(Verdict {
            outcome: Outcome::Pass,
            summary: "nothing was looked at".into(),
            findings: vec![],
            measurements: vec![],
            labels: vec![],
        })
    }
}

#[cfg(target_arch = "wasm32")]
holdpoint_sdk::bindings::check::export_check!(Plugin);
