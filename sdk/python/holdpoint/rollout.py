"""Rollouts: what their functions are given, and what they hand back."""

from dataclasses import dataclass, field

from holdpoint.rollback import Progress, StepEnd


@dataclass(frozen=True)
class Share:
    """How much of the traffic the released version is to have, in percent: 1 to 100."""

    percent: int
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class ShiftReport:
    """What a shift did."""

    end: StepEnd
    summary: str
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class ShiftStatus:
    """What the target system says of a shift."""

    progress: Progress
    summary: str
    percent: int | None = None
    """Which share the released version has at this moment, if the target system tells."""
    labels: dict[str, str] = field(default_factory=dict)
