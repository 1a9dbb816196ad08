"""Pages of the runs that have several tags, or meet one of several conditions: pieces of one list in any order."""

from typing import NamedTuple

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import InstantRange, RunFilter, TagFilter, visible
from runindex.domain.runs.run import Run
from runindex.ports.queries import OrderDirection, RunOrder, RunOrderField, Window
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import create, move, run_id
from tests.support.drawn.effort import tries
from tests.support.drawn.filters import matching_ids
from tests.support.stores import apply, listed

pytestmark = pytest.mark.asyncio

RUNS = 30
PERIODS = {"a": 2, "b": 3, "c": 5, "rare": 12}
TAGS = (*PERIODS, "of no run")
ENDED = (RunStatus.FAILED, RunStatus.COMPLETED, RunStatus.CANCELLED)

some_tags = st.lists(st.sampled_from(TAGS), min_size=1, max_size=4).map(tuple)
some_statuses = st.lists(st.sampled_from(RunStatus), max_size=3).map(tuple)
alternatives = st.one_of(
    some_tags.map(lambda tags: RunFilter(tags=TagFilter(all=tags))),
    some_tags.map(lambda tags: RunFilter(tags=TagFilter(any=tags))),
    some_statuses.map(lambda statuses: RunFilter(status=statuses)),
    st.builds(lambda tags, statuses: RunFilter(tags=TagFilter(all=tags), status=statuses), some_tags, some_statuses),
    st.sampled_from((1, 2)).map(lambda number: RunFilter(parent_id=run_id(number))),
    st.just(RunFilter(ids=(DEFAULT_RUN, run_id(3), run_id(4)))),
    st.just(RunFilter(name_contains="1")),
)
choices = st.recursive(
    st.lists(alternatives, max_size=4).map(lambda parts: RunFilter(or_=tuple(parts))),
    lambda inner: st.lists(inner | alternatives, min_size=1, max_size=3).map(lambda parts: RunFilter(or_=tuple(parts))),
    max_leaves=6,
)
bounds = st.none() | st.builds(InstantRange, *[st.none() | st.integers(START, START + 40 * 10**6) for _ in range(2)])
filters = st.builds(
    lambda parts, created, statuses, shown: visible(
        RunFilter(and_=tuple(parts), created_at=created, status=statuses, include_archived=shown)
    ),
    st.lists(alternatives | choices, min_size=1, max_size=3),
    bounds,
    st.none() | st.none() | some_statuses,
    st.booleans(),
)


@pytest_asyncio.fixture
async def filled(store: Store, clock: StandingClock) -> Store:
    """Give a store of runs with tags that meet now and then, of all statuses, some made in the same instant."""
    for number in range(1, RUNS + 1):
        tags = tuple(tag for tag, period in PERIODS.items() if number % period == 0)
        parent = None if number < 6 else run_id(number % 3 + 1)
        await apply(store, create(run_id(number), name=f"n{number}", tags=tags, parent_id=parent))
        if number % 4:
            await apply(store, move(run_id(number), ENDED[number % 3], **({"error": "e"} if number % 3 == 0 else {})))
        if number % 7 == 0:
            await apply(store, move(run_id(number), RunStatus.ARCHIVED))
        clock.advance(number % 3)
    return store


class Asked(NamedTuple):
    """A window of a list; its ends are numbers of entries."""

    filter: RunFilter
    field: RunOrderField
    direction: OrderDirection
    size: int
    after: int | None
    before: int | None
    backward: bool
    offset: int


places = st.none() | st.integers(0, RUNS)
windows = st.builds(
    Asked,
    filters,
    st.sampled_from((RunOrderField.CREATED_AT, RunOrderField.CREATED_AT, RunOrderField.UPDATED_AT)),
    st.sampled_from(OrderDirection),
    st.integers(1, 5),
    places,
    places,
    st.booleans(),
    st.integers(0, 6),
)


@tries(120)
@given(asked=windows)
async def test_each_window_is_a_piece_of_the_list(filled: Store, asked: Asked) -> None:
    runs = await listed(filled)
    matching = set(matching_ids(runs, asked.filter))
    order = RunOrder(asked.field, asked.direction)

    def place(run: Run) -> tuple[int, str]:
        return getattr(run, asked.field.column), run.id

    is_down = asked.direction is OrderDirection.DESC
    truth = sorted((run for run in runs if run.id in matching), key=place, reverse=is_down)
    size, offset = asked.size, asked.offset
    assert await listed(filled, asked.filter, order) == truth
    assert await listed(filled, asked.filter, order, Window(size, offset=offset)) == truth[offset:][:size]
    assert await filled.count_runs(asked.filter) == len(truth)
    assert await filled.count_runs(asked.filter, size) == min(size, len(truth))
    after, before = (end % len(truth) if truth and end is not None else None for end in (asked.after, asked.before))
    first, last = (None if end is None else place(truth[end]) for end in (after, before))
    inside = truth[0 if after is None else after + 1 : len(truth) if before is None else before]
    page = inside[-size:] if asked.backward else inside[:size]
    assert await listed(filled, asked.filter, order, Window(size, first, last, asked.backward)) == page


async def test_an_alternative_that_many_meet_hides_none_that_few_do(filled: Store) -> None:
    both = RunFilter(or_=(RunFilter(tags=TagFilter(all=("rare",))), RunFilter(status=(RunStatus.FAILED,))))
    found = await listed(filled, visible(both))
    assert {run_id(12), run_id(24)} <= {run.id for run in found}
    assert len({run.id for run in found}) == len(found)
