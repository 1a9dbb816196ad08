"""JSON text of any value of a program: what JSON lacks is told as text, and nothing raises."""

import json
import math
from collections.abc import Mapping
from datetime import date, time
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, check_circular=True, separators=(",", ":"))
_DEEPEST = 60


def json_text(value: object) -> str:
    """Return a value as compact JSON; what JSON does not have is converted as `json_value` says."""
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError):
        return _ENCODER.encode(json_value(value))


def json_value(value: object, depth: int = 0) -> JSON:
    """Return a value as JSON has it: keys as texts, sets and tuples as lists, numbers of NumPy as numbers.

    NaN and the infinities become texts, as does everything else that JSON lacks, and what is nested too deeply.
    """
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {str(key): json_value(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [json_value(inner, depth + 1) for inner in value]
    return value.isoformat() if isinstance(value, (date, time)) else _converted(value, depth)


def _converted(value: object, depth: int) -> JSON:
    """Return the Python value of a number or an array of another library, else the value's own words."""
    try:
        plain = value.tolist()  # type: ignore[attr-defined]
    except Exception:
        plain = value
    if type(plain) is not type(value) and depth < _DEEPEST:
        return json_value(plain, depth + 1)
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"
