//! The `{{name}}` check: a service says that it is well, and says it in time.

use holdpoint_sdk::{Call, CheckResult, Findings, Host, Target};
use schemars::JsonSchema;
use serde::Deserialize;

#[cfg(test)]
mod tests;

/// Where the service tells its health, and how fast it should.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// The address that tells the health, such as `endpoint:shop/health`.
    url: Target,
    /// The longest acceptable time to answer, in milliseconds.
    #[serde(default = "half_a_second")]
    max_latency_ms: f64,
}

fn half_a_second() -> f64 {
    500.0
}

fn check(settings: &Settings, host: &Host, _call: &Call) -> CheckResult {
    let mut findings = Findings::new();
    // A service that doesn't answer has failed the check. With a plain `?` instead, silence would be inconclusive.
    if let Some(answer) = findings.expect_answer("health", host.get(&settings.url).send())? {
        findings.expect_eq("health: status", 200, answer.status);
        findings.expect_at_most(
            "health: latency",
            settings.max_latency_ms,
            answer.total_ms(),
            "ms",
        );
        findings.measure("latency", answer.total_ms(), "ms");
    }
    Ok(findings.verdict("the service is well"))
}

holdpoint_sdk::check!(Settings, check);
