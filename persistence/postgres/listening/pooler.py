"""Poolers between this process and the server."""

from typing import Final

from persistence.postgres.connection import begin, command, run
from persistence.postgres.login import Connection
from persistence.sql.statements import Statement

# Other clients of the pooler may get in between and show the same session again, but hardly so many times.
_ROUNDS: Final = 3
_BACKEND: Final = Statement("SELECT pg_backend_pid() AS pid")


async def shares_sessions(connection: Connection, other: Connection, seconds: float) -> bool:
    """Tell whether another client may get a connection's server session between two of its transactions.

    Nothing is left in a session to find out: either the other connection's transaction is in a session that was this
    one's, or this one is given another. A pooler that has no second session to give makes this one wait.
    """
    own: set[int] = set()
    lent: set[int] = set()
    try:
        for _ in range(_ROUNDS):
            own.add(await _begin(connection, seconds))
            await command(connection, "ROLLBACK", seconds)
            lent.add(await _begin(other, seconds))
            own.add(await _begin(connection, seconds))
            await command(connection, "ROLLBACK", seconds)
            await command(other, "ROLLBACK", seconds)
            if len(own) > 1 or own & lent:
                return True
    except TimeoutError:
        return True
    return False


async def _begin(connection: Connection, seconds: float) -> int:
    """Begin a transaction and return the process id of its session."""
    await begin(connection, seconds)
    pid: int = (await run(connection, _BACKEND, seconds))[0]["pid"]
    return pid
