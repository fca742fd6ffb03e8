"""How values are shown in findings: the same text whatever language a check is written in."""

import json
import math
from decimal import Decimal
from enum import Enum
from typing import Any


def display(value: Any) -> str:
    """Return a value as text: texts as they are, numbers without an exponent, the rest as JSON."""
    if isinstance(value, Enum):
        return display(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _decimal(value)
    if isinstance(value, (list, tuple, dict)) or value is None:
        return to_json(value)
    return str(value)


def to_json(value: Any) -> str:
    """Return compact JSON with sorted keys, whole numbers without a point."""
    return json.dumps(
        _plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same. Unlike in Python's own eyes, `True` is not 1."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def _decimal(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    text = format(Decimal(repr(number)), "f")
    return text.removesuffix(".0") if "." in text else text


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
