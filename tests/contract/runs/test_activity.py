"""When anything of a run was last written, and filters on it."""

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import RunTouched
from runindex.domain.instants import SECOND, Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation, NotFound
from runindex.domain.records.results import Score
from runindex.domain.records.totals import Totals
from runindex.domain.runs.filters import EVERYTHING, InstantRange, RunFilter, visible
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from tests.support.backends import Opener
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, C, add_tags, create, move, move_all, rename, start, touch
from tests.support.data.maintenance import export, faults, lines_of
from tests.support.records import (
    annotate,
    append,
    commit,
    delete_results,
    delete_values,
    done,
    put,
    record,
    score,
    set_cell,
    write,
)
from tests.support.stores import MADE, apply, bulk, do, get, history_of, listed_ids, log_of

pytestmark = pytest.mark.asyncio


def active(start_at: Micros | None = None, end: Micros | None = None) -> RunFilter:
    return RunFilter(include_archived=True, last_activity_at=InstantRange(start_at, end), and_=(MADE,))


async def last_activity(store: Store, run: str) -> Micros:
    """Return the only instant at which the filter finds the run."""
    found = await get(store, run)
    rows = await store.find_records(Totals, [(found.incarnation,)], frozenset({"last_at"}))
    at = max(found.updated_at, *(row["last_at"] or 0 for row in rows)) if rows else found.updated_at
    assert run in await listed_ids(store, active(at, at + 1))
    assert run not in await listed_ids(store, active(end=at))
    assert run not in await listed_ids(store, active(start_at=at + 1))
    return at


ON_RECORDS: dict[str, list[AnyCommand]] = {
    "result": [record(A)],
    "late result": [move(A, RunStatus.COMPLETED), record(A, late=True)],
    "score": [record(A), score(A, "item-1", Score("s", 1.0))],
    "annotation": [record(A), annotate(A, "item-1", {"a": 1})],
    "deleted results": [record(A), delete_results(A)],
    "values": [put(A, "k", 1)],
    "deleted values": [put(A, "k", 1), delete_values(A, "k")],
    "events": [append(A, ("s", {}))],
    "cell": [set_cell(A, "c", 1)],
    "document": [write(A, "d", {})],
    "receipt": [commit("agent", A)],
    "touch": [touch(A)],
    "change": [rename(A, "x")],
    "status": [move(A, RunStatus.PAUSED)],
}


@pytest.mark.parametrize("commands", ON_RECORDS.values(), ids=ON_RECORDS)
async def test_whatever_is_written_of_a_run_is_its_activity(
    store: Store, clock: StandingClock, commands: list[AnyCommand]
) -> None:
    await done(store, create(A), create(B), start(A))
    assert await last_activity(store, A) == START
    for command in commands:
        clock.advance(5)
        await done(store, command)
        assert await last_activity(store, A) == clock.now()
    assert await last_activity(store, B) == START


async def test_a_touch_moves_nothing_else(store: Store, clock: StandingClock) -> None:
    await done(store, create(A))
    before, head = await get(store, A), (await store.log_state()).head
    clock.advance(5)
    assert await do(store, touch(A)) == RunTouched(before)
    assert await get(store, A) == before
    assert (await store.log_state()).head == head
    assert len(await history_of(store, A)) == 1
    # What follows has no earlier instant than the touch, though the clock is set back.
    clock.advance(-3)
    await done(store, rename(A, "later"))
    assert (await get(store, A)).updated_at == START + 5 * SECOND


async def test_a_second_has_one_touch(store: Store, clock: StandingClock) -> None:
    await done(store, create(A))
    for seconds, moved in ((0.5, 0), (0.4, 0), (0.2, 1.1), (0.7, 1.1), (0.2, 2.0)):
        clock.advance(seconds)
        await done(store, touch(A))
        assert await last_activity(store, A) == START + round(moved * SECOND)


async def test_only_open_runs_are_touched(store: Store) -> None:
    assert await do(store, touch(A)) == NotFound("Run", A)
    await done(store, create(A), move(A, RunStatus.PAUSED), touch(A), move(A, RunStatus.CANCELLED))
    outcome = await do(store, touch(A))
    assert isinstance(outcome, ConstraintViolation)
    assert outcome.reason is ConstraintReason.RUN_CLOSED


async def test_a_key_answers_a_touch_again(store: Store, clock: StandingClock) -> None:
    await done(store, create(A))
    clock.advance(5)
    await done(store, touch(A, idempotency_key="k"))
    clock.advance(5)
    assert await do(store, touch(A, idempotency_key="k")) == RunTouched(await get(store, A), replayed=True)
    assert await last_activity(store, A) == START + 5 * SECOND


async def test_silent_runs_are_found_in_lists_counts_and_bulk_mutations(store: Store, clock: StandingClock) -> None:
    await done(store, create(A), create(B), create(C))
    clock.advance(60)
    await done(store, put(A, "k", 1), rename(B, "busy"))
    silent = RunFilter(last_activity_at=InstantRange(end=clock.now()), status=(RunStatus.ACTIVE,), and_=(MADE,))
    assert await listed_ids(store, visible(silent)) == [C]
    assert await store.count_runs(visible(silent)) == 1
    assert await listed_ids(store, RunFilter(not_=silent, and_=(MADE,))) == [B, A]
    assert await store.count_children([A], silent) == {} or await store.count_children([A], silent) == {A: 0}
    await bulk(store, move_all(visible(silent), RunStatus.CANCELLED))
    assert (await get(store, C)).status is RunStatus.CANCELLED
    assert (await get(store, A)).status is RunStatus.ACTIVE


async def test_the_log_knows_of_changes_alone(store: Store, clock: StandingClock) -> None:
    await done(store, create(A))
    clock.advance(60)
    await apply(store, put(A, "k", 1))
    clock.advance(60)
    await done(store, add_tags(A, "t"))
    then = active(START + 100 * SECOND)
    assert [entry.seq for entry in await log_of(store, run_filter=then)] == [(await store.log_state()).head]
    first = active(end=START + 50 * SECOND)
    # The change after which the run no longer matches is one of those that touch the filter.
    assert len(await log_of(store, run_filter=first)) == 2


async def test_activity_outlives_an_export(storage: Storage, open_store: Opener, clock: StandingClock) -> None:
    await done(storage, create(A), create(B))
    clock.advance(5)
    await done(storage, touch(A))
    exported = lines_of(await export(storage))
    async with open_store(clock) as opened:
        await import_lines(opened, exported)  # type: ignore[arg-type]  # each store has its maintenance
        assert await last_activity(opened, A) == START + 5 * SECOND
        assert await last_activity(opened, B) == START
        assert lines_of(await export(opened)) == exported  # type: ignore[arg-type]
    assert await faults(storage) == []
    assert len(await listed_ids(storage, EVERYTHING)) == 3
