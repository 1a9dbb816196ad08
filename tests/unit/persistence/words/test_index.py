"""The index of words under what writes past it: the earlier release, and a migration that others do not wait for."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from sqlalchemy import Connection, Executable, create_engine, literal_column
from sqlalchemy.pool import NullPool

from persistence import migrations
from persistence.migrations import revisions
from persistence.migrations.driver import create_postgres_engine
from persistence.postgres.statements import PostgresDialect
from persistence.sql.batch.writes import STORED_RUN_COLUMNS
from persistence.sql.reads import search
from persistence.sql.statements import Statement
from persistence.sqlite.connection import connect
from persistence.sqlite.statements import SqliteDialect
from runindex.domain.runs.filters import EVERYTHING, RunFilter, TagFilter, visible
from runindex.domain.runs.search import tokens_of
from runindex.ports.maintenance import Storage
from runindex.ports.queries import ALL_COLUMNS, RunQuery, Window
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, create
from tests.support.data.maintenance import faults
from tests.support.data.population import populate
from tests.support.stores import apply
from tests.unit.persistence.words.conftest import Place, unindex

pytestmark = pytest.mark.asyncio

REVISION: Final[Any] = import_module("persistence.migrations.versions.0009_words")
QUERIES = ("nightly", "build nightly", "gpt-4o", "active", "paused x", "🛷", "_done_", "a", "1.5 true", "straße", "%")
OLD: Final = """
UPDATE runs SET version = version + 1, name = 'old hand', name_folded = 'old hand',
    search_text = search_text || chr_1 || 'old' || ' ' || chr_1 || 'hand', search_words = search_words + 2
WHERE id = 'default'
"""
# As many runs as are filled in at once, and some, as the release before writes them.
COPY: Final = """
WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
INSERT INTO runs ({columns}) SELECT {values} FROM runs, numbers WHERE runs.id = 'default'
"""


async def found(store: Store, query: str) -> list[tuple[str, float]]:
    rows = await store.search_runs(tokens_of(query), EVERYTHING, 50, ALL_COLUMNS)
    return [(row["id"], score) for row, score in rows]


async def migrate_to(place: Place, revision: str, rows: int = 0) -> None:
    """Bring an empty database to a revision, and index some of its runs."""

    def fill(connection: Connection) -> None:
        REVISION.create(connection)
        for _ in range(rows):
            REVISION.fill_some(connection, "")

    if place.is_sqlite:
        with create_engine(place.url, poolclass=NullPool).begin() as connection:
            revisions.migrate(connection, revision)
            if rows:
                fill(connection)
        return
    async with create_postgres_engine(place.url).begin() as remote:
        await remote.run_sync(revisions.migrate, revision)
        if rows:
            await remote.run_sync(fill)


async def add_old_runs(place: Place, first: int, last: int) -> None:
    changed = {
        "id": "'run-' || n",
        "incarnation": "n",
        "search_text": "chr_1 || 'run-' || chr_1 || n || ' ' || chr_1 || 'elder'",
    }
    values = ", ".join(changed.get(name, name) for name in STORED_RUN_COLUMNS)
    await place.execute(COPY.format(first=first, last=last, columns=", ".join(STORED_RUN_COLUMNS), values=values))


async def test_searches_are_answered_the_same_without_the_index(place: Place, store: Storage) -> None:
    await populate(store, StandingClock())
    parts = ("nightly", "igh", "build", "no such name")
    queries = [RunQuery(RunFilter(name_contains=part), Window(20), ALL_COLUMNS) for part in parts]
    with_index = [await found(store, query) for query in QUERIES]
    names = [[row["id"] for row in await store.list_runs(query)] for query in queries]
    await unindex(place)
    assert [await found(store, query) for query in QUERIES] == with_index
    assert [[row["id"] for row in await store.list_runs(query)] for query in queries] == names
    assert any(with_index)
    assert any(names)
    assert await faults(store) == []


async def test_what_an_earlier_release_writes_is_found(place: Place, store: Storage) -> None:
    await place.execute(OLD)
    assert [run_id for run_id, _ in await found(store, "hand")] == ["default"]
    (row,) = await store.list_runs(RunQuery(RunFilter(name_contains="old h"), Window(5), ALL_COLUMNS))
    assert row["id"] == "default"
    await add_old_runs(place, 50, 52)
    assert {run_id for run_id, _ in await found(store, "eld")} == {"run-50", "run-51", "run-52"}
    await place.execute("DELETE FROM runs WHERE id = 'run-51'")
    assert {run_id for run_id, _ in await found(store, "elder")} == {"run-50", "run-52"}
    assert await place.execute("SELECT incarnation FROM unindexed_runs WHERE incarnation = 51") == []


async def test_only_the_newest_of_a_common_word_need_be_ranked(store: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_OF_EACH", literal_column("1"))
    # What others asked was worded with the usual number.
    search.search_statement.cache_clear()
    try:
        await apply(store, create(A, name="common rare"), create(B, name="common"))
        assert [run_id for run_id, _ in await found(store, "common")] == [B]
        assert {run_id for run_id, _ in await found(store, "common rare")} == {A, B}
    finally:
        search.search_statement.cache_clear()


@pytest.mark.parametrize("chunks", [0, 1], ids=["whole", "killed midway"])
async def test_an_upgrade_indexes_the_runs_of_the_release_before(place: Place, chunks: int) -> None:
    number = REVISION.ROWS_AT_ONCE + 7
    await asyncio.to_thread(lambda: asyncio.run(migrate_to(place, REVISION.down_revision)))
    await add_old_runs(place, 10, 10 + number)
    if chunks:
        await asyncio.to_thread(lambda: asyncio.run(migrate_to(place, REVISION.down_revision, chunks)))
        await add_old_runs(place, 5, 5)
    await asyncio.to_thread(migrations.upgrade, place.url)
    (row,) = await place.execute("SELECT count(*) FROM run_words")
    assert row == (1 + number + 1,)
    assert await place.execute("SELECT run_id FROM unindexed_runs") == [("run-5",)] * chunks
    async with place.open(StandingClock()) as store:
        assert len(await found(store, "elder")) == 50
        assert [run_id for run_id, _ in await found(store, "123")] == ["run-123"]


NAMED: Final = RunQuery(RunFilter(name_contains="nightly"), Window(10), ALL_COLUMNS)
TAGGED: Final = visible(RunFilter(name_contains="nightly", tags=TagFilter(all=("a", "b")), has_error=False))
PLANS: Final[dict[str, Callable[[Store], Awaitable[object]]]] = {
    "a search": lambda store: store.search_runs(("nightly", "gpt-4o"), EVERYTHING, 10, ALL_COLUMNS),
    "a search within a tag": lambda store: store.search_runs(("nightly",), TAGGED, 10, ALL_COLUMNS),
    "a part of a name": lambda store: store.list_runs(NAMED),
    "a part of a name within tags": lambda store: store.list_runs(RunQuery(TAGGED, Window(10), ALL_COLUMNS)),
}


@pytest.mark.parametrize("ask", PLANS.values(), ids=PLANS)
async def test_the_index_is_what_is_read(
    place: Place, store: Storage, ask: Callable[[Store], Awaitable[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Statement] = []

    def noted(
        self: Any,  # noqa: ANN401 - either dialect
        query: Executable,
        parameters: Mapping[str, Any],
    ) -> Statement:
        asked.append(make(self, query, parameters))
        return asked[-1]

    kind = SqliteDialect if place.is_sqlite else PostgresDialect
    make = kind.query
    monkeypatch.setattr(kind, "query", noted)
    await ask(store)
    text, arguments = asked[0].text, asked[0].arguments
    plan = await explained(place, text, arguments)
    assert ("SCAN run_words_index VIRTUAL TABLE INDEX" if place.is_sqlite else "on ix_run_words_words") in plan, plan
    assert not re.search(r"SCAN runs$|Seq Scan on runs", plan, re.MULTILINE), plan


async def explained(place: Place, text: str, arguments: Sequence[Any]) -> str:
    """Return the plan of a statement, for a table that is not as small as it is."""
    if place.is_sqlite:
        with closing(connect(Path(place.url.removeprefix("sqlite:///")), seconds=5)) as file:
            return "\n".join(row[-1] for row in file.execute(f"EXPLAIN QUERY PLAN {text}", arguments))
    server = await asyncpg.connect(place.url)
    try:
        await server.execute("SET enable_seqscan = off")
        return "\n".join(row[0] for row in await server.fetch(f"EXPLAIN {text}", *arguments))
    finally:
        await server.close()
