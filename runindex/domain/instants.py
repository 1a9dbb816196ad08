"""Instants: microseconds since the Unix epoch, UTC, as integers, which every storage keeps and orders alike."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

Micros: TypeAlias = int

SECOND: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK: Final = r"(?:[01]\d|2[0-3]):[0-5]\d"
_RFC3339: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](HH:MM):(\d{2})(?:\.(\d{1,6})\d*)?([Zz]|[+-]HH:MM)".replace("HH:MM", _CLOCK),
    re.ASCII,
)
_LEAP: Final = "60"
_WHOLE: Final = len("1970-01-01T00:00:00")
_LEAP_MINUTE: Final = (23, 59)


def from_datetime(moment: datetime) -> Micros:
    """Return the instant of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


# The instants that RFC 3339 can write.
EARLIEST: Final = from_datetime(datetime.min.replace(tzinfo=UTC))
LATEST: Final = from_datetime(datetime.max.replace(tzinfo=UTC))


@lru_cache(maxsize=4096)
def whole_second(second: int) -> str:
    """Return a second since the Unix epoch as RFC 3339 in UTC, without fraction and offset."""
    return (_EPOCH + timedelta(seconds=second)).isoformat()[:_WHOLE]


# Lists are asked again and again, and mostly have the same rows as before.
@lru_cache(maxsize=8192)
def format_instant(instant: Micros) -> str:
    """Return the instant as RFC 3339 in UTC with six fractional digits."""
    second, fraction = divmod(instant, SECOND)
    return f"{whole_second(second)}.{fraction:06d}Z"


def parse_instant(text: str) -> Micros:
    """Read an RFC 3339 time with its offset; raise ValueError for anything else.

    Digits behind the microseconds are cut off. A leap second, which only the last minute of a day in UTC has, is taken
    as its end: the first instant of the next day.
    """
    written = _RFC3339.fullmatch(text)
    if written is None:
        raise ValueError("not an RFC 3339 time with an offset")
    day, minute, second, fraction, offset = written.groups()
    is_leap = second == _LEAP
    try:
        begun = datetime.fromisoformat(f"{day}T{minute}:{'59' if is_leap else second}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("not a time of the calendar") from error
    if not is_leap:
        return from_datetime(begun) + int((fraction or "0").ljust(6, "0"))
    instant = from_datetime(begun) + SECOND
    if (begun.hour, begun.minute) != _LEAP_MINUTE or instant > LATEST:
        raise ValueError("not a time of the calendar")
    return instant
