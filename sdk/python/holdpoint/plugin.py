"""Plugins: what an author's file holds, and how the host's calls are answered with it."""

import dataclasses
import inspect
import typing
from collections.abc import Callable
from typing import Any

from holdpoint.call import Call
from holdpoint.failure import Internal, SettingsFailure
from holdpoint.host import Host
from holdpoint.rollback import Readiness, RollbackPlan, StatusReport, StepReport
from holdpoint.rollout import ShiftReport, ShiftStatus
from holdpoint.settings import Problem, parse, reader, told
from holdpoint.verdict import Verdict

Validate = Callable[[Any], list[Problem]]

_RESULTS: dict[str, dict[str, type]] = {
    "check": {"run": Verdict},
    "rollback": {
        "ready": Readiness,
        "plan": RollbackPlan,
        "execute": StepReport,
        "status": StatusReport,
    },
    "rollout": {"ready": Readiness, "shift": ShiftReport, "status": ShiftStatus},
}


@dataclasses.dataclass(frozen=True)
class NoSettings:
    """For a plugin whose functions say nothing of their settings: there are none."""


@dataclasses.dataclass(frozen=True)
class Plugin:
    """A check, a rollback or a rollout. An author's module holds exactly one."""

    kind: str
    settings: type
    functions: dict[str, Callable[..., Any]]
    validate: Validate

    def __call__(self, *given: Any) -> Any:
        """Call the function of a check as if it had never been decorated."""
        return self.functions["run"](*given)

    def problems(self, settings: str) -> list[Problem]:
        """Answer the host's `validate`."""
        try:
            return list(self.validate(parse(self.settings, settings)))
        except Problem as problem:
            return [problem]

    def answer(self, name: str, host: Host, call: Call, settings: str, *more: Any) -> Any:
        """Call a function. Settings that `validate` finds wrong are never used."""
        if problems := self.problems(settings):
            raise SettingsFailure(told(problems))
        result = self.functions[name](host, parse(self.settings, settings), call, *more)
        wanted = _RESULTS[self.kind][name]
        if not isinstance(result, wanted):
            seen = f"{type(result).__name__} instead of a {wanted.__name__}"
            raise Internal(f"`{name}` returned {seen}")
        return result


def check(run: Callable[..., Verdict] | None = None, *, validate: Validate | None = None) -> Any:
    """Make a check of a function of host, settings and call.

    The settings' type is the annotation of the second parameter. `@check(validate=examine)` adds
    rules that types can't say.
    """
    if run is None:
        return lambda function: check(function, validate=validate)
    return Plugin("check", _settings_of(run), {"run": run}, validate or _nothing_more)


def rollback(cls: type) -> Plugin:
    """Make a rollback of a class with `ready`, `plan`, `execute` and `status`.

    Each is given host, settings and call; `execute` the step and its Order too, `status` the plan and
    the key. A method `validate(settings)` adds rules that types can't say.
    """
    return _of_class("rollback", cls)


def rollout(cls: type) -> Plugin:
    """Make a rollout of a class with `ready`, `shift` and `status`.

    Each is given host, settings, call and the Share; `shift` its Order too, `status` the key. A method
    `validate(settings)` adds rules that types can't say.
    """
    return _of_class("rollout", cls)


def plugin_of(module: Any, kind: str) -> Plugin:
    """Return the one plugin of an author's module."""
    found = [value for value in vars(module).values() if isinstance(value, Plugin)]
    if len(found) != 1:
        raise TypeError(f"the file holds {len(found)} plugins; write exactly one `@{kind}`")
    if found[0].kind != kind:
        raise TypeError(f"the file holds a {found[0].kind}, and plugin.toml says {kind}")
    return found[0]


def _of_class(kind: str, cls: type) -> Plugin:
    made = cls()
    names = list(_RESULTS[kind])
    missing = [name for name in names if not callable(getattr(made, name, None))]
    if missing:
        raise TypeError(f"a {kind} needs a method `{missing[0]}`")
    functions = {name: getattr(made, name) for name in names}
    validate = getattr(made, "validate", _nothing_more)
    return Plugin(kind, _settings_of(functions["ready"]), functions, validate)


def _settings_of(function: Callable[..., Any]) -> type:
    """Return the annotation of the second parameter."""
    parameters = list(inspect.signature(function).parameters)
    if len(parameters) < 3:
        raise TypeError(f"`{function.__name__}` needs the parameters host, settings and call")
    settings = typing.get_type_hints(function).get(parameters[1], NoSettings)
    if not dataclasses.is_dataclass(settings):
        raise TypeError(f"`{function.__name__}`: the type of its settings is not a dataclass")
    reader(settings)
    return typing.cast(type, settings)


def _nothing_more(_settings: Any) -> list[Problem]:
    return []
