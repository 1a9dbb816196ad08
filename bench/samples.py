"""Repeated measurements: their median and range."""

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

    def __str__(self) -> str:
        """Show the median and the range."""
        return f"{self.median:>10,.0f}  ({min(self.values):,.0f} to {max(self.values):,.0f})"
