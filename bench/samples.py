"""Repeated measurements: their median and range."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Samples:
    """The figures of several rounds."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        """Return the median."""
        return median(self.values)

    def at(self, part: float) -> float:
        """Return the value that such a part of all, 0 to 1, does not exceed."""
        return sorted(self.values)[max(0, math.ceil(part * len(self.values)) - 1)]

    @property
    def tail(self) -> str:
        """Show the median, the 95th percentile and the greatest value."""
        return f"p50 {self.median:,.0f}, p95 {self.at(0.95):,.0f}, max {max(self.values):,.0f}"

    def __str__(self) -> str:
        """Show the median and the range."""
        return f"{self.median:>10,.0f}  ({min(self.values):,.0f} to {max(self.values):,.0f})"
