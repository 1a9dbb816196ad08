"""A clock that stands still until a test advances it."""

from runindex.domain.instants import SECOND, Micros, parse_instant

# Later than any test is run, so that nothing that a test writes is older than what its storage began with.
START = parse_instant("2100-01-04T12:00:00Z")


class StandingClock:
    """Tells the instant that it was set to."""

    def __init__(self, instant: Micros = START) -> None:
        self.instant = instant

    def now(self) -> Micros:
        return self.instant

    def advance(self, seconds: float = 1) -> Micros:
        """Advance by so many seconds, which may be negative, and return the instant."""
        self.instant += round(seconds * SECOND)
        return self.instant
