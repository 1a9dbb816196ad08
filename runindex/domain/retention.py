"""How much of a run's history is kept: a declaration that only compaction acts on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from runindex.domain.problems import invalid

LARGEST: Final = 2**31 - 1  # what a GraphQL Int holds


class RetentionKind(StrEnum):
    """What the policy counts."""

    KEEP_ALL = "KEEP_ALL"
    KEEP_LATEST = "KEEP_LATEST"
    KEEP_DURATION = "KEEP_DURATION"


@dataclass(frozen=True, slots=True)
class Retention:
    """A policy; `value` is a count for KEEP_LATEST, seconds for KEEP_DURATION, else None."""

    kind: RetentionKind = RetentionKind.KEEP_ALL
    value: int | None = None


KEEP_ALL: Final = Retention()


def keep_latest(count: int, field: str = "keepLatest") -> Retention:
    """Keep the newest `count` entries; refuse a count below 1."""
    return Retention(RetentionKind.KEEP_LATEST, _positive(count, field))


def keep_duration(seconds: int, field: str = "keepDurationSeconds") -> Retention:
    """Keep what is younger than `seconds`; refuse less than 1."""
    return Retention(RetentionKind.KEEP_DURATION, _positive(seconds, field))


def _positive(value: int, field: str) -> int:
    if not 1 <= value <= LARGEST:
        message = "must be at least 1"
        raise invalid(message, field)
    return value
