"""Rates: how much each caller may ask for in a minute."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from runindex.domain.errors import RateExceededError

MINUTE: Final = 60.0
# So many buckets are kept before those that are full again are dropped.
SWEEP: Final = 1_000


@dataclass(slots=True)
class _Bucket:
    points: float
    at: float


class Rates:
    """A bucket of points for each caller, which fills again within a minute."""

    def __init__(self, points: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Give each caller so many points a minute; None sets no bound."""
        self._most = points
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def spend(self, caller: str | None, cost: int) -> None:
        """Take the points of an operation; raise RateExceededError when a caller, who has a name, has too few left.

        An operation that costs more than a bucket holds needs a full one, and leaves a debt.
        """
        if self._most is None or caller is None:
            return
        bucket, points = self._filled(caller), max(cost, 1)
        lacking = min(points, self._most) - bucket.points
        if lacking > 0:
            wait = math.ceil(lacking * MINUTE / self._most)
            raise RateExceededError(
                f"a token has {self._most} points a minute, and this costs {points}: send it again in {wait} s",
                self._most,
                wait,
            )
        bucket.points -= points

    def _filled(self, caller: str) -> _Bucket:
        now, most = self._clock(), float(self._most or 0)
        bucket = self._buckets.get(caller)
        if bucket is None:
            if len(self._buckets) >= SWEEP:
                self._sweep(now, most)
            bucket = self._buckets[caller] = _Bucket(most, now)
        bucket.points = min(most, bucket.points + (now - bucket.at) * most / MINUTE)
        bucket.at = now
        return bucket

    def _sweep(self, now: float, most: float) -> None:
        self._buckets = {
            name: bucket
            for name, bucket in self._buckets.items()
            if bucket.points + (now - bucket.at) * most / MINUTE < most
        }


UNBOUNDED: Final = Rates(None)
