"""JSON kept as text: readers get the digits and the key order that the caller sent.

Decoded values are the plain Python ones; a number that a float cannot hold exactly is a `Decimal`.
"""

import json
import math
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn, TypeAlias

from runindex.domain.problems import ConstraintReason, invalid, violation

JsonText: TypeAlias = str
JsonValue: TypeAlias = (
    Any  # dict, list, str, int, float, Decimal, bool or None, nested; no type checker follows that far
)

MAX_CONTENT: Final = 1024 * 1024  # bytes
MAX_DEPTH: Final = 64
MAX_INTEGER_DIGITS: Final = 4000
MAX_DECIMALS: Final = 16_383  # of Postgres' numeric


class JsonError(ValueError):
    """A value that JSON or a storage cannot hold; the message never quotes the value."""


def exact_number(text: str) -> float | Decimal:
    """Parse a number with a point or an exponent: as a float if that prints the same, else as a Decimal."""
    number = float(text)
    if repr(number) == text:
        return number
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise JsonError("number out of range") from error


def reject_constant(name: str) -> NoReturn:
    """Raise JsonError for NaN and Infinity, which Python's decoder accepts."""
    raise JsonError(f"{name} is not JSON")


def loads(text: str | bytes) -> JsonValue:
    """Decode JSON exactly; raise JsonError for anything else."""
    try:
        # Given bytes, the decoder guesses an encoding and accepts more than UTF-8.
        text = text.decode() if isinstance(text, bytes) else text
        return json.loads(text, parse_float=exact_number, parse_constant=reject_constant)
    except JsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonError("not JSON, or nested too deeply") from error


_COMPACT: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def dumps(value: JsonValue) -> JsonText:
    """Encode compactly, keys in their order, without needless escapes."""
    try:
        return _COMPACT.encode(value)
    except TypeError:
        # The standard encoder cannot write a Decimal's digits.
        return "".join(_pieces(value))


def canonical(value: JsonValue) -> str:
    """Return the same text for equal JSON values: key order does not count, and `1` equals `1.0`."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{dumps(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _canonical_number(value)
    return dumps(value)


def _canonical_number(value: float | Decimal) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    sign, digits, exponent = exact.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    bare = text.rstrip("0")
    shift = int(exponent) + len(text) - len(bare)
    return f"{'-' if sign else ''}{bare}e{shift}" if bare else "0"


def _pieces(value: JsonValue) -> Iterator[str]:
    if isinstance(value, Decimal):
        yield str(value)
    elif isinstance(value, dict):
        yield "{"
        for position, (key, item) in enumerate(value.items()):
            yield f"{',' if position else ''}{dumps(key)}:"
            yield from _pieces(item)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for position, item in enumerate(value):
            yield "," if position else ""
            yield from _pieces(item)
        yield "]"
    else:
        yield json.dumps(value, ensure_ascii=False, allow_nan=False)


def depth_of(value: JsonValue) -> int:
    """Return the nesting depth of objects and lists; raise JsonError for content that no storage can return equal."""
    deepest, level = 0, [value]
    while level:
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
                _check_texts(item)
            elif isinstance(item, list):
                below.extend(item)
            else:
                check_scalar(item)
        deepest += any(isinstance(item, dict | list) for item in level)
        level = below
    return deepest


def check_content(value: JsonValue, field: str, max_bytes: int = MAX_CONTENT) -> JsonText:
    """Return the value's text; refuse what no storage can return equal, and what is too large or too deep."""
    check_depth(value, field, MAX_DEPTH)
    text = dumps(value)
    if len(text.encode()) > max_bytes:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"more than {max_bytes} bytes of JSON")
    return text


def check_depth(value: JsonValue, field: str, most: int) -> None:
    """Refuse a value that no storage can return equal, and one that nests more than `most` levels deep."""
    try:
        depth = depth_of(value)
    except JsonError as error:
        raise invalid(str(error), field) from error
    if depth > most:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"nested more than {most} levels deep")


def _check_texts(texts: Iterable[Any]) -> None:
    for text in texts:
        check_scalar(text)


def check_scalar(value: JsonValue) -> None:
    """Raise JsonError for a text with NUL or a lone surrogate, and for a number out of the storages' range."""
    if isinstance(value, str):
        if not is_plain_text(value):
            raise JsonError("text with NUL or a lone surrogate")
    elif isinstance(value, float | Decimal):
        if not math.isfinite(float(value)) or (isinstance(value, Decimal) and _decimals_of(value) > MAX_DECIMALS):
            raise JsonError("number out of range")
    elif isinstance(value, int) and value.bit_length() > MAX_INTEGER_DIGITS * 3:
        raise JsonError("number out of range")


def _decimals_of(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def is_plain_text(text: str) -> bool:
    """Tell whether every storage can keep the text: no NUL, no lone surrogate."""
    if text.isascii():
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def merge_patch(target: JsonValue, patch: JsonValue) -> JsonValue:
    """Return `target` with a JSON merge patch (RFC 7396) applied."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
