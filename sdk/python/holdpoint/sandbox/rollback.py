"""What the host calls of a rollback."""

from types import ModuleType
from typing import Any

from wit_world import exports
from wit_world.exports import restorer as own

from holdpoint.rollback import Order, Readiness, RollbackPlan, StatusReport, Step, StepReport
from holdpoint.sandbox.answer import Answers, at_rest, labels_record


def restorer(module: ModuleType) -> type:
    """Return the class that the bindings look for, of an author's module."""
    answers = Answers(module, "rollback")

    class Restorer(exports.Restorer):
        def validate(self, settings: str) -> list[Any]:
            return answers.validate(settings)

        def ready(self, call: Any) -> Any:
            return answers.ask("ready", call, record=_readiness)

        def plan(self, call: Any) -> Any:
            return answers.ask("plan", call, record=_plan)

        def execute(self, call: Any, step: Any, key: str, fence: int) -> Any:
            return answers.ask("execute", call, _step(step), Order(key, fence), record=_report)

        def status(self, call: Any, plan: Any, key: str) -> Any:
            steps = [_step(step) for step in plan.steps]
            known = RollbackPlan(plan.summary, steps, dict(plan.labels))
            return answers.ask("status", call, known, key, record=_status)

    at_rest()
    return Restorer


def _readiness(readiness: Readiness) -> Any:
    if readiness.word == "ready":
        return own.Readiness_Ready()
    if readiness.word == "already-there":
        return own.Readiness_AlreadyThere(readiness.why)
    return own.Readiness_Refused(readiness.why)


def _plan(plan: RollbackPlan) -> Any:
    steps = [
        own.Step(step.id, step.summary, step.payload, labels_record(step.labels))
        for step in plan.steps
    ]
    return own.RollbackPlan(plan.summary, steps, labels_record(plan.labels))


def _step(step: Any) -> Step:
    return Step(step.id, step.summary, step.payload, dict(step.labels))


def _report(report: StepReport) -> Any:
    return own.StepReport(
        own.StepEnd[report.end.name], report.summary, labels_record(report.labels)
    )


def _status(status: StatusReport) -> Any:
    progress = own.Progress[status.progress.name]
    return own.StatusReport(progress, status.summary, labels_record(status.labels))
