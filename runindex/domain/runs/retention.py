"""Retention policies: how much of a run's history is kept. Only compaction acts on them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from runindex.domain.instants import SECOND, Micros
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

    def expires(self, newer: int, at: Micros, now: Micros) -> bool:
        """Tell whether an entry made at `at` is beyond the policy, when `newer` entries follow it."""
        match self.kind:
            case RetentionKind.KEEP_LATEST:
                return newer >= (self.value or 1)
            case RetentionKind.KEEP_DURATION:
                return at <= now - (self.value or 1) * SECOND
        return False


@dataclass(frozen=True, slots=True)
class Removable:
    """Counts of expired history: of each kind, the oldest entries up to the first that stays."""

    changes: int = 0
    events: int = 0
    receipts: int = 0
    value_versions: int = 0

    def __add__(self, other: "Removable") -> "Removable":
        """Return the sums."""
        return Removable(
            self.changes + other.changes,
            self.events + other.events,
            self.receipts + other.receipts,
            self.value_versions + other.value_versions,
        )

    def __bool__(self) -> bool:
        """Tell whether any count is above 0."""
        return self != NOTHING_REMOVABLE


NOTHING_REMOVABLE: Final = Removable()
KEEP_ALL: Final = Retention()


def keep_latest(count: int, field: str = "keep_latest") -> Retention:
    """Keep the newest `count` entries; refuse a count below 1."""
    return Retention(RetentionKind.KEEP_LATEST, _positive(count, field))


def keep_duration(seconds: int, field: str = "keep_duration_seconds") -> Retention:
    """Keep entries younger than `seconds`; refuse less than 1."""
    return Retention(RetentionKind.KEEP_DURATION, _positive(seconds, field))


def _positive(value: int, field: str) -> int:
    if not 1 <= value <= LARGEST:
        raise invalid("must be at least 1", field)
    return value
