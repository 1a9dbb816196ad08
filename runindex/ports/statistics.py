"""Statistics, as values."""

from dataclasses import dataclass

from runindex.domain.instants import Micros


def capped(number: int, at_most: int | None) -> int:
    """Return a count that stops at `at_most`; None is no bound."""
    return number if at_most is None else min(number, at_most)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """The runs created, and those finished by outcome, in one time bucket."""

    start: Micros
    created: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class ScoreStatistics:
    """Statistics of one scorer's scores of a run's results; only scores with a value count."""

    scorer_id: str
    count: int
    mean: float | None
    smallest: float | None
    largest: float | None


@dataclass(frozen=True, slots=True)
class ResultStatistics:
    """Statistics of a run's results; latencies in milliseconds, scores by scorer id."""

    latency_p50: float | None
    latency_p95: float | None
    latency_mean: float | None
    scores: tuple[ScoreStatistics, ...]
