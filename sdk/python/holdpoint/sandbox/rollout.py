"""What the host calls of a rollout."""

from types import ModuleType
from typing import Any

from wit_world import exports
from wit_world.exports import shifter as own

from holdpoint.failure import Internal
from holdpoint.rollback import Order, Readiness
from holdpoint.rollout import Share, ShiftReport, ShiftStatus
from holdpoint.sandbox.answer import Answers, at_rest, labels_record


def shifter(module: ModuleType) -> type:
    """Return the class that the bindings look for, of an author's module."""
    answers = Answers(module, "rollout")

    class Shifter(exports.Shifter):
        def validate(self, settings: str) -> list[Any]:
            return answers.validate(settings)

        def ready(self, call: Any, share: Any) -> Any:
            return answers.ask("ready", call, _share(share), record=_readiness)

        def shift(self, call: Any, share: Any, key: str, fence: int) -> Any:
            return answers.ask("shift", call, _share(share), Order(key, fence), record=_report)

        def status(self, call: Any, share: Any, key: str) -> Any:
            return answers.ask("status", call, _share(share), key, record=_status)

    at_rest()
    return Shifter


def _share(share: Any) -> Share:
    return Share(share.percent, dict(share.labels))


def _readiness(readiness: Readiness) -> Any:
    if readiness.word == "ready":
        return own.Readiness_Ready()
    if readiness.word == "refused":
        return own.Readiness_Refused(readiness.why)
    raise Internal(f"a shift is never {readiness.word}")


def _report(report: ShiftReport) -> Any:
    end = own.ShiftEnd[report.end.name]
    return own.ShiftReport(end, report.summary, labels_record(report.labels))


def _status(status: ShiftStatus) -> Any:
    try:
        progress = own.Progress[status.progress.name]
    except KeyError:
        raise Internal(f"a shift is never {status.progress.value}") from None
    return own.StatusReport(progress, status.percent, status.summary, labels_record(status.labels))
