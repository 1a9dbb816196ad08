"""Distinct values of fields, and values at a path of metadata beside a list."""

import pytest

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import EVERYTHING, UNARCHIVED, RunFilter, TagFilter
from runindex.domain.runs.sort_keys import metadata_key
from runindex.ports.queries import SORT_KEY, DistinctField, OrderDirection, RunOrder, RunOrderField, RunQuery, Window
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, create, dataset, delete, move, rename, run_id
from tests.support.data.population import populate
from tests.support.stores import apply, listed, made

pytestmark = pytest.mark.asyncio

NAMES = ("b", "a", "ab", "B", "a", "ä", "🛷", "abc", "a", "\U0010ffff", "\U0010ffffz", "\ud7ff", "\ud7ffx")


@pytest.mark.parametrize("prefix", ["", "a", "ab", "B", "ä", "🛷", "\U0010ffff", "\ud7ff", "z", "a\0", "%", "_"])
async def test_names_are_listed_each_once_in_order(store: Store, prefix: str) -> None:
    await apply(store, *(create(run_id(number), name=name) for number, name in enumerate(NAMES, start=1)))
    expected = sorted({name for name in NAMES if name.startswith(prefix)})
    for limit in (1, 2, 3, 500):
        assert list(await store.list_values(DistinctField.NAME, prefix, limit)) == expected[:limit]


async def test_ids_of_datasets_and_targets_are_listed(store: Store) -> None:
    links = [("questions", "flow-1"), ("answers", "flow-1"), ("questions", "agent"), ("open", "flow-2")]
    await apply(
        store,
        *(
            create(run_id(number), dataset=dataset(each, target_id=target))
            for number, (each, target) in enumerate(links, start=1)
        ),
    )
    assert list(await store.list_values(DistinctField.DATASET, "", 9)) == ["answers", "open", "questions"]
    assert list(await store.list_values(DistinctField.TARGET, "fl", 9)) == ["flow-1", "flow-2"]


async def test_values_come_and_go_with_their_runs(store: Store) -> None:
    await made(store, create(A, name="one"), create(B, name="two"), move(B, RunStatus.ARCHIVED), rename(A, "new"))
    assert list(await store.list_values(DistinctField.NAME, "", 9)) == ["new", "two"]
    await apply(store, delete(B), rename(A, None))
    assert list(await store.list_values(DistinctField.NAME, "", 9)) == []


@pytest.mark.parametrize(
    "run_filter",
    [EVERYTHING, UNARCHIVED, RunFilter(tags=TagFilter(all=("a",))), RunFilter(tags=TagFilter(any=("a", "b")))],
    ids=["all", "unarchived", "tag", "tags"],
)
@pytest.mark.parametrize("field", [RunOrderField.CREATED_AT, RunOrderField.FINISHED_AT])
async def test_a_list_may_have_the_values_at_a_path(
    store: Store, clock: StandingClock, run_filter: RunFilter, field: RunOrderField
) -> None:
    await populate(store, clock)
    order = RunOrder(field, OrderDirection.DESC)
    runs = await listed(store, run_filter, order)
    query = RunQuery(run_filter, Window(99), frozenset({"status"}), order, ("deep", "v"))
    rows = await store.list_runs(query)
    assert [(row["id"], row["status"], row[SORT_KEY]) for row in rows] == [
        (run.id, run.status, metadata_key(run.metadata, ("deep", "v"))) for run in runs
    ]
