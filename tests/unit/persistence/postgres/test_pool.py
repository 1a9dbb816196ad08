"""The pool lends what is whole, never more than it may have, and closes what nobody uses."""

import asyncio
from dataclasses import dataclass, field

import asyncpg
import pytest

from persistence.postgres import pool as pools
from persistence.postgres.connection import Timeouts, open_pool
from persistence.postgres.pool import Pool
from tests.support.api import until

pytestmark = pytest.mark.asyncio

SECONDS = 10.0


@dataclass(eq=False)
class Line:
    """What the pool knows of a connection."""

    ended: bool = False

    def is_closed(self) -> bool:
        return self.ended

    def terminate(self) -> None:
        self.ended = True

    async def close(self) -> None:
        self.ended = True


@dataclass
class Lines:
    """Makes connections; `failure` is raised in the place of the next."""

    made: list[Line] = field(default_factory=list)
    failure: Exception | None = None

    async def connect(self) -> Line:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        self.made.append(Line())
        return self.made[-1]


def pool_of(lines: Lines, size: int) -> Pool:
    return Pool(lines.connect, size)  # type: ignore[arg-type]


async def test_the_connection_used_last_is_lent_first() -> None:
    lines = Lines()
    pool = pool_of(lines, 2)
    assert len(pool) == 0
    one, two = await pool.take(SECONDS), await pool.take(SECONDS)
    pool.give(one)
    pool.give(two)
    assert await pool.take(SECONDS) is two
    assert (len(pool), len(lines.made)) == (2, 2)


async def test_who_comes_when_all_are_lent_waits_for_one() -> None:
    lines = Lines()
    pool = pool_of(lines, 1)
    one = await pool.take(SECONDS)
    with pytest.raises(TimeoutError):
        await pool.take(0.01)
    left, waiting = (asyncio.create_task(pool.take(SECONDS)) for _ in range(2))
    await asyncio.sleep(0)
    left.cancel()
    pool.give(one)
    assert await waiting is one
    assert len(lines.made) == 1


async def test_connections_that_ended_are_replaced() -> None:
    lines = Lines()
    pool = pool_of(lines, 1)
    async with pool.lend(SECONDS) as one:
        one.terminate()
    assert len(pool) == 0
    two = await pool.take(SECONDS)
    pool.give(two)
    two.terminate()  # while it is idle
    assert await pool.take(SECONDS) not in (one, two)
    assert len(pool) == 1


async def test_a_failure_to_connect_takes_no_place() -> None:
    lines = Lines(failure=OSError("no route"))
    pool = pool_of(lines, 1)
    for _ in range(2):
        with pytest.raises(OSError, match="no route"):
            await pool.take(SECONDS)
    lines.failure = None
    await pool.take(SECONDS)


async def test_expired_connections_end_when_they_come_back() -> None:
    lines = Lines()
    pool = pool_of(lines, 2)
    lent, idle = await pool.take(SECONDS), await pool.take(SECONDS)
    pool.give(idle)
    pool.expire()
    assert (idle.is_closed(), lent.is_closed()) == (True, False)
    pool.give(lent)
    assert lent.is_closed()
    await pool.take(SECONDS)
    assert [line.ended for line in lines.made] == [True, True, False]


async def test_idle_connections_are_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "IDLE_SECONDS", 0.02)
    lines = Lines()
    pool = pool_of(lines, 2)
    lent, idle = await pool.take(SECONDS), await pool.take(SECONDS)
    pool.give(idle)
    await until(lambda: len(pool) == 1)
    assert (idle.is_closed(), lent.is_closed()) == (True, False)
    pool.give(lent)


async def test_closing_waits_for_what_is_lent_and_lends_no_more() -> None:
    lines = Lines()
    pool = pool_of(lines, 2)
    lent, idle = await pool.take(SECONDS), await pool.take(SECONDS)
    pool.give(idle)
    closing = asyncio.create_task(pool.close())
    await asyncio.sleep(0)
    assert not closing.done()
    with pytest.raises(asyncpg.InterfaceError):
        await pool.take(SECONDS)
    pool.give(lent)
    await closing
    assert all(line.ended for line in lines.made)


async def test_a_pool_of_a_server_keeps_its_sessions(postgres_url: str) -> None:
    async with open_pool(postgres_url, Timeouts(), 2) as pool:
        async with pool.lend(SECONDS) as one, pool.lend(SECONDS) as two:
            pids = {await each.fetchval("SELECT pg_backend_pid()") for each in (one, two)}
        for _ in range(3):
            async with pool.lend(SECONDS) as one:
                assert await one.fetchval("SELECT pg_backend_pid()") in pids
    assert one.is_closed()
