"""Applies batches of plain moves, and finds out what became of one whose answer was lost."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import asyncpg

from persistence.postgres.connection import Timeouts, is_lost, run
from persistence.postgres.login import DRIVER_ERRORS, Connection
from persistence.postgres.writing.mark import Mark
from persistence.postgres.writing.statement import Moves, applied_by, move_runs
from runindex.domain.errors import OutcomeUnknownError, RunIndexError
from runindex.domain.runs.changes import Change
from runindex.ports.clock import Clock
from runindex.ports.store import Applied

_PAUSE: Final = 0.05
_SHORTEST: Final = 0.001


class AnswerLostError(Exception):
    """The connection was lost while a batch's statement was under way."""

    def __init__(self, mark: Mark) -> None:
        """Name the mark that the statement was to set."""
        super().__init__()
        self.mark = mark


class Mover:
    """Applies batches of plain moves on the writer's connection, each by one statement that commits by itself."""

    def __init__(
        self, connected: Callable[[], Awaitable[Connection]], clock: Clock | None, timeouts: Timeouts, *, notify: bool
    ) -> None:
        """Take a function that returns the connection, open. Without a clock, the server's is used."""
        self._connected = connected
        self._clock = clock
        self._timeouts = timeouts
        self._notify = notify
        self._mark: Mark | None = None
        self._marked: Connection | None = None

    async def apply(self, connection: Connection, moves: Moves, deadline: float) -> Applied | None:
        """Apply a batch; return None when nothing was written and it must be applied in a transaction.

        Raise AnswerLostError, after which `find_changes` tells what was written. After any other error it is nothing.
        """
        mark, self._mark = await self._take_mark(connection), None
        mark.number += 1
        now = None if self._clock is None else self._clock.now()
        statement = move_runs(moves, mark.id, mark.number, now, notify=self._notify)
        left = deadline - asyncio.get_running_loop().time()
        try:
            rows = await run(connection, statement, max(min(self._timeouts.statement, left), _SHORTEST))
        except DRIVER_ERRORS as error:
            if is_lost(error):
                connection.terminate()
                raise AnswerLostError(mark) from error
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                # The session stays read-only when the database is not any more.
                connection.terminate()
            raise
        # Without a row no run was found, and the mark was set all the same, unless it is gone: the next batch tells.
        if not rows or rows[0]["marks"]:
            self._mark = mark
        return applied_by(moves, rows)

    async def find_changes(
        self, lost: AnswerLostError, run_ids: Sequence[str], deadline: float
    ) -> Sequence[Change] | None:
        """Return what a batch without an answer added to the log; None when it wrote nothing and never will.

        Raise OutcomeUnknownError when the database cannot be asked before the deadline.
        """
        try:
            async with asyncio.timeout_at(deadline):
                while True:
                    try:
                        return await lost.mark.find_changes(await self._connected(), run_ids, self._timeouts)
                    except (RunIndexError, *DRIVER_ERRORS):
                        await asyncio.sleep(_PAUSE)
        except TimeoutError:
            raise OutcomeUnknownError("the connection was lost in the commit and could not be restored") from None

    async def _take_mark(self, connection: Connection) -> Mark:
        """Return the connection's mark, made when it has none that is known to be right."""
        if self._mark is not None and self._marked is connection:
            return self._mark
        mark = Mark()
        await mark.make(connection, self._timeouts.statement)
        self._marked = connection
        return mark
