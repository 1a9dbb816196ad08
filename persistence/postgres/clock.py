"""The clock of a Postgres server, for reads."""

import math
import time
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import Executable, text

from persistence.postgres.statements import NOW
from persistence.sql.statements import Rows
from runindex.domain.instants import SECOND, Micros

# Long enough for bookmarks of many streams to cost nothing.
BELIEVED: Final = 5.0
_TELL: Final = text(f"SELECT {NOW} AS now")


class ServerClock:
    """Asks the server for the time, and for some seconds goes on from there by the process's monotonic clock."""

    def __init__(self, fetch: Callable[[Executable], Awaitable[Rows]]) -> None:
        """Ask by a function that runs a statement."""
        self._fetch = fetch
        self._ahead: Micros = 0
        self._asked = -math.inf

    async def now(self) -> Micros:
        """Return the server's instant."""
        if time.monotonic() - self._asked > BELIEVED:
            (row,) = await self._fetch(_TELL)
            self._asked = time.monotonic()
            self._ahead = row["now"] - round(self._asked * SECOND)
        return self._ahead + round(time.monotonic() * SECOND)
