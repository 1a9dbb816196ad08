"""Time buckets for the timeline of runs, in UTC."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from runindex.domain.errors import BadRequestError
from runindex.domain.instants import SECOND, Micros

MAX_BUCKETS: Final = 2000


class TimelineInterval(StrEnum):
    """The length of a bucket. A week starts on Monday."""

    MINUTE = "MINUTE"
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"


_MINUTE: Final = 60 * SECOND
_DAY: Final = 24 * 60 * _MINUTE
_LENGTHS: Final = {
    TimelineInterval.MINUTE: _MINUTE,
    TimelineInterval.HOUR: 60 * _MINUTE,
    TimelineInterval.DAY: _DAY,
    TimelineInterval.WEEK: 7 * _DAY,
}
# The epoch was a Thursday: the first Monday after it lies four days on.
_ORIGINS: Final = {TimelineInterval.WEEK: 4 * _DAY}


def length_of(interval: TimelineInterval) -> Micros:
    """Return the bucket's length in microseconds."""
    return _LENGTHS[interval]


def origin_of(interval: TimelineInterval) -> Micros:
    """Return the start of some bucket."""
    return _ORIGINS.get(interval, 0)


def bucket_start(instant: Micros, interval: TimelineInterval) -> Micros:
    """Return the start of the instant's bucket."""
    origin, length = origin_of(interval), length_of(interval)
    return instant - (instant - origin) % length


def buckets(start: Micros, end: Micros, interval: TimelineInterval) -> Sequence[Micros]:
    """Return the starts of all buckets that overlap [start, end); raise BadRequestError for more than MAX_BUCKETS."""
    if end <= start:
        return ()
    starts = range(bucket_start(start, interval), end, length_of(interval))
    if len(starts) > MAX_BUCKETS:
        raise BadRequestError(f"the range has {len(starts)} buckets, at most {MAX_BUCKETS} are answered")
    return starts
