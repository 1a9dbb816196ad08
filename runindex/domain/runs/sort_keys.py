"""Sort keys of metadata values: texts that order by code point as the values do, the same in every storage.

Booleans come before numbers, numbers before texts, of which the first 256 characters count. Anything else has no key:
null, objects, lists, and numbers of 10^200 or more, or with more than 200 decimals.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from runindex.domain.json_text import JsonText, JsonValue, dumps, exact_integer, exact_number, loads

MAX_TEXT: Final = 256
_LARGEST: Final = 10**200
_MOST_DECIMALS: Final = 200
_BOOLEANS: Final = ("00", "01")
_NEGATIVE: Final = "1"
_POSITIVE: Final = "2"
_TEXT: Final = "3"
# Digits of a negative number are turned round, and its end orders behind every digit: -1 is above -1.5.
_TURNED: Final = str.maketrans("0123456789", "9876543210")
_END: Final = "~"
_LONGEST: Final = 999
_DIGITS: Final = 3  # of a number's length
# A number whose key has it as it is written: no sign, no exponent, no zero at its end.
_PLAIN: Final = re.compile(r"(\d{1,200})(?:\.\d{0,199}[1-9])?", re.ASCII)


def sort_key(value: JsonValue) -> str | None:
    """Return the key of a decoded JSON value, None when it has none."""
    match value:
        case bool():
            return _BOOLEANS[value]
        case int() | float() | Decimal():
            return _number_key(value)
        case str():
            return _TEXT + value[:MAX_TEXT]
    return None


def number_key(text: JsonText) -> str | None:
    """Return the key of a number as JSON writes it."""
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        return sort_key(loads(text))
    return f"{_POSITIVE}{plain.end(1):0{_DIGITS}}{text}"


def metadata_key(metadata: JsonText | None, path: tuple[str, ...]) -> str | None:
    """Return the key of the value at a path of keys, from the outside in; None when there is none."""
    if metadata is None or _quoted(path[-1]) not in metadata:
        return None
    found: JsonValue = loads(metadata)
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return sort_key(found)


def value_of_key(key: str) -> JsonValue:
    """Return the value that has the key; of a text, the part that counts."""
    if key in _BOOLEANS:
        return key == _BOOLEANS[True]
    if key.startswith(_TEXT):
        return key.removeprefix(_TEXT)
    text = key[1 + _DIGITS :]
    if key.startswith(_NEGATIVE):
        text = f"-{text.removesuffix(_END).translate(_TURNED)}"
    return exact_number(text) if "." in text else exact_integer(text)


# One value always has the same JSON text.
_quoted: Final = lru_cache(maxsize=64)(dumps)


def _number_key(number: float | Decimal) -> str | None:
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    # Unlike `abs`, this does not round.
    size = exact.copy_abs()
    if size >= _LARGEST:
        return None
    text = f"{size:f}" if size else "0"
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > _MOST_DECIMALS:
        return None
    text = f"{whole}.{decimals}" if decimals else whole
    if exact < 0:
        return f"{_NEGATIVE}{_LONGEST - len(whole):0{_DIGITS}}{text.translate(_TURNED)}{_END}"
    return f"{_POSITIVE}{len(whole):0{_DIGITS}}{text}"
