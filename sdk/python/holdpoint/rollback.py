"""Rollbacks: what their functions are given, and what they hand back."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Self


@dataclass(frozen=True)
class Order:
    """Under which order something is carried out."""

    key: str
    """The same however often it is asked for: what was done under this key is not done again."""
    fence: int
    """Grows with each owner of the run: a target that knows a larger one refuses."""


@dataclass(frozen=True)
class Readiness:
    """Whether something can be done; `already_there` is for rollbacks alone."""

    word: str
    why: str = ""

    @classmethod
    def ready(cls) -> Self:
        """It can."""
        return cls("ready")

    @classmethod
    def already_there(cls, why: str) -> Self:
        """The previous version runs already: there is nothing to do."""
        return cls("already-there", why)

    @classmethod
    def refused(cls, why: str) -> Self:
        """It can't, and why."""
        return cls("refused", why)


@dataclass
class Step:
    """One step of a rollback."""

    id: str
    """A name that is unique within the plan."""
    summary: str
    payload: str = ""
    """What the step needs to know when it is carried out; comes back unread."""
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class RollbackPlan:
    """What a rollback would do: the steps in the order in which they are carried out."""

    summary: str
    steps: list[Step]
    labels: dict[str, str] = field(default_factory=dict)


class StepEnd(Enum):
    """How a step, or a shift, ended."""

    DONE = "done"
    ALREADY_DONE = "already-done"
    """It had been carried out before; nothing was changed."""
    STARTED = "started"
    """It was started; `status` tells when it has ended."""


@dataclass
class StepReport:
    """What a step did."""

    end: StepEnd
    summary: str
    labels: dict[str, str] = field(default_factory=dict)


class Progress(Enum):
    """How far a rollback or a shift is. A shift is never PARTIAL."""

    NOT_BEGUN = "not-begun"
    UNDER_WAY = "under-way"
    COMPLETE = "complete"
    PARTIAL = "partial"
    """Some of it is done, and the rest will not happen by itself."""
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass
class StatusReport:
    """What the target system says of a rollback."""

    progress: Progress
    summary: str
    labels: dict[str, str] = field(default_factory=dict)
