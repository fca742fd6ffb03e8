//! The example of the SDK's README: asks a service for its health.

use holdpoint_sdk::{Call, CheckResult, Findings, Host, Target};

/// Where a service tells its health, and how fast it should.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// The address that tells the health.
    url: Target,
    /// The longest acceptable time to answer, in milliseconds.
    max_latency: f64,
}

fn check(settings: &Settings, host: &Host, call: &Call) -> CheckResult {
    let mut findings = Findings::new();
    if let Some(answer) = findings.expect_answer(settings.url.as_str(), host.get(&settings.url).send())? {
        findings.expect_eq("status", 200, answer.status);
        findings.expect_at_most("latency", settings.max_latency, answer.total_ms(), "ms");
        findings.measure("latency", answer.total_ms(), "ms");
    }
    Ok(findings.verdict(format!("{} is healthy", call.release.service)))
}

holdpoint_sdk::check!(Settings, check);

#[cfg(test)]
mod tests {
    use holdpoint_sdk::fake::{Reply, World};
    use holdpoint_sdk::http::Error;
    use holdpoint_sdk::{Failure, Outcome, testing};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_committed_schema_is_the_settings_own() {
        testing::assert_schema::<Settings>("settings.schema.json");
    }

    #[test]
    fn the_readme_shows_this_very_check() {
        let readme = include_str!("../../../../sdk/rust/README.md");
        let (_, code) = include_str!("lib.rs").split_once("\n\n").expect("a header and code");
        let (code, _) = code.split_once("\n\n#[cfg(test)]").expect("code and tests");

        assert!(readme.contains(&format!("```rust\n{code}\n```")));
        assert!(code.lines().count() < 30);
    }

    #[test]
    fn a_slow_error_is_two_findings() {
        let world = World::new();
        let slowly = std::time::Duration::from_millis(900);
        world.on("GET", "endpoint:shop/health", Reply::status(500).after(slowly));

        let verdict =
            world.check(check, &json!({"url": "endpoint:shop/health", "max-latency": 300})).expect("a verdict");

        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.summary, "status is 500 instead of 200 (and 1 more)");
    }

    #[test]
    fn a_refused_connection_is_a_fail() {
        let world = World::new();
        world.on("GET", "endpoint:shop/health", Error::Connect("refused".into()));

        let verdict =
            world.check(check, &json!({"url": "endpoint:shop/health", "max-latency": 300})).expect("a verdict");

        assert_eq!(verdict.summary, "endpoint:shop/health does not answer");
    }

    #[test]
    fn what_was_not_granted_is_a_failure_and_no_verdict() {
        let verdict = World::new().check(check, &json!({"url": "endpoint:shop/health", "max-latency": 300}));

        assert!(matches!(verdict, Err(Failure::Denied(_))));
    }

    #[test]
    fn a_misspelt_setting_is_told_with_its_name() {
        let verdict = World::new().check(check, &json!({"ulr": "endpoint:shop/health"}));

        let Err(Failure::Settings(text)) = verdict else { panic!("settings that don't fit") };
        assert!(text.starts_with("/ulr: unknown field `ulr`"), "{text}");
    }
}
