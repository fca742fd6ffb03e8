"""The settings: a word, and whatever that word needs."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from holdpoint import Level, Outcome, Problem, Silence, setting

Pairs = list[tuple[str, str]]
"""Names and values, where a name may come twice."""


class Word(Enum):
    """What is to be done."""

    SAY = "say"
    FLOOD = "flood"
    ECHO = "echo"
    WEIGH = "weigh"
    COUNT = "count"
    ORDER = "order"
    LOG = "log"
    CLOCK = "clock"
    EXPECT = "expect"
    SEND = "send"
    NEED = "need"
    ANSWER = "answer"
    NET = "net"
    FAIL = "fail"
    THROW = "throw"
    ALLOCATE = "allocate"
    SPIN = "spin"
    RECURSE = "recurse"


class StepWord(Enum):
    """One call on the findings."""

    EQUAL = "equal"
    ONE_OF = "one-of"
    AT_MOST = "at-most"
    AT_LEAST = "at-least"
    CONTAINS = "contains"
    SOME = "some"
    MET = "met"
    FAIL = "fail"
    WARN = "warn"
    NOTE = "note"
    UNKNOWN = "unknown"
    MEASURE = "measure"
    MEASURE_SAMPLE = "measure-sample"
    LABEL = "label"


@dataclass(frozen=True)
class FindingSetting:
    """A finding, field by field."""

    level: Level
    subject: str
    message: str
    expected: str | None = None
    observed: str | None = None
    labels: Pairs = field(default_factory=list)


@dataclass(frozen=True)
class MeasurementSetting:
    """A measurement, field by field."""

    name: str
    sample: float | Silence
    unit: str
    taken_at: int | None = None
    labels: Pairs = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """A step of `expect`: each reads some of these."""

    step: StepWord
    subject: str = ""
    expected: Any = None
    observed: Any = None
    allowed: list[Any] = field(default_factory=list)
    limit: float = 0.0
    unit: str = ""
    wanted: str = ""
    message: str = ""
    reason: str = ""
    name: str = ""
    value: Any = None
    sample: Silence | None = None


@dataclass(frozen=True)
class RequestSetting:
    """One request, and what is to be read of its answer."""

    method: str = "GET"
    url: str = ""
    headers: Pairs = field(default_factory=list)
    query: Pairs = field(default_factory=list)
    body: str | None = None
    body_hex: str | None = None
    json: Any = None
    form: dict[str, str] = field(default_factory=dict)
    timeout_ms: int | None = None
    max_body: int | None = None
    read_header: str | None = None
    pointer: str | None = None


@dataclass(frozen=True)
class Settings:
    """A word, and whatever that word needs."""

    do: Word | None = setting("The word.", default=None)
    outcome: Outcome = setting("For `say`.", default=Outcome.INCONCLUSIVE)
    summary: str = setting("For `say` and `expect`.", default="")
    findings: list[FindingSetting] = setting("For `say`.", default_factory=list)
    measurements: list[MeasurementSetting] = setting("For `say`.", default_factory=list)
    labels: Pairs = setting("For `say`.", default_factory=list)
    text: str = setting("For `weigh`.", default="")
    count: int = setting("For `flood`.", default=0, minimum=0)
    kind: Literal["settings", "unavailable", "denied", "internal"] = setting(
        "For `fail`.", default="internal"
    )
    message: str = setting("For `fail` and `throw`.", default="")
    mib: int = setting("For `allocate`.", default=0, minimum=0)
    low: int = setting("For `order`.", default=0, minimum=0)
    high: int = setting("For `order`.", default=0, minimum=0)
    lines: Pairs = setting("For `log`: severity and text.", default_factory=list)
    sleep_ms: int = setting("For `clock`.", default=0, minimum=0)
    steps: list[Step] = setting("For `expect`.", default_factory=list)
    requests: list[RequestSetting] = setting("For `send`.", default_factory=list)
    together: bool = setting("For `send`: whether all go out in one batch.", default=False)
    url: str = setting("For `need` and `answer`.", default="")
    target: str = setting("For `net`.", default="")


def examine(settings: Settings) -> list[Problem]:
    """Find the one thing that types don't say."""
    if settings.low > settings.high:
        return [Problem("/low", "is above `high`", "swap them")]
    return []
