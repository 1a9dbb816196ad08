"""The Clock port, and the machine's clock."""

import time
from typing import Protocol

from runindex.domain.instants import Micros


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Micros:
        """Return the current instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> Micros:
        """Return the current instant."""
        return time.time_ns() // 1000
