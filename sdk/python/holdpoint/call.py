"""The circumstances of one call: the release under verification, and what the plan calls it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Release:
    """The release under verification. What is not known of it is None."""

    service: str
    environment: str
    version: str
    change: str
    """`bugfix`, `feature`, `migration` or `infrastructure`."""
    strategy: str
    """`rolling`, `blue-green`, `canary` or `recreate`."""
    previous_version: str | None = None
    artifact: str | None = None
    """The artifact as a package URL with a digest."""
    revision: str | None = None
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """The circumstances of one call."""

    release: Release
    name: str
    """The name of the check, or of the rollback or rollout, in the plan."""
    attempt: int = 1
    """Which attempt this is, from 1."""
    deadline_ms: int = 10_000
    """How many milliseconds the call may take before the host ends it."""
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def is_signal(self) -> bool:
        """Whether this call samples a signal: the plan's rules judge what it measures."""
        return self.labels.get("purpose") == "signal"
