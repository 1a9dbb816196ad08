"""Counts of events by what came of them."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

UNKNOWN: Final = "UNKNOWN"


class EventOutcome(StrEnum):
    """What came of an event."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    CONTRADICTORY = "contradictory"  # taken, but its run had ended in another way
    IGNORED = "ignored"  # of no run
    REFUSED = "refused"
    FAILED = "failed"  # the storage did not answer


@dataclass(slots=True)
class LineageCounts:
    """Counts by type, of which an event that cannot be read has none, and outcome."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, kind: str, outcome: EventOutcome) -> None:
        """Count an event once."""
        self.counts[kind, outcome.value] += 1
