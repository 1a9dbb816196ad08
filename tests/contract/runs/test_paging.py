from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
import pytest_asyncio

from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import EVERYTHING, RunFilter, TagFilter
from runindex.domain.runs.run import Run
from runindex.domain.runs.sort_keys import MAX_TEXT, metadata_key
from runindex.ports.queries import ALL_COLUMNS, OrderDirection, RunOrder, RunOrderField, RunQuery, Window
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import add_tags, create, delete, move, run_id
from tests.support.data.population import IDS, PLAN, populate
from tests.support.drawn.filters import matching_ids
from tests.support.stores import MADE, apply, listed, listed_ids, made

pytestmark = pytest.mark.asyncio

PATHS = {RunOrderField.METADATA: ("v",)}
ORDERS = [RunOrder(field, direction, PATHS.get(field)) for field, direction in product(RunOrderField, OrderDirection)]
FILTERS = {
    "all": EVERYTHING,
    "none": RunFilter(ids=()),
    "half": RunFilter(ids=IDS[::2]),
    "tagged": RunFilter(tags=TagFilter(any=("a", "b"))),
    "finished": RunFilter(status=(RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.PAUSED)),
    "below": RunFilter(ancestor_id=IDS[0]),
}
by_order = pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.field}-{order.direction}")


def value_of(run: Run, order: RunOrder) -> int | str | None:
    if order.path is not None:
        return metadata_key(run.metadata, order.path)
    value = getattr(run, order.field.column)
    assert value is None or isinstance(value, str if order.field.is_text else int)
    return value


def position(run: Run, order: RunOrder) -> tuple[int | str | None, str]:
    return value_of(run, order), run.id


def in_order(runs: list[Run], order: RunOrder) -> list[Run]:
    """Sort as the contract says, plainly: a list for those with a value, another for those without."""
    descending = order.direction is OrderDirection.DESC
    some = [run for run in runs if value_of(run, order) is not None]
    none = [run for run in runs if value_of(run, order) is None]
    some.sort(key=lambda run: (value_of(run, order), run.id), reverse=descending)
    none.sort(key=lambda run: run.id, reverse=descending)
    return some + none


@pytest_asyncio.fixture
async def filled(store: Store, clock: StandingClock) -> Store:
    await populate(store, clock)
    return store


@by_order
@pytest.mark.parametrize("chosen", FILTERS)
async def test_every_page_of_every_size_both_ways_is_a_piece_of_the_list(
    filled: Store, order: RunOrder, chosen: str
) -> None:
    run_filter = FILTERS[chosen]
    runs = await listed(filled)
    matching = set(matching_ids(runs, run_filter))
    truth = in_order([run for run in runs if run.id in matching], order)
    assert await listed(filled, run_filter, order) == truth
    end = len(truth)
    for size in range(1, end + 2) if end <= 12 else (1, 2, 5, end - 1, end, end + 1):
        walked: list[Run] = []
        while page := await listed(
            filled, run_filter, order, Window(size, after=position(walked[-1], order) if walked else None)
        ):
            assert len(page) <= size
            walked += page
        assert walked == truth
        back: list[Run] = []
        while page := await listed(
            filled, run_filter, order, Window(size, before=position(back[0], order) if back else None, backward=True)
        ):
            assert len(page) <= size
            back = page + back
        assert back == truth


@by_order
async def test_a_window_may_be_closed_on_both_sides(filled: Store, order: RunOrder) -> None:
    truth = in_order(await listed(filled), order)
    for first, last in ((0, 1), (0, 5), (4, 20), (0, len(truth) - 1), (10, 3)):
        after, before = position(truth[first], order), position(truth[last], order)
        inside = truth[first + 1 : last]
        assert await listed(filled, order=order, window=Window(99, after, before)) == inside
        assert await listed(filled, order=order, window=Window(2, after, before)) == inside[:2]
        assert await listed(filled, order=order, window=Window(2, after, before, backward=True)) == inside[-2:]


@by_order
async def test_an_offset_skips_entries_from_where_the_window_starts(filled: Store, order: RunOrder) -> None:
    truth = in_order(await listed(filled), order)
    assert await listed(filled, order=order, window=Window(3, offset=4)) == truth[4:7]
    assert await listed(filled, order=order, window=Window(3, offset=len(truth))) == []
    assert await listed(filled, order=order, window=Window(2, position(truth[1], order), offset=1)) == truth[3:5]


@by_order
async def test_a_position_need_not_be_that_of_a_run(filled: Store, order: RunOrder) -> None:
    truth = in_order(await listed(filled), order)
    middle = truth[len(truth) // 2]
    await apply(filled, delete(middle.id) if middle.id != DEFAULT_RUN else add_tags(middle.id, "t"))
    rest = [run for run in in_order(await listed(filled), order) if run.id not in {middle.id, DEFAULT_RUN}]
    window = Window(99, after=position(middle, order))
    found = [run for run in await listed(filled, order=order, window=window) if run.id != DEFAULT_RUN]
    assert found == [run for run in rest if run in in_order([*rest, middle], order)[len(truth) // 2 :]]


async def test_only_the_columns_asked_for_are_needed(filled: Store) -> None:
    for order in ORDERS:
        rows = await filled.list_runs(RunQuery(EVERYTHING, Window(99), frozenset({"name"}), order))
        truth = in_order(await listed(filled), order)
        assert [(row["id"], row["name"], row[order.field.column]) for row in rows] == [
            (run.id, run.name, value_of(run, order)) for run in truth
        ]


@pytest.mark.parametrize("direction", OrderDirection)
async def test_paging_while_others_write_repeats_none_and_misses_none(
    store: Store, clock: StandingClock, direction: OrderDirection
) -> None:
    lasting = [run_id(number) for number in range(100, 140, 2)]
    for place, new_id in enumerate(lasting):
        clock.advance(place % 2)
        await made(store, create(new_id))
    order = RunOrder(direction=direction)
    walked: list[Run] = []
    # More rounds than there are pages, lest a list that others add to at its end has none.
    for fleeting in range(1000, 1012):
        window = Window(3, after=position(walked[-1], order) if walked else None)
        page = await listed(store, order=order, window=window)
        walked += page
        # Others come and go around the place that was reached, and it is itself changed.
        clock.advance()
        last = walked[-1].id
        await apply(store, create(run_id(fleeting)), delete(run_id(fleeting - 1)), add_tags(last, "seen"))
        await apply(store, move(last, RunStatus.COMPLETED))
    ids = [run.id for run in walked if run.id in lasting]
    assert ids == (lasting if direction is OrderDirection.ASC else lasting[::-1])
    assert len({run.id for run in walked}) == len(walked)


async def test_ties_are_broken_by_id_in_the_same_direction(store: Store) -> None:
    ids = [run_id(number) for number in (3, 1, 2)]
    await apply(store, *map(create, ids))
    made_here = RunFilter(ids=tuple(ids))
    for field in RunOrderField:
        for direction in OrderDirection:
            expected = sorted(ids, reverse=direction is OrderDirection.DESC)
            assert await listed_ids(store, made_here, RunOrder(field, direction, PATHS.get(field))) == expected


async def test_values_of_metadata_come_in_the_order_of_their_kinds_and_sizes(store: Store) -> None:
    values: list[JsonValue] = [
        *(False, True),
        *(-(10**199), -2, -1.5, -1, Decimal("-0.25"), 0, Decimal("1e-7"), 0.1, Decimal("0.1000000000000000000000001")),
        *(1, 9, 10, 2**53, 2**53 + 1, 10**199),
        *("", "10", "9", "Zebra", "apfel", "x" * 256, "äpfel", "\uffff", "🛷"),
    ]
    odd: list[JsonValue] = [None, [1], {"x": 1}, 1e300, Decimal(f"0.{'1' * 201}")]
    ids = [run_id(number) for number in range(1, len(values) + len(odd) + 1)]
    # The ids go down as the values go up, lest the ids order them.
    planted = list(zip(ids[::-1], [*values, *odd], strict=True))
    await apply(store, *(create(new_id, metadata={"a.b": {"v": value}}) for new_id, value in planted))
    order = RunOrder(RunOrderField.METADATA, OrderDirection.ASC, ("a.b", "v"))
    ranked, rest = [new_id for new_id, _ in planted[: len(values)]], sorted(ids[: len(odd)])
    assert await listed_ids(store, RunFilter(ids=tuple(ids)), order) == ranked + rest
    downwards = replace(order, direction=OrderDirection.DESC)
    assert await listed_ids(store, RunFilter(ids=tuple(ids)), downwards) == ranked[::-1] + rest[::-1]


async def test_texts_of_metadata_that_begin_alike_are_ordered_by_id(store: Store) -> None:
    long = "x" * MAX_TEXT
    await apply(store, *(create(run_id(3 - n), metadata={"v": f"{long}{n}"}) for n in range(3)))
    order = RunOrder(RunOrderField.METADATA, OrderDirection.ASC, ("v",))
    (last,) = await listed(store, RunFilter(ids=(run_id(1),)), order)
    assert await listed_ids(store, MADE, order) == [run_id(1), run_id(2), run_id(3)]
    after = Window(9, after=position(last, order))
    assert [run.id for run in await listed(store, MADE, order, after)] == [run_id(2), run_id(3)]


@by_order
async def test_children_and_runs_of_a_plan_come_in_any_order(filled: Store, order: RunOrder) -> None:
    runs = {run.id: run for run in await listed(filled)}
    for parent in (IDS[0], IDS[9]):
        truth = in_order([run for run in runs.values() if run.parent_id == parent], order)
        query = RunQuery(EVERYTHING, Window(99), ALL_COLUMNS, order)
        rows = (await filled.list_children([parent, IDS[4]], query))[parent]
        assert [(row["id"], row[order.field.column]) for row in rows] == [
            (run.id, value_of(run, order)) for run in truth
        ]
        later = replace(query, window=Window(1, after=position(truth[0], order)), columns=frozenset({"id"}))
        rows = (await filled.list_children([parent], later))[parent]
        assert [row["id"] for row in rows] == [run.id for run in truth[1:2]]
        earlier = replace(query, window=Window(1, before=position(truth[-1], order), backward=True))
        assert [row["id"] for row in (await filled.list_children([parent], earlier))[parent]] == [
            run.id for run in truth[:-1][-1:]
        ]
    planned = in_order([run for run in runs.values() if run.plan_id == PLAN], order)
    rows = (await filled.list_plan_runs([PLAN], RunQuery(EVERYTHING, Window(99), ALL_COLUMNS, order)))[PLAN]
    assert [row["id"] for row in rows] == [run.id for run in planned]
