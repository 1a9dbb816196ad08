"""Connections that are silently dead are replaced soon after the way to the database is open again."""

import asyncio
import time

import asyncpg
import pytest

from persistence.postgres import login
from persistence.postgres.connection import error_for
from persistence.postgres.login import hedged
from persistence.postgres.store import PostgresStore
from runindex.domain.errors import RunIndexError, UnavailableError
from tests.support.commands import A, B, create, rename
from tests.support.databases.postgres import psql
from tests.support.databases.proxy import proxied
from tests.support.stores import get, made

pytestmark = pytest.mark.asyncio

HEALED_SECONDS = 2.0
SECONDS = 10.0


async def keep(store: PostgresStore) -> None:
    """Write and read until both succeed."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                await store.apply([rename(A, "x")])
                await get(store, A)
            except RunIndexError:
                continue
            return


@pytest.mark.parametrize("seconds_in_the_hole", [0.0, 0.5, 2.5])
async def test_what_waits_in_a_black_hole_ends_with_it(postgres_url: str, seconds_in_the_hole: float) -> None:
    async with proxied(postgres_url) as (url, proxy), PostgresStore.open(url) as store:
        await made(store, create(A))
        await get(store, A)
        proxy.swallows = True
        # They are on their way when the hole opens, and stay dumb for good.
        waiting = [asyncio.create_task(keep(store)) for _ in range(8)]
        await asyncio.sleep(seconds_in_the_hole)
        assert not any(task.done() for task in waiting)
        proxy.swallows = False
        healed = time.monotonic()
        await made(store, rename(A, "y"))
        assert time.monotonic() - healed < HEALED_SECONDS
        await asyncio.gather(*waiting)


async def test_a_session_that_works_for_long_is_let_alone(postgres_url: str) -> None:
    async with PostgresStore.open(postgres_url) as store:
        await made(store, create(A))
        holder = await asyncpg.connect(postgres_url)
        try:
            transaction = holder.transaction()
            await transaction.start()
            await holder.execute("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE")
            reading = asyncio.create_task(get(store, A))
            _, pending = await asyncio.wait([reading], timeout=1.9)
            assert pending, "it waits for the lock"
            await transaction.rollback()
            assert (await reading).name is None
        finally:
            await holder.close()


async def test_another_try_begins_beside_one_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "HEDGE_SECONDS", 0.01)
    tries: list[int] = []

    async def attempt() -> int:
        tries.append(len(tries))
        if len(tries) < 3:
            await asyncio.Event().wait()
        return len(tries)

    assert await hedged(attempt, lambda _: None) == 3


async def test_the_first_failure_ends_all_tries() -> None:
    async def attempt() -> int:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        await hedged(attempt, lambda _: None)


async def test_a_try_that_is_given_up_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "HEDGE_SECONDS", 0.01)
    tries, ended = [], 0

    async def attempt() -> int:
        nonlocal ended
        tries.append(1)
        try:
            await asyncio.Event().wait()
        finally:
            ended += 1
        return 0

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await hedged(attempt, lambda _: None)
    await asyncio.sleep(0)
    assert ended == len(tries) > 1


async def test_tables_that_were_dropped_are_told_of(postgres_url: str) -> None:
    async with PostgresStore.open(postgres_url) as store:
        await made(store, create(A))
        await asyncio.to_thread(psql, postgres_url, "DROP TABLE changes")
        with pytest.raises(UnavailableError, match=r"^the storage's tables are not as they must be$"):
            await store.apply([create(B)])
        await asyncio.to_thread(psql, postgres_url, "ALTER TABLE runs RENAME COLUMN name TO title")
        with pytest.raises(UnavailableError, match=r"^the storage's tables are not as they must be$"):
            await get(store, A)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (asyncpg.DiskFullError("no room"), "the storage cannot be used"),
        (asyncpg.DataCorruptedError("bad page"), "the storage is damaged"),
        (asyncpg.IndexCorruptedError("bad index"), "the storage is damaged"),
        (asyncpg.TooManyConnectionsError("full"), "the storage cannot be used"),
    ],
)
async def test_errors_of_the_server_are_named(error: Exception, message: str) -> None:
    translated = error_for(error)
    assert isinstance(translated, UnavailableError)
    assert translated.message == message
