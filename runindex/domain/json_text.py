"""JSON kept as text: readers get the digits and the key order that the caller sent.

Decoded values are the plain Python ones; a number that Python's would be written in another way is a `Decimal` that
remembers how it was spelled.
"""

import json
import math
import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any, Final, NoReturn, Self, TypeAlias

from runindex.domain.problems import ConstraintReason, invalid, violation

JsonText: TypeAlias = str
JsonValue: TypeAlias = (
    Any  # dict, list, str, int, float, Decimal, bool or None, nested; no type checker follows that far
)

MAX_CONTENT: Final = 1024 * 1024  # bytes
MAX_DEPTH: Final = 64
MAX_INTEGER_DIGITS: Final = 4000
MAX_DECIMALS: Final = 16_383  # what a numeric of Postgres holds behind the point
MAX_EXPONENT: Final = 10**9  # what it reads at all: of a zero, which any exponent leaves within the range


class JsonError(ValueError):
    """A value that JSON or a storage cannot hold; the message never quotes the value."""


class SpelledNumber(Decimal):
    """A number as it was written: `1e-7`, `1E5`, `0.10` and `-0` keep their spelling, and are equal by value."""

    __slots__ = ("_text",)
    _text: str

    def __new__(cls, text: str) -> Self:
        """Read a number of JSON; raise JsonError for one that is out of every range."""
        try:
            number = super().__new__(cls, text)
        except InvalidOperation as error:
            raise JsonError("number out of range") from error
        number._text = text
        return number

    def __str__(self) -> str:
        """Return the text that was read."""
        return self._text

    def __inspect__(self) -> str:
        """Return what messages of graphql-core show of it."""
        return self._text


def exact_number(text: str) -> float | SpelledNumber:
    """Read a number with a point or an exponent: a float where that is written the same, else one with its spelling."""
    number = float(text)
    return number if repr(number) == text else SpelledNumber(text)


def exact_integer(text: str) -> int | SpelledNumber:
    """Read a whole number; -0, whose sign no int has, keeps its spelling. Raise ValueError for too many digits."""
    return SpelledNumber(text) if text == MINUS_ZERO else int(text)


MINUS_ZERO: Final = "-0"
_HAS_MINUS_ZERO: Final = re.compile(r"(?:^|[\[:,\s])-0(?![.\deE])", re.ASCII)


def reject_constant(name: str) -> NoReturn:
    """Raise JsonError for NaN and Infinity, which Python's decoder accepts."""
    raise JsonError(f"{name} is not JSON")


def loads(text: str | bytes) -> JsonValue:
    """Decode JSON exactly, of bytes as UTF-8; raise JsonError for what is not JSON."""
    try:
        text = text.decode() if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise JsonError("not JSON, or nested too deeply") from error
    # The decoder is slower where it asks for each integer.
    has_minus_zero = MINUS_ZERO in text and _HAS_MINUS_ZERO.search(text)
    return _decoded(text, exact_number, exact_integer if has_minus_zero else None)


def loads_in_range(text: str) -> JsonValue:
    """Decode JSON exactly; raise JsonError for what is not JSON, and for a number beyond every storage's range."""
    return _decoded(text, _in_range(exact_number), _in_range(exact_integer))


def _decoded(
    text: str, read_number: Callable[[str], JsonValue], read_integer: Callable[[str], JsonValue] | None
) -> JsonValue:
    try:
        return _decoder(read_number, read_integer).decode(text)
    except JsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonError("not JSON, or nested too deeply") from error


@lru_cache(maxsize=8)
def _decoder(
    read_number: Callable[[str], JsonValue], read_integer: Callable[[str], JsonValue] | None
) -> json.JSONDecoder:
    return json.JSONDecoder(parse_float=read_number, parse_int=read_integer, parse_constant=reject_constant)


@cache
def _in_range(read: Callable[[str], JsonValue]) -> Callable[[str], JsonValue]:
    def read_checked(text: str) -> JsonValue:
        number = read(text)
        check_scalar(number)
        return number

    return read_checked


_COMPACT: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def dumps(value: JsonValue) -> JsonText:
    """Encode compactly, keys in their order, without needless escapes."""
    try:
        return _COMPACT.encode(value)
    except TypeError:
        # The standard encoder has no way to write a Decimal's digits.
        pieces: list[str] = []
        _write(value, pieces.append)
        return "".join(pieces)


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


def _write(value: JsonValue, write: Callable[[str], None]) -> None:
    if isinstance(value, Decimal):
        write(str(value))
    elif isinstance(value, dict):
        mark = "{"
        for key, item in value.items():
            write(f"{mark}{_COMPACT.encode(key)}:")
            _write(item, write)
            mark = ","
        write("}" if value else "{}")
    elif isinstance(value, list):
        mark = "["
        for item in value:
            write(mark)
            _write(item, write)
            mark = ","
        write("]" if value else "[]")
    else:
        write(_COMPACT.encode(value))


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
        if not math.isfinite(float(value)) or (isinstance(value, Decimal) and not _is_kept(value)):
            raise JsonError("number out of range")
    elif isinstance(value, int) and value.bit_length() > MAX_INTEGER_DIGITS * 3:
        raise JsonError("number out of range")


def _is_kept(number: Decimal) -> bool:
    return -MAX_DECIMALS <= int(number.as_tuple().exponent) <= MAX_EXPONENT


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
