"""Findings: expectations that explain themselves, and the verdict that follows from them.

A verdict says pass only when something was expected and all of it was so. Whatever was expected and
was not is a finding with both sides; whatever could not be seen makes the verdict inconclusive, unless
something else is already known to be wrong.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from holdpoint.display import display, same
from holdpoint.failure import HttpError
from holdpoint.finding import Finding, Level, Measurement, Silence, excerpt
from holdpoint.verdict import Outcome, Verdict

T = TypeVar("T")

_ORDER = [Level.FAIL, Level.WARN, Level.NOTE]


class Findings:
    """What a check has seen so far."""

    def __init__(self) -> None:
        self._list: list[Finding] = []
        self._measurements: list[Measurement] = []
        self._labels: list[tuple[str, str]] = []
        self._expectations = 0
        """How many expectations there were, met or not."""
        self._unknown: str | None = None
        """Why something could not be seen."""

    def expect_eq(self, subject: str, expected: Any, observed: Any) -> None:
        """Expect two values to be the same."""
        if same(expected, observed):
            return self.met()
        wanted, seen = display(expected), display(observed)
        message = f"is {excerpt(seen)} instead of {excerpt(wanted)}"
        self.add(Finding.fail(subject, message).expecting(wanted).observing(seen))

    def expect_one_of(self, subject: str, allowed: Sequence[Any], observed: Any) -> None:
        """Expect a value to be one of several."""
        if any(same(one, observed) for one in allowed):
            return self.met()
        wanted = " or ".join(display(one) for one in allowed)
        message = f"is {display(observed)} instead of {excerpt(wanted)}"
        self.add(Finding.fail(subject, message).expecting(wanted).observing(observed))

    def expect_at_most(self, subject: str, limit: float, observed: float, unit: str) -> None:
        """Expect a number not to be larger than a limit. What is no number is never within it."""
        if _is_number(observed) and observed <= limit:
            return self.met()
        self._outside(subject, ("≤", "more", limit), observed, unit)

    def expect_at_least(self, subject: str, limit: float, observed: float, unit: str) -> None:
        """Expect a number not to be smaller than a limit. What is no number is never within it."""
        if _is_number(observed) and observed >= limit:
            return self.met()
        self._outside(subject, ("≥", "less", limit), observed, unit)

    def expect_contains(self, subject: str, wanted: str, observed: str) -> None:
        """Expect a text to contain another."""
        if wanted in observed:
            return self.met()
        message = f"does not contain `{excerpt(wanted)}`"
        self.add(Finding.fail(subject, message).expecting(wanted).observing(observed))

    def expect_some(self, subject: str, observed: T | None) -> T | None:
        """Expect something to be there, and hand it on."""
        if observed is None:
            self.fail(subject, "is missing")
        else:
            self.met()
        return observed

    def expect_answer(self, subject: str, answer: Callable[[], T] | T | HttpError) -> T | None:
        """Expect the target to answer, and hand the answer on; for when silence *is* the finding.

        Give it a function that asks (`lambda: host.get(url)`), or what `send_all` gave. A target
        that can't be resolved, reached, trusted or waited for is a failing finding; one that answers
        what can't be understood makes the verdict inconclusive. Both give None.

        Raises HttpError when it is the plan's, the plugin's or the host's doing, which says nothing
        about the target.
        """
        try:
            come = answer() if callable(answer) else answer
            if isinstance(come, HttpError):
                raise come
        except HttpError as error:
            self._silent(subject, error)
            return None
        self.met()
        return come

    def met(self) -> None:
        """Count an expectation that was met, for comparisons that are made elsewhere."""
        self._expectations += 1

    def fail(self, subject: str, message: str) -> None:
        """Add something that is wrong."""
        self.add(Finding.fail(subject, message))

    def warn(self, subject: str, message: str) -> None:
        """Add something that a person should look at."""
        self.add(Finding.warn(subject, message))

    def note(self, subject: str, message: str) -> None:
        """Add something worth knowing. A note alone is no reason to pass."""
        self.add(Finding.note(subject, message))

    def add(self, finding: Finding) -> None:
        """Add a finding."""
        if finding.level is not Level.NOTE:
            self._expectations += 1
        self._list.append(finding)

    def unknown(self, reason: str) -> None:
        """Say that something could not be found out. The first reason is kept."""
        if self._unknown is None:
            self._unknown = reason

    def measure(self, name: str, value: float, unit: str) -> None:
        """Add a measured number; one that is not finite is classed as such."""
        self.add_measurement(Measurement.of(name, value, unit))

    def measure_silence(self, name: str, silence: Silence, unit: str) -> None:
        """Add why there is no number."""
        self.add_measurement(Measurement(name, silence, unit))

    def add_measurement(self, measurement: Measurement) -> None:
        """Add a measurement with all its facts."""
        self._measurements.append(measurement)

    def label(self, name: str, value: str) -> None:
        """Add another fact, such as the suspected `cause`."""
        self._labels.append((name, value))

    @property
    def has_failed(self) -> bool:
        """Whether something that is wrong has been found so far."""
        return any(finding.level is Level.FAIL for finding in self._list)

    @property
    def is_unknown(self) -> bool:
        """Whether something could not be found out so far."""
        return self._unknown is not None

    def verdict(self, summary: str) -> Verdict:
        """Close the findings. The summary is for when all is well; else the first reason is."""
        outcome, reason = self._judged()
        return Verdict(
            outcome,
            summary if reason is None else reason,
            sorted(self._list, key=lambda finding: _ORDER.index(finding.level)),
            list(self._measurements),
            list(self._labels),
        )

    def _outside(
        self, subject: str, rule: tuple[str, str, float], observed: float, unit: str
    ) -> None:
        sign, how, limit = rule
        wanted, seen = f"{display(limit)} {unit}", f"{display(observed)} {unit}"
        finding = Finding.fail(subject, f"is {seen}, {how} than {wanted}")
        self.add(finding.expecting(f"{sign} {wanted}").observing(seen))

    def _silent(self, subject: str, error: HttpError) -> None:
        """What silence means depends on whose doing it is."""
        if error.blame == "us":
            raise error
        if error.blame == "target":
            self.add(Finding.fail(subject, "does not answer").observing(str(error)))
        else:
            self.unknown(f"{subject}: {error}")

    def _judged(self) -> tuple[Outcome, str | None]:
        """Return the outcome, and its reason when all is not well."""
        if (wrong := self._reason(Level.FAIL)) is not None:
            return Outcome.FAIL, wrong
        if self._unknown is not None:
            return Outcome.INCONCLUSIVE, self._unknown
        if (odd := self._reason(Level.WARN)) is not None:
            return Outcome.WARN, odd
        if self._expectations == 0:
            return Outcome.INCONCLUSIVE, "nothing was expected, so nothing was found"
        return Outcome.PASS, None

    def _reason(self, level: Level) -> str | None:
        """Return the first finding of a level in a sentence, and how many more there are."""
        found = [finding for finding in self._list if finding.level is level]
        if not found:
            return None
        reason = f"{found[0].subject} {found[0].message}"
        return reason if len(found) == 1 else f"{reason} (and {len(found) - 1} more)"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
