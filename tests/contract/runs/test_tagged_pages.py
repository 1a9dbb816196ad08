"""Pages of the runs that have a tag and a status: whichever of both has fewer runs, they are pieces of one list."""

from itertools import product

import pytest
import pytest_asyncio

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import UNARCHIVED, RunFilter, TagFilter
from runindex.domain.runs.run import Run
from runindex.ports.queries import OrderDirection, RunOrder, RunOrderField, Window
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import create, move, run_id
from tests.support.drawn.filters import matching_ids
from tests.support.stores import apply, listed

pytestmark = pytest.mark.asyncio

RUNS = 24
RARE, USUAL = "rare", "usual"
ORDERS = [RunOrder(RunOrderField.CREATED_AT, direction) for direction in OrderDirection]
STATUSES = [
    None,
    UNARCHIVED.status,
    (RunStatus.FAILED,),
    (RunStatus.ACTIVE,),
    (RunStatus.ARCHIVED,),
    (RunStatus.CANCELLED,),
    (RunStatus.FAILED, RunStatus.ACTIVE),
]


@pytest_asyncio.fixture
async def filled(store: Store, clock: StandingClock) -> Store:
    """Give a store where a tag has few runs, another nearly all, and some come in the same instant."""
    for number in range(RUNS):
        tags = [tag for tag, every in ((RARE, 6), (USUAL, 1)) if number % every == 0 and number != 1]
        await apply(store, create(run_id(number + 1), name=f"n{number}", tags=tuple(tags)))
        if number % 8 == 0:
            await apply(store, move(run_id(number + 1), RunStatus.FAILED))
        if number % 9 == 0:
            await apply(store, move(run_id(number + 1), RunStatus.COMPLETED)) if number % 8 else None
            await apply(store, move(run_id(number + 1), RunStatus.ARCHIVED))
        clock.advance(number % 3)
    return store


def position(run: Run) -> tuple[int, str]:
    return run.created_at, run.id


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.direction)
@pytest.mark.parametrize("tag", [RARE, USUAL, "of no run"])
async def test_each_window_is_a_piece_of_the_list(filled: Store, tag: str, order: RunOrder) -> None:
    runs = await listed(filled)
    for statuses in STATUSES:
        run_filter = RunFilter(tags=TagFilter(all=(tag,)), status=statuses)
        matching = set(matching_ids(runs, run_filter))
        is_down = order.direction is OrderDirection.DESC
        truth = sorted((run for run in runs if run.id in matching), key=position, reverse=is_down)
        assert await listed(filled, run_filter, order) == truth
        for size, start in product((1, len(truth) + 1), range(len(truth))):
            after = Window(size, after=position(truth[start]))
            assert await listed(filled, run_filter, order, after) == truth[start + 1 :][:size]
            before = Window(size, before=position(truth[start]), backward=True)
            assert await listed(filled, run_filter, order, before) == truth[:start][-size:]
            assert await listed(filled, run_filter, order, Window(size, offset=start)) == truth[start:][:size]
        if len(truth) > 2:
            between = Window(RUNS, after=position(truth[0]), before=position(truth[-1]))
            assert await listed(filled, run_filter, order, between) == truth[1:-1]
