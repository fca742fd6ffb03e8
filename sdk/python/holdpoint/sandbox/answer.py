"""How the host's calls are answered in the sandbox, whatever the kind of plugin.

An author's mistake must reach the author: whatever is raised becomes a failure with its words and its
place, and its traceback stands in the call's log.
"""

import _strptime  # noqa: F401  (dates need it, and nothing can be imported later)
import gc
import logging
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from componentize_py_types import Err
from wit_world.imports import types

from holdpoint.call import Call, Release
from holdpoint.failure import Failure, failure_of, is_own, short
from holdpoint.finding import Silence
from holdpoint.host import Host
from holdpoint.log import LogHandler
from holdpoint.plugin import plugin_of
from holdpoint.sandbox.imports import SandboxImports
from holdpoint.verdict import Verdict

_FAILURES = {
    "settings": types.Failure_Settings,
    "unavailable": types.Failure_Unavailable,
    "denied": types.Failure_Denied,
    "internal": types.Failure_Internal,
}

_SAMPLES = {
    Silence.NO_DATA: types.Sample_NoData,
    Silence.NOT_A_NUMBER: types.Sample_NotANumber,
    Silence.NOT_FINITE: types.Sample_NotFinite,
    Silence.AMBIGUOUS: types.Sample_Ambiguous,
    Silence.WRONG_TYPE: types.Sample_WrongType,
    Silence.PROVIDER_DOWN: types.Sample_ProviderDown,
}

_FRAMES = 12
"""The most frames that are told, the innermost ones."""

host = Host(SandboxImports())
logging.getLogger().addHandler(LogHandler(host))
logging.getLogger().setLevel(logging.DEBUG)

# The author's module has been imported before this one.
if "http.client" in sys.modules:
    from holdpoint.sandbox import standard_http

    standard_http.install(host)


class Answers:
    """The host's calls of one plugin."""

    def __init__(self, module: ModuleType, kind: str) -> None:
        self._plugin = plugin_of(module, kind)

    def validate(self, settings: str) -> list[Any]:
        """Answer `validate`, which has no failure to return: its own trouble is a problem too."""
        try:
            problems = self._plugin.problems(settings)
        except Exception as raised:
            told = f"the plugin's own `validate` went wrong: {_told(raised)}"
            return [types.Problem("", told, None)]
        return [types.Problem(one.pointer, one.message, one.hint) for one in problems]

    def ask(self, name: str, call: Any, *more: Any, record: Callable[[Any], Any]) -> Any:
        """Call a function of the plugin; what it returns or raises goes as the host expects it."""
        try:
            return record(self._plugin.answer(name, host, _call(call), call.settings, *more))
        except Exception as raised:
            told = _told(raised)
            raise Err(_FAILURES[told.kind](_text(str(told)))) from None


def at_rest() -> None:
    """Let the collector forget all that is there already: every call begins from this moment.

    Looking through it would touch most of the memory, which each call gets a copy of page by page.
    """
    gc.collect()
    gc.freeze()


def verdict_record(verdict: Verdict) -> Any:
    """Return a verdict as the host expects it."""
    return types.Verdict(
        types.Outcome[verdict.outcome.name],
        _text(verdict.summary),
        [_finding(finding) for finding in verdict.findings],
        [_measurement(measurement) for measurement in verdict.measurements],
        _pairs(verdict.labels),
    )


def labels_record(labels: dict[str, str]) -> list[tuple[str, str]]:
    """Return labels as the host expects them."""
    return _pairs(list(labels.items()))


def _told(raised: Exception) -> Failure:
    """Return the failure, and leave the traceback of one that nobody expected in the log."""
    failure = failure_of(raised)
    if failure is not raised and failure.kind == "internal":
        host.error("Traceback (most recent call last):")
        frames = [frame for frame in traceback.extract_tb(raised.__traceback__) if is_own(frame)]
        for frame in frames[-_FRAMES:]:
            host.error(f'  File "{short(frame.filename)}", line {frame.lineno}, in {frame.name}')
        for line in "".join(traceback.format_exception_only(raised)).splitlines():
            host.error(line)
    return failure


def _call(call: Any) -> Call:
    release = call.release
    known = {**vars(release), "labels": dict(release.labels)}
    return Call(Release(**known), call.name, call.attempt, call.deadline_ms, dict(call.labels))


def _finding(finding: Any) -> Any:
    return types.Finding(
        types.Level[finding.level.name],
        _text(finding.subject),
        _text(finding.message),
        None if finding.expected is None else _text(finding.expected),
        None if finding.observed is None else _text(finding.observed),
        _pairs(finding.labels),
    )


def _measurement(measurement: Any) -> Any:
    sample = measurement.sample
    number = _SAMPLES[sample]() if isinstance(sample, Silence) else types.Sample_Data(float(sample))
    unit, moment = _text(measurement.unit), measurement.taken_at
    labels = _pairs(measurement.labels)
    return types.Measurement(_text(measurement.name), number, unit, moment, labels)


def _pairs(labels: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(_text(name), _text(value)) for name, value in labels]


def _text(text: Any) -> str:
    """Return a text that UTF-8 can carry."""
    return str(text).encode("utf-8", "replace").decode()
