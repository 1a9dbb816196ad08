import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any, cast

import pytest

from runindex.commands.outcomes import EventsAppended
from runindex.domain.errors import BadRequestError
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import RunChangeKind
from runindex.domain.runs.filters import EVERYTHING, RunFilter, TagFilter
from runindex.domain.runs.retention import keep_latest
from runindex.maintenance.compaction import compact
from runindex.maintenance.transfer.export import subtree
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.maintenance.transfer.importer import Imported
from runindex.ports.maintenance import Storage
from runindex.ports.store import LogState
from tests.support.backends import BACKENDS, opener
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, D, E, F, add_tags, create, delete, move, rename, retain
from tests.support.data.exports import exported, said, shown, state_of
from tests.support.data.maintenance import by_run, faults, follow_up, furnish, swept
from tests.support.data.population import populate
from tests.support.records import (
    R1,
    append,
    commit,
    done,
    enqueue,
    everything,
    gained,
    kept_of,
    plan,
    put,
    record,
    recorded,
)
from tests.support.stores import find, get, history_of, listed, log_of, made

pytestmark = pytest.mark.asyncio


async def test_an_export_of_the_copy_is_the_export_of_the_source(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    imported = await import_lines(other, lines)
    assert (imported.runs, imported.runs_there, imported.changes_left_out) == (6, 0, 0)
    assert await exported(other) == lines
    assert await everything(other) == await everything(furnished)
    assert await log_of(other) == await log_of(furnished)
    assert await history_of(other, A) == await history_of(furnished, A)
    assert await faults(other) == []


async def test_nothing_is_lost_from_storage_to_storage(request: pytest.FixtureRequest, clock: StandingClock) -> None:
    async with AsyncExitStack() as stack:
        names = (*BACKENDS, next(iter(BACKENDS)))
        opened = [await stack.enter_async_context(opener(request, BACKENDS[name])(clock)) for name in names]
        stores = [cast("Storage", store) for store in opened]
        await populate(stores[0], clock)
        await furnish(stores[0], clock)
        await follow_up(stores[0], A)
        await done(stores[0], retain(B, keep_latest(1)), delete(C))
        await by_run(compact(stores[0], clock.now()))
        first, log = await everything(stores[0]), await log_of(stores[0])
        lines = await exported(stores[0])
        for source, target in pairwise(stores):
            await import_lines(target, await exported(source))
            assert await exported(target) == lines
            assert await everything(target) == first
            assert await log_of(target) == log
            assert (await target.log_state()).floor == (await source.log_state()).floor
            assert await faults(target) == []


async def test_what_came_after_the_recording_is_carried_along(furnished: Storage, other: Storage) -> None:
    await follow_up(furnished, B)
    lines = await exported(furnished)
    await import_lines(other, lines)
    assert await exported(other) == lines
    assert await everything(other) == await everything(furnished)
    assert await log_of(other) == await log_of(furnished)
    assert await faults(other) == []
    assert (await import_lines(other, lines)).runs == 0
    # What has none of it is written as it ever was.
    traced = [line for line in lines if b"trace_id" in line]
    assert all("trace 🛷".encode() in line or b"t-1" in line for line in traced)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"revision":2', b'"revision":4'),
        (b'"late":1', b'"late":2'),
        (b'"annotation_version":2', b'"annotation_version":0'),
        (b'"scorer_id":"human"', b'"scorer_id":"nobody"'),
        (b'"scorer_id":"human"', b'"scorer_id":""'),
        (b'"labels":"[', b'"labels":"[1,'),
        (b'"trace_id":"t-1"', b'"trace_id":""'),
        (b'"recorded_scores":"[', b'"recorded_scores":"[1,'),
    ],
)
async def test_what_no_mutation_leads_to_is_refused(furnished: Storage, other: Storage, old: bytes, new: bytes) -> None:
    await follow_up(furnished, B)
    lines = await exported(furnished)
    assert any(old in line for line in lines)
    with pytest.raises(BadRequestError):
        await import_lines(other, [line.replace(old, new) for line in lines])


async def test_an_import_again_changes_nothing(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    first = await import_lines(other, lines)
    before = await state_of(other)
    again = await import_lines(other, lines)
    assert (again.runs, again.changes, again.records) == (0, 0, 0)
    assert (again.runs_there, again.records_there) == (first.runs, first.records)
    assert await state_of(other) == before
    # Into where it came from, too.
    before = await state_of(furnished)
    assert (await import_lines(furnished, lines)).runs == 0
    assert await state_of(furnished) == before


async def test_a_new_index_can_be_moved(storage: Storage, other: Storage, clock: StandingClock) -> None:
    clock.advance(60)
    lines = await exported(storage)
    assert shown(lines) == ["format", "run", "change", "end"]
    assert await import_lines(other, lines) == Imported(runs=1, changes=1)
    assert await exported(other) == lines


async def test_the_copy_goes_on_where_the_source_stood(
    furnished: Storage, other: Storage, clock: StandingClock
) -> None:
    await import_lines(other, await exported(furnished))
    for storage in (furnished, other):
        events = (await gained(storage, append(A, ("s", {"on": 1})), EventsAppended)).events
        assert [event.sequence for event in events] == [4]
        await done(storage, put(A, "a", 9), commit("agent", A), add_tags(A, "on"), create(E, parent_id=A), delete(B))
    assert await exported(other) == await exported(furnished)
    clock.advance(60)
    assert (await made(other, rename(A, "on"))).version == (await get(furnished, A)).version + 1
    await swept(other)
    assert await faults(other) == []


async def test_cursors_do_not_move_along(furnished: Storage, other: Storage) -> None:
    epoch = (await other.log_state()).epoch
    await import_lines(other, await exported(furnished))
    state, source = await other.log_state(), await furnished.log_state()
    assert state == LogState(epoch, source.head, source.floor)


async def test_the_log_keeps_its_gaps(furnished: Storage, other: Storage, clock: StandingClock) -> None:
    await done(furnished, retain(A, keep_latest(1)))
    await by_run(compact(furnished, clock.now()))
    lines = await exported(furnished)
    await import_lines(other, lines)
    assert (await other.log_state()).floor == (await furnished.log_state()).floor > 0
    assert await exported(other) == lines
    assert await faults(other) == []


async def test_runs_are_added_to_others_at_the_end_of_the_log(
    furnished: Storage, other: Storage, clock: StandingClock
) -> None:
    await done(other, create(E, tags=("a", "here")), rename(E, "here"), record(E), create(F), delete(F))
    lines = await exported(furnished, RunFilter(not_=RunFilter(ids=(DEFAULT_RUN,))))
    log = await log_of(other)
    imported = await import_lines(other, lines)
    assert (imported.runs, imported.runs_there, imported.changes_left_out) == (5, 0, 0)
    assert (await log_of(other))[: len(log)] == log
    for run in (A, B, C, D):
        assert await _told(other, run) == await _told(furnished, run)
    seqs = [change.seq for change in await log_of(other)]
    assert seqs == list(range(1, len(log) + imported.changes + 1))
    assert await faults(other) == []
    before = await state_of(other)
    assert (await import_lines(other, lines)).runs_there == 5
    assert await state_of(other) == before
    clock.advance(60)
    await done(other, append(A, ("s", {})), commit("agent", A), create(), rename(A, "on"), delete(B))
    await swept(other)
    assert await faults(other) == []


async def _told(storage: Storage, run_id: str) -> tuple[object, ...]:
    """Return all that is told of a run, but for its incarnation and its places in the log."""
    run = await get(storage, run_id)
    history = [
        (change.kind, change.former, change.reason, change.actor, _bare(change.run))
        for change in await history_of(storage, run_id)
    ]
    kept = await kept_of(storage, run)
    records = {name: [_bare(one) for one in some] for name, some in kept.items()}
    return _bare(run), history, records


def _bare(value: object) -> dict[str, Any]:
    names: Sequence[str] = getattr(value, "__slots__", ())
    return {name: getattr(value, name) for name in names if name not in {"incarnation", "owner"}}


async def test_whole_exports_are_added_too(furnished: Storage, other: Storage) -> None:
    await done(other, create(E))
    lines = await exported(furnished)
    imported = await import_lines(other, lines)
    former = [change for change in await log_of(furnished) if change.run.incarnation == 2]
    assert (imported.runs, imported.runs_there, imported.changes_left_out) == (6, 0, len(former))
    assert (await find(other, A), await find(other, E)) != (None, None)
    assert await faults(other) == []
    before = await state_of(other)
    assert (await import_lines(other, lines)).runs == 0
    assert await state_of(other) == before


async def test_a_history_without_its_beginning_is_added(
    furnished: Storage, other: Storage, clock: StandingClock
) -> None:
    await done(furnished, retain(A, keep_latest(1)))
    await by_run(compact(furnished, clock.now()))
    await done(other, create(E))
    await import_lines(other, await exported(furnished, subtree(A)))
    assert [change.kind for change in await history_of(other, A)] == [RunChangeKind.RETENTION]
    assert await faults(other) == []


async def test_a_subtree_is_a_run_and_all_below_it(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished, subtree(B))
    assert json.loads(lines[0])["whole"] is False
    assert [said(line)["id"] for line, kind in zip(lines, shown(lines), strict=True) if kind == "run"] == [B, C, D]
    assert set(shown(lines)).isdisjoint({"plan", "job", "runtime", "runtime_input"})
    await import_lines(other, lines)
    for run in (B, C, D):
        assert await _told(other, run) == await _told(furnished, run)
    # Its parent is not there, as that of an orphan.
    assert await find(other, A) is None
    assert await faults(other) == []
    assert await exported(other, subtree(B)) != lines
    assert len(await exported(other, subtree(B))) == len(lines)


async def test_a_filter_chooses_runs_as_lists_do(furnished: Storage, other: Storage) -> None:
    tagged = RunFilter(tags=TagFilter(any=("a", "planned")))
    ids = {run.id for run in await listed(furnished, tagged)}
    await import_lines(other, await exported(furnished, tagged))
    assert {run.id for run in await listed(other, EVERYTHING)} == ids | {DEFAULT_RUN}
    nothing = await exported(furnished, RunFilter(ids=()))
    assert shown(nothing) == ["format", "end"]
    assert await import_lines(other, nothing) == Imported()


async def test_the_default_run_is_replaced_where_it_is_untouched(
    furnished: Storage, other: Storage, clock: StandingClock
) -> None:
    await done(other, create(E))
    clock.advance(60)
    lines = await exported(furnished, RunFilter(ids=(DEFAULT_RUN,)))
    assert (await import_lines(other, lines)).runs == 1
    assert await _told(other, DEFAULT_RUN) == await _told(furnished, DEFAULT_RUN)
    await done(other, put(DEFAULT_RUN, "more"), add_tags(DEFAULT_RUN, "x"))
    assert await faults(other) == []


async def test_an_untouched_default_run_replaces_none(storage: Storage, other: Storage, clock: StandingClock) -> None:
    await done(storage, create(A))
    clock.advance(60)
    await done(other, add_tags(DEFAULT_RUN, "mine"), put(DEFAULT_RUN))
    before = await get(other, DEFAULT_RUN)
    imported = await import_lines(other, await exported(storage))
    assert (imported.runs, imported.runs_there) == (1, 1)
    assert await get(other, DEFAULT_RUN) == before
    assert await faults(other) == []


async def test_many_lines_are_taken_in_many_blocks(storage: Storage, other: Storage) -> None:
    for number in range(40):
        run = await made(storage, create(tags=(f"t{number % 3}",)))
        await done(
            storage, *(record(run.id, f"item-{place}") for place in range(10)), move(run.id, RunStatus.CANCELLED)
        )
    await done(storage, *(enqueue() for _ in range(70)), *(plan() for _ in range(3)))
    lines = await exported(storage)
    sizes: list[int] = []
    await import_lines(other, lines, sizes.append)
    assert len(sizes) > 3
    assert sum(sizes) == sum(map(len, lines[1:]))
    assert await exported(other) == lines
    assert await faults(other) == []


async def test_results_are_found_by_their_ids_in_the_copy(storage: Storage, other: Storage) -> None:
    await done(storage, create(A))
    result = (await recorded(storage, record(A, id=R1))).result
    await import_lines(other, await exported(storage))
    replay = await recorded(other, record(A, id=R1))
    assert (replay.replayed, replay.result) == (True, result)
