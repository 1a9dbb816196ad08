"""The connection is lost around a commit: the answer is the truth, and nothing is done twice."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from persistence.postgres.connection import Timeouts, close, connect
from persistence.postgres.statements import PostgresDialect
from persistence.postgres.store import PostgresStore
from persistence.postgres.writing.mark import Mark
from persistence.postgres.writing.statement import move_runs
from runindex.bootstrap import open_runindex
from runindex.commands.outcomes import BulkApplied, RunApplied
from runindex.domain.errors import OperationTimeoutError, OutcomeUnknownError, UnavailableError
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import InvalidTransition
from runindex.ports.clock import SystemClock
from runindex.ports.store import ChangeQuery
from runindex.settings.settings import Settings, StorageBackend
from tests.support.commands import A, create, move, move_all
from tests.support.databases.postgres import PostgresServer, postgres_server, psql
from tests.support.databases.proxy import Mishap, Proxy, proxied
from tests.support.databases.shared import migrate
from tests.support.stores import apply, do, find, get, history_of, made

# Short, as some tests wait until it is over, but long enough for a busy machine to do what it is meant to do in time.
TIMEOUTS = Timeouts(operation=6.0, statement=2.0, lock=1.2, idle=1.0, connect=2.0)

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def proxied_store(postgres_url: str) -> AsyncIterator[tuple[PostgresStore, Proxy]]:
    """Open a store behind a proxy."""
    async with (
        proxied(postgres_url) as (url, proxy),
        PostgresStore.open(url, SystemClock(), pool_size=2, timeouts=TIMEOUTS) as store,
    ):
        yield store, proxy


MISHAPS = [mishap for mishap in Mishap if mishap is not Mishap.NONE]


@pytest.mark.parametrize("mishap", MISHAPS)
async def test_a_lost_commit_is_found_out_and_done_once(
    proxied_store: tuple[PostgresStore, Proxy], mishap: Mishap
) -> None:
    store, proxy = proxied_store
    run = await made(store, create())
    proxy.mishap = mishap
    outcome = await do(store, move(run.id, RunStatus.COMPLETED, idempotency_key="k"))
    assert proxy.happened.is_set()
    assert isinstance(outcome, RunApplied)
    assert outcome.run == await get(store, run.id)
    assert [change.run.version for change in await history_of(store, run.id)] == [1, 2]
    assert (await made(store, move(run.id, RunStatus.ARCHIVED))).version == 3


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("size", [1, 3])
async def test_a_lost_statement_that_commits_by_itself_is_found_out_and_done_once(
    proxied_store: tuple[PostgresStore, Proxy], mishap: Mishap, size: int
) -> None:
    """Of a batch, the second move is refused both before and after."""
    store, proxy = proxied_store
    runs = [await made(store, create()) for _ in range(size)]
    batch = [move(run.id, RunStatus.ACTIVE if place == 1 else RunStatus.COMPLETED) for place, run in enumerate(runs)]
    proxy.mishap, proxy.sign = mishap, runs[0].id.encode()
    applied = await store.apply(batch)
    assert proxy.happened.is_set()
    for place, (run, outcome) in enumerate(zip(runs, applied.outcomes, strict=True)):
        if place == 1:
            assert isinstance(outcome, InvalidTransition)
        else:
            assert isinstance(outcome, RunApplied)
            assert outcome.run == await get(store, run.id)
            assert [change.seq for change in await history_of(store, run.id)][1:] == [outcome.seq]
    assert list(applied.changes) == await store.list_changes(ChangeQuery(1 + size, 10))
    assert (await made(store, move(runs[0].id, RunStatus.ARCHIVED))).version == 3


async def test_a_statement_that_comes_after_its_lost_answer_was_asked_for_does_nothing(postgres_url: str) -> None:
    """A network may deliver it late: to a session that the server still has, when it was done again in another."""
    settings = PostgresDialect(notify=True).settings
    async with PostgresStore.open(postgres_url, SystemClock()) as store:
        run = await made(store, create())
        late, other = [await connect(postgres_url, TIMEOUTS, settings) for _ in range(2)]
        mark = Mark()
        await mark.make(late, TIMEOUTS.statement)
        mark.number += 1
        assert await mark.find_changes(other, [run.id], TIMEOUTS) is None
        statement = move_runs([move(run.id, RunStatus.PAUSED)], mark.id, mark.number, None, notify=True)
        rows = await late.fetch(statement.text, *statement.arguments)
        assert [row["marks"] for row in rows] == [0]
        assert await get(store, run.id) == run
        for connection in (late, other):
            await close(connection, TIMEOUTS)


@pytest.mark.parametrize("mishap", [Mishap.CUT_BEFORE, Mishap.CUT_AFTER])
@pytest.mark.parametrize("is_keyed", [False, True])
async def test_what_cannot_be_found_out_is_said_to_be_unknown(
    proxied_store: tuple[PostgresStore, Proxy], mishap: Mishap, *, is_keyed: bool
) -> None:
    store, proxy = proxied_store
    run = await made(store, create())
    proxy.mishap, proxy.refusing = mishap, True
    if not is_keyed:
        proxy.sign = run.id.encode()
    with pytest.raises(OutcomeUnknownError):
        await store.apply([move(run.id, RunStatus.COMPLETED, idempotency_key="k" if is_keyed else None)])
    proxy.refusing = False
    is_committed = mishap is Mishap.CUT_AFTER
    assert (await get(store, run.id)).status is (RunStatus.COMPLETED if is_committed else RunStatus.ACTIVE)


async def test_another_transaction_is_not_taken_for_the_one_that_a_crash_lost(crashing: PostgresServer) -> None:
    """After a crash the server gives the id of a transaction of which nothing was written down to another."""
    timeouts = replace(TIMEOUTS, operation=40.0)
    async with (
        proxied(crashing.url("crashing")) as (url, proxy),
        PostgresStore.open(url, SystemClock(), pool_size=2, timeouts=timeouts) as store,
    ):
        run = await made(store, create())
        proxy.mishap, proxy.refusing = Mishap.CUT_BEFORE, True
        moving = asyncio.create_task(store.apply([move(run.id, RunStatus.COMPLETED, idempotency_key="k")]))
        await asyncio.wait_for(proxy.happened.wait(), 30)
        await asyncio.to_thread(crashing.kill)
        await asyncio.to_thread(crashing.start)
        for _ in range(10):
            await asyncio.to_thread(
                psql, crashing.url("crashing"), "UPDATE runs SET name = 'other' WHERE id = 'default'"
            )
        proxy.refusing = False
        with pytest.raises(OutcomeUnknownError):
            await moving
        assert await get(store, run.id) == run


@pytest.fixture
def crashing() -> Iterator[PostgresServer]:
    """Run a server that writes down what is not committed only when it has to."""
    with postgres_server(fsync=False) as server:
        psql(server.url(), "ALTER SYSTEM SET wal_writer_delay = '10s'")
        psql(server.url(), "CREATE DATABASE crashing")
        migrate(server.url("crashing"))
        server.restart()
        yield server


async def test_a_connection_lost_between_batches_is_made_anew(proxied_store: tuple[PostgresStore, Proxy]) -> None:
    store, proxy = proxied_store
    run = await made(store, create())
    await get(store, run.id)
    proxy.cut()
    assert (await made(store, move(run.id, RunStatus.PAUSED))).version == 2
    assert (await get(store, run.id)).version == 2


async def test_a_server_that_is_away_is_unavailable(proxied_store: tuple[PostgresStore, Proxy]) -> None:
    store, proxy = proxied_store
    await store.ping()
    proxy.refusing = True
    proxy.cut()
    for question in (store.ping(), store.apply([create()])):
        with pytest.raises(UnavailableError, match=r"^the storage cannot be reached$"):
            await question
    proxy.refusing = False
    await store.ping()
    await made(store, create())


async def test_a_backend_terminated_in_a_batch_costs_a_second_try(postgres_url: str) -> None:
    """The store waits for a lock on the log's head when its backend is terminated."""
    async with PostgresStore.open(postgres_url, SystemClock()) as store:
        run = await made(store, create())
        async with held_head(postgres_url) as connection, asyncio.TaskGroup() as group:
            task = group.create_task(apply(store, move(run.id, RunStatus.PAUSED)))
            await terminated(connection, "runindex writer")
            await connection.execute("COMMIT")
        (outcome,) = task.result()
        assert isinstance(outcome, RunApplied)
        assert [change.run.version for change in await history_of(store, run.id)] == [1, 2]


async def test_a_lock_held_for_too_long_is_a_timeout_and_writes_nothing(postgres_url: str) -> None:
    timeouts = Timeouts(lock=0.2)
    async with PostgresStore.open(postgres_url, SystemClock(), timeouts=timeouts) as store:
        run = await made(store, create())
        async with held_head(postgres_url):
            with pytest.raises(OperationTimeoutError):
                await store.apply([move(run.id, RunStatus.PAUSED)])
        assert await get(store, run.id) == run
        await made(store, move(run.id, RunStatus.PAUSED))


async def test_an_operation_ends_in_time_whatever_its_statements_may_take(postgres_url: str) -> None:
    timeouts = Timeouts(operation=2.0, statement=50.0, lock=50.0)
    async with PostgresStore.open(postgres_url, SystemClock(), timeouts=timeouts) as store:
        await store.ping()
        async with held_head(postgres_url):
            begun = time.monotonic()
            with pytest.raises(OperationTimeoutError):
                await store.apply([create(A)])
            assert time.monotonic() - begun < 20
        await made(store, create())
        assert await find(store, A) is None


async def test_a_mutation_takes_no_longer_than_the_settings_say(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(
        storage=StorageBackend.POSTGRES, sqlite_path=tmp_path, postgresql_url=postgres_url, operation_seconds=2
    )
    async with open_runindex(settings) as index:
        await index.submit(create())
        async with held_head(postgres_url):
            begun = time.monotonic()
            with pytest.raises((OperationTimeoutError, UnavailableError)):
                await index.submit(create(A))
            assert time.monotonic() - begun < 8  # without this setting it would be 10
        await index.submit(create())
        assert await find(index.store, A) is None


@pytest.mark.parametrize("seconds", [1e-6, 1.0, 1e9])
async def test_any_time_for_an_operation_can_be_set(postgres_url: str, seconds: float) -> None:
    timeouts = Timeouts.within(seconds)
    assert timeouts.operation == seconds
    assert max(timeouts.statement, timeouts.lock, timeouts.idle, timeouts.connect) <= seconds
    # The shortest are asked about, not tried: a session that has them is ended before it has done anything.
    question = "SELECT name, min_val::int, max_val::int FROM pg_settings WHERE unit = 'ms' AND name = ANY($1)"
    settings = timeouts.settings()
    connection = await asyncpg.connect(postgres_url)
    try:
        limits = await connection.fetch(question, list(settings))
    finally:
        await connection.close()
    assert "lock_timeout" in {limit["name"] for limit in limits}
    for limit in limits:
        # 0 would be no limit.
        assert max(limit["min_val"], 1) <= int(settings[limit["name"]]) <= limit["max_val"]


async def test_a_run_held_for_too_long_times_out_alone(postgres_url: str) -> None:
    async with PostgresStore.open(postgres_url, SystemClock(), timeouts=Timeouts(lock=0.2)) as store:
        held, free = await made(store, create()), await made(store, create())
        connection = await asyncpg.connect(postgres_url)
        try:
            await connection.execute("BEGIN")
            await connection.execute("UPDATE runs SET version = version WHERE id = $1", held.id)
            to = RunStatus.PAUSED
            applied = await store.apply(
                [move(free.id, to), move(held.id, to), move_all([held.id], to), create(), move_all([free.id], to)]
            )
        finally:
            await connection.close()
        assert [type(outcome) for outcome in applied.outcomes] == [
            RunApplied,
            OperationTimeoutError,
            OperationTimeoutError,
            RunApplied,
            BulkApplied,
        ]
        assert await get(store, held.id) == held
        await made(store, move(held.id, to))


async def test_a_process_frozen_in_a_batch_lets_the_others_go_on(postgres_url: str) -> None:
    """Its session is ended when it has idled in the transaction, and the batch that waited is applied."""
    async with PostgresStore.open(postgres_url, SystemClock()) as store:
        async with held_head(postgres_url) as connection:
            await connection.execute("SET idle_in_transaction_session_timeout = '2500ms'")
            await made(store, create())
        await store.ping()


@asynccontextmanager
async def held_head(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Hold the log's head, as a process in the midst of its batch does."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("BEGIN")
        await connection.execute("SELECT n FROM feed_head FOR UPDATE")
        yield connection
    finally:
        connection.terminate()


async def terminated(connection: "asyncpg.Connection[asyncpg.Record]", application: str) -> None:
    """Terminate the application's session as soon as it waits for a lock."""
    # The sleep is the server's, so that it does not spend its time on being asked.
    terminate = """
        SELECT count(pg_terminate_backend(pid)), pg_sleep(0.01) FROM pg_stat_activity
        WHERE application_name = $1 AND wait_event_type = 'Lock' AND datname = current_database()
    """
    async with asyncio.timeout(30):
        while not await connection.fetchval(terminate, application):
            pass
