"""What the host calls of a check."""

from types import ModuleType
from typing import Any

from wit_world import exports

from holdpoint.sandbox.answer import Answers, at_rest, verdict_record


def checker(module: ModuleType) -> type:
    """Return the class that the bindings look for, of an author's module."""
    answers = Answers(module, "check")

    class Checker(exports.Checker):
        def validate(self, settings: str) -> list[Any]:
            return answers.validate(settings)

        def run(self, call: Any) -> Any:
            return answers.ask("run", call, record=verdict_record)

    at_rest()
    return Checker
