import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any, cast

import pytest
import pytest_asyncio

from runindex.domain.changes import RunChangeKind
from runindex.domain.faults import BadRequestError
from runindex.domain.filters import EVERYTHING, RunFilter, TagFilter
from runindex.domain.identity import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.retention import keep_latest
from runindex.outcomes import EventsAppended
from runindex.ports import LogState
from runindex.upkeep.compaction import compact
from runindex.upkeep.ports import Storage
from runindex.upkeep.transfer.adoption import Imported
from runindex.upkeep.transfer.exporting import export_lines, subtree
from runindex.upkeep.transfer.importing import import_lines
from tests.contract.conftest import BACKENDS, Opener, opener
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, D, E, F, add_tags, create, delete, move, rename, retain
from tests.support.population import populate
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
from tests.support.upkeep import by_run, export, faults, furnish, swept

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def furnished(storage: Storage, clock: StandingClock) -> Storage:
    """Fill the store with something of everything."""
    await furnish(storage, clock)
    return storage


@pytest_asyncio.fixture
async def other(open_store: Opener, clock: StandingClock) -> AsyncIterator[Storage]:
    """Open another store of the same kind."""
    async with open_store(clock) as opened:
        yield cast("Storage", opened)


async def exported(storage: Storage, run_filter: RunFilter | None = None) -> list[bytes]:
    return [line async for line in export_lines(storage, run_filter)]


async def state_of(storage: Storage) -> tuple[dict[str, Any], LogState, bytes]:
    return await everything(storage), await storage.log_state(), await export(storage)


def shown(lines: Sequence[bytes]) -> list[str]:
    """Return of what kinds the lines are."""
    return [next(iter(json.loads(line))) for line in lines]


def said(line: bytes) -> dict[str, Any]:
    """Return what a line says."""
    found: dict[str, Any] = next(iter(json.loads(line).values()))
    return found


def edited(lines: Sequence[bytes], kind: str, fields: dict[str, Any], place: int = 0) -> list[bytes]:
    """Return the lines with some fields of one of a kind changed."""
    number = [number for number, name in enumerate(shown(lines)) if name == kind][place]
    whole = json.loads(lines[number])
    whole[kind] |= fields
    return [*lines[:number], json.dumps(whole).encode() + b"\n", *lines[number + 1 :]]


async def assert_refused(storage: Storage, lines: Sequence[bytes], message: str) -> None:
    """Assert that lines are refused with a message, and that nothing changed."""
    before = await state_of(storage)
    with pytest.raises(BadRequestError, match=message):
        await import_lines(storage, lines)
    assert await state_of(storage) == before
    assert await faults(storage) == []


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
        names = ("memory", "sqlite", "postgres", "memory")
        opened = [await stack.enter_async_context(opener(request, BACKENDS[name])(clock)) for name in names]
        stores = [cast("Storage", store) for store in opened]
        await populate(stores[0], clock)
        await furnish(stores[0], clock)
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


async def test_two_touched_default_runs_are_refused(furnished: Storage, other: Storage) -> None:
    await done(other, add_tags(DEFAULT_RUN, "mine"))
    await assert_refused(other, await exported(furnished), "run default is there already with other content")


async def test_a_run_that_is_there_with_other_content_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    await import_lines(other, lines)
    await done(other, rename(C, "changed here"))
    await assert_refused(other, lines, f"run {C} is there already with other content")


OTHERWISE: dict[str, dict[str, Any]] = {
    "result": {"output": "2"},
    "item": {"last_retry": 5},
    "value": {"value": "3"},
    "value_version": {"at": 3},
    "event": {"stream": "other"},
    "cell": {"name": "another"},
    "document": {"content": "{}"},
    "receipt": {"message_count": 8},
    "receipt_head": {"sequence": 8},
    "plan": {"spec": "{}"},
    "job": {"priority": 1},
    "runtime": {"state": "RETIRED"},
    "runtime_input": {"attempt_count": 3, "detail": None},
}


async def test_whatever_is_there_with_other_content_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    await import_lines(other, lines)
    for kind, fields in OTHERWISE.items():
        await assert_refused(other, edited(lines, kind, fields), "is there already with other content")


async def test_what_is_missing_of_a_run_that_is_there_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished, subtree(A))
    await import_lines(other, lines)
    await done(furnished, put(A, "more"))
    await assert_refused(other, await exported(furnished, subtree(A)), f"run {A} is there already with other content")


async def test_an_id_that_something_else_has_is_refused(storage: Storage, other: Storage) -> None:
    await done(storage, create(A), create(R1))
    await done(other, create(B), record(B, id=R1))
    await assert_refused(other, await exported(storage), f"{R1} is there already as something else")
    await done(storage, delete(R1), record(A, id=R1))
    await assert_refused(other, await exported(storage), f"{R1} is there already as something else")
    await done(other, delete(B))
    await import_lines(other, await exported(storage))
    assert await faults(other) == []


async def test_a_run_cannot_be_brought_below_itself(storage: Storage, other: Storage) -> None:
    await done(storage, create(B), create(A, parent_id=B))
    await done(other, create(A), create(B, parent_id=A), delete(A))
    only_a = RunFilter(ids=(A,))
    await assert_refused(other, await exported(storage, only_a), "would be its own ancestor")
    await done(other, delete(B))
    await import_lines(other, await exported(storage, only_a))
    assert (await get(other, A)).parent_id == B


@pytest.mark.parametrize("kept", [0, 1, 2, 10, -1])
async def test_an_export_that_is_cut_off_is_refused(furnished: Storage, other: Storage, kept: int) -> None:
    lines = await exported(furnished)
    await assert_refused(other, lines[:kept], "cut off|no export")


async def test_lines_that_are_missing_or_too_many_are_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    await assert_refused(other, [*lines[:20], *lines[21:]], "lines are missing, or there are too many")
    await assert_refused(other, [*lines, lines[-1]], "lines are missing, or there are too many")
    await assert_refused(other, [*lines[:-1], lines[1], lines[-1]], "lines are missing, or there are too many")


async def test_a_line_that_is_not_right_is_refused_with_all_others(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    await assert_refused(other, edited(lines, "run", {"status": "DONE"}, -1), "line [0-9]+ is not as an export has it")
    await assert_refused(other, edited(lines, "runtime_input", {"position": None}), "is not as an export has it")


# Each line is as a mutation may have written it; only together they are wrong.
DISAGREEING: dict[str, tuple[str, dict[str, Any], str]] = {
    "attempts": ("item", {"attempts": 77}, f"run {A}: item 'item-1': succeeded after 77 attempts"),
    "former generation": ("result", {"generation": 0}, f"run {A}: item 'item-1': "),
    "sequence of results": ("result", {"seq": 99}, f"run {A}: its next result would be number"),
    "hash": ("event", {"hash": "0" * 64}, f"run {A}: event 0 does not have the hash"),
    "stream": ("event", {"stream": "other"}, f"run {A}: event 0 does not have the hash"),
    "version": ("value", {"version": 9}, f"run {A}: value 'a': at version 9, and 3 is its newest"),
    "value": ("value", {"value": "7"}, f"run {A}: value 'a': not as its newest version has it"),
    "next receipt": ("receipt_head", {"sequence": 1}, f"run {A}: receipt 1 of runtime 'agent' would be given out"),
    "newest entry": ("run", {"name": "other"}, f"run {A} is not as its newest entry in the log has it"),
    "deletion": ("change", {"version": 9}, f"run {A}: its entries in the log do not follow one another"),
}


@pytest.mark.parametrize(("kind", "fields", "message"), DISAGREEING.values(), ids=DISAGREEING)
async def test_what_does_not_agree_is_refused(
    furnished: Storage, other: Storage, kind: str, fields: dict[str, Any], message: str
) -> None:
    place = 1 if kind == "change" else 0
    await assert_refused(other, edited(await exported(furnished), kind, fields, place), message)
    await done(other, create(F), record(F))
    await assert_refused(other, edited(await exported(furnished, subtree(A)), kind, fields, place), message)


async def test_counts_that_are_wrong_are_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    for name in said(lines[1])["totals"]:
        totals = said(lines[1])["totals"]
        totals[name] = "1" * 64 if isinstance(totals[name], str) else totals[name] + (-1 if name == "result_seq" else 1)
        await assert_refused(other, edited(lines, "run", {"totals": totals}), f"run {A}: |something comes twice")
    await assert_refused(other, edited(lines, "run", {"totals": None}), "which is no run's")


async def test_a_log_that_is_not_whole_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    kinds = shown(lines)
    last_of_former = next(number for number, line in enumerate(lines) if b'"kind":"DELETED"' in line)
    for number in (kinds.index("change"), last_of_former):
        fewer = [*lines[:number], *lines[number + 1 : -1], b'{"end":{"lines":%d}}\n' % (len(lines) - 2)]
        await assert_refused(other, fewer, "a part of its log is missing|does not say that it was deleted")
    head = lines[0].replace(b'"floor":0', b'"floor":99')
    await assert_refused(other, [head, *lines[1:]], "a part of its log is missing")


async def test_what_comes_twice_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    for kind in ("change", "result", "event", "receipt", "plan"):
        place = shown(lines).index(kind)
        twice = [*lines[: place + 1], *lines[place:-1], b'{"end":{"lines":%d}}\n' % len(lines)]
        await assert_refused(other, twice, "something comes twice|do not follow one another")


async def test_what_is_nobodys_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    kinds = shown(lines)
    without_runs = [line for line, kind in zip(lines, kinds, strict=True) if kind not in {"run", "change", "end"}]
    end = b'{"end":{"lines":%d}}\n'
    await assert_refused(other, [*without_runs, end % len(without_runs)], "comes before the run that has it")
    without_log = [line for line, kind in zip(lines, kinds, strict=True) if kind not in {"change", "end"}]
    await assert_refused(other, [*without_log, end % len(without_log)], "has no entry in the log")
    head = lines[0].replace(b'"head":', b'"head":9')
    await assert_refused(other, [head, *lines[1:]], "the export is not whole")


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
