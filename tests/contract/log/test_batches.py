import asyncio
from itertools import chain

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import RunApplied
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import PROBLEMS, NotFound
from runindex.domain.runs.filters import RunFilter
from runindex.ports.store import Applied, Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, add_tags, create, delete, move, rename, replace_metadata, run_id
from tests.support.stores import apply, counted_by_status, find, get, history_of, listed, listed_ids, log_of, made

pytestmark = pytest.mark.asyncio


async def test_an_empty_batch_is_nothing(store: Store) -> None:
    assert await store.apply([]) == Applied([], [])
    assert (await store.log_state()).head == 1


async def test_a_batch_is_of_one_instant(store: Store, clock: StandingClock) -> None:
    instant = clock.advance(5)
    await apply(store, create(A), rename(A, "x"), create(B))
    assert {run.updated_at for run in await listed(store, RunFilter(ids=(A, B)))} == {instant}


async def test_a_problem_spoils_no_other_command(store: Store) -> None:
    outcomes = await apply(
        store,
        create(A),
        rename(B, "x"),
        create(A),
        replace_metadata(A, []),
        add_tags(A, *(f"{number}" for number in range(1001))),
        create(B, parent_id=run_id(99)),
        rename(A, "last"),
    )
    assert [isinstance(outcome, PROBLEMS) for outcome in outcomes] == [False, True, True, True, True, True, False]
    run = await get(store, A)
    assert (run.version, run.name, run.tags, run.metadata) == (2, "last", (), None)
    assert await find(store, B) is None


async def test_one_run_may_be_changed_many_times_in_a_batch(store: Store) -> None:
    names = [f"name {number}" for number in range(300)]
    outcomes = await apply(store, create(A), *(rename(A, name) for name in names))
    assert [outcome.version for outcome in outcomes if isinstance(outcome, RunApplied)] == list(range(1, 302))
    assert [change.run.name for change in await history_of(store, A)] == [None, *names]
    assert (await get(store, A)).name == names[-1]


async def test_a_large_batch_of_every_kind(store: Store) -> None:
    ids = [run_id(number) for number in range(1, 401)]
    parents = [None, *ids]
    await apply(store, *(create(new_id, parent_id=up, tags=("t",)) for new_id, up in zip(ids, parents, strict=False)))
    work: list[list[AnyCommand]] = [
        [move(text, RunStatus.COMPLETED), add_tags(text, "u"), rename(text, "n"), replace_metadata(text, {"a": 1})]
        for text in ids
    ]
    await apply(store, *chain(*work), *map(delete, ids[::2]))
    assert await counted_by_status(store) == {"ACTIVE": 1, "COMPLETED": 200}
    assert await store.list_tags("", 9) == [("t", 200), ("u", 200)]
    assert [change.seq for change in await log_of(store)] == list(range(1, 1 + 1 + 400 * 5 + 200))


async def test_racing_batches_on_shared_runs_all_take_effect(store: Store) -> None:
    ids = [run_id(number) for number in range(1, 21)]
    await apply(store, *map(create, ids))
    # Every batch touches the runs in an order of its own.
    batches = [[add_tags(text, f"t{offset}") for text in ids[offset:] + ids[:offset]] for offset in range(20)]
    await asyncio.gather(*(apply(store, *batch) for batch in batches))
    for run in await listed(store, RunFilter(ids=tuple(ids))):
        assert set(run.tags) == {f"t{offset}" for offset in range(20)}
        assert run.version == 21
    assert await store.list_tags("", 99) == sorted((f"t{offset}", 20) for offset in range(20))


async def test_racing_creations_of_one_id_have_one_winner(store: Store) -> None:
    outcomes = await asyncio.gather(*(apply(store, create(A, name=f"{number}")) for number in range(8)))
    winners = [outcome for (outcome,) in outcomes if isinstance(outcome, RunApplied)]
    assert [winner.run for winner in winners] == [await get(store, A)]


async def test_racing_deletions_and_creations_below_keep_the_rules(store: Store) -> None:
    await made(store, create(A))
    children = [run_id(number) for number in range(1, 9)]
    outcomes = await asyncio.gather(
        *(apply(store, create(child, parent_id=A)) for child in children[:4]),
        apply(store, delete(A)),
        *(apply(store, create(child, parent_id=A)) for child in children[4:]),
    )
    order = [change.run.id for change in await log_of(store)]
    for child, (outcome,) in zip([*children[:4], A, *children[4:]], outcomes, strict=True):
        if child != A:
            assert isinstance(outcome, RunApplied | NotFound)
            # A child was made before its parent went, or not at all.
            assert isinstance(outcome, NotFound) or order.index(child) < len(order) - 1 - order[::-1].index(A)


async def test_reads_see_every_batch_that_was_applied_before(store: Store) -> None:
    async def write_and_look(number: int) -> None:
        new_id = run_id(number)
        await apply(store, create(new_id, tags=(f"t{number}",)))
        assert await find(store, new_id) is not None
        assert new_id in await listed_ids(store)
        assert await store.list_tags(f"t{number}", 1) == [(f"t{number}", 1)]
        await apply(store, delete(new_id))
        assert await find(store, new_id) is None

    await asyncio.gather(*(write_and_look(number) for number in range(100, 110)))


async def test_a_batch_is_seen_as_a_whole_or_not_at_all(store: Store) -> None:
    ids = tuple(run_id(number) for number in range(1, 11))
    await apply(store, *map(create, ids))

    async def write() -> None:
        for number in range(15):
            await apply(store, *(rename(text, f"{number}") for text in ids))

    async def look() -> None:
        seen: set[str | None] = set()
        while len(seen) < 100 and "14" not in seen:
            runs = await listed(store, RunFilter(ids=ids))
            assert len({run.name for run in runs}) == 1
            assert len({run.version for run in runs}) == 1
            seen |= {run.name for run in runs}
            await asyncio.sleep(0)

    await asyncio.gather(write(), look(), look())


async def test_the_store_answers_a_ping(store: Store) -> None:
    done, _ = await asyncio.wait([asyncio.ensure_future(store.ping())], timeout=10)
    assert [task.exception() for task in done] == [None]
