"""One finding, one measurement: how they are written."""

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

from holdpoint.display import display

_EXCERPT = 256
"""The most of an expected or observed text that a finding shows, in bytes."""


class Level(Enum):
    """How a single finding bears on the verdict."""

    FAIL = "fail"
    WARN = "warn"
    NOTE = "note"


class Silence(Enum):
    """Why there is no number."""

    NO_DATA = "no-data"
    NOT_A_NUMBER = "not-a-number"
    NOT_FINITE = "not-finite"
    AMBIGUOUS = "ambiguous"
    WRONG_TYPE = "wrong-type"
    PROVIDER_DOWN = "provider-down"


@dataclass
class Finding:
    """One observation that explains a verdict.

    The message goes on where the subject ends: `status`, `is 500`.
    """

    level: Level
    subject: str
    message: str
    expected: str | None = None
    observed: str | None = None
    labels: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def fail(cls, subject: str, message: str) -> Self:
        """Return a finding of something wrong."""
        return cls(Level.FAIL, subject, message)

    @classmethod
    def warn(cls, subject: str, message: str) -> Self:
        """Return a finding that a person should look at."""
        return cls(Level.WARN, subject, message)

    @classmethod
    def note(cls, subject: str, message: str) -> Self:
        """Return a finding worth knowing."""
        return cls(Level.NOTE, subject, message)

    def expecting(self, value: Any) -> Self:
        """Add what should have been there."""
        self.expected = excerpt(display(value))
        return self

    def observing(self, value: Any) -> Self:
        """Add what was there."""
        self.observed = excerpt(display(value))
        return self

    def label(self, name: str, value: str) -> Self:
        """Add another fact."""
        self.labels.append((name, value))
        return self


@dataclass
class Measurement:
    """One measured quantity, or why there is none."""

    name: str
    sample: float | Silence
    unit: str
    taken_at: int | None = None
    """When the provider took it, in milliseconds since the Unix epoch."""
    labels: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, value: float, unit: str) -> Self:
        """Return a measured number; one that is not finite is classed as such."""
        number = float(value)
        if math.isnan(number):
            return cls(name, Silence.NOT_A_NUMBER, unit)
        if math.isinf(number):
            return cls(name, Silence.NOT_FINITE, unit)
        return cls(name, number, unit)

    def label(self, name: str, value: str) -> Self:
        """Add another fact, such as the cohort."""
        self.labels.append((name, value))
        return self


def excerpt(text: str) -> str:
    """Return the beginning of a text and, if there is more, how long it is."""
    # No letter is longer than four bytes.
    if len(text) * 4 <= _EXCERPT:
        return text
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= _EXCERPT:
        return text
    return f"{encoded[:_EXCERPT].decode('utf-8', 'ignore')}… ({len(encoded)} bytes)"
