"""A process hears of another one's commits, whatever happens to the notifications."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from persistence.postgres.listening.feed import PostgresFeed
from persistence.postgres.statements import CHANNEL
from persistence.postgres.store import PostgresStore
from persistence.sqlite.feed import SqliteFeed
from persistence.sqlite.store import SqliteStore
from runindex.domain.ids import DEFAULT_RUN
from runindex.ports.clock import SystemClock
from runindex.ports.store import Store
from runindex.ports.wakeups import LogWakeUp, WakeUp
from tests.support.commands import create
from tests.support.databases.proxy import proxied
from tests.support.records import put_all, value_of
from tests.support.stores import apply, made

# What the contract promises, and what a machine may take that is busy with other things.
PROMISED_SECONDS = 1.0
PATIENCE = 20.0

pytestmark = pytest.mark.asyncio


async def seconds_until_set(flag: WakeUp, store: Store) -> float:
    """Commit something, and return how long the flag took."""
    await quiet(flag)
    await made(store, create())
    begun = time.monotonic()
    assert await flag.wait(PATIENCE)
    return time.monotonic() - begun


async def is_ever_within(seconds: float, measure: Callable[[], Awaitable[float]]) -> bool:
    """Tell whether something takes no longer at one of three times: a busy machine may stand still now and then."""
    for _ in range(3):
        if await measure() < seconds:
            return True
    return False


async def quiet(flag: WakeUp) -> None:
    """Wait until nothing sets the flag for a moment."""
    async with asyncio.timeout(PATIENCE):
        while await flag.wait(0.1):
            pass


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[LogWakeUp]:
    """Open a feed that has nothing but notifications, wait until it listens, and give a flag of it."""
    async with PostgresFeed(url, poll_seconds=3600) as feed, feed.subscribe() as flag:
        await listener_of(url)
        yield flag


# Behind what it tells itself come only heartbeats.
LISTENS = "query LIKE '%pg_notify%' OR query = 'SELECT 1'"


async def listener_of(url: str, other_than: int = 0, last: str = LISTENS) -> int:
    """Return the backend that listens (and has told itself so) or did that last, once there is one."""
    question = f"""
        SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1
        AND application_name = 'runindex listener' AND state = 'idle' AND ({last})
    """  # noqa: S608 - our own conditions
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                pid: int | None = await connection.fetchval(question, other_than)
                if pid is not None:
                    return pid
    finally:
        await connection.close()


async def test_postgres_notifies(postgres_url: str) -> None:
    async with (
        PostgresStore.open(postgres_url, SystemClock()) as store,
        listening(postgres_url) as flag,
    ):
        assert await is_ever_within(PROMISED_SECONDS, partial(seconds_until_set, flag, store))


async def test_a_notification_says_how_far_the_log_goes(postgres_url: str) -> None:
    async with (
        PostgresStore.open(postgres_url, SystemClock()) as store,
        listening(postgres_url) as flag,
    ):
        assert flag.is_behind(10**6)  # whoever begins has to look
        for batch, head in (((create(), create()), 3), ((create(),), 4)):
            await quiet(flag)
            await apply(store, *batch)
            assert await flag.wait(PATIENCE)
            assert flag.is_behind(head - 1)
            assert not flag.is_behind(head)
        await quiet(flag)
        await apply(store, put_all(DEFAULT_RUN, value_of("key")))
        assert await flag.wait(PATIENCE)
        assert not flag.is_behind(0)  # it wrote nothing to the log


async def test_it_listens_while_there_is_a_subscriber(postgres_url: str) -> None:
    """A notification that nobody waits for costs as much as a mutation."""
    async with (
        PostgresStore.open(postgres_url, SystemClock()) as store,
        PostgresFeed(postgres_url, poll_seconds=3600) as feed,
    ):
        for _ in range(2):
            await listener_of(postgres_url, last="query LIKE 'UNLISTEN %'")
            async with feed.subscribe() as flag:
                await listener_of(postgres_url, last="query LIKE 'LISTEN %' OR query = 'SELECT 1'")
                assert await is_ever_within(PROMISED_SECONDS, partial(seconds_until_set, flag, store))


@pytest.mark.parametrize("payload", ["", "-1", "1.5", "x", "²", "9" * 5000])
async def test_a_notification_that_says_nothing_lets_everybody_look(postgres_url: str, payload: str) -> None:
    async with listening(postgres_url) as flag:
        await quiet(flag)
        connection = await asyncpg.connect(postgres_url)
        try:
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
        finally:
            await connection.close()
        assert await flag.wait(PATIENCE)
        assert flag.is_behind(10**6)


@pytest.mark.parametrize(("store_notifies", "feed_listens"), [(False, True), (True, False)])
async def test_without_notifications_postgres_is_looked_at_each_second(
    postgres_url: str, *, store_notifies: bool, feed_listens: bool
) -> None:
    async with (
        PostgresStore.open(postgres_url, SystemClock(), notify=store_notifies) as store,
        PostgresFeed(postgres_url, notify=feed_listens) as feed,
        feed.subscribe() as flag,
    ):
        assert await is_ever_within(2 * PROMISED_SECONDS, partial(seconds_until_set, flag, store))


async def test_a_listener_whose_backend_is_terminated_listens_again(postgres_url: str) -> None:
    async def seconds_until_it_listens_again() -> float:
        pid = await listener_of(postgres_url)
        connection = await asyncpg.connect(postgres_url)
        await connection.execute("SELECT pg_terminate_backend($1)", pid)
        await connection.close()
        begun = time.monotonic()
        await listener_of(postgres_url, other_than=pid)
        return time.monotonic() - begun

    async with (
        PostgresStore.open(postgres_url, SystemClock()) as store,
        listening(postgres_url) as flag,
    ):
        assert await is_ever_within(2 * PROMISED_SECONDS, seconds_until_it_listens_again)
        assert await is_ever_within(PROMISED_SECONDS, partial(seconds_until_set, flag, store))


async def test_a_server_that_is_away_at_first_is_listened_to_later(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with proxied(postgres_url) as (url, proxy):
        proxy.refusing = True
        with caplog.at_level(logging.WARNING, "runindex.feed"):
            async with PostgresFeed(url) as feed, feed.subscribe() as flag:
                async with asyncio.timeout(PATIENCE):
                    while not caplog.records:
                        await flag.wait(PROMISED_SECONDS)
                proxy.refusing = False
                await listener_of(postgres_url)
        assert "not listening" in caplog.records[0].message
        assert url not in caplog.text


async def test_a_server_that_lets_in_and_then_refuses_is_asked_less_and_less(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments: list[float] = []
    enough = asyncio.Event()

    async def refuse(*_: object) -> None:
        moments.append(time.monotonic())
        if len(moments) == 6:
            enough.set()
        raise asyncpg.InsufficientPrivilegeError

    monkeypatch.setattr(asyncpg.Connection, "add_listener", refuse)
    async with PostgresFeed(postgres_url), asyncio.timeout(PATIENCE):
        await enough.wait()
    assert moments[5] - moments[4] > 0.35


async def test_notifications_that_are_swallowed_are_noticed(
    postgres_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a pooler that shares sessions does; the feed says so and goes on looking."""

    async def swallow(*_: object) -> None:
        pass

    monkeypatch.setattr(asyncpg.Connection, "add_listener", swallow)
    with caplog.at_level(logging.WARNING, "runindex.feed"):
        async with (
            PostgresStore.open(postgres_url, SystemClock()) as store,
            PostgresFeed(postgres_url, silence_seconds=0.2) as feed,
            feed.subscribe() as flag,
        ):
            async with asyncio.timeout(PATIENCE):
                while "do not arrive" not in caplog.text:
                    await flag.wait(PROMISED_SECONDS)
            assert await is_ever_within(2 * PROMISED_SECONDS, partial(seconds_until_set, flag, store))


async def test_sqlite_sees_what_other_connections_commit(sqlite_path: Path) -> None:
    async with (
        SqliteStore.open(sqlite_path, SystemClock()) as store,
        SqliteFeed(sqlite_path) as feed,
        feed.subscribe() as flag,
    ):
        assert await is_ever_within(PROMISED_SECONDS, partial(seconds_until_set, flag, store))


async def test_sqlite_is_looked_at_again_after_nobody_listened(sqlite_path: Path) -> None:
    async with SqliteStore.open(sqlite_path, SystemClock()) as store, SqliteFeed(sqlite_path) as feed:
        for _ in range(2):
            async with feed.subscribe() as flag:
                await seconds_until_set(flag, store)


@pytest.mark.parametrize(
    "make", [SqliteFeed, lambda _: PostgresFeed("postgresql://[::1]:1/none")], ids=["sqlite", "postgres"]
)
async def test_a_feed_ends_in_time_whatever_it_is_about(
    make: Callable[[Path], SqliteFeed | PostgresFeed], sqlite_path: Path
) -> None:
    async with asyncio.timeout(PATIENCE):
        async with make(sqlite_path):
            pass
        async with make(sqlite_path) as feed, feed.subscribe() as flag:
            await flag.wait(0)
    assert not len(feed)
