"""Instants: microseconds since the Unix epoch, UTC, as integers, which every storage keeps and orders alike."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

Micros: TypeAlias = int

SECOND: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:[Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)


def from_datetime(moment: datetime) -> Micros:
    """Return the instant of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


# The instants that RFC 3339 can write.
EARLIEST: Final = from_datetime(datetime.min.replace(tzinfo=UTC))
LATEST: Final = from_datetime(datetime.max.replace(tzinfo=UTC))


@lru_cache(maxsize=4096)
def _whole_second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


def format_instant(instant: Micros) -> str:
    """Return the instant as RFC 3339 in UTC with six fractional digits."""
    second, fraction = divmod(instant, SECOND)
    return f"{_whole_second(second)}.{fraction:06d}Z"


def parse_instant(text: str) -> Micros:
    """Parse an RFC 3339 time with an offset; raise ValueError for anything else, and for more than microseconds."""
    if not _RFC3339.fullmatch(text):
        raise ValueError("not an RFC 3339 time with an offset and at most microseconds")
    try:
        return from_datetime(datetime.fromisoformat(text.upper()).astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError("not a time of the calendar") from error
