"""The `{{name}}` check: a service says that it is well, and says it in time."""

from dataclasses import dataclass

from holdpoint import Call, Findings, Host, Target, Verdict, check, setting


@dataclass(frozen=True)
class Settings:
    """Where the service tells its health, and how fast it should."""

    url: Target = setting("The address that tells the health, such as `endpoint:shop/health`.")
    max_latency_ms: float = setting(
        "The longest acceptable time to answer, in milliseconds.", default=500.0, minimum=0
    )


@check
def run(host: Host, settings: Settings, call: Call) -> Verdict:
    """Ask, and compare."""
    findings = Findings()
    # A service that doesn't answer has failed the check. With a plain `host.get` instead, silence
    # would be inconclusive.
    answer = findings.expect_answer("health", lambda: host.get(settings.url))
    if answer is not None:
        findings.expect_eq("health: status", 200, answer.status)
        findings.expect_at_most("health: latency", settings.max_latency_ms, answer.total_ms, "ms")
        findings.measure("latency", answer.total_ms, "ms")
    return findings.verdict("the service is well")
