"""Databases that go from test to test: what one leaves behind, the next does not find."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from persistence.postgres.store import PostgresStore
from persistence.sql.tables import runs as tables
from tests.support.clock import StandingClock
from tests.support.data.maintenance import furnish
from tests.support.databases import keeper
from tests.support.databases.keeper import Keeper
from tests.support.databases.postgres import psql
from tests.support.databases.shared import SharedPostgres

EVERYTHING = "; ".join(f"SELECT {name} FROM {name}" for name in (*tables.METADATA.tables, "alembic_version"))  # noqa: S608
NUMBERS = "SELECT array_agg((schemaname, sequencename, last_value)::text) FROM pg_sequences"
ROWS = "UPDATE runs SET name = 'other'; SELECT nextval('totals_owner_seq')"


@pytest.fixture
def shared() -> SharedPostgres:
    return SharedPostgres.inherit()


@pytest.fixture
def own_keeper(shared: SharedPostgres) -> Iterator[Keeper]:
    """Give a keeper that holds no database yet."""
    own = Keeper(shared.ready_server(), shared.template, reuses=True)
    yield own
    database = own.take()
    own.drop(database)
    own.close()


async def write_of_everything(url: str) -> None:
    clock = StandingClock()
    async with PostgresStore.open(url, clock) as store:
        await furnish(store, clock)


def test_rows_are_put_back_as_they_were(own_keeper: Keeper) -> None:
    first = own_keeper.take()
    before = [psql(first.url, question) for question in (EVERYTHING, NUMBERS)]
    asyncio.run(write_of_everything(first.url))
    psql(first.url, ROWS)
    assert [psql(first.url, question) for question in (EVERYTHING, NUMBERS)] != before
    own_keeper.give_back(first)
    second = own_keeper.take()
    assert second.url == first.url
    assert [psql(second.url, question) for question in (EVERYTHING, NUMBERS)] == before
    own_keeper.give_back(second)


def test_what_was_only_read_is_handed_on(own_keeper: Keeper) -> None:
    first = own_keeper.take()
    psql(first.url, "SELECT * FROM runs")
    own_keeper.give_back(first)
    assert own_keeper.take() is first
    own_keeper.give_back(first)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE other (n int)",
        "CREATE TEMPORARY TABLE other (n int)",
        "CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE INDEX other ON runs (name)",
        "CREATE RULE other AS ON DELETE TO runs DO INSTEAD NOTHING",
        "DROP INDEX ix_runs_plan_id_created_at_id",
        "ALTER TABLE runs ADD COLUMN other int",
        "ALTER TABLE runs ALTER COLUMN name SET STATISTICS 1",
        "ALTER TABLE runs SET (fillfactor = 50)",
        "ALTER SEQUENCE totals_owner_seq INCREMENT BY 2",
        "COMMENT ON TABLE runs IS 'other'",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$",
        "SELECT lo_create(0)",
        "ANALYZE runs",
        "VACUUM runs",
        "TRUNCATE runs",
    ],
)
def test_a_database_that_was_changed_otherwise_is_dropped(own_keeper: Keeper, change: str) -> None:
    first = own_keeper.take()
    psql(first.url, change)
    own_keeper.give_back(first)
    second = own_keeper.take()
    assert second.url != first.url
    with pytest.raises(RuntimeError, match="does not exist"):
        psql(first.url, "SELECT 1")
    own_keeper.give_back(second)


def test_a_connection_left_open_is_an_error(shared: SharedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "PATIENCE", 0.2)

    async def leave_open() -> None:
        connection = None
        with pytest.raises(RuntimeError, match="left open"), shared.emptied_database() as url:
            connection = await asyncpg.connect(url)
        assert connection is not None
        with pytest.raises(asyncpg.PostgresError, match="terminating connection"):
            await connection.fetch("SELECT 1")
        connection.terminate()

    asyncio.run(leave_open())


def test_after_a_failure_a_database_is_not_handed_on(shared: SharedPostgres) -> None:
    with pytest.raises(ZeroDivisionError), shared.emptied_database() as url:
        raise ZeroDivisionError
    with pytest.raises(RuntimeError, match="does not exist"):
        psql(url, "SELECT 1")
