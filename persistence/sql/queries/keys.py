"""Rows of several keys, or of several owners, in one statement: OR of equal tuples, padded to few sizes."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, bindparam, or_, tuple_

MOST_KEYS: Final = 256


def padded(number: int) -> int:
    """Return the next power of two: a few statements serve any number of keys."""
    return 1 << max(number - 1, 0).bit_length()


def is_one_of(columns: Sequence[Column[Any]], number: int) -> ColumnElement[bool]:
    """Tell whether the columns are one of so many keys, bound by `key_parameters`."""
    keys = [tuple_(*(key_part(column, index, part) for part, column in enumerate(columns))) for index in range(number)]
    return or_(*(tuple_(*columns) == key for key in keys))


def key_part(column: Column[Any], index: int, part: int) -> ColumnElement[Any]:
    """Return one part of the key at an index as a parameter."""
    return bindparam(f"key_{index}_{part}", type_=column.type)


def key_parameters(keys: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Return the values of the keys' parameters; those that pad are null and equal nothing."""
    nothing = (None,) * len(keys[0])
    all_keys = [*keys, *[nothing] * (padded(len(keys)) - len(keys))]
    return {f"key_{index}_{part}": value for index, key in enumerate(all_keys) for part, value in enumerate(key)}
