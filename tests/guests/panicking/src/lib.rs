//! A check that panics, as its settings say: what a person is told of a plugin's bug.

use holdpoint_sdk::{Call, CheckResult, Host};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    message: String,
}

fn check(settings: &Settings, host: &Host, _call: &Call) -> CheckResult {
    host.info("about to panic");
    a_function_of_its_own(&settings.message)
}

#[inline(never)]
#[expect(clippy::panic_in_result_fn, reason = "it is what this check is for")]
fn a_function_of_its_own(message: &str) -> CheckResult {
    panic!("{message}");
}

holdpoint_sdk::check!(Settings, check);
