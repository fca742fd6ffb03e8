"""What the plugin was given, told back: the call, texts, the log, the clock, and whether it lived before."""

import math

from settings import Pairs, Settings

from holdpoint import Call, Finding, Findings, Host, Verdict


def echo(call: Call) -> Verdict:
    """Tell every field of the call and its release, each as a note of its own."""
    release = call.release
    told: list[tuple[str, object]] = [
        ("service", release.service),
        ("environment", release.environment),
        ("version", release.version),
        ("previous-version", release.previous_version),
        ("artifact", release.artifact),
        ("revision", release.revision),
        ("change", release.change),
        ("strategy", release.strategy),
        *((f"release label {name}", value) for name, value in release.labels.items()),
        ("name", call.name),
        ("attempt", call.attempt),
        ("deadline-ms", call.deadline_ms),
        *((f"call label {name}", value) for name, value in call.labels.items()),
        ("is-signal", "yes" if call.is_signal else "no"),
    ]
    findings = met()
    for subject, value in told:
        finding = Finding.note(subject, "was given")
        findings.add(finding if value is None else finding.observing(value))
    return findings.verdict("this is what was given")


def weigh(text: str) -> Verdict:
    """Tell how long a text is, in bytes of UTF-8 and in Unicode's scalar values."""
    size = len(text.encode())
    findings = met()
    findings.measure("bytes", size, "bytes")
    findings.measure("characters", len(text), "1")
    return findings.verdict(f"{size} bytes, {len(text)} characters")


calls = 0


def count() -> Verdict:
    """Tell how often this instance has been called: once."""
    global calls
    calls += 1
    findings = Findings()
    findings.expect_eq("calls of this instance", 1, calls)
    return findings.verdict("nothing was here before")


def order(settings: Settings) -> Verdict:
    """Say that low is not above high; never called with settings that are out of order."""
    return met().verdict(f"{settings.low} is not above {settings.high}")


def log(lines: Pairs, host: Host) -> Verdict:
    """Log each line."""
    for severity, line in lines:
        host.log(severity, line)
    return met().verdict(f"{len(lines)} lines")


def clock(sleep_ms: int, host: Host) -> Verdict:
    """Read both clocks, sleep, and read them again."""
    now, monotonic = host.now(), host.monotonic()
    host.sleep(sleep_ms / 1000)
    slept, passed = host.now() - now, host.monotonic() - monotonic
    findings = met()
    findings.measure("now", math.floor(now.timestamp()), "s")
    findings.measure("slept", round(slept.total_seconds() * 1000), "ms")
    findings.measure("passed", math.floor(passed * 1000 + 1e-6), "ms")
    return findings.verdict("time goes by")


def met() -> Findings:
    """Return findings that have met an expectation."""
    findings = Findings()
    findings.met()
    return findings
