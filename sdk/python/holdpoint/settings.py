"""Settings: a dataclass, read from the plan's JSON, and its JSON Schema.

Fields are written in snake_case and stand in the plan in kebab-case: `max_latency_ms` is
`max-latency-ms` there. What doesn't fit is told with its place, as a JSON pointer.
"""

import dataclasses
import functools
import json
import re
import types
import typing
from collections.abc import Callable
from enum import Enum
from typing import Any, Literal, Union

from holdpoint.target import Target

_RULES = {"minimum": "minimum", "maximum": "maximum", "pattern": "pattern"}

Reader = Callable[[Any, str], Any]


class Problem(Exception):
    """One thing that is wrong with settings: a JSON pointer, what, and what would mend it."""

    def __init__(self, pointer: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.message = message
        self.hint = hint


def setting(description: str = "", **rules: Any) -> Any:
    """Return a field of a settings dataclass: what it is for, and what it may be.

    Rules are `default` or `default_factory`, `key` (its name in the plan, where it is not the
    field's own), `minimum`, `maximum` and `pattern`.
    """
    own = {name: rules.pop(name) for name in ("default", "default_factory") if name in rules}
    return dataclasses.field(**own, metadata={"description": description, **rules})


def parse(settings: type, text: str) -> Any:
    """Read settings from JSON. Raises Problem for what doesn't fit."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Problem("", f"the settings are not JSON: {error}") from error
    return reader(settings)(value, "")


def schema_of(settings: type) -> dict[str, Any]:
    """Return the JSON Schema of a settings dataclass."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings",
        **_schema(settings),
    }


def told(problems: list[Problem]) -> str:
    """Put problems into one sentence."""
    return "; ".join(
        f"{problem.pointer}: {problem.message}" if problem.pointer else problem.message
        for problem in problems
    )


@functools.cache
def reader(kind: Any) -> Reader:
    """Return the function that reads a value of a type. Made once, when the plugin is built."""
    origin, given = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return lambda value, _: value
    if origin in (Union, types.UnionType):
        return _union_reader(given)
    if origin is Literal:
        return _choice_reader({choice: choice for choice in given})
    if origin is list or kind is list:
        return _list_reader(reader(given[0] if given else Any))
    if origin is dict or kind is dict:
        return _map_reader(reader(given[1] if given else Any))
    if origin is tuple:
        return _tuple_reader([reader(item) for item in given])
    if dataclasses.is_dataclass(kind):
        return _object_reader(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _choice_reader({member.value: member for member in kind})
    if isinstance(kind, type) and issubclass(kind, Target):
        return _target_reader(kind)
    return _plain_reader(kind)


def _plain_reader(kind: Any) -> Reader:
    expected = {str: "a string", int: "an integer", float: "a number", bool: "a boolean"}.get(kind)
    if expected is None:
        raise TypeError(f"{kind!r} can't be the type of a setting")

    def read(value: Any, pointer: str) -> Any:
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if kind is int and isinstance(value, float) and value.is_integer():
            return int(value)
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise _wrong(value, pointer, expected)
        return value

    return read


def _target_reader(kind: type[Target]) -> Reader:
    def read(value: Any, pointer: str) -> Target:
        if not isinstance(value, str):
            raise _wrong(value, pointer, "a string")
        try:
            return kind(value)
        except ValueError as error:
            raise Problem(pointer, str(error)) from error

    return read


def _choice_reader(choices: dict[Any, Any]) -> Reader:
    def read(value: Any, pointer: str) -> Any:
        if isinstance(value, (str, int)) and value in choices:
            return choices[value]
        named = f"`{value}`" if isinstance(value, str) else _seen(value)
        raise Problem(pointer, f"unknown variant {named}, expected {_listed(choices)}")

    return read


def _union_reader(given: tuple[Any, ...]) -> Reader:
    """Reads None where that is allowed, else the first type that fits; tells of the last."""
    readers = [reader(kind) for kind in given if kind is not type(None)]

    def read(value: Any, pointer: str) -> Any:
        if value is None and type(None) in given:
            return None
        for reader in readers[:-1]:
            try:
                return reader(value, pointer)
            except Problem:
                continue
        return readers[-1](value, pointer)

    return read


def _list_reader(item: Reader) -> Reader:
    def read(value: Any, pointer: str) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong(value, pointer, "a sequence")
        return [item(one, f"{pointer}/{index}") for index, one in enumerate(value)]

    return read


def _tuple_reader(items: list[Reader]) -> Reader:
    def read(value: Any, pointer: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(items):
            raise _wrong(value, pointer, f"a sequence of {len(items)}")
        parts = enumerate(zip(items, value, strict=True))
        return tuple(item(one, f"{pointer}/{index}") for index, (item, one) in parts)

    return read


def _map_reader(item: Reader) -> Reader:
    def read(value: Any, pointer: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(value, pointer, "a map")
        return {name: item(one, _below(pointer, name)) for name, one in value.items()}

    return read


def _object_reader(kind: Any) -> Reader:
    hints = typing.get_type_hints(kind)
    fields = {_key(field): field for field in dataclasses.fields(kind)}
    readers = {key: reader(hints[field.name]) for key, field in fields.items()}

    def read(value: Any, pointer: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong(value, pointer, "an object")
        for name in value:
            if name not in fields:
                expected = f"expected {_listed(fields)}" if fields else "there are no settings"
                raise Problem(_below(pointer, name), f"unknown field `{name}`, {expected}")
        given = {}
        for key, field in fields.items():
            if key in value:
                one = readers[key](value[key], _below(pointer, key))
                given[field.name] = _ruled(one, field.metadata, _below(pointer, key))
            elif _is_required(field):
                raise Problem(pointer, f"missing field `{key}`")
        return kind(**given)

    return read


def _ruled(value: Any, rules: typing.Mapping[str, Any], pointer: str) -> Any:
    """Return a value that keeps its field's rules."""
    least, most, pattern = (rules.get(name) for name in ("minimum", "maximum", "pattern"))
    if least is not None and value is not None and value < least:
        raise Problem(pointer, f"{value} is less than {least}")
    if most is not None and value is not None and value > most:
        raise Problem(pointer, f"{value} is more than {most}")
    if pattern is not None and value is not None and re.search(pattern, value) is None:
        raise Problem(pointer, f"`{value}` does not match `{pattern}`")
    return value


def _schema(kind: Any) -> dict[str, Any]:
    origin, given = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return {}
    if origin in (Union, types.UnionType):
        return _union_schema(given)
    if origin is Literal:
        return {"enum": list(given)}
    if origin is list or kind is list:
        return {"type": "array", "items": _schema(given[0] if given else Any)}
    if origin is dict or kind is dict:
        return {"type": "object", "additionalProperties": _schema(given[1] if given else Any)}
    if origin is tuple:
        items = [_schema(item) for item in given]
        return {
            "type": "array",
            "prefixItems": items,
            "minItems": len(items),
            "maxItems": len(items),
        }
    if dataclasses.is_dataclass(kind):
        return _object_schema(kind)
    if issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    if issubclass(kind, Target):
        return {"description": kind.DESCRIPTION, "type": "string", "pattern": kind.PATTERN}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[kind]}


def _union_schema(given: tuple[Any, ...]) -> dict[str, Any]:
    kinds = [_schema(kind) for kind in given if kind is not type(None)]
    if type(None) in given:
        kinds.append({"type": "null"})
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _object_schema(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
    for field in dataclasses.fields(kind):
        member = _schema(hints[field.name])
        if field.metadata.get("description"):
            member["description"] = field.metadata["description"]
        member |= {_RULES[name]: field.metadata[name] for name in _RULES if name in field.metadata}
        default = _default(field)
        if default is not dataclasses.MISSING and default is not None:
            member["default"] = default
        schema["properties"][_key(field)] = member
    required = [_key(field) for field in dataclasses.fields(kind) if _is_required(field)]
    return schema | ({"required": required} if required else {})


def _default(field: "dataclasses.Field[Any]") -> Any:
    """Return a field's default as JSON has it, if it has one."""
    if field.default_factory is not dataclasses.MISSING:
        return _jsonable(field.default_factory())
    return _jsonable(field.default)


def _jsonable(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    if isinstance(value, (str, int, float, bool, dict)) or value is None:
        return value
    return dataclasses.MISSING


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _key(field: "dataclasses.Field[Any]") -> str:
    return field.metadata.get("key") or field.name.rstrip("_").replace("_", "-")


def _below(pointer: str, step: str) -> str:
    return f"{pointer}/{step.replace('~', '~0').replace('/', '~1')}"


def _wrong(value: Any, pointer: str, expected: str) -> Problem:
    return Problem(pointer, f"invalid type: {_seen(value)}, expected {expected}")


def _seen(value: Any) -> str:
    """Return what a value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{value}`"
    if isinstance(value, str):
        return f"string {json.dumps(value, ensure_ascii=False)}"
    return "sequence" if isinstance(value, list) else "map"


def _listed(names: typing.Iterable[Any]) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"one of {', '.join(quoted)}" if len(quoted) > 2 else " or ".join(quoted)
