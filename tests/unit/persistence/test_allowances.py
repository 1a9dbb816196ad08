"""A storage reads no more large values than an operation may."""

from collections.abc import Sequence
from typing import Final

import pytest
import pytest_asyncio
from sqlalchemy import select

from persistence.postgres.store import PostgresStore
from persistence.sql.queries.large import columns_of, cut_off
from persistence.sql.statements import LARGE
from persistence.sql.tables.records import TABLES
from persistence.sql.tables.runs import changes, runs
from runindex.domain.errors import AnswerTooLargeError
from runindex.domain.records.plans import Plan
from runindex.ports.allowance import ALLOWANCE, ReadAllowance
from runindex.ports.queries import Row, Window
from runindex.ports.record_lists import NO_OWNER, ListQuery, RecordList
from runindex.ports.store import Store
from tests.support.records import plan
from tests.support.stores import do

PLANS: Final = RecordList(Plan, ("created_at", "id"))
SIZE: Final = 10_000
COUNT: Final = 10


@pytest_asyncio.fixture
async def store(stores: tuple[Store, Store]) -> Store:
    """Give a store in which plans are kept."""
    store, _ = stores
    for number in range(COUNT):
        await do(store, plan(f"plan {number}", "é" * (SIZE // 2)))
    return store


async def plans(store: Store, limit: int, *columns: str) -> Sequence[Row]:
    """Return plans as an operation reads them."""
    found = await store.list_records(ListQuery(PLANS, Window(limit)), [NO_OWNER], frozenset(columns))
    return found[NO_OWNER]


@pytest.mark.asyncio
async def test_large_values_are_read_within_the_allowance(store: Store) -> None:
    allowance = ReadAllowance(SIZE * COUNT // 2)
    ALLOWANCE.set(allowance)
    assert [row["name"] for row in await plans(store, 4, "name", "spec")] == [f"plan {number}" for number in range(4)]
    assert allowance.taken > 4 * SIZE // 2
    with pytest.raises(AnswerTooLargeError):
        await plans(store, COUNT, "name", "spec")
    with pytest.raises(AnswerTooLargeError):  # what was read before counts
        await plans(store, 4, "name", "spec")
    assert len(await plans(store, COUNT, "name")) == COUNT


@pytest.mark.asyncio
async def test_nothing_counts_where_nothing_is_allowed(store: Store) -> None:
    assert ALLOWANCE.get() is None
    assert len(await plans(store, COUNT, "spec")) == COUNT


@pytest.mark.asyncio
async def test_postgres_sends_no_more_than_one_value_too_many(store: Store) -> None:
    query, allowance = select(TABLES[Plan]), ReadAllowance(int(3.5 * SIZE))
    assert columns_of(query)[1] == ("spec",)
    if isinstance(store, PostgresStore):
        sent = await store._run(cut_off(query, store.dialect.query(query, {}), allowance))  # noqa: SLF001
        assert len(sent) == 4


def test_every_large_column_is_one() -> None:
    names = {column.name for table in (*TABLES.values(), runs, changes) for column in table.columns}
    assert names >= LARGE
