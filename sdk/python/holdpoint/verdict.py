"""Verdicts: what a check says."""

from dataclasses import dataclass, field
from enum import Enum

from holdpoint.finding import Finding, Measurement


class Outcome(Enum):
    """What a check found. Only PASS and WARN let a run go forward."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass
class Verdict:
    """What a check says. `Findings.verdict` makes one."""

    outcome: Outcome
    summary: str
    """The reason, in one sentence."""
    findings: list[Finding] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    labels: list[tuple[str, str]] = field(default_factory=list)
